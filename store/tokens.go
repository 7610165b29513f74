package store

import (
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/state"
)

// durableToken is the token as it is in state. Only the committer calls it.
func (s *Store) durableToken(id model.TokenID) (model.Token, error) {
	if t, ok := s.lately[id]; ok {
		return t, nil
	}
	if id > s.lastToken {
		return model.Token{}, model.ErrNotFound
	}
	kinds, err := s.kinds()
	if err != nil {
		return model.Token{}, err
	}
	v := s.db.View()
	defer v.Close()
	t, err := s.vault.token(v, kinds, id)
	if errors.Is(err, model.ErrNotFound) {
		if given, e := s.given(v, id); e != nil {
			err = e
		} else if !given {
			return t, err
		}
	}
	if err != nil {
		return t, fmt.Errorf("token %d: %w", id, s.missing(err))
	}
	return t, nil
}

// missing makes it damage that a record is not there whose number was given: nothing is
// ever deleted. Only a damaged journal may lack some.
func (s *Store) missing(err error) error {
	if errors.Is(err, model.ErrNotFound) && s.damage() == nil {
		err = errRecordMissing
	}
	return s.suspectIf(err)
}

// given tells whether a number up to the last was given here: all were, but for those that
// a restore passed over. Of the others it is still a member of some set.
func (s *Store) given(v *state.View, id model.TokenID) (bool, error) {
	if id > s.people.org.Used.Token {
		return true, nil
	}
	all := []state.SetName{state.AgentTokens(), state.Services(), state.Revoked()}
	for user := range s.people.users {
		all = append(all, state.TokensOf(uint64(user)))
	}
	for _, name := range all {
		if in, err := s.sets.Stored(v, name, uint64(id)); in || err != nil {
			return in, err
		}
	}
	return false, nil
}
