package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
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

// Draw draws the question on one line where it fits.
func (q *quitting) Draw(width, height int) draw.Frame {
	t := q.s.theme
	p := newPanel(q.s, 80, width, height)
	text := fmt.Sprintf("Token %d is on the clipboard.", q.token)
	line := p.line().Text(t.Warning, text)
	keys := p.line()
	for _, k := range q.Keys() {
		if keys.X() > 0 {
			keys.Space(3)
		}
		p.hint(keys, k)
	}
	if line.X()+2+keys.X() <= p.inner {
		p.add(0, line.Space(2).Append(keys))
		return p.frame()
	}
	p.add(0, line)
	p.blank(1)
	p.hints(0, q.Keys()...)
	return p.frame()
}
