package draw

// Style gives a string its colours: a theme.Paint. A nil Style leaves the
// string as it is.
type Style interface{ Render(string) string }

// Line is one line under construction, written left to right. Nothing it is
// given makes it wider than its width: what does not fit is cut. Its methods
// return the line, so that calls chain. Text from people is made [Safe] by the
// caller.
type Line struct {
	width int
	x     int
	text  []byte
	zones []Zone
}

// NewLine returns an empty line of at most width cells.
func NewLine(width int) *Line { return &Line{width: max(width, 0)} }

// Text writes s in a style.
func (l *Line) Text(style Style, s string) *Line {
	w := Width(s)
	if rest := l.width - l.x; w > rest {
		s, w = Cut(s, 0, rest), rest
	}
	if w == 0 {
		return l
	}
	if style != nil {
		s = style.Render(s)
	}
	l.text = append(l.text, s...)
	l.x += w
	return l
}

// Fit writes s in a style in exactly w cells, cut with an ellipsis or padded.
func (l *Line) Fit(style Style, s string, w int, ellipsis string) *Line {
	return l.Text(style, Fit(s, min(w, l.Left()), ellipsis))
}

// Zone writes s in a style and makes its cells answer a click with do.
func (l *Line) Zone(do any, style Style, s string) *Line {
	from := l.x
	return l.Text(style, s).Mark(do, from)
}

// Mark makes all cells from column from to the end written so far answer a
// click with do, above zones recorded earlier.
func (l *Line) Mark(do any, from int) *Line {
	if do != nil && l.x > from {
		l.zones = append(l.zones, Zone{X: from, W: l.x - from, H: 1, Do: do})
	}
	return l
}

// Space writes n spaces.
func (l *Line) Space(n int) *Line { return l.Text(nil, Spaces(min(n, l.Left()))) }

// To writes spaces up to column x; a line already there stays as it is.
func (l *Line) To(x int) *Line { return l.Space(x - l.x) }

// Append writes another line behind this one, zones included.
func (l *Line) Append(other *Line) *Line {
	from := l.x
	l.Text(nil, string(other.text))
	for _, z := range other.zones {
		z.X += from
		if z, ok := z.clip(l.width, 1); ok {
			l.zones = append(l.zones, z)
		}
	}
	return l
}

// Right writes another line at the right edge. The right side wins: the left
// one is cut to leave it its room and one cell between them.
func (l *Line) Right(right *Line) *Line {
	at := max(l.width-right.x, 0)
	if l.x > at-1 {
		l.Trim(at - 1)
	}
	return l.To(at).Append(right)
}

// Trim cuts the line to at most w cells, zones included.
func (l *Line) Trim(w int) *Line {
	w = max(w, 0)
	if l.x <= w {
		return l
	}
	l.text = []byte(Cut(string(l.text), 0, w))
	l.x = w
	kept := make([]Zone, 0, len(l.zones))
	for _, z := range l.zones {
		if z, ok := z.clip(w, 1); ok {
			kept = append(kept, z)
		}
	}
	l.zones = kept
	return l
}

// X returns the column the next segment begins at.
func (l *Line) X() int { return l.x }

// Left returns how many cells are still free.
func (l *Line) Left() int { return l.width - l.x }

// Zones returns what can be clicked on the line, topmost last.
func (l *Line) Zones() []Zone { return l.zones }

// String returns the line as written, without padding.
func (l *Line) String() string { return string(l.text) }

// Frame returns the line as a frame of one line.
func (l *Line) Frame() Frame { return Rows(l) }
