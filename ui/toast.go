package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

// mood is how a toast is meant.
type mood uint8

const (
	plain mood = iota
	good
	careful
	bad
)

// toast is one line in the status row: what happened, and how to take it back.
type toast struct {
	mood mood
	text string
	undo model.Change // nil when there is nothing to take back
}

// saidFor is how long a toast without an undo stays.
const saidFor = 8 * time.Second

// toastEnded takes a toast away, unless another came meanwhile.
type toastEnded struct{ gen int }

// say shows a toast for its time.
func (a *App) say(t toast) tea.Cmd {
	a.toast = t
	a.toastGen++
	keep := saidFor
	if t.undo != nil {
		keep = a.s.times.Undo
	}
	gen := a.toastGen
	return tea.Tick(keep, func(time.Time) tea.Msg { return toastEnded{gen} })
}

// undo takes the last edit back while its toast is shown.
func (a *App) undo() tea.Cmd {
	if a.toast.undo == nil {
		return a.say(toast{mood: careful, text: "Nothing to undo: only the last description or permissions edit, while its message is shown."})
	}
	a.undoing = newRequest()
	cmd := a.s.change(a.undoing, a.toast.undo)
	a.toast = toast{}
	return cmd
}

// undone tells how taking back went.
func (a *App) undone(m changed) tea.Cmd {
	if m.request != a.undoing {
		return nil
	}
	a.undoing = model.Request{}
	if m.err != nil {
		return a.say(toast{mood: bad, text: "Not undone: " + explain(m.err)})
	}
	return a.say(toast{mood: good, text: "Undone."})
}
