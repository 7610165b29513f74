package grid

// Cells around and between columns.
const (
	Margin = 1 // left and right of the table
	Marker = 2 // the selected row's glyph and a space
	Gap    = 2 // between columns
)

// Inner returns how many cells a row of a table of this width has for its
// columns: what a full-width row is drawn in.
func Inner(width int) int { return max(width-2*Margin-Marker, 0) }

// Column describes a column. Widths are in cells.
type Column struct {
	ID    string // to find it again; not drawn
	Title string
	Want  int // its width, when there is room
	Min   int // its least width; 0 means Want
	// Max is what a flexible column grows to; 0 means all there is.
	Max  int
	Flex bool // takes the room the others leave; at most one column does
	// Priority orders what goes when room runs out: the lowest first. A column
	// whose turn it is shrinks to Min, then goes. The flexible column never does.
	Priority int
	From     int  // shown from this table width on
	Right    bool // its text stands at the right
	Do       any  // what a click on its head does; nil for nothing
}

func (c Column) least() int {
	if c.Min > 0 {
		return min(c.Min, max(c.Want, c.Min))
	}
	return c.Want
}

// Placed is a column that is shown: Index is its place among the columns asked
// for, X its first cell in the table, W its width.
type Placed struct {
	Column
	Index, X, W int
}

// Layout chooses the columns a table of this width shows, and places them.
func Layout(cols []Column, width int) []Placed {
	placed := make([]Placed, 0, len(cols))
	for i, c := range cols {
		if c.From > width {
			continue
		}
		w := max(c.Want, c.least())
		if c.Flex {
			w = c.least()
		}
		placed = append(placed, Placed{Column: c, Index: i, W: w})
	}
	placed = shrink(placed, Inner(width))
	grow(placed, Inner(width))
	x := Margin + Marker
	for i := range placed {
		placed[i].X = x
		x += placed[i].W + Gap
	}
	return placed
}

// used returns the cells that the columns and the gaps between them take.
func used(cols []Placed) int {
	n := Gap * max(len(cols)-1, 0)
	for _, c := range cols {
		n += c.W
	}
	return n
}

// shrink takes room from the columns until they fit.
func shrink(cols []Placed, room int) []Placed {
	for {
		over := used(cols) - room
		if over <= 0 {
			return cols
		}
		i := next(cols)
		switch {
		case i < 0:
			squeeze(cols, room)
			return cols
		case cols[i].W > cols[i].least():
			cols[i].W = max(cols[i].W-over, cols[i].least())
		default:
			cols = append(cols[:i], cols[i+1:]...)
		}
	}
}

// next returns the column whose turn it is to give way, or -1 when there is
// none but the flexible one. Of equals, the rightmost goes first.
func next(cols []Placed) int {
	at := -1
	for i, c := range cols {
		if !c.Flex && (at < 0 || c.Priority <= cols[at].Priority) {
			at = i
		}
	}
	return at
}

// squeeze narrows what is left, one flexible column, under its least width:
// fewer cells than a table is made for, but never more than there are.
func squeeze(cols []Placed, room int) {
	for i := range cols {
		cols[i].W = min(cols[i].W, max(room, 0))
	}
}

// grow gives the flexible column the room that is left.
func grow(cols []Placed, room int) {
	for i := range cols {
		if c := &cols[i]; c.Flex {
			c.W = max(c.W, c.W+room-used(cols))
			if c.Max > 0 {
				c.W = min(c.W, max(c.Max, c.least()))
			}
			return
		}
	}
}
