package ui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
	"jeton/ui/clip"
)

// copyState is what we last put on the clipboard: which token, never its value.
type copyState struct {
	gen   int
	token model.TokenID
	said  string    // what copying came to
	until time.Time // when it is cleared; zero when nothing of ours is there
}

// Replies of the clipboard, and its clock.
type (
	copyDone struct {
		gen    int
		token  model.TokenID
		result clip.Result
	}
	clearAndQuit struct{} // the answer to the question before quitting
	clipTick     struct{ gen int }
	clipCleared  struct {
		gen    int
		result clip.Result
		quit   bool
	}
)

// copy puts a value on the clipboard.
func (a *App) copy(m copyAsked) tea.Cmd {
	a.copied.gen++
	if !a.left() {
		a.copied.token = m.token.ID
	}
	gen, s := a.copied.gen, a.s
	return s.ask(func(ctx context.Context) tea.Msg {
		return copyDone{gen, m.token.ID, s.clip.Copy(ctx, m.value.Expose())}
	})
}

func (a *App) copyDone(m copyDone) tea.Cmd {
	if m.gen != a.copied.gen {
		return nil
	}
	if m.result.Outcome == clip.Failed {
		return tea.Batch(a.say(toast{mood: bad, text: m.result.String()}), a.stillThere())
	}
	a.copied = copyState{gen: m.gen, token: m.token, said: m.result.String(), until: a.s.now().Add(a.s.times.Clear)}
	return tea.Batch(a.say(toast{mood: good, copied: true}), a.tickClip())
}

// stillThere sees to it that what a failed copy left on the clipboard is cleared all the
// same: the copy before it, or one that took too long and may have arrived.
func (a *App) stillThere() tea.Cmd {
	switch {
	case !a.left():
		a.copied.until = time.Time{}
		return nil
	case !a.holding():
		a.copied.said, a.copied.until = "It may be on the clipboard all the same.", a.s.now().Add(a.s.times.Clear)
	}
	return a.tickClip()
}

func (a *App) tickClip() tea.Cmd {
	gen := a.copied.gen
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return clipTick{gen} })
}

// holding reports whether our copy may still be on the clipboard, from which it is going to
// be cleared.
func (a *App) holding() bool { return !a.copied.until.IsZero() }

// left reports whether our copy may still be on the clipboard, also where it could not be
// cleared.
func (a *App) left() bool { return a.s.clip.Holding() }

func (a *App) clipTick(m clipTick) tea.Cmd {
	if m.gen != a.copied.gen || !a.holding() {
		return nil
	}
	if a.s.now().Before(a.copied.until) {
		return a.tickClip()
	}
	return a.clearClip(false)
}

func (a *App) clearClip(quit bool) tea.Cmd {
	gen, s := a.copied.gen, a.s
	return s.ask(func(ctx context.Context) tea.Msg { return clipCleared{gen, s.clip.Clear(ctx), quit} })
}

func (a *App) clipCleared(m clipCleared) tea.Cmd {
	if m.quit {
		return tea.Quit
	}
	if m.gen != a.copied.gen {
		return nil
	}
	a.copied.until = time.Time{}
	return a.say(toast{text: m.result.String()})
}

// clipNote is the status line's word about the copy that is still there.
func (a *App) clipNote() string {
	left := a.copied.until.Sub(a.s.now()).Round(time.Second)
	return fmt.Sprintf("%s Cleared in %s while connected.", a.copied.said, clock(max(0, left)))
}

// clock writes a duration as minutes and seconds, "0:41".
func clock(d time.Duration) string {
	n := int(d.Seconds())
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}

// quit leaves, but asks first while our copy is still on the clipboard.
func (a *App) quit() tea.Cmd {
	if !a.left() {
		return tea.Quit
	}
	a.s.push(newQuit(a.s, a.copied.token))
	return nil
}
