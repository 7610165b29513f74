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
// actor: the doors through which it can be reached say who may ask.
func (s *Store) Verify(_ context.Context, value string) (model.Verdict, error) {
	if _, err := model.ParseValue(value); err != nil {
		return model.Verdict{}, err
	}
	leave, err := s.enter()
	if err != nil {
		return model.Verdict{}, err
	}
	defer leave()
	name := s.keys.index(value)
	s.mu.RLock()
	defer s.mu.RUnlock()
	v := s.db.View()
	defer v.Close()
	id, err := s.lookup(v, name)
	if errors.Is(err, state.ErrMissing) {
		return model.Verdict{}, nil
	}
	if err != nil {
		return model.Verdict{}, fmt.Errorf("verify: %w", s.suspectIf(err))
	}
	kinds, err := s.kinds()
	if err != nil {
		return model.Verdict{}, s.suspectIf(err)
	}
	t, err := s.vault.token(v, kinds, id)
	if err != nil {
		return model.Verdict{}, fmt.Errorf("verify: token %d: %w", id, s.suspectIf(err))
	}
	revoked, err := s.sets.Get(state.Revoked())
	if err != nil {
		return model.Verdict{}, s.suspectIf(err)
	}
	out := model.Verdict{Token: t, Owner: s.people.users[t.Owner]}
	switch {
	case t.Revoked() || revoked.Has(uint64(id)):
		out.Standing = model.Revoked
	case t.Kind == model.UserToken && !out.Owner.Active():
		out.Standing = model.OwnerGone
	default:
		out.Standing = model.Good
	}
	return out, nil
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
