package keymap

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Show writes a key as hints and help draw it: "↵", "↑", "ctrl+r", "space". With ascii it uses ASCII characters only.
func Show(key string, ascii bool) string {
	if rest, isAlt := strings.CutPrefix(key, "alt+"); isAlt {
		return "alt+" + Show(rest, ascii)
	}
	if key == " " {
		return "space"
	}
	if r, size := utf8.DecodeRuneInString(key); ascii && size == len(key) && r >= utf8.RuneSelf {
		return fmt.Sprintf("U+%04X", r)
	}
	if ascii {
		return key
	}
	i := strings.LastIndexByte(key, '+') + 1
	switch key[i:] {
	case "enter":
		return key[:i] + "↵"
	case "up":
		return key[:i] + "↑"
	case "down":
		return key[:i] + "↓"
	case "left":
		return key[:i] + "←"
	case "right":
		return key[:i] + "→"
	}
	return key
}

// Written returns a key as configuration files write it: " " is "space". With reads it back.
func Written(key string) string {
	if body, ok := strings.CutSuffix(key, " "); ok {
		return body + "space"
	}
	return key
}

// Markdown returns the README's table of keys: one heading and one table for each scope that has actions. It ends with a
// newline. The same map always gives the same bytes.
func Markdown(m Map) string {
	var b strings.Builder
	for _, s := range Scopes() {
		actions := m.In(s)
		if len(actions) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "### %s\n\n| key | word | what it does | action |\n|---|---|---|---|\n", s.Title())
		for _, a := range actions {
			fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", codes(a.Keys), cell(a.Word), cell(a.Help), a.ID)
		}
	}
	return b.String()
}

// codes sets keys as code. A backtick needs a longer fence, a pipe would end the cell.
func codes(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	shown := slices.Clone(keys)
	for i, key := range keys {
		text, fence := cell(Show(key, true)), "`"
		if strings.Contains(key, "`") {
			text, fence = " "+text+" ", "``"
		}
		shown[i] = fence + text + fence
	}
	return strings.Join(shown, " ")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
