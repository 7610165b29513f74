package ui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

// Shared is a [Store] on which other processes work too.
type Shared interface {
	// Sharing tells who has the store open: at once, and whenever that changes, until ctx
	// ends. The channel is closed at the end.
	Sharing(ctx context.Context) <-chan model.Sharing
}

// sharingChanged tells who has the store open now.
type sharingChanged struct {
	now  model.Sharing
	more bool
}

// shared begins to hear who has the store open, where others may.
func (a *App) shared(store Store) tea.Cmd {
	s, ok := store.(Shared)
	if !ok {
		return nil
	}
	a.sharing = s.Sharing(a.s.ctx)
	return a.hearSharing()
}

func (a *App) hearSharing() tea.Cmd {
	sharing := a.sharing
	return func() tea.Msg {
		now, more := <-sharing
		return sharingChanged{now, more}
	}
}

// sharingChanged says when the store goes into other hands. What was asked meanwhile is
// answered by whoever has it next.
func (a *App) sharingChanged(m sharingChanged) tea.Cmd {
	if !m.more {
		return nil
	}
	was := a.s.sharing
	a.s.sharing = m.now
	cmd := a.hearSharing()
	if was.Waiting && !m.now.Waiting {
		return tea.Batch(cmd, a.readDirectory())
	}
	return cmd
}

// waiting says that nobody has the store open, or why it is out of reach; "" while it is not.
func (s *session) waiting() string {
	switch {
	case !s.sharing.Waiting:
		return ""
	case s.sharing.Why != "":
		return "Waiting for the store: " + s.sharing.Why
	}
	return "Waiting for the store: who had it open left" + s.theme.Glyphs.Dots
}

// Held says why the program must not stop, "" when it may: others work on the store
// through it.
func (a *App) Held() string {
	switch n := a.s.sharing.Others; n {
	case 0:
		return ""
	case 1:
		return "Another jeton works on the store through this one: it would stop too."
	default:
		return fmt.Sprintf("%d others work on the store through this one: they would stop too.", n)
	}
}

// KeptRunning tells the program that it was asked from outside to stop, and did not.
type KeptRunning struct{}

// openIn says in words who has the store open.
func (s *session) openIn() string {
	switch sh := s.sharing; {
	case sh.Waiting:
		return "nobody, just now"
	case sh.Holder != "":
		return sh.Holder
	case sh.Others == 1:
		return "this jeton, and 1 other through it"
	case sh.Others > 1:
		return fmt.Sprintf("this jeton, and %d others through it", sh.Others)
	}
	return "this jeton"
}
