package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

const (
	settles  = 120 * time.Millisecond // how long the cursor rests on a row before its use is read
	useEvery = 5 * time.Second        // how often use is read anew while it is shown: it is no change, and nobody is told
)

// useOf is what a screen knows of the use of one token. Its generation is that of the
// token it was begun for: what comes for another is dropped, and with it the tick that
// would have asked again.
type useOf struct {
	s     *session
	token model.TokenID
	gen   int // 0 while nothing is watched
	known bool
	usage model.Usage
	err   error // of the last reading
}

// Messages.
type (
	useDue  struct{ gen int } // it is time to read
	useRead struct {
		gen   int
		usage model.Usage
		err   error
	}
)

// begin watches a token and reads at once: for a dialog that was opened about it.
func (u *useOf) begin(token model.TokenID) tea.Cmd {
	*u = useOf{s: u.s, token: token, gen: u.s.generation()}
	return u.ask()
}

// settle watches the token under the cursor, and reads once the cursor rests there.
func (u *useOf) settle(token model.TokenID) tea.Cmd {
	if u.gen != 0 && u.token == token {
		return nil
	}
	*u = useOf{s: u.s, token: token, gen: u.s.generation()}
	return u.after(settles)
}

// forget ends watching: nothing of it is drawn any more.
func (u *useOf) forget() { *u = useOf{s: u.s} }

func (u *useOf) ask() tea.Cmd {
	s, gen, token := u.s, u.gen, u.token
	return s.ask(func(ctx context.Context) tea.Msg {
		usage, err := s.store.Usage(ctx, s.actor, token)
		return useRead{gen, usage, err}
	})
}

func (u *useOf) after(d time.Duration) tea.Cmd {
	gen := u.gen
	return tea.Tick(d, func(time.Time) tea.Msg { return useDue{gen} })
}

// update reads when it is time to, takes the reply in, and goes on.
func (u *useOf) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case useDue:
		if msg.gen == u.gen && u.gen != 0 {
			return u.ask()
		}
	case useRead:
		if msg.gen != u.gen || u.gen == 0 {
			return nil
		}
		if u.err = msg.err; msg.err == nil {
			u.known, u.usage = true, msg.usage
		}
		return u.after(useEvery)
	}
	return nil
}
