package grid

// Grid is the place in a list: how many rows it has, which one the cursor is
// on, and which one is drawn first. The zero Grid is an empty list. Heights are
// the rows of the body, without the column heads; under 1 counts as 1.
type Grid struct {
	Total  int
	Cursor int
	Top    int
}

// Set changes the number of rows. The cursor stays where it is, or goes to the
// last row there is.
func (g *Grid) Set(total int) {
	g.Total = max(total, 0)
	g.Cursor = between(g.Cursor, 0, g.Total-1)
	g.Top = between(g.Top, 0, g.Total-1)
}

// Go puts the cursor on a row, or on the nearest there is.
func (g *Grid) Go(row, height int) {
	g.Cursor = between(row, 0, g.Total-1)
	g.Top = g.First(height)
}

// Move moves the cursor by delta rows.
func (g *Grid) Move(delta, height int) {
	g.Top = g.First(height)
	g.Go(g.Cursor+between(delta, -g.Total, g.Total), height)
}

// Page moves the cursor and the view by pages (negative: up).
func (g *Grid) Page(pages, height int) { g.jump(pages, max(height, 1), height) }

// HalfPage moves the cursor and the view by half pages (negative: up).
func (g *Grid) HalfPage(halves, height int) { g.jump(halves, max(height/2, 1), height) }

func (g *Grid) jump(n, rows, height int) {
	n = between(n, -g.Total, g.Total)
	g.Top = between(g.First(height)+n*rows, 0, g.Total-max(height, 1))
	g.Go(g.Cursor+n*rows, height)
}

// Home puts the cursor on the first row.
func (g *Grid) Home() { g.Cursor, g.Top = 0, 0 }

// End puts the cursor on the last row.
func (g *Grid) End(height int) { g.Go(g.Total-1, height) }

// First returns the row to draw first so that the cursor is on the page: Top
// when it is, else half a page further towards the cursor, or with the cursor
// in the middle when it went farther. It does not change the grid: a drawing
// after a resize is right before the next key.
func (g Grid) First(height int) int {
	h := max(height, 1)
	top := between(g.Top, 0, g.Total-h)
	switch half := max(h/2, 1); {
	case g.Cursor < top:
		if top -= half; g.Cursor < top {
			top = g.Cursor - h/2
		}
	case g.Cursor >= top+h:
		if top += half; g.Cursor >= top+h {
			top = g.Cursor - h/2
		}
	}
	return between(top, 0, g.Total-h)
}

// between returns n, or the bound it is past; low when there is nothing between.
func between(n, low, high int) int { return max(min(n, high), low) }
