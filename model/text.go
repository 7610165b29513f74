package model

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxDescription is the longest description in characters (code points after NFC).
	MaxDescription = 256
	// MaxName is the longest name of an organization or a person in characters.
	MaxName = 64
	// MaxLogin is the longest login or deployment name in bytes; both are ASCII.
	MaxLogin = 64

	maxMarks = 4 // combining marks on one character: more is drawn over the neighbouring rows
)

// CleanDescription returns a description as it is kept: valid UTF-8 in NFC without
// surrounding white space. It refuses, as a [*TextError], more than MaxDescription
// characters and every control, format, private-use or unassigned character,
// bidirectional override and zero-width character, a combining mark at the start, more
// than four on one character, and a token's value. Empty is allowed.
func CleanDescription(s string) (string, error) {
	return cleanText("description", s, MaxDescription, true)
}

// CleanName returns the name of an organization or a person as it is kept. The rules
// are those of descriptions, with at most MaxName characters; what names the thing
// in the error.
func CleanName(what, s string, emptyAllowed bool) (string, error) {
	return cleanText(what, s, MaxName, emptyAllowed)
}

func cleanText(what, s string, limit int, emptyAllowed bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", &TextError{What: what, Reason: "it is not valid UTF-8"}
	}
	s = composed(s)
	if s == "" && !emptyAllowed {
		return "", &TextError{What: what, Reason: "it is empty; type one"}
	}
	if reason := refusedText(s); reason != "" {
		return "", &TextError{What: what, Reason: reason + "; remove it"}
	}
	if HoldsValue(s) {
		return "", &TextError{What: what, Reason: valueInText}
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return "", &TextError{What: what, Reason: fmt.Sprintf("it has %d characters; at most %d are kept", n, limit)}
	}
	return s, nil
}

// valueInText is why a text with a token's value in it is not kept: it is not sealed from
// those who list it, and nobody reveals it on purpose by reading a description.
const valueInText = "it has a token's value in it, for all to read; remove it, and revoke that token if it was seen"

// composed is text in the form in which it is kept.
func composed(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

// Characters counts the code points that a text from a person has in the form in which it
// is kept: what MaxDescription and MaxName limit.
func Characters(s string) int { return utf8.RuneCountInString(composed(s)) }

// refusedText says which character may not be kept and why, or "". It comes before the
// length: composing a stack of marks puts characters between them that nobody typed.
func refusedText(s string) string {
	marks, at := 0, 0
	for _, r := range s {
		at++
		if reason := refusedRune(r); reason != "" {
			return fmt.Sprintf("character %d is U+%04X, %s", at, r, reason)
		}
		if overlays(r) {
			marks++
		} else {
			marks = 0
		}
		if marks > maxMarks || at == 1 && (marks > 0 || unicode.Is(unicode.Mc, r)) {
			return fmt.Sprintf("character %d is U+%04X, one combining mark too many", at, r)
		}
	}
	return ""
}

// overlays reports whether terminals draw r over the character before it: marks and,
// with width 0 in their tables, the vowels and finals of Hangul that NFC left apart.
func overlays(r rune) bool {
	return unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) ||
		0x1160 <= r && r <= 0x11FF || 0xD7B0 <= r && r <= 0xD7FF
}

// refusedRune says why a character may not be kept, or "".
func refusedRune(r rune) string {
	switch {
	case unicode.Is(unicode.Bidi_Control, r):
		return "which reorders the text around it"
	case unicode.Is(unicode.Cc, r):
		return "a control character"
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return "an invisible character"
	case unicode.Is(unicode.Co, r):
		return "a private-use character"
	case r == utf8.RuneError:
		return "the mark of bytes that were not UTF-8"
	case r == '\u2028', r == '\u2029':
		return "a line separator"
	case r == '\u2800', r != ' ' && r != '\u3000' && unicode.Is(unicode.Zs, r):
		return "a blank that looks like a space but is not"
	case !unicode.IsGraphic(r):
		return "an unassigned character"
	}
	return ""
}

// CleanLogin returns a login as it is kept: lower-case ASCII letters, digits and
// "._-@+", starting with a letter or digit, at most MaxLogin bytes.
func CleanLogin(s string) (string, error) {
	return cleanIdentifier("login", s, func(c byte) bool {
		return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}, "._-@+", "lower-case letters, digits and . _ - @ +")
}

// CleanDeploymentName returns a deployment name as it is kept: ASCII letters, digits
// and "._-", starting with a letter or digit, at most MaxLogin bytes.
func CleanDeploymentName(s string) (string, error) {
	return cleanIdentifier("deployment name", s, isBase62, "._-", "letters, digits and . _ -")
}

func cleanIdentifier(what, s string, first func(byte) bool, also, allowed string) (string, error) {
	s = strings.TrimSpace(s)
	refuse := func(format string, args ...any) (string, error) {
		return "", &TextError{What: what, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case s == "":
		return refuse("it is empty; type one")
	case HoldsValue(s):
		return refuse(valueInText)
	case len(s) > MaxLogin:
		return refuse("it has %d bytes; at most %d are kept", len(s), MaxLogin)
	case !first(s[0]):
		return refuse("it starts with %+q; start with a letter or digit (allowed: %s)", firstRune(s), allowed)
	}
	for i := range len(s) {
		if !first(s[i]) && strings.IndexByte(also, s[i]) < 0 {
			return refuse("%+q is not allowed; use %s", firstRune(s[i:]), allowed)
		}
	}
	return s, nil
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}
