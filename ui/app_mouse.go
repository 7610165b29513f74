package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
)

// click does what is under the mouse. A click that comes while a screen waits is lost:
// what it would be heard by is about to change.
func (a *App) click(m tea.MouseMsg) tea.Cmd {
	if m.Action != tea.MouseActionPress {
		return nil
	}
	switch m.Button {
	case tea.MouseButtonWheelUp:
		return a.tell(wheel{-3})
	case tea.MouseButtonWheelDown:
		return a.tell(wheel{3})
	case tea.MouseButtonLeft:
		do, ok := a.Draw(a.s.width, a.s.height).At(m.X, m.Y)
		if !ok || waits(a.top()) {
			return nil
		}
		if todo, ok := do.(act); ok {
			return a.clicked(todo.id)
		}
		a.forgive()
		return a.tell(do)
	}
	return nil
}

// clicked does an action by mouse. A click beside a filter that is being typed keeps
// the filter, and one beside a revealed secret hides it; then it is heard as what it
// is.
func (a *App) clicked(id keymap.ID) tea.Cmd {
	var leave tea.Cmd
	if k, offered := a.offer(id); !offered && k.Scope != keymap.Global {
		switch a.top().Scope() {
		case keymap.Filter:
			leave = a.tell(act{keymap.FilterKeep})
		case keymap.Revealed:
			leave = a.tell(act{keymap.RevealedHide})
		}
	}
	return tea.Batch(leave, a.act(id))
}

func (a *App) toggleMouse() tea.Cmd {
	a.mouse = !a.mouse
	if a.mouse {
		return tea.Batch(tea.EnableMouseCellMotion, a.say(toast{text: "Mouse on."}))
	}
	return tea.Batch(tea.DisableMouse, a.say(toast{text: "Mouse off: the terminal's own selection works."}))
}
