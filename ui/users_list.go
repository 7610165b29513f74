package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/theme"
)

// heldList is a list that the session holds whole (users, deployments): what the
// filter leaves of it, and a cursor that follows its row by number.
type heldList[T any] struct {
	s     *session
	all   func() []T       // in the order in which they are shown
	id    func(T) uint64   // never 0
	texts func(T) []string // what the filter looks at
	grid  grid.Grid
	rows  []T
	whole int    // rows without the filter
	near  uint64 // the row under the cursor
	frame int    // lines of the window around the list in a dialog; 0 on a page

	filtering bool
	filter    field
	match     model.Filter
}

// fill takes the rows anew. The cursor stays on its row, or else in its place.
func (l *heldList[T]) fill() { l.find() }

// find fills the list and reports whether the row under the cursor is in it.
func (l *heldList[T]) find() (found bool) {
	l.match = model.NewFilter(l.filter.text)
	all := l.all()
	l.whole, l.rows = len(all), nil
	at := l.grid.Cursor
	for _, row := range all {
		if !l.match.Empty() && !l.match.Match(l.texts(row)...) {
			continue
		}
		if l.id(row) == l.near {
			at, found = len(l.rows), true
		}
		l.rows = append(l.rows, row)
	}
	l.grid.Set(len(l.rows))
	l.grid.Go(at, l.height())
	return found
}

// height is how many rows are on the screen.
func (l *heldList[T]) height() int {
	if l.frame > 0 {
		return max(l.s.height-l.frame, 1)
	}
	return l.s.rowsShown()
}

// selected is the row under the cursor.
func (l *heldList[T]) selected() (row T, ok bool) {
	if l.grid.Cursor >= len(l.rows) {
		return row, false
	}
	return l.rows[l.grid.Cursor], true
}

// hold makes the cursor follow the row it is on now.
func (l *heldList[T]) hold() {
	if row, ok := l.selected(); ok {
		l.near = l.id(row)
	}
}

// follow puts the cursor on a row that is about to come, in sight.
func (l *heldList[T]) follow(id uint64) {
	l.near, l.filter, l.filtering = id, field{}, false
	l.fill()
}

// act does what every list does, and reports whether it did.
func (l *heldList[T]) act(id keymap.ID) bool {
	switch id {
	case keymap.PageFilter:
		l.filtering = true
	case keymap.FilterKeep:
		l.filtering = false
	case keymap.PageBack, keymap.FilterClear:
		l.filtering, l.filter = false, field{}
		l.fill()
	case keymap.FilterErase:
		l.filter = field{}
		l.fill()
	default:
		if !steer(&l.grid, id, l.height()) {
			return false
		}
		l.hold()
	}
	return true
}

// typed takes a key into the filter. Where it leaves the row under the cursor out, the
// first of those it leaves has it.
func (l *heldList[T]) typed(k tea.KeyMsg) {
	if !l.filtering {
		return
	}
	before := l.filter.text
	if l.filter, _ = l.filter.update(k); l.filter.text != before {
		if !l.find() {
			l.grid.Home()
		}
		l.hold()
	}
}

// point takes the mouse: the wheel moves, a click selects and may do more.
func (l *heldList[T]) point(msg tea.Msg) {
	switch msg := msg.(type) {
	case wheel:
		l.grid.Move(msg.rows, l.height())
	case rowChosen:
		l.filtering = false // the filter stays; what is clicked is not typed in
		l.grid.Go(msg.at, l.height())
		if msg.do != "" {
			l.s.post(act{msg.do})
		}
	}
	l.hold()
}

// Place says where the cursor is, and what the filter leaves.
func (l *heldList[T]) Place() string {
	n := len(l.rows)
	place := fmt.Sprintf("%d of %d", min(l.grid.Cursor+1, n), n)
	switch {
	case n == 0 && l.filter.text != "":
		return foundNothing(l.s, l.filter.text, l.filtering)
	case l.filtering:
		return fmt.Sprintf("%s of %s", short(n), short(l.whole))
	case l.filter.text != "":
		return filterPlace(l.s, l.filter.text, place)
	}
	return place
}

// Status is the status line while the filter is typed; otherwise nil.
func (l *heldList[T]) Status(width int) *draw.Line {
	if !l.filtering {
		return nil
	}
	return filterLine(l.s.theme, l.filter, width)
}

// nothing is drawn where the filter leaves no row.
func (l *heldList[T]) nothing(width, height int) draw.Frame {
	return noMatch(l.s, width, height, l.filter.text, l.whole, l.filtering)
}

// filterLine is a filter while it is typed.
func filterLine(t *theme.Theme, f field, width int) *draw.Line {
	return draw.NewLine(width).Space(1).Text(t.Key, "/").Space(1).Text(nil, f.draw(t, max(1, min(60, width-4))))
}

// filtering is the filter as a list's keys offer it, and clearing it where one is kept.
func filtering(s *session, kept field) []keymap.Action {
	keys := []keymap.Action{s.action(keymap.PageFilter, "")}
	if kept.text != "" {
		keys = append(keys, clearFilter(s, keymap.PageBack))
	}
	return keys
}

// clearFilter is the action that is one step back, where that step clears a filter.
func clearFilter(s *session, id keymap.ID) keymap.Action {
	return worded(s.action(id, ""), "clear filter")
}

// foundNothing is the place of the cursor where there is none: what is looked for, as
// long as that does not stand in the field. How many there are is said in the middle.
func foundNothing(s *session, filter string, typing bool) string {
	if typing {
		return ""
	}
	return "/" + shortened(s, filter, 20)
}

// filterKeys are the keys while a filter is typed.
func filterKeys(s *session) []keymap.Action {
	return []keymap.Action{s.action(keymap.FilterKeep, ""), s.action(keymap.FilterClear, ""), s.action(keymap.FilterErase, ""),
		s.action(keymap.FilterUp, ""), s.action(keymap.FilterDown, "")}
}

// marked splits a text from people into what the filter matched, underlined, and the
// rest.
func marked(t *theme.Theme, match model.Filter, text string, style theme.Paint, do any) grid.Cell {
	var cell grid.Cell
	at := 0
	add := func(part string, p theme.Paint) {
		if part != "" {
			cell = append(cell, grid.Segment{Text: t.Safe(part), Paint: p, Do: do})
		}
	}
	for _, span := range match.Spans(text) {
		add(text[at:span.Start], style)
		add(text[span.Start:span.End], style.And(t.Match))
		at = span.End
	}
	add(text[at:], style)
	return cell
}
