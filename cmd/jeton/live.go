package main

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/ui"
	"jeton/ui/paint"
)

// live hands every frame of the model to a painter, which writes it at once. Bubble
// Tea's renderer, which would wait for the next of its ticks, gets nothing to draw and
// nowhere to draw it; what it does besides drawing is done here.
type live struct {
	tea.Model
	painter *paint.Painter
	job     *job
}

// Update tells the painter about the window first.
func (l live) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		l.painter.Resized(size.Width)
	}
	m, cmd := l.Model.Update(msg)
	return live{m, l.painter, l.job}, cmd
}

// View hands the frame on; Bubble Tea gets nothing to draw.
func (l live) View() string {
	if frame := l.Model.View(); frame != "" {
		l.painter.Show(strings.Split(frame, "\n"))
	}
	return ""
}

// listen does what the renderer would do at these messages: give the terminal to the
// shell around a suspension, and turn the mouse on and off; and it reads keys as they
// were typed, see [keyboard].
func (l live) listen(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.SuspendMsg:
		if app, ok := l.Model.(*ui.App); ok && app.Held() != "" {
			return ui.KeptRunning{}
		}
		l.job.suspend()
		return tea.ResumeMsg{}
	case continued:
		l.job.resume()
		return tea.ResumeMsg{}
	case tea.KeyMsg:
		return asTyped(msg)
	}
	switch msg {
	case tea.EnableMouseCellMotion():
		_ = l.painter.Mouse(true)
	case tea.DisableMouse():
		_ = l.painter.Mouse(false)
	}
	return msg
}
