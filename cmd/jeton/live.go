package main

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/ui/paint"
)

// live hands every frame of the model to a painter, which writes it at once. Bubble
// Tea's renderer, which would wait for the next of its ticks, gets nothing to draw and
// nowhere to draw it; what it does besides drawing is done here.
type live struct {
	tea.Model
	painter *paint.Painter
}

// Update tells the painter about the window first.
func (l live) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		l.painter.Resized(size.Width)
	}
	m, cmd := l.Model.Update(msg)
	return live{m, l.painter}, cmd
}

// View hands the frame on; Bubble Tea gets nothing to draw.
func (l live) View() string {
	if frame := l.Model.View(); frame != "" {
		l.painter.Show(strings.Split(frame, "\n"))
	}
	return ""
}

// listen does what the renderer would do at these messages: give the terminal to the
// shell around a suspension, and turn the mouse on and off. An error means that the
// terminal is gone, of which reading from it tells as well.
func (l live) listen(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		_ = l.painter.Leave()
	case tea.ResumeMsg:
		_ = l.painter.Enter()
	}
	switch msg {
	case tea.EnableMouseCellMotion():
		_ = l.painter.Mouse(true)
	case tea.DisableMouse():
		_ = l.painter.Mouse(false)
	}
	return msg
}
