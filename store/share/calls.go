package share

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"jeton/model"
)

// lossesAtLeast is how often an answer is lost before it may be given up.
const lossesAtLeast = 20

// call asks wherever the organization is open, and again elsewhere if that is gone. A
// place that is being closed counts as gone, this one too, which may have been yielded.
// Where something answers what is asked to find it, and then loses this one answer time and
// again (a proxy that lets no changes through, say), that is told after Patience.
func call[T any](ctx context.Context, s *Store, ask func(Organization) (T, error)) (T, error) {
	var first time.Time
	var last error // of the answer that was lost
	for lost := 1; ; lost++ {
		l, err := s.link(ctx)
		if err != nil {
			var none T
			if last != nil && errors.Is(err, errNobody) {
				err = last // which knows whether a change may have been made
			}
			return none, err
		}
		out, err := ask(l.Opened)
		if ctx.Err() != nil || !errors.Is(err, model.ErrGone) && !errors.Is(err, model.ErrClosed) {
			return out, err
		}
		if lost == 1 {
			first = time.Now()
		}
		if lost >= lossesAtLeast && time.Since(first) > s.ways.Patience {
			return out, err
		}
		last = err
		s.lost(l)
	}
}

// Session is that of the store.
func (s *Store) Session(ctx context.Context, a model.Actor) (model.Session, error) {
	return call(ctx, s, func(o Organization) (model.Session, error) { return o.Session(ctx, a) })
}

// Tokens is that of the store.
func (s *Store) Tokens(ctx context.Context, a model.Actor, q model.TokenQuery, w model.Window) (model.TokenPage, error) {
	return call(ctx, s, func(o Organization) (model.TokenPage, error) { return o.Tokens(ctx, a, q, w) })
}

// FindTokens is that of the store.
func (s *Store) FindTokens(ctx context.Context, a model.Actor, q model.TokenQuery, after model.TokenID) (model.Match, error) {
	return call(ctx, s, func(o Organization) (model.Match, error) { return o.FindTokens(ctx, a, q, after) })
}

// TokenRows is that of the store.
func (s *Store) TokenRows(ctx context.Context, a model.Actor, ids []model.TokenID) (model.TokenPage, error) {
	return call(ctx, s, func(o Organization) (model.TokenPage, error) { return o.TokenRows(ctx, a, ids) })
}

// Usage is that of the store.
func (s *Store) Usage(ctx context.Context, a model.Actor, id model.TokenID) (model.Usage, error) {
	return call(ctx, s, func(o Organization) (model.Usage, error) { return o.Usage(ctx, a, id) })
}

// Knocks is that of the store.
func (s *Store) Knocks(ctx context.Context, a model.Actor) (model.Knocks, error) {
	return call(ctx, s, func(o Organization) (model.Knocks, error) { return o.Knocks(ctx, a) })
}

// Examine is that of the store.
func (s *Store) Examine(ctx context.Context, a model.Actor, value model.Secret, at model.Place) (model.Verdict, error) {
	return call(ctx, s, func(o Organization) (model.Verdict, error) { return o.Examine(ctx, a, value, at) })
}

// Whose is that of the store.
func (s *Store) Whose(ctx context.Context, a model.Actor, leak model.Leak) ([]model.Token, error) {
	return call(ctx, s, func(o Organization) ([]model.Token, error) { return o.Whose(ctx, a, leak) })
}

// Users is that of the store.
func (s *Store) Users(ctx context.Context, a model.Actor) ([]model.User, error) {
	return call(ctx, s, func(o Organization) ([]model.User, error) { return o.Users(ctx, a) })
}

// Deployments is that of the store.
func (s *Store) Deployments(ctx context.Context, a model.Actor) ([]model.Deployment, error) {
	return call(ctx, s, func(o Organization) ([]model.Deployment, error) { return o.Deployments(ctx, a) })
}

// Events is that of the store.
func (s *Store) Events(ctx context.Context, a model.Actor, q model.EventQuery) (model.EventPage, error) {
	return call(ctx, s, func(o Organization) (model.EventPage, error) { return o.Events(ctx, a, q) })
}

// Change is that of the store. A change without a request number gets one, by which it is
// known when it has to be asked for again.
func (s *Store) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	type outcome struct {
		event  model.Event
		record model.Record
	}
	r = numbered(r)
	out, err := call(ctx, s, func(o Organization) (outcome, error) {
		event, record, err := o.Change(ctx, a, r, c)
		return outcome{event, record}, err
	})
	return out.event, out.record, err
}

// Reveal is that of the store, with a request number like [Store.Change].
func (s *Store) Reveal(ctx context.Context, a model.Actor, r model.Request, c model.Reveal) (model.Secret, error) {
	r = numbered(r)
	return call(ctx, s, func(o Organization) (model.Secret, error) { return o.Reveal(ctx, a, r, c) })
}

func numbered(r model.Request) model.Request {
	if r == (model.Request{}) {
		_, _ = rand.Read(r[:]) // never fails: crypto/rand ends the program instead
	}
	return r
}

// CheckHistory is that of the store, where it is open.
func (s *Store) CheckHistory(ctx context.Context) error {
	_, err := call(ctx, s, func(o Organization) (struct{}, error) { return struct{}{}, o.CheckHistory(ctx) })
	return err
}

// Health is that of the store; as it was last known while nobody has it open.
func (s *Store) Health() model.Health {
	s.mu.Lock()
	l := s.at
	s.mu.Unlock()
	var h model.Health
	if l != nil {
		h = l.Health()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.Seq == 0 {
		return s.health
	}
	s.health = h
	return h
}
