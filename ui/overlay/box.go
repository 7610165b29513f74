package overlay

import (
	"strings"

	"jeton/ui/draw"
	"jeton/ui/theme"
)

const (
	pad = 2 // cells of border and space on either side of a box
	// Air is how many cells of the screen must show beside a box; where there
	// are fewer, the dialog is the whole screen.
	Air = 4
)

// Box is a dialog: a title, something to click at the right of its top border
// (a toggle), and a body drawn in [Inner] cells.
type Box struct {
	Theme  *theme.Theme
	Title  string      // made safe
	Right  *draw.Line  // in the top border; nil for nothing
	Border theme.Paint // Theme.Rule, or Theme.Danger where something ends
	Width  int         // with its borders
	Body   draw.Frame
}

// Full reports whether a box of this width is the whole screen on a screen w
// cells wide.
func Full(width, w int) bool { return w < width+Air }

// Inner returns how many cells the body of a box of this width has on a screen
// w cells wide.
func Inner(width, w int) int {
	if Full(width, w) {
		return max(w-2, 0)
	}
	return max(width-2*pad, 0)
}

// Rows returns how many lines the body of any box has on a screen of h lines.
func Rows(h int) int { return max(h-2, 0) }

// Show returns base, w by h cells, with the dialog over it: in the middle with
// a border, or where that leaves no air beside it, the whole screen with a rule
// above and below.
func Show(base draw.Frame, b Box, w, h int) draw.Frame {
	if Full(b.Width, w) {
		return b.full(w, h)
	}
	return Place(base, b.Frame(), w, h)
}

// Frame returns the dialog with its border, Width cells wide and two lines
// higher than its body.
func (b Box) Frame() draw.Frame {
	g, inner := b.Theme.Glyphs, max(b.Width-2*pad, 0)
	rows := []*draw.Line{b.top(g.TopLeft, g.TopRight, b.Width)}
	body := b.Body.Fill(inner, b.Body.Height())
	for _, line := range body.Lines {
		l := draw.NewLine(b.Width).Text(b.Border, g.Side).Space(1).Text(nil, line)
		rows = append(rows, l.Space(1).Text(b.Border, g.Side))
	}
	bottom := draw.NewLine(b.Width).Text(b.Border, g.BottomLeft)
	across(bottom, b.Border, g.Across, b.Width-1)
	rows = append(rows, bottom.Text(b.Border, g.BottomRight))
	f := draw.Rows(rows...)
	f.Zones = append(f.Zones, body.Shift(pad, 1).Zones...)
	return f.Fill(max(b.Width, 0), f.Height())
}

// full returns the dialog as the whole screen.
func (b Box) full(w, h int) draw.Frame {
	rule := b.Theme.Glyphs.Across
	bottom := draw.NewLine(w)
	across(bottom, b.Border, rule, w)
	body := b.Body.Fill(Inner(b.Width, w), Rows(h)).Shift(1, 0)
	return draw.Stack(b.top(rule, rule, w).Frame(), body, bottom.Frame()).Fill(w, h)
}

// top writes the border that carries the title and what is at its right. Where
// both do not fit, the title is cut.
func (b Box) top(left, right string, w int) *draw.Line {
	g := b.Theme.Glyphs
	room := w - 6 // corners, one piece of border and a space at either end
	l := draw.NewLine(w).Text(b.Border, left).Text(b.Border, g.Across)
	if b.Right != nil {
		room -= b.Right.X() + 3
	}
	if title := b.Title; title != "" && room > 0 {
		l.Space(1).Text(b.Theme.Title, draw.Fit(title, min(draw.Width(title), room), g.Ellipsis)).Space(1)
	}
	if b.Right != nil {
		across(l, b.Border, g.Across, w-b.Right.X()-4)
		l.Space(1).Append(b.Right).Space(1)
	}
	across(l, b.Border, g.Across, w-1)
	return l.Text(b.Border, right)
}

// across writes border up to column x.
func across(l *draw.Line, p theme.Paint, glyph string, x int) {
	l.Text(p, strings.Repeat(glyph, max(x-l.X(), 0)))
}
