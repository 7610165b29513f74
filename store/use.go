package store

import (
	"context"
	"errors"
	"fmt"

	"jeton/model"
)

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
	if at.Name = cleanOutside(at.Name); at.Name == "" {
		at = model.Place{}
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
