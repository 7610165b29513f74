package store

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"jeton/model"
	"jeton/store/state"
)

const (
	knocksTold = 200  // tokens that one answer has
	knocksKept = 4096 // tokens that are remembered as knocking
	knocksFor  = model.Time(model.KnocksFor / time.Millisecond)
)

// knocking is which tokens were presented lately when they did not work any more, and when
// last.
type knocking struct {
	mu   sync.Mutex
	last map[model.TokenID]model.Time
}

// knocked is a token that knocked, as state keeps it.
type knocked struct {
	Token model.TokenID `cbor:"1,keyasint"`
	Last  model.Time    `cbor:"2,keyasint"`
}

func newKnocking() *knocking { return &knocking{last: map[model.TokenID]model.Time{}} }

// note notes a knock. Above the most there may be, the quietest are forgotten.
func (k *knocking) note(id model.TokenID, at model.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last[id] = max(k.last[id], at)
	if len(k.last) > knocksKept {
		for _, old := range k.latest()[knocksKept*3/4:] {
			delete(k.last, old)
		}
	}
}

// learn takes in what state has.
func (k *knocking) learn(all []knocked) {
	for _, one := range all[:min(len(all), knocksKept)] {
		k.note(one.Token, one.Last)
	}
}

// list is what state is to have: the tokens that knocked at a moment or later. The others
// are forgotten.
func (k *knocking) list(since model.Time) (out []knocked) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, last := range k.last {
		if last < since {
			delete(k.last, id)
			continue
		}
		out = append(out, knocked{id, last})
	}
	slices.SortFunc(out, func(a, b knocked) int { return cmp.Compare(a.Token, b.Token) })
	return out
}

// latest lists the tokens, the last one to knock first. The caller holds k.mu.
func (k *knocking) latest() []model.TokenID {
	out := make([]model.TokenID, 0, len(k.last))
	for id := range k.last {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b model.TokenID) int { return cmp.Or(cmp.Compare(k.last[b], k.last[a]), cmp.Compare(a, b)) })
	return out
}

// since lists the tokens that knocked at a moment or later, the last one to do so first.
func (k *knocking) since(at model.Time) []model.TokenID {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := k.latest()
	n, _ := slices.BinarySearchFunc(all, at, func(id model.TokenID, at model.Time) int {
		if k.last[id] >= at {
			return -1
		}
		return 1
	})
	return all[:n]
}

// Knocks lists the tokens that do not work and were presented within model.KnocksFor all the
// same, the latest first, at most 200, and how many more there may be. Members are told of
// their own.
func (s *Store) Knocks(ctx context.Context, a model.Actor) (model.Knocks, error) {
	leave, err := s.enter()
	if err != nil {
		return model.Knocks{}, err
	}
	defer leave()
	p, err := s.allow(ctx, a, model.ListUserTokens, a.User)
	if err != nil {
		return model.Knocks{}, err
	}
	now := model.TimeOf(s.opts.Clock())
	ids, kinds, err := s.knockers(p.users[a.User], now-knocksFor)
	if err != nil {
		return model.Knocks{}, s.suspectIf(err)
	}
	out := model.Knocks{Since: s.usedSince()}
	view := s.db.View()
	defer view.Close()
	var rows []model.Token
	for i, id := range ids {
		k, err := s.knock(view, p, kinds[i], id, now)
		if err != nil {
			return model.Knocks{}, err
		}
		if k.Refused == 0 {
			continue
		}
		out.Knocks, rows = append(out.Knocks, k), append(rows, k.Token)
		if len(rows) == knocksTold {
			out.More = len(ids) - i - 1
			break
		}
	}
	out.Logins = p.inRows(rows)
	out.LastUsed, err = s.lastUsed(rows)
	return out, err
}

// knock tells who presented a token that does not work, and how often: never where its owner
// is back, or where what was kept of it does not open.
func (s *Store) knock(view *state.View, p *people, kind state.Kind, id model.TokenID, now model.Time) (model.Knock, error) {
	t, err := s.rows(view, kind, []uint64{uint64(id)})
	if err != nil {
		return model.Knock{}, err
	}
	k := model.Knock{Token: t[0]}
	if !k.Token.Revoked() && p.users[k.Token.Owner].Active() {
		return k, nil
	}
	known, err := s.used(id)
	if err != nil {
		return k, err
	}
	k.Callers, k.Refused = known.Knockers(now)
	for _, c := range k.Callers {
		k.Last = max(k.Last, c.LastRefused)
	}
	return k, nil
}

// knockers lists the tokens that knocked since a moment and that the user may be told of,
// with their kinds.
func (s *Store) knockers(who model.User, since model.Time) ([]model.TokenID, []state.Kind, error) {
	ids := s.uses.knocking.since(since)
	s.mu.RLock()
	defer s.mu.RUnlock()
	all, err := s.kinds()
	if err != nil {
		return nil, nil, err
	}
	own, err := s.sets.Get(state.TokensOf(uint64(who.ID)))
	if err != nil {
		return nil, nil, err
	}
	if !who.OrgAdmin {
		ids = slices.DeleteFunc(ids, func(id model.TokenID) bool { return !own.Has(uint64(id)) })
	}
	kinds := make([]state.Kind, len(ids))
	for i, id := range ids {
		kinds[i] = all.of(id)
	}
	return ids, kinds, nil
}
