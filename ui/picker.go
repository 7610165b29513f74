package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// picker chooses whose user tokens are managed. It holds the users' numbers, and draws
// those in view.
type picker struct {
	s       *session
	current model.UserID
	typed   field
	found   []model.User
	at      grid.Grid
}

// pickerChosen is a click on a user.
type pickerChosen struct{ user model.UserID }

func newPicker(s *session, current model.UserID) screen {
	p := &picker{s: s, current: current}
	p.find()
	p.follow(current)
	return p
}

// find keeps the users whose login or name contains what is typed: those whose login
// begins with it come first, then those whose login contains it; among equals oneself.
func (p *picker) find() {
	filter, self := model.NewFilter(p.typed.text), p.s.self.User
	var ranks [3][]model.User
	keep := func(u model.User) {
		if filter.Match(u.Login, u.Name) {
			rank := likeness(filter, u.Login)
			ranks[rank] = append(ranks[rank], u)
		}
	}
	keep(self)
	for _, u := range p.s.users {
		if u.ID != self.ID {
			keep(u)
		}
	}
	p.found = append(append(append(p.found[:0], ranks[0]...), ranks[1]...), ranks[2]...)
	p.at.Set(len(p.found))
}

// likeness ranks a login: 0 where it begins with what is looked for, 1 where it
// contains it, 2 where it does not.
func likeness(filter model.Filter, login string) int {
	spans := filter.Spans(login)
	switch {
	case filter.Empty(), len(spans) > 0 && spans[0].Start == 0:
		return 0
	case len(spans) > 0:
		return 1
	}
	return 2
}

// follow puts the cursor on a user, if found.
func (p *picker) follow(id model.UserID) {
	if i := slices.IndexFunc(p.found, func(u model.User) bool { return u.ID == id }); i >= 0 {
		p.at.Go(i, p.rows())
	}
}

// Title is the dialog's place in the breadcrumb.
func (p *picker) Title() string { return "Manage tokens for" }

// Scope is that of pickers.
func (p *picker) Scope() keymap.Scope { return keymap.Picker }

// Keys lists what the picker answers to.
func (p *picker) Keys() []keymap.Action {
	off := ""
	if len(p.found) == 0 {
		off = "No user's login or name contains what is typed."
	}
	return []keymap.Action{p.s.action(keymap.PickerSelect, off), p.s.action(keymap.PickerCancel, ""),
		p.s.action(keymap.PickerUp, ""), p.s.action(keymap.PickerDown, ""), p.s.action(keymap.PickerPageUp, ""),
		p.s.action(keymap.PickerPageDown, ""), p.s.action(keymap.PickerClear, "")}
}

// Update takes what is typed and who is chosen.
func (p *picker) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		p.act(msg.id)
	case pickerChosen:
		p.choose(msg.user)
	case wheel:
		p.at.Move(msg.rows, p.rows())
	case sessionRenewed:
		p.renew()
	case tea.KeyMsg:
		before := p.typed.text
		if p.typed, _ = p.typed.update(msg); p.typed.text != before {
			p.at.Home()
			p.find()
		}
	}
	return p, nil
}

func (p *picker) act(id keymap.ID) {
	switch id {
	case keymap.PickerSelect:
		if p.at.Cursor < len(p.found) {
			p.choose(p.found[p.at.Cursor].ID)
		}
	case keymap.PickerCancel:
		p.s.pop()
	case keymap.PickerClear:
		p.typed = field{}
		p.at.Home()
		p.find()
	default:
		steer(&p.at, id, p.rows())
	}
}

func (p *picker) choose(id model.UserID) {
	p.s.pop()
	p.s.post(ownerChosen{id})
}

// renew takes in users who came or went; the cursor stays on its user.
func (p *picker) renew() {
	var on model.UserID
	if p.at.Cursor < len(p.found) {
		on = p.found[p.at.Cursor].ID
	}
	p.find()
	p.follow(on)
}

func (p *picker) rows() int { return p.panel(p.s.width, p.s.height).listHeight() }

// Draw draws the field and the users in view.
func (p *picker) Draw(width, height int) draw.Frame { return p.panel(width, height).frame() }

func (p *picker) panel(width, height int) *panel {
	d := newPanel(p.s, 64, width, height)
	d.title = "Manage tokens for"
	d.find(p.typed, len(p.found), max(len(p.s.users), 1))
	d.above(2)
	d.rows(panelList{total: len(p.found), least: 4, keep: len(p.s.users), at: p.at, none: nothingMatches(p.s, p.typed.text), row: func(i int) *draw.Line { return p.row(d, i) }})
	d.below(2)
	d.answers(nil, p.s.action(keymap.PickerCancel, ""), p.s.action(keymap.PickerSelect, ""))
	return d
}

// row writes one user: login, name, and in words what is particular about them.
func (p *picker) row(d *panel, i int) *draw.Line {
	t, u := p.s.theme, p.found[i]
	l := d.line()
	mark, style := " ", draw.Style(t.Text)
	if i == p.at.Cursor {
		mark, style = t.Glyphs.Point, t.Title
	}
	l.Text(t.Accent, mark).Space(1)
	word, wordStyle := "", draw.Style(t.Muted)
	switch {
	case !u.Active():
		word, wordStyle, style = "deactivated", t.Warning, t.Muted
	case u.ID == p.s.self.User.ID:
		word = "you"
	case u.ID == p.current:
		word = "shown now"
	}
	login := max(min(24, d.inner/2-2), 1)
	l.Fit(style, t.Safe(u.Login), login, t.Glyphs.Ellipsis).Space(1)
	l.Fit(t.Muted, t.Safe(u.Name), max(l.Left()-draw.Width(word)-1, 0), t.Glyphs.Ellipsis)
	return l.Right(draw.NewLine(d.inner).Text(wordStyle, word)).Mark(pickerChosen{u.ID}, 0)
}
