package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// eventFieldsDialog narrows the events to what the selected one has: the same person,
// action or target, or to what was refused. Choosing a field that is on takes it off.
type eventFieldsDialog struct {
	s      *session
	chips  eventFields
	all    []fieldChoice
	found  []fieldChoice
	typed  field
	cursor grid.Grid
	end    ending
}

// fieldChoice is one field: what it would be narrowed to.
type fieldChoice struct {
	name, value string
	on          bool
	fields      eventFields // the outcome of choosing it
}

func newEventFields(s *session, e model.Event, logins map[model.UserID]string, chips eventFields) screen {
	d := &eventFieldsDialog{s: s, chips: chips}
	add := func(name, value string, on bool, set func(*eventFields)) {
		next := chips
		set(&next)
		d.all = append(d.all, fieldChoice{name, value, on, next})
	}
	if e.Actor != 0 || chips.actor != 0 {
		on, id := chips.actor != 0, e.Actor
		if on {
			id = chips.actor
		}
		add("Who", s.login(id, logins), on, func(f *eventFields) { f.actor = unless(on, e.Actor) })
	}
	if e.Action != 0 || chips.action != 0 {
		on, action := chips.action != 0, e.Action
		if on {
			action = chips.action
		}
		add("What", action.String(), on, func(f *eventFields) { f.action = unless(on, e.Action) })
	}
	if (e.Target.Kind != 0 && e.Target.ID != 0) || chips.target.Kind != 0 {
		on, text := chips.target.Kind != 0, targetOf(e.Target, e.Details.Label)
		if on {
			text = targetOf(chips.target, chips.label)
		}
		add("Target", text, on, func(f *eventFields) {
			f.target, f.label = unless(on, e.Target), unless(on, e.Details.Label)
		})
	}
	add("", "Refused attempts only", chips.refused, func(f *eventFields) { f.refused = !f.refused })
	d.find()
	return d
}

// unless returns value, or nothing when a field is to be taken off.
func unless[T any](off bool, value T) (none T) {
	if off {
		return none
	}
	return value
}

// find keeps the fields that contain what is typed.
func (d *eventFieldsDialog) find() {
	filter := model.NewFilter(d.typed.text)
	d.found = nil
	for _, c := range d.all {
		if filter.Match(c.name, c.value) {
			d.found = append(d.found, c)
		}
	}
	d.cursor.Set(len(d.found))
}

// Title is what is chosen.
func (d *eventFieldsDialog) Title() string { return "Filter by field" }

// Scope is that of pickers: what is typed narrows the choices.
func (d *eventFieldsDialog) Scope() keymap.Scope { return keymap.Picker }

// Keys are choosing and leaving.
func (d *eventFieldsDialog) Keys() []keymap.Action {
	off := ""
	if len(d.found) == 0 {
		off = "No field contains what is typed."
	}
	return []keymap.Action{d.s.action(keymap.PickerSelect, off), d.s.action(keymap.PickerCancel, ""),
		d.s.action(keymap.PickerUp, ""), d.s.action(keymap.PickerDown, ""), d.s.action(keymap.PickerClear, "")}
}

// Update takes what is typed and what is chosen.
func (d *eventFieldsDialog) Update(msg tea.Msg) (screen, tea.Cmd) {
	if d.end.again(d.s) {
		return d, nil
	}
	switch msg := msg.(type) {
	case act:
		d.act(msg.id)
	case rowChosen:
		d.cursor.Go(msg.at, len(d.found))
		d.choose()
	case wheel:
		d.cursor.Move(msg.rows, len(d.found))
	case tea.KeyMsg:
		d.typed, _ = d.typed.update(msg)
		d.find()
	}
	return d, nil
}

func (d *eventFieldsDialog) act(id keymap.ID) {
	switch id {
	case keymap.PickerSelect:
		d.choose()
	case keymap.PickerCancel:
		d.end.close(d.s)
	case keymap.PickerClear:
		d.typed = field{}
		d.find()
	default:
		steer(&d.cursor, id, max(len(d.found), 1))
	}
}

func (d *eventFieldsDialog) choose() {
	if d.cursor.Cursor >= len(d.found) {
		return
	}
	d.end.close(d.s)
	d.s.post(fieldsChosen{d.found[d.cursor.Cursor].fields})
}

// Draw draws the fields of the event; those that are on say so.
func (d *eventFieldsDialog) Draw(width, height int) draw.Frame {
	t := d.s.theme
	p := newPanel(d.s, 64, width, height)
	p.title = "Only events with the same" + t.Glyphs.Dots
	p.blank(6)
	if d.typed.text != "" {
		p.add(2, p.line().Text(t.Muted, "Find ").Text(nil, d.typed.draw(t, max(1, p.inner-5))))
	}
	p.rows(panelList{total: len(d.found), least: 2, none: "No field contains what is typed.", at: d.cursor, row: func(i int) *draw.Line {
		c, l := d.found[i], p.line()
		if i == d.cursor.Cursor {
			l.Text(t.Accent, t.Glyphs.Point)
		}
		on := p.line()
		if c.on {
			on.Text(t.Success, t.Glyphs.Check+" on")
		}
		if l.To(2); c.name != "" {
			l.Text(t.Muted, draw.Fit(c.name, 8, ""))
		}
		l.Fit(t.Text, t.Safe(c.value), l.Left()-on.X()-1, t.Glyphs.Ellipsis)
		return l.Right(on).Mark(rowChosen{at: i}, 0)
	}})
	p.below(6)
	keys := d.Keys()
	p.answers(nil, keys[1], keys[0])
	return p.frame()
}
