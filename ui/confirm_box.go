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
	alone  bool // nothing is around it: no tabs, no status line
	inner  int  // cells of a line of the body

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
	total, least int  // rows there are, and how many to show before lines are dropped for them
	keep         int  // rows a box has room for even when fewer are found: what is typed must not move
	still        bool // nothing scrolls it
	beyond       int  // things after the last row that have no row
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
	for _, line := range balanced(text, p.inner) {
		p.add(drop, p.line().Text(style, line))
	}
}

// pair adds a muted name and what it is, wrapped beside it.
func (p *panel) pair(drop int, name string, style draw.Style, text string) {
	p.add(drop, factLines(p.s, p.inner, name, style, text)...)
}

// hints adds keys and their words, on as many lines as they need.
func (p *panel) hints(drop int, keys ...keymap.Action) { p.add(drop, p.flow(keys)...) }

func (p *panel) flow(keys []keymap.Action) []*draw.Line {
	lines := []*draw.Line{p.line()}
	for _, k := range keys {
		next, l := p.line(), lines[len(lines)-1]
		if p.hint(next, k); next.X() == 0 {
			continue
		}
		if l.X() > 0 && next.X()+3 > l.Left() {
			l = p.line()
			lines = append(lines, l)
		}
		if l.X() > 0 {
			l.Space(3)
		}
		l.Append(next)
	}
	return lines
}

// answers adds a dialog's last line: what else can be done at the left, and at the right
// the way out and what the dialog is for. Where both do not fit, the right has its own.
func (p *panel) answers(also []keymap.Action, right ...keymap.Action) {
	lines, end := p.flow(also), p.flow(right)
	last := lines[len(lines)-1]
	switch {
	case len(end) > 1:
		lines = append(lines, end...)
	case last.X() == 0 || last.X()+3+end[0].X() <= p.inner:
		last.Right(end[0])
	default:
		lines = append(lines, p.line().Right(end[0]))
	}
	if lines[0].X() == 0 {
		lines = lines[1:]
	}
	p.add(0, lines...)
}

// ends adds one line with hints at both ends, or two where they do not fit.
func (p *panel) ends(drop int, left, right *draw.Line) {
	if left.X()+right.X()+1 > p.inner {
		p.add(drop, left, right)
		return
	}
	p.add(drop, left.Right(right))
}

// unsaved is what a dialog asks about before it throws edits away.
const unsaved = "Your edits are not saved."

// ask adds a question with its answers in place of a dialog's last lines, which stay as
// many: nothing else moves.
func (p *panel) ask(text string, lines int, keys ...keymap.Action) {
	t := p.s.theme
	l := p.line().Text(t.Warning, text).Space(2)
	for i, k := range keys {
		if i > 0 {
			l.Space(3)
		}
		p.hint(l, k)
	}
	if l.Left() > 0 {
		p.add(0, l)
		lines--
	} else {
		p.text(0, t.Warning, text)
		p.hints(0, keys...)
		lines -= 2
	}
	for range lines {
		p.blank(3)
	}
}

func (p *panel) hint(l *draw.Line, k keymap.Action) { hint(p.s, l, k) }

// asciiGlyphs is the name of the glyph set under which keys are written in letters.
const asciiGlyphs = "ascii"

// rows adds the list.
func (p *panel) rows(l panelList) {
	p.list = l
	p.parts = append(p.parts, panelPart{list: true})
}

// room is the height of the body.
func (p *panel) room() int {
	if p.full() || p.alone {
		return overlay.Rows(p.height)
	}
	_, rows := boxArea(p.height)
	return overlay.Rows(rows)
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
	above, below := first, max(p.list.total-first-rows, 0)+p.list.beyond
	for _, part := range parts {
		switch {
		case part.more < 0:
			lines = append(lines, p.unseen(above, 0))
			above = 0
		case part.more > 0:
			lines = append(lines, p.unseen(above, below))
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

// unseen is a line that says how many rows are out of sight above and below; blank when
// none are.
func (p *panel) unseen(above, below int) *draw.Line {
	t, l := p.s.theme, p.line()
	if p.list.still && below > 0 {
		return l.Space(2).Text(t.Muted, fmt.Sprintf("and %s more", short(below)))
	}
	if above > 0 {
		l.Space(2).Text(t.Muted, fmt.Sprintf("%s %s more", t.Glyphs.SortUp, short(above)))
	}
	if below > 0 {
		l.Space(2).Text(t.Muted, fmt.Sprintf("%s %s more", t.Glyphs.SortDown, short(below)))
	}
	return l
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
