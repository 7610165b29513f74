package ui

import (
	"context"
	"sync/atomic"
	"testing"

	"jeton/model"
)

// lateStore has what it was asked for lie around for as long as a test likes.
type lateStore struct {
	Store
	late atomic.Bool // the next answer with users
	read chan struct{}
	let  chan struct{}
}

func (s *lateStore) Users(ctx context.Context, a model.Actor) ([]model.User, error) {
	all, err := s.Store.Users(ctx, a)
	if s.late.CompareAndSwap(true, false) {
		close(s.read)
		<-s.let
	}
	return all, err
}

// TestReloadedTooLate has the answer to ctrl+r come after somebody was added whom it does not
// know: the session is read once more after it.
func TestReloadedTooLate(t *testing.T) {
	w := newWorld(t)
	s := &lateStore{Store: w.store, read: make(chan struct{}), let: make(chan struct{})}
	r := w.terminalOn(s, w.ana)
	r.until("No agent tokens yet")
	r.press("2")
	r.until("▌ ana")
	r.when("all is read", func() bool { return !r.app.loading })
	s.late.Store(true)
	r.press("ctrl+r")
	<-s.read
	w.person("ben")
	r.when("what is being read is known to be outdated", func() bool { return r.app.stale })
	close(s.let)
	r.until("ben")
}
