package ui

import (
	"cmp"
	"slices"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/grid"
)

// rowsShown is how many rows a list has on the screen now: what paging moves by. The
// drawing does not depend on it.
func (s *session) rowsShown() int {
	has, n := linesFor(s.height), s.height-3
	for _, line := range []bool{has.blank, has.tabs, has.underline, has.rule} {
		if line {
			n--
		}
	}
	if n >= listHeads {
		n -= 2
	} else {
		n--
	}
	return max(n, 1)
}

// listHeads is the height of a page from which a list shows its column heads.
const listHeads = 6

// moveGrid does the actions of scope List on the grid of a page, and reports whether id
// is one.
func moveGrid(s *session, g *grid.Grid, id keymap.ID) bool {
	return steer(g, id, s.rowsShown())
}

// listOrder is an order of a page's list: by the column its rows are named by, or by
// when they were created.
type listOrder struct {
	column string
	desc   bool
}

// ordersBy are the orders of a list whose rows are named by the column, in the order in
// which sort goes through them.
func ordersBy(column string) []listOrder {
	return []listOrder{{column, false}, {colCreated, true}, {colCreated, false}}
}

// inOrder sorts the rows: byName compares what they are called, created tells when and
// as which number they were created.
func inOrder[T any](rows []T, o listOrder, byName func(a, b T) int, created func(T) (model.Time, uint64)) []T {
	slices.SortStableFunc(rows, func(a, b T) int {
		by := byName(a, b)
		if o.column == colCreated {
			at, aID := created(a)
			bt, bID := created(b)
			by = cmp.Or(cmp.Compare(at, bt), cmp.Compare(aID, bID))
		}
		if o.desc {
			return -by
		}
		return by
	})
	return rows
}
