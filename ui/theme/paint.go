package theme

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/muesli/termenv"
)

const (
	reset   = "\x1b[0m"
	reverse = "7"

	defaultText = "39"
)

// Paint is one role's colours, worked out once for one renderer: writing with
// it is putting a prefix before a text and a reset behind it, some hundred
// times cheaper than rendering a lipgloss style, which matters when a frame
// has a thousand cells. It is for single-line text without styles of its own.
// The zero Paint writes text as it is. A Paint is a pointer inside and cheap to
// copy; comparing two tells whether they are the same role of one theme.
type Paint struct{ p *paint }

type paint struct {
	text   string // parameters of the text colour
	attrs  string // of bold and underline
	back   string // of the background, or reverse
	prefix string
}

func newPaint(text, attrs, back string) Paint {
	params := make([]string, 0, 3)
	for _, s := range []string{attrs, text, back} {
		if s != "" {
			params = append(params, s)
		}
	}
	if len(params) == 0 {
		return Paint{}
	}
	prefix := "\x1b[" + strings.Join(params, ";") + "m"
	return Paint{&paint{text: text, attrs: attrs, back: back, prefix: prefix}}
}

// Render returns s in this paint. An empty s stays empty.
func (p Paint) Render(s string) string {
	if p.p == nil || s == "" {
		return s
	}
	return p.p.prefix + s + reset
}

// Append writes s in this paint to b and returns the longer b.
func (p Paint) Append(b []byte, s string) []byte {
	if p.p == nil || s == "" {
		return append(b, s...)
	}
	b = append(b, p.p.prefix...)
	b = append(b, s...)
	return append(b, reset...)
}

// Switch appends to b what turns writing in paint from into writing in this one: most
// often only another text colour, in a row with a background a fifth of the bytes. End
// a line with Switch of the zero Paint.
func (p Paint) Switch(b []byte, from Paint) []byte {
	switch {
	case p == from:
		return b
	case p.p == nil:
		return append(b, reset...)
	case from.p == nil:
		return append(b, p.p.prefix...)
	case p.p.prefix == from.p.prefix:
		return b
	case p.p.attrs != from.p.attrs || p.p.back != from.p.back:
		return append(append(b, reset...), p.p.prefix...)
	}
	b = append(b, "\x1b["...)
	if p.p.text == "" {
		b = append(b, defaultText...)
	} else {
		b = append(b, p.p.text...)
	}
	return append(b, 'm')
}

// On returns this paint on the background of row: what a cell is written with
// inside a selected row or a revealed secret. A row that brings its own text
// colour (a secret), or whose background is the terminal's two colours
// reversed, replaces this paint's; bold and underline stay.
func (p Paint) On(row Paint) Paint {
	if row.p == nil || row.p.back == "" {
		return p
	}
	text, attrs := "", ""
	if p.p != nil {
		text, attrs = p.p.text, p.p.attrs
	}
	if row.p.text != "" || row.p.back == reverse {
		text = row.p.text
	}
	return newPaint(text, attrs, row.p.back)
}

// And returns this paint with the bold, underline and, where it has none, the
// colours of other: a match inside a muted cell.
func (p Paint) And(other Paint) Paint {
	switch {
	case p.p == nil:
		return other
	case other.p == nil:
		return p
	}
	attrs := p.p.attrs
	if other.p.attrs != "" && !strings.Contains(attrs, other.p.attrs) {
		attrs = strings.Trim(attrs+";"+other.p.attrs, ";")
	}
	return newPaint(first(p.p.text, other.p.text), attrs, first(p.p.back, other.p.back))
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// text returns the parameters of a text colour in this profile, back those of
// a background.
func text(p termenv.Profile, hex string) string { return params(p, hex, false) }
func back(p termenv.Profile, hex string) string { return params(p, hex, true) }

func params(p termenv.Profile, colour string, bg bool) string {
	if p == termenv.TrueColor {
		return exact(colour, bg)
	}
	c := p.Color(colour)
	if c == nil {
		return ""
	}
	return c.Sequence(bg)
}

// exact spells out "#RRGGBB". The library goes by way of floating point and
// comes back one lower now and then.
func exact(hex string, bg bool) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 24)
	if err != nil {
		return ""
	}
	ground := 38
	if bg {
		ground = 48
	}
	return fmt.Sprintf("%d;2;%d;%d;%d", ground, n>>16, n>>8&0xff, n&0xff)
}
