package draw

import "strings"

const reset = "\x1b[0m"

// Fit returns s in exactly w cells: padded with spaces on the right, or cut
// between grapheme clusters and ended with the ellipsis (which may be empty).
// It works on styled strings; the padding is not styled. A w under 1 gives "".
func Fit(s string, w int, ellipsis string) string {
	return fit(s, w, ellipsis, padRight)
}

// FitRight is [Fit] with the text at the right edge.
func FitRight(s string, w int, ellipsis string) string {
	return fit(s, w, ellipsis, padLeft)
}

// FitCenter is [Fit] with the text in the middle, a spare cell on the right.
func FitCenter(s string, w int, ellipsis string) string {
	return fit(s, w, ellipsis, padBoth)
}

// FitTail is [Fit] showing the end of a text that is too long, with the
// ellipsis in front: for a text field whose cursor is at the end.
func FitTail(s string, w int, ellipsis string) string {
	have := Width(s)
	if have <= w || w < 1 {
		return Fit(s, w, "")
	}
	if Width(ellipsis) > w {
		ellipsis = ""
	}
	keep := w - Width(ellipsis)
	return exact(ellipsis+Cut(s, have-keep, have), w)
}

// Cut returns cells from up to, not including, to of s, in exactly to-from
// cells: the styles in force at its first cell are set again, those in force
// at its last are reset, and half a wide rune at either edge is a space.
func Cut(s string, from, to int) string {
	from = max(from, 0)
	if to <= from {
		return ""
	}
	return exact(window(s, from, to, ""), to-from)
}

type padding int

const (
	padRight padding = iota
	padLeft
	padBoth
)

func fit(s string, w int, ellipsis string, pad padding) string {
	if w < 1 {
		return ""
	}
	if !tidy(s) {
		s = window(s, 0, len(s)+1, "")
	}
	have := Width(s)
	if have > w {
		e := Width(ellipsis)
		if e > w {
			e, ellipsis = 0, ""
		}
		s = shorten(s, w-e, ellipsis)
		return exact(s+Spaces(w-Width(s)), w)
	}
	if have == w {
		return s
	}
	left := 0
	switch pad {
	case padLeft:
		left = w - have
	case padBoth:
		left = (w - have) / 2
	}
	return exact(Spaces(left)+s+Spaces(w-have-left), w)
}

// shorten cuts s to at most w cells and writes the ellipsis right behind what is left:
// half a wide rune is left out, and so is part of an escape, which would say something
// else or nothing.
func shorten(s string, w int, ellipsis string) string {
	if ellipsis == "" {
		return window(s, 0, w, "")
	}
	c := &cutter{to: w, whole: true}
	if strings.IndexByte(s, esc) >= 0 {
		return c.cut(s, ellipsis)
	}
	head := c.cut(s, "")
	return head[:whole(s, head)] + ellipsis
}

// whole returns how much of head, a beginning of s, ends with a whole escape of [Safe]
// if it ends with one.
func whole(s, head string) int {
	const longest = 10
	at := strings.LastIndexByte(head, '\\')
	if at < len(head)-longest || at < 0 || !strings.HasPrefix(s, head) || escapeLen(s[at:]) <= len(head)-at {
		return len(head)
	}
	return at
}

// escapeLen returns the length of the escape s begins with, or 0.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	n := map[byte]int{'x': 4, 'u': 6, 'U': 10}[s[1]]
	if n == 0 || len(s) < n || strings.Trim(s[2:n], "0123456789abcdef") != "" {
		return 0
	}
	return n
}

// tidy reports whether s holds no control but styles, and only valid UTF-8.
func tidy(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c < 0x7f {
			continue
		}
		if c == esc {
			if n := sgr(s[i:]); n > 0 {
				i += n - 1
				continue
			}
			return false
		}
		if c < ' ' || c == 0x7f {
			return false
		}
		n := sequence(s[i:])
		if n > 0 {
			return false
		}
		i += runeLen(s[i:]) - 1
	}
	return true
}

// exact is the promise behind every function here: w cells, whatever s is. It
// only has work to do when two pieces put together measure differently than
// apart, which text from [Safe] does not.
func exact(s string, w int) string {
	if Width(s) == w {
		return s
	}
	var b strings.Builder
	for _, r := range window(s, 0, w, "") {
		switch {
		case r == esc, r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		default:
			b.WriteByte('?')
		}
	}
	s = window(b.String(), 0, w, "")
	return s + Spaces(w-Width(s))
}

const blanks = "                                                                                                                                "

// Spaces returns n spaces, none when n is under 1.
func Spaces(n int) string {
	switch {
	case n < 1:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}
