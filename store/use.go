package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"jeton/model"
	"jeton/store/state"
	"jeton/store/use"
)

// uses is what is known of how tokens are used.
type uses struct {
	book *use.Book
	from model.Time // everything since this process opened the store was counted

	// moving is held for writing while what is in the book goes to state, and for reading by
	// who adds up both.
	moving sync.RWMutex

	knocking knocking
}

func newUses(now model.Time) *uses {
	return &uses{book: use.NewBook(), from: now, knocking: knocking{last: map[model.TokenID]model.Time{}}}
}

// Check is what a door asks: whether a presented value is that of a token that may be used
// at a place now. See [model.Verdict.At] for the rules. The answer is counted as a use of
// the token, or as one in vain. A service credential is model.WrongKind: it proves who asks
// ([Store.Service]) and is no token.
//
// The first time after opening it waits until state was compared with the journal. Over a
// state that is not what it should be it answers with an error, as whenever it cannot
// tell: a door then stays closed. A value that is not one of a token is model.ErrNotAToken.
func (s *Store) Check(ctx context.Context, value string, at model.Place, from model.Caller) (model.Verdict, error) {
	v, err := s.surely(ctx, value, at)
	if err != nil {
		return model.Verdict{}, err
	}
	from.Place = v.Place
	s.count(v, cleanCaller(from))
	return v, nil
}

// Service tells which service credential a value is, for a service that wants to ask
// something. It is counted as a use of it. Errors: model.ErrNotAToken, model.ErrNotFound for
// what is no service credential, model.ErrRevoked.
func (s *Store) Service(ctx context.Context, value string, from model.Caller) (model.Token, error) {
	v, err := s.surely(ctx, value, model.Place{})
	if err != nil {
		return model.Token{}, err
	}
	if v.Token.Kind != model.ServiceToken {
		return model.Token{}, fmt.Errorf("service credential: %w", model.ErrNotFound)
	}
	from.Place = model.Place{}
	if v.Standing == model.WrongKind {
		v.Standing = model.Good
	}
	s.count(v, cleanCaller(from))
	if v.Standing != model.Good {
		return model.Token{}, fmt.Errorf("service credential %d: %w", v.Token.ID, model.ErrRevoked)
	}
	return v.Token, nil
}

// errSuspect is why nothing is answered about a value.
var errSuspect = errors.New("state is not what the journal came to: close jeton and open it again")

// surely rules on a value over a state that was compared.
func (s *Store) surely(ctx context.Context, value string, at model.Place) (model.Verdict, error) {
	if _, err := model.ParseValue(value); err != nil {
		return model.Verdict{}, err
	}
	if err := s.awaitCompared(ctx); err != nil {
		return model.Verdict{}, err
	}
	if err := ctx.Err(); err != nil {
		return model.Verdict{}, err
	}
	if s.suspect() {
		return model.Verdict{}, fmt.Errorf("verify: %w", errSuspect)
	}
	leave, err := s.enter()
	if err != nil {
		return model.Verdict{}, err
	}
	defer leave()
	return s.ruling(value, at)
}

// ruling is the verdict on a value at a place.
func (s *Store) ruling(value string, at model.Place) (model.Verdict, error) {
	v, people, err := s.verdict(value)
	if err != nil {
		return v, err
	}
	if v.Standing == model.Good && v.Token.Kind == model.ServiceToken {
		v.Standing = model.WrongKind
	}
	var d model.Deployment
	if !at.Branch && at.Name != "" {
		if d = people.deployments[people.names[model.FoldName(at.Name)]]; d.ID != 0 {
			at.Name = d.Name
		}
	}
	return v.At(at, d), nil
}

// count counts a verdict.
func (s *Store) count(v model.Verdict, by model.Caller) {
	if v.Token.ID == 0 {
		return
	}
	now := model.TimeOf(s.opts.Clock())
	if v.Standing == model.Good {
		s.uses.book.Good(v.Token.ID, by, now)
		return
	}
	s.uses.book.Refused(v.Token.ID, by, v.Standing, now)
	if v.Standing == model.Revoked || v.Standing == model.OwnerGone {
		s.uses.knocking.note(v.Token.ID, now)
	}
}

// Usage tells how a token is used. Who may see the token in its list may see that.
func (s *Store) Usage(ctx context.Context, a model.Actor, id model.TokenID) (model.Usage, error) {
	page, err := s.TokenRows(ctx, a, []model.TokenID{id})
	if err != nil {
		return model.Usage{}, err
	}
	leave, err := s.enter()
	if err != nil {
		return model.Usage{}, err
	}
	defer leave()
	known, err := s.used(id)
	if err != nil {
		return model.Usage{}, err
	}
	now, all := model.TimeOf(s.opts.Clock()), known.All()
	out := model.Usage{Token: id, At: now, Since: s.usedSince(), All: all.Use(now), Callers: known.ByCaller(now)}
	out.Alone, err = s.alone(page.Rows[0])
	return out, err
}

// used adds up what state and the book have of a token.
func (s *Store) used(id model.TokenID) (known use.Token, err error) {
	s.uses.moving.RLock()
	defer s.uses.moving.RUnlock()
	s.uses.book.AddTo(id, &known)
	return known, nil
}

// usedSince is from when on uses are known.
func (s *Store) usedSince() model.Time { return s.uses.from }

// lastUsed tells of tokens when they were last good. Those that never were are left out.
func (s *Store) lastUsed(rows []model.Token) (map[model.TokenID]model.Time, error) {
	s.uses.moving.RLock()
	defer s.uses.moving.RUnlock()
	out := map[model.TokenID]model.Time{}
	for _, t := range rows {
		if last := s.uses.book.Last(t.ID); !last.Never() {
			out[t.ID] = last
		}
	}
	return out, nil
}

// alone tells what an agent token that works reaches and no other one that works does.
func (s *Store) alone(t model.Token) (out model.Alone, err error) {
	if t.Kind != model.AgentToken || t.Revoked() {
		return out, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	revoked, err := s.sets.Get(state.Revoked())
	if err != nil {
		return out, s.suspectIf(err)
	}
	others := func(name state.SetName) (bool, error) {
		in, err := s.sets.Get(name)
		if err != nil {
			return false, s.suspectIf(err)
		}
		l := state.NewList(in, revoked)
		return l.Len() > 1 || l.Len() == 1 && !l.Has(uint64(t.ID)), nil
	}
	if all, err := others(state.OrgAgents()); all || err != nil {
		return out, err
	}
	if t.Permissions.ReachesBranches() {
		shared, err := others(state.AllBranches())
		if err != nil {
			return out, err
		}
		out.Branches = !shared
	}
	for _, d := range s.people.deployments {
		if d.Removed() || !t.Permissions.Reaches(d.ID) {
			continue
		}
		shared, err := others(state.TokensNaming(uint64(d.ID)))
		if err != nil {
			return out, err
		}
		if !shared {
			out.Deployments = append(out.Deployments, d.ID)
		}
	}
	slices.Sort(out.Deployments)
	return out, nil
}
