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
	mood    mood
	text    string
	undo    model.Change // nil when there is nothing to take back
	refusal bool         // says why nothing was done: gone with the next thing that is
	copied  bool         // the clipboard's own line, which counts down
}

// undoable is the last edit that can be taken back. Whatever else is said meanwhile,
// it can be until its time is over.
type undoable struct {
	toast toast
	until time.Time
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
		a.edit = undoable{t, a.s.now().Add(keep)}
	}
	gen := a.toastGen
	return tea.Tick(keep, func(time.Time) tea.Msg { return toastEnded{gen} })
}

// refuse says why nothing was done.
func (a *App) refuse(why string) tea.Cmd {
	return a.say(toast{mood: careful, text: why, refusal: true})
}

// forgive takes a refusal away: something is being done, or the place it was about is
// left.
func (a *App) forgive() {
	if a.toast.refusal {
		a.toast = toast{}
	}
}

// noUndo says why there is nothing to take back; "" when there is.
func (a *App) noUndo() string {
	if a.edit.toast.undo == nil || !a.s.now().Before(a.edit.until) {
		return "Nothing to undo: only the last description or permissions edit, for a short while."
	}
	return ""
}

// undo takes the last edit back while its time lasts.
func (a *App) undo() tea.Cmd {
	if why := a.noUndo(); why != "" {
		return a.refuse(why)
	}
	a.undoing = newRequest()
	cmd := a.s.change(a.undoing, a.edit.toast.undo)
	a.toast, a.edit = toast{}, undoable{}
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
