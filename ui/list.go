package ui

import (
	"jeton/keymap"
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

// moveGrid does the actions of scope List on any grid and reports whether id is one.
func moveGrid(s *session, g *grid.Grid, id keymap.ID) bool {
	rows := s.rowsShown()
	switch id {
	case keymap.ListUp, keymap.FilterUp:
		g.Move(-1, rows)
	case keymap.ListDown, keymap.FilterDown:
		g.Move(1, rows)
	case keymap.ListPageUp:
		g.Page(-1, rows)
	case keymap.ListPageDown:
		g.Page(1, rows)
	case keymap.ListHalfUp:
		g.HalfPage(-1, rows)
	case keymap.ListHalfDown:
		g.HalfPage(1, rows)
	case keymap.ListTop:
		g.Home()
	case keymap.ListBottom:
		g.End(rows)
	default:
		return false
	}
	return true
}
