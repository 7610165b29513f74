package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/overlay"
)

// quitting asks what becomes of the secret that is still on the clipboard.
type quitting struct {
	s     *session
	token model.TokenID
}

func newQuit(s *session, token model.TokenID) screen { return &quitting{s, token} }

// Title is the dialog's place in the breadcrumb.
func (q *quitting) Title() string { return "Quit" }

// Scope is that of the question before quitting.
func (q *quitting) Scope() keymap.Scope { return keymap.Quit }

// Keys lists the answers.
func (q *quitting) Keys() []keymap.Action {
	return []keymap.Action{q.s.action(keymap.QuitKeep, ""), q.s.action(keymap.QuitClear, ""), q.s.action(keymap.QuitStay, "")}
}

// Update takes the answer.
func (q *quitting) Update(msg tea.Msg) (screen, tea.Cmd) {
	a, ok := msg.(act)
	if !ok {
		return q, nil
	}
	switch a.id {
	case keymap.QuitKeep:
		return q, tea.Quit
	case keymap.QuitClear:
		return q, func() tea.Msg { return clearAndQuit{} }
	case keymap.QuitStay:
		q.s.pop()
	}
	return q, nil
}

// Draw draws the question on one line where it fits, in a box no wider than it needs.
func (q *quitting) Draw(width, height int) draw.Frame {
	line := draw.NewLine(width).Text(q.s.theme.Warning, fmt.Sprintf("Token %d is on the clipboard.", q.token))
	keys := draw.NewLine(width)
	for _, k := range q.Keys() {
		if keys.X() > 0 {
			keys.Space(3)
		}
		hint(q.s, keys, k)
	}
	const frame, gap = 4, 2
	if want := line.X() + gap + keys.X() + frame; !overlay.Full(want, width) {
		p := q.panel(want, width, height)
		p.add(0, line.Space(gap).Append(keys))
		return p.frame()
	}
	p := q.panel(max(line.X(), keys.X())+frame, width, height)
	p.blank(2)
	p.add(0, line)
	p.blank(1)
	p.hints(0, q.Keys()...)
	return p.frame()
}

func (q *quitting) panel(want, width, height int) *panel {
	p := newPanel(q.s, want, width, height)
	p.title = q.Title()
	return p
}
