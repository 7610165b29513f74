package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/overlay"
)

// boxed is the window width from which dialogs are boxes; under it they are the whole
// screen, with a rule above and below.
const boxed = 68

// panel is a dialog under construction: lines from top to bottom, each with how soon
// it may go when the window is short, and at most one list, which takes the room that
// is left.
type panel struct {
	s      *session
	title  string     // made safe
	right  *draw.Line // in the border, at the right
	danger bool
	inner  int // cells of a line of the body

	want, width, height int
	parts               []panelPart
	list                panelList
}

// panelPart is a line. Of lines with a drop above zero the highest goes first.
type panelPart struct {
	line *draw.Line
	drop int
	list bool // the list stands here
	more int  // says what the list does not show: above it (-1) or below it (1)
}

// panelList draws the rows of a list that can be seen.
type panelList struct {
	total, least int // rows there are, and how many to show before lines are dropped for them
	keep         int // rows a box has room for even when fewer are found: what is typed must not move
	at           grid.Grid
	row          func(i int) *draw.Line
	none         string // said instead of rows when there are none
}

// newPanel begins a dialog that is want cells wide, borders included, where the window
// has that much room.
func newPanel(s *session, want, width, height int) *panel {
	p := &panel{s: s, want: want, width: width, height: height}
	if width < boxed {
		p.want = max(want, boxed-overlay.Air)
	} else {
		p.want = min(want, width-overlay.Air)
	}
	p.inner = overlay.Inner(p.want, width)
	return p
}

func (p *panel) full() bool { return overlay.Full(p.want, p.width) }

// line returns an empty line of the body's width, not yet added.
func (p *panel) line() *draw.Line { return draw.NewLine(p.inner) }

func (p *panel) add(drop int, lines ...*draw.Line) {
	for _, l := range lines {
		p.parts = append(p.parts, panelPart{line: l, drop: drop})
	}
}

func (p *panel) blank(drop int) { p.add(drop, p.line()) }

// above and below add the blank lines around the list, which say how many rows are out
// of sight there.
func (p *panel) above(drop int) { p.parts = append(p.parts, panelPart{drop: drop, more: -1}) }
func (p *panel) below(drop int) { p.parts = append(p.parts, panelPart{drop: drop, more: 1}) }

// text adds a text, made safe by the caller, on as many lines as it needs.
func (p *panel) text(drop int, style draw.Style, text string) {
	for _, line := range paragraph(text, p.inner) {
		p.add(drop, p.line().Text(style, line))
	}
}

// pair adds a muted name and what it is, wrapped beside it.
func (p *panel) pair(drop int, name string, style draw.Style, text string) {
	p.add(drop, factLines(p.s, p.inner, name, style, text)...)
}

// hints adds keys and their words, on as many lines as they need.
func (p *panel) hints(drop int, keys ...keymap.Action) {
	l := p.line()
	for _, k := range keys {
		next := p.line()
		p.hint(next, k)
		if l.X() > 0 && next.X()+3 > l.Left() {
			p.add(drop, l)
			l = p.line()
		}
		if l.X() > 0 {
			l.Space(3)
		}
		l.Append(next)
	}
	p.add(drop, l)
}

// ends adds one line with hints at both ends, or two where they do not fit.
func (p *panel) ends(drop int, left, right *draw.Line) {
	if left.X()+right.X()+1 > p.inner {
		p.add(drop, left, right)
		return
	}
	p.add(drop, left.Right(right))
}

func (p *panel) hint(l *draw.Line, k keymap.Action) { hint(p.s, l, k) }

// asciiGlyphs is the name of the glyph set under which keys are written in letters.
const asciiGlyphs = "ascii"

// rows adds the list.
func (p *panel) rows(l panelList) {
	p.list = l
	p.parts = append(p.parts, panelPart{list: true})
}

// room is the height of the body. A box in a window tall enough leaves the status line
// in sight, where App answers.
func (p *panel) room() int {
	n := overlay.Rows(p.height)
	if p.full() || p.height < 16 {
		return n
	}
	return n - 4
}

// fit drops the lines for which there is no room and returns those that stay with the
// number of rows left for the list.
func (p *panel) fit() ([]panelPart, int) {
	parts, room := p.parts, p.room()
	fixed := 0
	for _, part := range parts {
		if !part.list {
			fixed++
		}
	}
	for fixed+min(p.list.total, p.list.least) > room {
		at := -1
		for i, part := range parts {
			if part.drop > 0 && (at < 0 || part.drop >= parts[at].drop) {
				at = i
			}
		}
		if at < 0 {
			break
		}
		parts = append(parts[:at:at], parts[at+1:]...)
		fixed--
	}
	rows := max(room-fixed, 0)
	if !p.full() {
		rows = min(rows, max(p.list.total, p.list.keep))
	}
	return parts, rows
}

// listHeight is the number of rows the list shows: what paging moves by.
func (p *panel) listHeight() int {
	_, rows := p.fit()
	return max(rows, 1)
}

// body draws the lines that stay and the rows in view.
func (p *panel) body() []*draw.Line {
	var lines []*draw.Line
	parts, rows := p.fit()
	first := p.list.at.First(rows)
	for _, part := range parts {
		switch {
		case part.more < 0:
			lines = append(lines, p.unseen(p.s.theme.Glyphs.SortUp, first))
		case part.more > 0:
			lines = append(lines, p.unseen(p.s.theme.Glyphs.SortDown, p.list.total-first-rows))
		case !part.list:
			lines = append(lines, part.line)
		default:
			for i := range rows {
				lines = append(lines, p.row(first+i))
			}
		}
	}
	return lines[:min(len(lines), p.room())]
}

// row draws a row of the list, or what stands where there is none.
func (p *panel) row(i int) *draw.Line {
	switch {
	case i < p.list.total:
		return p.list.row(i)
	case i == 0:
		return p.line().Space(2).Text(p.s.theme.Muted, p.list.none)
	}
	return p.line()
}

// unseen is a line that says how many rows are out of sight; blank when none are.
func (p *panel) unseen(arrow string, n int) *draw.Line {
	if n <= 0 {
		return p.line()
	}
	return p.line().Space(2).Text(p.s.theme.Muted, fmt.Sprintf("%s %s more", arrow, short(n)))
}

// frame draws the dialog: a box, or the whole screen.
func (p *panel) frame() draw.Frame {
	lines := p.body()
	b := overlay.Box{Theme: p.s.theme, Title: p.title, Right: p.right, Border: p.s.theme.Rule, Width: p.want, Body: draw.Rows(lines...)}
	if p.danger {
		b.Border = p.s.theme.Danger
	}
	if p.full() {
		return overlay.Show(draw.Frame{}, b, p.width, p.height)
	}
	f := b.Frame()
	return f.Fill(min(p.want, p.width), min(f.Height(), p.height))
}
