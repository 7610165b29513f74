package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/rivo/uniseg"

	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// maxTyped is how many bytes a field takes; far more than anything that is kept, so
// that a paste which is too long can be seen and refused with the reason instead of
// being cut silently.
const maxTyped = 64 << 10

// field is a line of text being typed. It keeps exactly what was typed or pasted,
// hostile or not, draws it escaped, and leaves judging it to the model.
type field struct {
	text      string
	at        int  // byte position of the cursor, always between grapheme clusters
	suggested bool // nobody typed it: typing replaces it, moving the cursor keeps it
}

func newField(text string) field { return field{text: text, at: len(text)} }

// suggestion is a field with a text to take or to type over.
func suggestion(text string) field { return field{text: text, at: len(text), suggested: text != ""} }

// update edits the field and reports whether the key was one for editing.
func (f field) update(k tea.KeyMsg) (field, bool) {
	edited, ok := f.edit(k)
	if !ok || !f.suggested {
		return edited, ok
	}
	if edited.text != f.text {
		edited, _ = field{}.edit(k)
	}
	edited.suggested = false
	return edited, true
}

func (f field) edit(k tea.KeyMsg) (field, bool) {
	switch k.Type {
	case tea.KeyRunes, tea.KeySpace:
		if k.Alt {
			return f, false
		}
		return f.insert(string(k.Runes)), true
	case tea.KeyBackspace:
		return f.cut(f.before(), f.at), true
	case tea.KeyDelete:
		return f.cut(f.at, f.after()), true
	case tea.KeyLeft, tea.KeyCtrlB:
		f.at = f.before()
	case tea.KeyRight, tea.KeyCtrlF:
		f.at = f.after()
	case tea.KeyHome, tea.KeyCtrlA:
		f.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		f.at = len(f.text)
	case tea.KeyCtrlW:
		return f.cut(f.wordBefore(), f.at), true
	case tea.KeyCtrlK:
		return f.cut(f.at, len(f.text)), true
	default:
		return f, false
	}
	return f, true
}

func (f field) insert(s string) field {
	// A pasted line end is the end of what was copied, not part of a one-line text.
	s = strings.TrimRight(s, "\r\n")
	if len(f.text)+len(s) > maxTyped {
		s = s[:max(0, maxTyped-len(f.text))]
	}
	f.text = f.text[:f.at] + s + f.text[f.at:]
	f.at += len(s)
	return f
}

func (f field) cut(from, to int) field {
	f.text = f.text[:from] + f.text[to:]
	f.at = from
	return f
}

func (f field) before() int {
	last := 0
	for at, rest := 0, f.text[:f.at]; rest != ""; {
		var cluster string
		cluster, rest, _, _ = uniseg.FirstGraphemeClusterInString(rest, -1)
		last, at = at, at+len(cluster)
	}
	return last
}

func (f field) after() int {
	if f.at == len(f.text) {
		return f.at
	}
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(f.text[f.at:], -1)
	return f.at + len(cluster)
}

func (f field) wordBefore() int {
	head := strings.TrimRightFunc(f.text[:f.at], unicode.IsSpace)
	return len(strings.TrimRightFunc(head, func(r rune) bool { return !unicode.IsSpace(r) }))
}

// length is the number of characters typed, counted as the model counts what it keeps.
func (f field) length() int { return model.Characters(f.text) }

// draw writes the field into exactly width cells, scrolled so that the cursor is
// visible: a cell of its own style, or a caret at the end where there are no colours.
func (f field) draw(t *theme.Theme, width int) string {
	if width <= 0 {
		return ""
	}
	left, right := t.Safe(f.text[:f.at]), t.Safe(f.text[f.at:])
	if draw.Width(left) > width-1 {
		dots := t.Glyphs.Ellipsis
		if width < 8 {
			dots = ""
		}
		left = dots + tail(t.Safe, f.text[:f.at], width-1-draw.Width(dots))
	}
	under, rest := " ", ""
	if right != "" {
		under, rest, _, _ = uniseg.FirstGraphemeClusterInString(right, -1)
	} else if !t.Colours {
		under = t.Glyphs.Caret
	}
	room := width - draw.Width(left) - draw.Width(under)
	if room < 0 {
		under, rest, room = " ", "", 0
	}
	if f.suggested {
		left = t.Field.On(t.Selected).Render(left)
	} else {
		left = t.Field.Render(left)
	}
	return left + t.Cursor.Render(under) + t.Field.Render(draw.Fit(rest, room, t.Glyphs.Ellipsis))
}

// tail returns the end of s as safe draws it that fits into width cells. What is cut is
// characters, not how they are drawn: half of an escape would be another text.
func tail(safe func(string) string, s string, width int) string {
	const widest = 10 // cells of one escape
	for {
		shown := safe(s)
		over := draw.Width(shown) - width
		if over <= 0 {
			return shown
		}
		for range max(1, over/widest) {
			s = s[first(safe, s):]
		}
	}
}

// first is the length of the first character of s in bytes; of one that takes escapes to
// draw, that of its first code point.
func first(safe func(string) string, s string) int {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
	if draw.Width(safe(cluster)) <= 2 {
		return len(cluster)
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}
