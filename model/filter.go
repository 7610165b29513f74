package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FoldName returns a name in the form in which names are compared: lower case.
func FoldName(s string) string { return strings.ToLower(s) }

// Filter finds what people type in what lists show: every word typed must occur,
// without regard to case. The zero Filter matches everything.
type Filter struct{ words []string }

// NewFilter splits what was typed into words.
func NewFilter(typed string) Filter {
	return Filter{strings.Fields(strings.Map(fold, norm.NFC.String(typed)))}
}

// Empty reports whether the filter matches everything.
func (f Filter) Empty() bool { return len(f.words) == 0 }

// Match reports whether every word occurs in one of the texts.
func (f Filter) Match(texts ...string) bool {
	for _, w := range f.words {
		found := false
		for _, t := range texts {
			if start, _ := indexFold(t, w); start >= 0 {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// Span is a range of bytes in a text.
type Span struct{ Start, End int }

// Spans returns where words occur in the text, in order and without overlap, for
// underlining. At most the first place of each word is returned.
func (f Filter) Spans(text string) []Span {
	var out []Span
	for _, w := range f.words {
		start, end := indexFold(text, w)
		if start < 0 {
			continue
		}
		out = insertSpan(out, Span{start, end})
	}
	return out
}

func insertSpan(spans []Span, s Span) []Span {
	at := 0
	for at < len(spans) && spans[at].Start < s.Start {
		at++
	}
	if at > 0 && spans[at-1].End > s.Start || at < len(spans) && s.End > spans[at].Start {
		return spans
	}
	spans = append(spans, Span{})
	copy(spans[at+1:], spans[at:])
	spans[at] = s
	return spans
}

// indexFold returns the byte range of the first occurrence of word (folded) in
// text without regard to case, or -1. It does not allocate: a filter reads millions
// of descriptions.
func indexFold(text, word string) (start, end int) {
	first, _ := utf8.DecodeRuneInString(word)
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if fold(r) == first {
			if m, ok := prefixFold(text[i:], word); ok {
				return i, i + m
			}
		}
		i += n
	}
	return -1, -1
}

// prefixFold reports whether text starts with word, and with how many of its bytes.
func prefixFold(text, word string) (int, bool) {
	at := 0
	for i := 0; i < len(word); {
		if at >= len(text) {
			return 0, false
		}
		w, n := utf8.DecodeRuneInString(word[i:])
		r, m := utf8.DecodeRuneInString(text[at:])
		if fold(r) != w {
			return 0, false
		}
		i, at = i+n, at+m
	}
	return at, true
}

// fold returns the same character for all cases of one. Lower case alone would part
// the two small sigmas, so that "οδός" would not find "ΟΔΌΣ".
func fold(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	case 0x2E80 <= r && r < 0xA640, 0xAC00 <= r && r < 0xD800:
		return r // Chinese, Japanese, Korean: no case, and no time to look for it
	}
	return unicode.ToLower(unicode.ToUpper(r))
}
