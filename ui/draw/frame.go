package draw

import (
	"slices"
	"strings"
)

// Zone is a rectangle of a frame, in cells from its top left, that answers a
// click with Do: usually the message or the action its key would give.
type Zone struct {
	X, Y, W, H int
	Do         any
}

func (z Zone) has(x, y int) bool {
	return x >= z.X && x < z.X+z.W && y >= z.Y && y < z.Y+z.H
}

// clip returns the part of z inside w by h cells, and whether there is one.
func (z Zone) clip(w, h int) (Zone, bool) {
	x0, y0 := max(z.X, 0), max(z.Y, 0)
	x1, y1 := min(z.X+z.W, w), min(z.Y+z.H, h)
	return Zone{X: x0, Y: y0, W: x1 - x0, H: y1 - y0, Do: z.Do}, x1 > x0 && y1 > y0
}

// Frame is a drawn rectangle: its lines, top first, and what can be clicked on
// it, topmost zone last. The zero Frame is empty. Methods return a new Frame
// and leave the old one alone.
type Frame struct {
	Lines []string
	Zones []Zone
}

// Text returns a frame of these lines, without zones.
func Text(lines ...string) Frame { return Frame{Lines: lines} }

// Rows returns a frame with one line for each l, and its zones.
func Rows(lines ...*Line) Frame {
	f := Frame{Lines: make([]string, 0, len(lines))}
	for y, l := range lines {
		f.Lines = append(f.Lines, l.String())
		f.Zones = appendShifted(f.Zones, l.zones, 0, y)
	}
	return f
}

// Stack returns the frames one below the other.
func Stack(frames ...Frame) Frame {
	lines, zones := 0, 0
	for _, f := range frames {
		lines, zones = lines+len(f.Lines), zones+len(f.Zones)
	}
	out := Frame{Lines: make([]string, 0, lines), Zones: make([]Zone, 0, zones)}
	for _, f := range frames {
		out.Zones = appendShifted(out.Zones, f.Zones, 0, len(out.Lines))
		out.Lines = append(out.Lines, f.Lines...)
	}
	return out
}

// Below returns f with the other frames below it.
func (f Frame) Below(frames ...Frame) Frame {
	return Stack(append([]Frame{f}, frames...)...)
}

// Beside returns f in exactly w columns with right next to it, as tall as the
// taller of the two.
func (f Frame) Beside(w int, right Frame) Frame {
	h := max(len(f.Lines), len(right.Lines))
	out := f.Fill(w, h)
	for y, line := range right.Lines {
		out.Lines[y] += line
	}
	out.Zones = appendShifted(out.Zones, right.Zones, max(w, 0), 0)
	return out
}

// Fill returns f as exactly h lines, each exactly w cells wide: cut, or padded
// with spaces and blank lines. Zones are cut to the same rectangle. A control
// character in a line, a line break for instance, becomes a '?'.
func (f Frame) Fill(w, h int) Frame {
	w, h = max(w, 0), max(h, 0)
	out := Frame{Lines: make([]string, h)}
	for y := range out.Lines {
		if y < len(f.Lines) {
			out.Lines[y] = Fit(f.Lines[y], w, "")
		} else {
			out.Lines[y] = Spaces(w)
		}
	}
	out.Zones = make([]Zone, 0, len(f.Zones))
	for _, z := range f.Zones {
		if z, ok := z.clip(w, h); ok {
			out.Zones = append(out.Zones, z)
		}
	}
	return out
}

// Shift moves f right by dx cells and down by dy lines. Negative numbers cut
// off the columns and the lines that leave the frame, zones included.
func (f Frame) Shift(dx, dy int) Frame {
	out := Frame{Lines: slices.Clone(f.Lines)}
	if dy < 0 {
		out.Lines = out.Lines[min(-dy, len(out.Lines)):]
	}
	for y, line := range out.Lines {
		if dx < 0 {
			out.Lines[y] = Cut(line, -dx, max(Width(line), -dx))
		} else {
			out.Lines[y] = Spaces(dx) + line
		}
	}
	if dy > 0 {
		out.Lines = append(make([]string, dy), out.Lines...)
	}
	for _, z := range appendShifted(nil, f.Zones, dx, dy) {
		if z, ok := z.clip(z.X+z.W, z.Y+z.H); ok {
			out.Zones = append(out.Zones, z)
		}
	}
	return out
}

// Trim returns the first h lines of f and the zones on them.
func (f Frame) Trim(h int) Frame {
	h = max(h, 0)
	if len(f.Lines) <= h {
		return f
	}
	out := Frame{Lines: f.Lines[:h:h]}
	for _, z := range f.Zones {
		if z, ok := z.clip(z.X+z.W, h); ok {
			out.Zones = append(out.Zones, z)
		}
	}
	return out
}

// At returns what a click on column x of line y does, from the topmost zone
// there, and whether anything is there.
func (f Frame) At(x, y int) (any, bool) {
	for _, z := range slices.Backward(f.Zones) {
		if z.has(x, y) {
			return z.Do, true
		}
	}
	return nil, false
}

// Height returns the number of lines.
func (f Frame) Height() int { return len(f.Lines) }

// Width returns the width of the widest line, in cells.
func (f Frame) Width() int {
	w := 0
	for _, line := range f.Lines {
		w = max(w, Width(line))
	}
	return w
}

// String returns the lines, separated by line breaks, for a Bubble Tea View.
func (f Frame) String() string { return strings.Join(f.Lines, "\n") }

func appendShifted(to, zones []Zone, dx, dy int) []Zone {
	to = slices.Grow(to, len(zones))
	for _, z := range zones {
		z.X += dx
		z.Y += dy
		to = append(to, z)
	}
	return to
}
