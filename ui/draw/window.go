package draw

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// window writes the cells of s from up to to, then tail. It is shorter than
// asked for when s ends early, and never longer.
func window(s string, from, to int, tail string) string {
	return (&cutter{from: from, to: to}).cut(s, tail)
}

// cut walks over s and returns what is written of it, with the tail in the last style.
func (c *cutter) cut(s, tail string) string {
	c.b.Grow(min(len(s), c.to-c.from+64) + len(tail))
	for len(s) > 0 && c.x < c.to {
		s = s[c.next(s):]
	}
	c.open()
	c.b.WriteString(tail)
	if c.active {
		c.b.WriteString(reset)
	}
	return c.b.String()
}

// cutter walks over a styled string. pending holds the styles met since the
// last reset that the output does not have yet: those before the first cell
// are written with it, and none is written that colours nothing.
type cutter struct {
	b        strings.Builder
	from, to int
	x        int
	whole    bool // half a cluster at the end is left out instead of being a space
	pending  []string
	dirty    bool // the output is to be reset before pending
	active   bool // the output ends with a style in force
}

// next consumes one sequence or one cluster of s and returns its length.
func (c *cutter) next(s string) int {
	if n := sgr(s); n > 0 {
		c.style(s[:n])
		return n
	}
	if n := sequence(s); n > 0 {
		c.cell("?", 1)
		return n
	}
	if s[0] < 0x7f && (len(s) == 1 || s[1] < 0x80) {
		c.cell(s[:1], 1)
		return 1
	}
	cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if len(cluster) == 0 || !utf8.ValidString(cluster) {
		c.cell("?", 1)
		return runeLen(s)
	}
	c.cell(cluster, w)
	return len(cluster)
}

func (c *cutter) style(seq string) {
	if seq == reset || seq == "\x1b[m" {
		c.pending = c.pending[:0]
		c.dirty = c.active
		return
	}
	c.pending = append(c.pending, seq)
}

// open writes the styles that apply from here on.
func (c *cutter) open() {
	if c.dirty {
		c.b.WriteString(reset)
		c.dirty, c.active = false, false
	}
	for _, seq := range c.pending {
		c.b.WriteString(seq)
		c.active = true
	}
	c.pending = c.pending[:0]
}

// cell writes a cluster of w cells, or spaces for the part of it inside.
func (c *cutter) cell(cluster string, w int) {
	start, end := c.x, c.x+w
	c.x = end
	inside := min(end, c.to) - max(start, c.from)
	switch {
	case w == 0 && start > c.from && start < c.to:
		c.b.WriteString(cluster)
	case inside <= 0, c.whole && end > c.to:
	case inside == w:
		c.open()
		c.b.WriteString(cluster)
	default:
		c.open()
		c.b.WriteString(Spaces(inside))
	}
}

func runeLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}
