package store

import (
	"context"
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/state"
)

// Verify answers whether a presented value is that of a token that works now: known,
// not revoked, and, for a user token, of an active user. A value that is not one of a
// token is model.ErrNotAToken; an unknown one is not active and no error. It asks no
// actor: the doors through which it can be reached say who may ask. It is not counted as
// a use; [Store.Check] is.
func (s *Store) Verify(_ context.Context, value string) (model.Verdict, error) {
	if _, err := model.ParseValue(value); err != nil {
		return model.Verdict{}, err
	}
	leave, err := s.enter()
	if err != nil {
		return model.Verdict{}, err
	}
	defer leave()
	v, _, err := s.verdict(value)
	return v, err
}

// verdict is Verify, and the people it rests on. The form of the value was looked at.
//
// That a value is of no token takes about as long as that it is of a revoked one: each time
// the index is read, one entry has its checksum looked at, and one token is read and opened,
// for an unknown value others than its own, which it has not. What is left is what the index
// takes longer to find something than nothing, and to count: a microsecond or two.
func (s *Store) verdict(value string) (model.Verdict, *people, error) {
	name := s.working.name(value)
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, have := s.working.get(name)
	revoked := false
	if !have {
		var err error
		if t, revoked, err = s.presented(value); err != nil {
			return model.Verdict{}, nil, fmt.Errorf("verify: %w", s.suspectIf(err))
		}
	}
	out := model.Verdict{Token: t, Owner: s.people.users[t.Owner]}
	switch {
	case t.ID == 0:
		return model.Verdict{}, s.people, nil
	case revoked:
		out.Standing = model.Revoked
	case t.Kind == model.UserToken && !out.Owner.Active():
		out.Standing = model.OwnerGone
	default:
		out.Standing = model.Good
	}
	switch good := out.Standing == model.Good; {
	case have && !good:
		s.working.drop(t.ID)
	case !have && good:
		s.working.put(name, t)
	}
	return out, s.people, nil
}

// presented finds the token of a value, and whether it is revoked; the zero one if there is
// none. The caller holds s.mu.
func (s *Store) presented(value string) (t model.Token, revoked bool, err error) {
	hash := s.keys.index(value)
	v := s.db.View()
	defer v.Close()
	id, err := s.lookup(v, hash)
	missing := errors.Is(err, state.ErrMissing)
	if err != nil && !missing {
		return t, false, err
	}
	if missing {
		if s.lastToken == 0 {
			return t, false, nil
		}
		id = standIn(hash, s.lastToken)
		if _, err := s.appliedIn(v); err != nil {
			return t, false, err
		}
	}
	kinds, err := s.kinds()
	if err != nil {
		return t, false, err
	}
	set, err := s.sets.Get(state.Revoked())
	if err != nil {
		return t, false, err
	}
	t, err = s.vault.token(v, kinds, id)
	if missing {
		if errors.Is(err, model.ErrNotFound) { // a restore passed its number over
			err = nil
		}
		return model.Token{}, false, err
	}
	if err != nil {
		return t, false, fmt.Errorf("token %d: %w", id, err)
	}
	return t, t.Revoked() || set.Has(uint64(id)), nil
}

// standIn is the token that is read for a value that nobody knows: always the same one for
// the same value, as a token of its own would be.
func standIn(hash []byte, last model.TokenID) model.TokenID {
	n := model.TokenID(0)
	for _, b := range hash[:8] {
		n = n<<8 | model.TokenID(b)
	}
	return 1 + n%last
}

// lookup returns the number of the token whose value has this keyed hash.
func (s *Store) lookup(v *state.View, hash []byte) (id model.TokenID, err error) {
	key := state.LookupKey(hash)
	err = v.Get(key, func(raw []byte) error {
		number, err := s.foundBy(key, raw)
		id = model.TokenID(number)
		return err
	})
	return id, err
}
