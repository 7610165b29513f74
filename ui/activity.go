package ui

import (
	"fmt"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// activity is the Activity tab: the history, newest first. Organization Admins see all
// of it, members what concerns them; the store decides.
type activity struct {
	s    *session
	on   bool // it is the tab on the screen
	log  eventLog
	grid grid.Grid

	filtering bool
	filter    field
	match     model.Filter
	chips     eventFields
}

// eventFields are what the events are narrowed to; zero fields are not.
type eventFields struct {
	actor   model.UserID
	action  model.Action
	target  model.Target
	label   string // what the target was called in the event it was taken from
	refused bool
}

// fieldsChosen comes from the dialog that chooses them.
type fieldsChosen struct{ fields eventFields }

// chipGone is a click on a chip: that field is not narrowed any longer.
type chipGone struct{ fields eventFields }

func newActivity(s *session) screen {
	return &activity{s: s, log: eventLog{refill: -1}}
}

// query is what the store is asked for.
func (a *activity) query() model.EventQuery {
	q := model.EventQuery{Actor: a.chips.actor, Target: a.chips.target, Filter: a.filter.text}
	if a.chips.refused {
		q.Outcome = model.Refused
	}
	return q
}

// narrowed reports whether anything but all events is asked for.
func (a *activity) narrowed() bool { return a.filter.text != "" || a.chips != eventFields{} }

// show asks for the events anew, from the newest.
func (a *activity) show() tea.Cmd {
	a.match = model.NewFilter(a.filter.text)
	return a.log.show(a.s, a.query(), a.chips.action)
}

// selected is the event under the cursor.
func (a *activity) selected() (model.Event, bool) { return a.log.at(a.grid.Cursor) }

// Title is the tab's place in the breadcrumb.
func (a *activity) Title() string { return "Activity" }

// Scope is that of the list, or of the filter being typed.
func (a *activity) Scope() keymap.Scope {
	if a.filtering {
		return keymap.Filter
	}
	return keymap.Activity
}

// Place says where the cursor is; while there may be more below, of how many at least.
func (a *activity) Place() string {
	n := a.log.rows()
	total := strconv.Itoa(n)
	switch {
	case !a.narrowed():
		total = strconv.Itoa(max(n, a.log.total))
	case a.log.next != 0 || a.log.reading():
		total += "+"
	}
	switch {
	case n == 0 && a.log.reading():
		return ""
	case n == 0 && a.filter.text != "":
		return foundNothing(a.s, a.filter.text, a.filtering)
	}
	if a.filtering && a.filter.text != "" { // how many match, as on every list
		return fmt.Sprintf("%s of %s", total, short(a.log.total))
	}
	place := fmt.Sprintf("%d of %s", min(a.grid.Cursor+1, n), total)
	if a.filter.text != "" && !a.filtering {
		place = filterPlace(a.s, a.filter.text, place)
	}
	return place
}

// Status is the filter while it is typed; otherwise nil.
func (a *activity) Status(width int) *draw.Line {
	if !a.filtering {
		return nil
	}
	return filterLine(a.s.theme, a.filter, width)
}

// Keys lists what can be done with the list and the selected event.
func (a *activity) Keys() []keymap.Action {
	if a.filtering {
		return filterKeys(a.s)
	}
	one := ""
	if _, ok := a.selected(); !ok {
		one = "No event is selected."
	}
	keys := []keymap.Action{a.s.action(keymap.ActivityDetails, one), a.s.action(keymap.PageFilter, ""), a.s.action(keymap.ActivityField, ""),
		a.s.action(keymap.PageReload, "")}
	if a.narrowed() {
		keys = append(keys, worded(a.s.action(keymap.PageBack, ""), "show all"))
	}
	return keys
}

// Refused is sorting, which a history has no use for.
func (a *activity) Refused() []keymap.Action {
	if a.filtering {
		return nil
	}
	return []keymap.Action{a.s.action(keymap.PageSort, "The history is always newest first.")}
}

// Update takes actions, keys and replies.
func (a *activity) Update(msg tea.Msg) (screen, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case act:
		cmd = a.act(msg.id)
	case tea.KeyMsg:
		cmd = a.typed(msg)
	case wheel:
		a.grid.Move(msg.rows, a.s.rowsShown())
	case rowChosen:
		a.filtering = false // the filter stays; what is clicked is not typed in
		a.grid.Go(msg.at, a.s.rowsShown())
		if msg.do != "" {
			a.s.post(act{msg.do})
		}
	case shown:
		a.on = true
		cmd = a.begin()
	case hidden:
		a.on, a.filtering = false, false
	case fieldsChosen:
		a.chips = msg.fields
		cmd = a.show()
	case chipGone:
		a.chips = msg.fields
		cmd = a.show()
	case storeChanged:
		cmd = a.changed(msg.seq)
	case eventsPaged:
		cmd = a.read(msg)
	default:
		return a, nil
	}
	return a, tea.Batch(cmd, a.settle())
}

// begin reads the newest events, or what came since the tab was left.
func (a *activity) begin() tea.Cmd {
	if !a.log.known {
		return a.show()
	}
	return a.log.changed(a.s, a.s.health.Seq)
}

func (a *activity) changed(seq uint64) tea.Cmd {
	if !a.on {
		a.log.newest = max(a.log.newest, seq)
		return nil
	}
	return a.log.changed(a.s, seq)
}

// read takes events in. Those that came above leave the cursor on its event, and the
// page where it is, unless its top is shown: then they appear there.
func (a *activity) read(m eventsPaged) tea.Cmd {
	first := a.log.old && m.gen == a.log.gen
	cmd, above := a.log.read(a.s, m)
	if first {
		a.grid = grid.Grid{}
	}
	rows, atTop := a.s.rowsShown(), a.grid.Top == 0
	a.grid.Total = a.log.rows()
	a.grid.Cursor += above
	if !atTop || a.grid.Cursor >= rows {
		a.grid.Top += above
	}
	a.grid.Set(a.log.rows())
	a.log.forget(a.grid.Cursor)
	return cmd
}

// settle asks for the rows around the cursor that are not here yet.
func (a *activity) settle() tea.Cmd {
	if !a.on {
		return nil
	}
	rows := a.s.rowsShown()
	return a.log.want(a.s, a.grid.Cursor-2*rows, a.grid.Cursor+2*rows)
}

func (a *activity) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.ActivityDetails:
		if e, ok := a.selected(); ok {
			a.s.push(newEventDetails(a.s, e, a.log.logins, a.chips))
		}
	case keymap.ActivityField:
		e, _ := a.selected()
		a.s.push(newEventFields(a.s, e, a.log.logins, a.chips))
	case keymap.PageFilter:
		a.filtering = true
	case keymap.FilterKeep:
		a.filtering = false
	case keymap.PageReload:
		return a.show()
	case keymap.FilterErase:
		return a.refilter(field{})
	case keymap.FilterClear:
		a.filtering = false
		return a.refilter(field{})
	case keymap.PageBack:
		if a.narrowed() {
			a.chips, a.filter = eventFields{}, field{}
			return a.show()
		}
	default:
		moveGrid(a.s, &a.grid, id)
	}
	return nil
}

// typed takes a key into the filter.
func (a *activity) typed(k tea.KeyMsg) tea.Cmd {
	if !a.filtering {
		return nil
	}
	next, _ := a.filter.update(k)
	return a.refilter(next)
}

// refilter asks anew when the text is another one.
func (a *activity) refilter(next field) tea.Cmd {
	same := next.text == a.filter.text
	a.filter = next
	if same {
		return nil
	}
	return a.show()
}
