package draw

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const esc = 0x1b

// Width returns the number of cells s takes, styles not counted: the measure
// the Bubble Tea renderer uses. For text from people call it after [Safe].
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= ' ' && c < 0x7f:
			w++
			i++
			continue
		case c == esc:
			n := sgr(s[i:])
			if n == 0 {
				return ansi.StringWidth(s)
			}
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		cells := plainCells(r)
		if cells == 0 {
			return ansi.StringWidth(s)
		}
		w += cells
		i += n
	}
	return w
}

// plainCells returns the width of a rune that is a cluster of its own next to
// every other such rune, or 0 for a rune that needs segmentation. It covers
// the letters and the glyphs that fill most screens; segmenting those would
// take most of a frame's time.
func plainCells(r rune) int {
	switch {
	case r >= 0xa1 && r <= 0x24f && r != 0xad, // Latin, without the soft hyphen
		r >= 0x410 && r <= 0x44f,   // Cyrillic
		r >= 0x2500 && r <= 0x259f, // boxes and blocks
		r == '•', r == '…', r == '›', r == '‹', r == '·', r == '▾', r == '●', r == '○', r == '✎':
		return 1
	case r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30fc, // kana
		r >= 0x4e00 && r <= 0x9fff, // ideographs
		r >= 0xac00 && r <= 0xd7a3: // hangul syllables
		return 2
	}
	return 0
}

// sgr returns the length of the colour or attribute sequence s begins with, or
// 0 when s begins with something else.
func sgr(s string) int {
	if len(s) < 3 || s[0] != esc || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == ';', c == ':':
		case c == 'm':
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// sequence returns the length of the control or escape sequence s begins
// with, or 0 when s begins with text.
func sequence(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == esc:
		_, _, n, _ = ansi.DecodeSequence(s, ansi.NormalState, nil)
		return max(n, 1)
	case r < ' ', r >= 0x7f && r < 0xa0, r == utf8.RuneError && n <= 1:
		return n
	}
	return 0
}
