package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"jeton/model"
	"jeton/store/state"
)

// How much of the history one call of Events reads at most.
const (
	eventsScanned = 20_000
	eventsTime    = 30 * time.Millisecond
	eventsChunk   = 256
)

// Events returns part of the history, newest first: everything for an Organization
// Admin, for members what concerns them. With a filter it may return few events or
// none before the end: Next tells where to go on.
func (s *Store) Events(ctx context.Context, a model.Actor, q model.EventQuery) (model.EventPage, error) {
	leave, err := s.enter()
	if err != nil {
		return model.EventPage{}, err
	}
	defer leave()
	p := s.snapshot()
	who := p.users[a.User]
	if !who.Active() {
		if _, err := s.allow(ctx, a, model.ListAllActivity, 0); err != nil {
			return model.EventPage{}, err
		}
	}
	h, err := s.newHistorian(q, p, who)
	if err != nil {
		return model.EventPage{}, s.suspectIf(err)
	}
	defer h.view.Close()
	began := time.Now()
	for h.before > 1 && len(h.page.Events) < h.limit && h.page.Scanned < eventsScanned && time.Since(began) < eventsTime {
		if err := ctx.Err(); err != nil {
			return h.page, err
		}
		if err := h.chunk(); err != nil {
			return h.page, err
		}
	}
	if h.before > 1 {
		h.page.Next = h.before
	}
	for _, ev := range h.page.Events {
		h.page.Logins = p.named(h.page.Logins, ev.Actor, ev.Subject)
	}
	return h.page, nil
}

// historian reads history backwards for one query.
type historian struct {
	*Store
	query  model.EventQuery
	filter model.Filter
	people *people
	who    model.UserID
	own    *state.List // for members: the events that concern them
	view   *state.View
	before uint64 // everything from here on was looked at
	limit  int
	page   model.EventPage
}

func (s *Store) newHistorian(q model.EventQuery, p *people, who model.User) (*historian, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	h := &historian{Store: s, query: q, filter: model.NewFilter(q.Filter), people: p, who: who.ID, before: s.applied + 1,
		limit: max(1, min(q.Limit, maxRows))}
	if q.Before != 0 {
		h.before = min(h.before, q.Before)
	}
	h.page.Total = int(s.applied)
	if !who.OrgAdmin {
		set, err := s.sets.Get(state.EventsOf(uint64(who.ID)))
		if err != nil {
			return nil, err
		}
		l := state.NewList(set, nil).Clone()
		h.own, h.page.Total = &l, l.Len()
	}
	h.view = s.db.View()
	return h, nil
}

// chunk reads the next events downwards.
func (h *historian) chunk() error {
	hi := h.before
	if h.own != nil {
		rank := h.own.Rank(hi)
		if rank == 0 {
			h.before = 1
			return nil
		}
		hi = h.own.At(rank-1) + 1
	}
	lo := hi - min(hi-1, eventsChunk)
	var found []model.Event
	one := func(seq uint64, raw []byte) {
		if h.own != nil && !h.own.Has(seq) {
			return
		}
		h.page.Scanned++
		if ev, ok := h.read(raw); ok {
			found = append(found, ev)
		}
	}
	err := h.entries(lo, hi, one)
	slices.Reverse(found)
	for _, ev := range found {
		if len(h.page.Events) == h.limit {
			h.before = h.page.Events[h.limit-1].Seq
			return err
		}
		h.page.Events = append(h.page.Events, ev)
	}
	h.before = lo
	return err
}

// entries reads a range of events: one by one where only a few of it are wanted.
func (h *historian) entries(lo, hi uint64, fn func(seq uint64, raw []byte)) error {
	if h.own == nil || h.own.Count(lo, hi) > 4 {
		return h.eventsIn(h.view, lo, hi, fn)
	}
	var failed error
	h.own.Range(lo, hi, func(seq uint64) {
		raw, err := h.eventAt(h.view, seq)
		if err == nil {
			fn(seq, raw)
		} else if h.damage() == nil {
			failed = err
		}
	})
	return failed
}

// read opens an event and reports whether the query wants it. What can be told from
// its readable part is, before anything is opened.
func (h *historian) read(raw []byte) (model.Event, bool) {
	e, head, err := parseEntry(raw)
	if err != nil || !h.wants(head.event()) {
		return model.Event{}, false
	}
	c, err := openDetails(h.id, h.keys, e, head)
	if err != nil {
		return model.Event{}, false
	}
	ev := h.discreet(c.event)
	return ev, h.filter.Empty() || h.filter.Match(h.texts(ev)...)
}

// discreet takes from a member's own refused attempts what they were refused: whose
// the thing is and what it is called. Otherwise trying numbers would tell.
func (h *historian) discreet(ev model.Event) model.Event {
	if h.own != nil && ev.Outcome == model.Refused && ev.Subject != h.who {
		ev.Subject, ev.Details.Label = 0, ""
	}
	return ev
}

func (h *historian) wants(ev model.Event) bool {
	q := h.query
	switch {
	case q.Actor != 0 && ev.Actor != q.Actor,
		q.Outcome != 0 && ev.Outcome != q.Outcome,
		q.Target.Kind != 0 && ev.Target.Kind != q.Target.Kind,
		q.Target.ID != 0 && ev.Target.ID != q.Target.ID:
		return false
	}
	return true
}

// texts are what a list shows of an event.
func (h *historian) texts(ev model.Event) []string {
	d := ev.Details
	out := []string{h.people.users[ev.Actor].Login, ev.Action.String(), ev.Action.Name(), ev.Outcome.String(),
		ev.Door.String(), d.Origin, d.Label, d.Reason}
	if ev.Subject != 0 {
		out = append(out, h.people.users[ev.Subject].Login)
	}
	if ev.Target.ID != 0 {
		out = append(out, strconv.FormatUint(ev.Target.ID, 10))
	}
	for _, c := range d.Changes {
		out = append(out, c.Field, c.From, c.To)
	}
	return out
}
