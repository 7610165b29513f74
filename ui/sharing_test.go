package ui

import (
	"context"
	"strings"
	"testing"

	"jeton/model"
)

// shareable is a store that tells who has it open as the test says.
type shareable struct {
	Store
	sharing chan model.Sharing
}

func (s shareable) Sharing(context.Context) <-chan model.Sharing { return s.sharing }

func newShared(t *testing.T) (*terminal, chan model.Sharing) {
	t.Helper()
	w := newWorld(t)
	w.agent("nightly")
	sharing := make(chan model.Sharing, 1)
	term := w.terminalOn(shareable{w.store, sharing}, w.ana)
	term.until("nightly")
	return term, sharing
}

// TestNobodyHasTheStore says that the store is waited for, for as long as it is.
func TestNobodyHasTheStore(t *testing.T) {
	term, sharing := newShared(t)
	sharing <- model.Sharing{Waiting: true}
	term.until("Waiting for the store: who had it open left")
	sharing <- model.Sharing{Waiting: true, Why: "keyset is missing"}
	term.until("Waiting for the store: keyset is missing")
	sharing <- model.Sharing{Holder: "pid 7, user ben"}
	term.gone("Waiting for the store")
	term.press("5")
	term.until("pid 7, user ben")
}

// TestSuspendWithOthers does not stop while others work on the store through this one.
func TestSuspendWithOthers(t *testing.T) {
	term, sharing := newShared(t)
	sharing <- model.Sharing{Others: 2}
	term.when("others", func() bool { return term.app.Held() != "" })
	term.press("ctrl+z")
	term.until("2 others work on the store through this one")
	term.send(KeptRunning{})
	term.until("2 others work on the store through this one")
	term.press("5")
	term.until("this jeton, and 2 others through it")
	sharing <- model.Sharing{Others: 1}
	term.until("this jeton, and 1 other through it")
	sharing <- model.Sharing{}
	term.when("nobody else", func() bool { return term.app.Held() == "" })
	if strings.Contains(term.screen(), "others") {
		t.Errorf("others are still said:\n%s", term.screen())
	}
}
