package overlay

import "jeton/ui/draw"

// Place returns base, w by h cells, with box in the middle. Only the zones of
// box are left.
func Place(base, box draw.Frame, w, h int) draw.Frame {
	return PlaceAt(base, box, (w-box.Width())/2, (h-box.Height())/2, w, h)
}

// PlaceAt is [Place] with the top left of box at column x of line y, moved as
// far as needed to be all on the screen. A box larger than the screen loses its
// right and its bottom.
func PlaceAt(base, box draw.Frame, x, y, w, h int) draw.Frame {
	w, h = max(w, 0), max(h, 0)
	box = box.Fill(min(box.Width(), w), min(box.Height(), h))
	bw := box.Width()
	x = min(max(x, 0), w-bw)
	y = min(max(y, 0), h-box.Height())
	out := draw.Frame{Lines: base.Fill(w, h).Lines}
	for i, line := range box.Lines {
		under := out.Lines[y+i]
		out.Lines[y+i] = draw.Cut(under, 0, x) + line + draw.Cut(under, x+bw, w)
	}
	for _, z := range box.Zones {
		z.X += x
		z.Y += y
		out.Zones = append(out.Zones, z)
	}
	return out
}
