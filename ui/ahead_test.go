package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"jeton/model"
)

// slowStore answers changes and reveals when a test lets it, and counts reveals.
type slowStore struct {
	Store
	let     chan struct{}
	err     error // of changes
	reveals chan model.Reveal
}

func slow(w *world) *slowStore {
	return &slowStore{Store: w.store, let: make(chan struct{}), reveals: make(chan model.Reveal, 100)}
}

func (s *slowStore) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	<-s.let
	if s.err != nil {
		return model.Event{}, nil, s.err
	}
	return s.Store.Change(ctx, a, r, c)
}

func (s *slowStore) Reveal(ctx context.Context, a model.Actor, r model.Request, c model.Reveal) (model.Secret, error) {
	s.reveals <- c
	<-s.let
	return s.Store.Reveal(ctx, a, r, c)
}

// slowly is a terminal of ana's on a slow store with two tokens.
func slowly(t *testing.T) (*world, *slowStore, *terminal) {
	t.Helper()
	w := newWorld(t)
	w.agent("one")
	w.agent("two")
	s := slow(w)
	r := w.terminalOn(s, w.ana)
	r.until("▌ two")
	return w, s, r
}

// TestCreateTakesWhatIsTypedAhead: letters typed right after n belong to the new
// token's description, never to the token that was selected.
func TestCreateTakesWhatIsTypedAhead(t *testing.T) {
	for name, slow := range map[string]bool{"at once": false, "slow": true} {
		t.Run(name, func(t *testing.T) {
			w, s, r := slowly(t)
			if !slow {
				close(s.let)
			}
			r.press("nyarnX")
			r.press("space", "q", "backspace", "enter")
			if slow {
				r.never("Revoke agent token")
				close(s.let)
			}
			r.until("Description saved")
			r.until("▌ yarnX ")
			if len(s.reveals) != 0 || r.copied.Len() != 0 || r.quit {
				t.Error("a letter was a command")
			}
			if n := w.count(); n != 3 {
				t.Errorf("%d tokens", n)
			}
		})
	}
}

// TestCreateFails: what was typed for the description is for nothing else.
func TestCreateFails(t *testing.T) {
	_, s, r := slowly(t)
	s.err = errors.New("no luck")
	r.press("nyX")
	close(s.let)
	r.until("Not created: no luck.")
	r.never("Revoke agent token")
	if len(s.reveals) != 0 {
		t.Error("a letter was a command")
	}
}

// TestTypingWhileSaving: the list hears what is typed while a description is saved once
// it is, and starts from what was saved.
func TestTypingWhileSaving(t *testing.T) {
	w, s, r := slowly(t)
	r.press("dA")
	r.press("enter")
	r.press("dB")
	r.press("enter")
	close(s.let)
	r.until("▌ twoAB")
	r.when("saving", func() bool { return w.token(2).Description == "twoAB" })
}

func TestSavingFails(t *testing.T) {
	_, s, r := slowly(t)
	s.err = errors.New("no luck")
	r.press("dA")
	r.press("enter")
	r.press("dB")
	close(s.let)
	r.until("No luck.")
	r.until("[twoA ")
}

// TestInterruptDoesNotWait: ctrl+c leaves while a token is being created.
func TestInterruptDoesNotWait(t *testing.T) {
	_, s, r := slowly(t)
	defer close(s.let)
	r.press("n", "ctrl+c")
	r.when("quitting", func() bool { return r.quit })
}

// TestRevealIsCalledOff by whatever is done before the value is there.
func TestRevealIsCalledOff(t *testing.T) {
	for key, there := range map[string]string{"esc": "▌ two", "/": "keep", ":": "Commands", "w": "Who am I", "@": "Manage tokens for",
		"?": "Help", "j": "▌ one", "e": "Permissions ·", "X": "Revoke agent token", "enter": "Agent token 2", "tab": "No user tokens",
		"4": "TIME UTC", "v": "none revoked", "d": "[two", "z": "▌ two", "blur": "▌ two"} {
		t.Run(key, func(t *testing.T) {
			_, s, r := slowly(t)
			if r.press("r"); key == "blur" {
				r.send(blur)
			} else {
				r.press(key)
			}
			r.until(there)
			if r.app.pages[0].screen.(*tokens).reveal.pending() {
				t.Fatal("the reveal goes on")
			}
			close(s.let)
			m := <-r.msgs
			for ; !isRevealed(m); m = <-r.msgs {
				r.send(m)
			}
			r.send(m)
			if tokenValue.MatchString(r.screen()) || r.app.pages[0].screen.(*tokens).reveal.shown() {
				t.Error("the value came all the same")
			}
		})
	}
}

func isRevealed(m any) bool { _, ok := m.(secretRevealed); return ok }

// TestHelpOverASecret: it is out of sight while help lies over it, and its time goes on.
func TestHelpOverASecret(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("▌ one")
	r.press("r")
	r.until("hides in 0:30")
	r.resize(200, 60)
	r.press("?")
	r.until("Help")
	r.never("jta_")
	r.never("hides in")
	w.clock.forward(r.app.s.times.Hide / 2)
	r.press("esc")
	r.until("hides in 0:15")
	r.press("?")
	w.clock.forward(r.app.s.times.Hide)
	r.send(revealTick{r.app.pages[0].screen.(*tokens).reveal.gen})
	r.press("esc")
	r.until("▌ one")
	r.never("jta_")
}

// TestOneEventForAKeyHeldDown: while a reveal or a copy of a token is under way, the
// same again is not asked for.
func TestOneEventForAKeyHeldDown(t *testing.T) {
	for _, key := range []string{"r", "y"} {
		t.Run(key, func(t *testing.T) {
			_, s, r := slowly(t)
			r.press(strings.Repeat(key, 5))
			close(s.let)
			done := "hides in"
			if key == "y" {
				done = "Sent to your terminal's clipboard"
			}
			r.until(done)
			if n := len(s.reveals); n != 1 {
				t.Errorf("%d events", n)
			}
			if key == "y" { // and once it is there, again
				r.press("y")
				r.when("another", func() bool { return len(s.reveals) == 2 })
			}
		})
	}
}

// TestCopyIsNotCalledOff: who goes on to where they want to paste has the copy.
func TestCopyIsNotCalledOff(t *testing.T) {
	_, s, r := slowly(t)
	r.press("y", "j")
	r.send(blur)
	close(s.let)
	r.until("Sent to your terminal's clipboard")
}
