package remote

import (
	"context"

	"jeton/model"
	"jeton/store/remote/wire"
)

// read asks for something that changes nothing.
func (s *Store) read(ctx context.Context, a model.Actor, q question, into any) error {
	q.source = a.Source
	return s.ask(ctx, q, into)
}

// Session tells about the one who asks and the organization.
func (s *Store) Session(ctx context.Context, a model.Actor) (model.Session, error) {
	var out wire.Session
	if err := s.read(ctx, a, question{Route: wire.GetSession}, &out); err != nil {
		return model.Session{}, err
	}
	if out.User.ID == 0 { // JSON, and somebody else's
		return model.Session{}, &model.GoneError{Cause: errGarbled}
	}
	return out.Model(), nil
}

// Identify tells who the other end says is asking, as an actor from this source.
func (s *Store) Identify(ctx context.Context, source model.Source) (model.Actor, error) {
	me, err := s.Session(ctx, model.Actor{Source: source})
	if err != nil {
		return model.Actor{}, err
	}
	return model.Actor{User: me.User.ID, Source: source}, nil
}

// Tokens returns a window of a plain list.
func (s *Store) Tokens(ctx context.Context, a model.Actor, q model.TokenQuery, w model.Window) (model.TokenPage, error) {
	in := question{Route: wire.ListTokens, query: wire.TokenQueryOf(q)}
	wire.WindowInto(in.query, w)
	return s.page(ctx, a, in)
}

// TokenRows returns the tokens with these numbers, at most 1,000, in this order.
func (s *Store) TokenRows(ctx context.Context, a model.Actor, ids []model.TokenID) (model.TokenPage, error) {
	page, err := s.page(ctx, a, question{Route: wire.GetTokenRows, query: wire.IDsOf(ids)})
	if err != nil {
		return model.TokenPage{}, err
	}
	return page, nil
}

func (s *Store) page(ctx context.Context, a model.Actor, q question) (model.TokenPage, error) {
	var out wire.TokenPage
	if err := s.read(ctx, a, q, &out); err != nil {
		return model.TokenPage{AnchorAt: -1}, err
	}
	return out.Model(), nil
}

// FindTokens reads on through a list for a few hundredths of a second.
func (s *Store) FindTokens(ctx context.Context, a model.Actor, q model.TokenQuery, after model.TokenID) (model.Match, error) {
	in := question{Route: wire.FindTokens, query: wire.TokenQueryOf(q)}
	wire.AfterInto(in.query, after)
	var out wire.Match
	if err := s.read(ctx, a, in, &out); err != nil {
		return model.Match{}, err
	}
	return out.Model(), nil
}

// Usage tells how a token is used, and what it reaches that no other does.
func (s *Store) Usage(ctx context.Context, a model.Actor, id model.TokenID) (model.Usage, error) {
	var out wire.Usage
	if err := s.read(ctx, a, question{Route: wire.GetUsage, id: uint64(id)}, &out); err != nil {
		return model.Usage{}, err
	}
	return out.Model()
}

// Knocks returns the tokens that do not work and are presented all the same.
func (s *Store) Knocks(ctx context.Context, a model.Actor) (model.Knocks, error) {
	var out wire.Knocks
	if err := s.read(ctx, a, question{Route: wire.ListKnocks}, &out); err != nil {
		return model.Knocks{}, err
	}
	return out.Model()
}

// Examine tells what a value that a person has in hand is of, and whether it is good.
func (s *Store) Examine(ctx context.Context, a model.Actor, value model.Secret, at model.Place) (model.Verdict, error) {
	var out wire.Verdict
	q := question{Route: wire.ExamineValue, body: wire.Examine{Value: wire.Value{Secret: value}, Place: wire.PlaceOf(at)}}
	if err := s.read(ctx, a, q, &out); err != nil {
		return model.Verdict{}, err
	}
	return out.Model()
}

// Whose finds the tokens whose values somebody may have, among those the actor may list.
func (s *Store) Whose(ctx context.Context, a model.Actor, leak model.Leak) ([]model.Token, error) {
	var out wire.Tokens
	if err := s.read(ctx, a, question{Route: wire.FindLeaked, body: wire.LeakOf(leak)}, &out); err != nil {
		return nil, err
	}
	return wire.TokenPage{Tokens: out.Tokens}.Model().Rows, nil
}

// Users returns all users by login, deactivated ones included.
func (s *Store) Users(ctx context.Context, a model.Actor) ([]model.User, error) {
	var out wire.Users
	if err := s.read(ctx, a, question{Route: wire.ListUsers}, &out); err != nil {
		return nil, err
	}
	return out.Model(), nil
}

// Deployments returns all deployments by name, removed ones included.
func (s *Store) Deployments(ctx context.Context, a model.Actor) ([]model.Deployment, error) {
	var out wire.Deployments
	if err := s.read(ctx, a, question{Route: wire.ListDeployments}, &out); err != nil {
		return nil, err
	}
	return out.Model(), nil
}

// Events returns part of the history.
func (s *Store) Events(ctx context.Context, a model.Actor, q model.EventQuery) (model.EventPage, error) {
	var out wire.EventPage
	if err := s.read(ctx, a, question{Route: wire.ListEvents, query: wire.EventQueryOf(q)}, &out); err != nil {
		return model.EventPage{}, err
	}
	return out.Model()
}

// CheckHistory has the history read, and returns when that is done; what it found is in
// Health.
func (s *Store) CheckHistory(ctx context.Context) error {
	var out wire.Health
	err := s.ask(ctx, question{Route: wire.CheckHistory, body: struct{}{}}, &out)
	if ctx.Err() != nil {
		return nil // what was not read to the end is not checked
	}
	return err
}
