package grid

import (
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// Segment is a piece of a cell: text made safe, its paint, and what a click on
// it does (nil: what a click on the row does).
type Segment struct {
	Text  string
	Paint theme.Paint
	Do    any
}

// Cell is what stands in one column of a row, left to right. What does not fit
// is cut with an ellipsis.
type Cell []Segment

// Plain returns a cell of one segment.
func Plain(p theme.Paint, s string) Cell { return Cell{{Text: s, Paint: p}} }

// Row is one row to draw.
type Row struct {
	Cells []Cell // by the index of the columns asked for; missing ones are empty
	Do    any    // what a click anywhere on the row does; cells come above it
	// Full, when it has lines, replaces the cells: an editor, a revealed secret.
	// It is drawn in [Inner] cells behind the marker, each line as one line of
	// the table, on its own background; its zones stay.
	Full draw.Frame
	// Bleed draws Full over the whole width, without margin and marker.
	Bleed bool
}

// Options are what a table is drawn from.
type Options struct {
	Width, Height int // of the frame, heads included
	Theme         *theme.Theme
	Columns       []Column
	// Row returns row i, which is drawn now: it is called for visible rows only.
	Row func(i int) Row
	// Heads draws the line of column titles above the rows.
	Heads bool
	Sort  string // ID of the column the list is sorted by, "" for none
	Desc  bool   // the largest first
	// Idle draws no selection: another part of the screen has the keys.
	Idle bool
}

// Body returns how many rows the table shows: the height to move the grid with.
func (o Options) Body() int {
	if o.Heads {
		return max(o.Height-1, 0)
	}
	return max(o.Height, 0)
}

// View draws the table: exactly Height lines of exactly Width cells.
func (g Grid) View(o Options) draw.Frame {
	p := painter{Options: o, cols: Layout(o.Columns, o.Width)}
	if o.Height < 1 || o.Width < 1 {
		return draw.Frame{}.Fill(o.Width, o.Height)
	}
	p.lines = make([]string, 0, o.Height+1)
	p.zones = make([]draw.Zone, 0, 2*o.Height)
	body := o.Body()
	from := g.First(body)
	top, bottom := 0, 0 // the lines of the cursor's row
	for i := from; i < g.Total && (len(p.lines) < body || i <= g.Cursor); i++ {
		at := len(p.lines)
		p.row(o.Row(i), i == g.Cursor && !o.Idle)
		if i == g.Cursor {
			top, bottom = at, len(p.lines)
		}
	}
	f := draw.Frame{Lines: p.lines, Zones: p.zones}
	if out := min(bottom-body, top); out > 0 {
		f = f.Shift(0, -out) // a row of several lines at the end of the page
	}
	for len(f.Lines) < body {
		f.Lines = append(f.Lines, draw.Spaces(o.Width))
	}
	f = f.Trim(body)
	if o.Heads {
		return p.heads().Below(f)
	}
	return f
}

// painter writes the lines of one frame.
type painter struct {
	Options
	cols  []Placed
	lines []string
	zones []draw.Zone
	buf   []byte
	paint theme.Paint // in force at the end of buf
	x     int
}

func (p *painter) row(r Row, selected bool) {
	if len(r.Full.Lines) > 0 {
		p.full(r, selected)
		return
	}
	var back theme.Paint
	if selected {
		back = p.Theme.Selected
	}
	p.begin(selected, back)
	p.zone(0, p.Width, r.Do)
	for _, c := range p.cols {
		p.space(c.X-p.x, back)
		var cell Cell
		if c.Index < len(r.Cells) {
			cell = r.Cells[c.Index]
		}
		p.cell(c, cell, back)
	}
	p.space(p.Width-Margin-p.x, back)
	p.end()
}

// begin writes the margin and the marker.
func (p *painter) begin(selected bool, back theme.Paint) {
	p.buf, p.x = p.buf[:0], 0
	if p.Width < Margin+Marker {
		return
	}
	p.space(Margin, theme.Paint{})
	if selected {
		p.write(p.Theme.Glyphs.Marker, 1, p.Theme.Accent.On(back))
		p.space(Marker-1, back)
		return
	}
	p.space(Marker, back)
}

// end finishes the line with the right margin.
func (p *painter) end() {
	p.space(p.Width-p.x, theme.Paint{})
	p.buf, p.paint = theme.Paint{}.Switch(p.buf, p.paint), theme.Paint{}
	line := string(p.buf)
	if p.x > p.Width {
		line = draw.Fit(line, p.Width, "")
	}
	p.lines = append(p.lines, line)
}

// cell writes a cell in the width of its column; the blanks after it are left to
// what comes next, which writes them with its own.
func (p *painter) cell(c Placed, cell Cell, back theme.Paint) {
	want := 0
	for _, s := range cell {
		want += draw.Width(s.Text)
	}
	room := c.W
	if c.Right && want < room {
		p.space(room-want, back)
		room = want
	}
	for i, s := range cell {
		if room == 0 {
			break
		}
		w := draw.Width(s.Text)
		if w > room || w == room && i < len(cell)-1 && want > c.W {
			s.Text, w = p.cut(s.Text, room), room
		}
		p.zone(p.x, w, s.Do)
		p.write(s.Text, w, s.Paint.On(back))
		room -= w
	}
}

// cut shortens s to w cells and says that there was more.
func (p *painter) cut(s string, w int) string {
	if draw.Width(s) <= w {
		s += draw.Spaces(w - draw.Width(s) + 1)
	}
	return draw.Fit(s, w, p.Theme.Glyphs.Ellipsis)
}

// full writes a row that is not made of cells.
func (p *painter) full(r Row, selected bool) {
	x, w := Margin+Marker, Inner(p.Width)
	if r.Bleed || w == 0 {
		x, w = 0, p.Width
	}
	y := len(p.lines)
	f := r.Full.Fill(w, len(r.Full.Lines))
	for i, line := range f.Lines {
		p.buf, p.x = p.buf[:0], 0
		if x > 0 {
			p.begin(selected && i == 0, theme.Paint{})
		}
		p.write(line, w, theme.Paint{})
		p.zoneAt(0, y+i, p.Width, r.Do)
		p.end()
	}
	for _, z := range f.Zones {
		z.X += x
		z.Y += y
		p.zones = append(p.zones, z)
	}
}

func (p *painter) heads() draw.Frame {
	p.lines, p.zones = nil, nil
	p.begin(false, theme.Paint{})
	for _, c := range p.cols {
		p.space(c.X-p.x, theme.Paint{})
		title := c.Title
		if c.ID == p.Sort && p.Sort != "" {
			// the arrow stays when the title is too long
			arrow := " " + p.arrow()
			title = draw.Fit(title, min(draw.Width(title), c.W-draw.Width(arrow)), p.Theme.Glyphs.Ellipsis) + arrow
		}
		p.cell(c, Cell{{Text: title, Paint: p.Theme.Muted, Do: c.Do}}, theme.Paint{})
	}
	p.end()
	return draw.Frame{Lines: p.lines, Zones: p.zones}
}

func (p *painter) arrow() string {
	if p.Desc {
		return p.Theme.Glyphs.SortDown
	}
	return p.Theme.Glyphs.SortUp
}

func (p *painter) write(s string, w int, paint theme.Paint) {
	if s == "" {
		return
	}
	p.buf = append(paint.Switch(p.buf, p.paint), s...)
	p.paint = paint
	p.x += w
}

func (p *painter) space(n int, paint theme.Paint) {
	if n > 0 {
		p.write(draw.Spaces(n), n, paint)
	}
}

func (p *painter) zone(x, w int, do any) { p.zoneAt(x, len(p.lines), w, do) }

func (p *painter) zoneAt(x, y, w int, do any) {
	if do != nil && w > 0 {
		p.zones = append(p.zones, draw.Zone{X: x, Y: y, W: w, H: 1, Do: do})
	}
}
