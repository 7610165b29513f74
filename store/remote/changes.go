package remote

import (
	"context"

	"jeton/model"
	"jeton/store/remote/wire"
)

// Change has a change made. When it returns without an error the change is durable.
// Repeating a request returns the first outcome, from whoever has the store open.
func (s *Store) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	out, err := s.change(ctx, a, r, c)
	if err != nil {
		return model.Event{}, nil, err
	}
	event, err := out.Event.Model()
	if err != nil {
		return model.Event{}, nil, &model.GoneError{Sent: true, Cause: errGarbled}
	}
	record, err := out.Record.Model()
	if err != nil {
		return model.Event{}, nil, &model.GoneError{Sent: true, Cause: errGarbled}
	}
	return event, record, nil
}

// Reveal hands out a token's value once the event that says so is durable.
func (s *Store) Reveal(ctx context.Context, a model.Actor, r model.Request, c model.Reveal) (model.Secret, error) {
	out, err := s.change(ctx, a, r, c)
	if err != nil {
		return model.Secret{}, err
	}
	if out.Secret == nil || out.Secret.Empty() {
		return model.Secret{}, &model.GoneError{Sent: true, Cause: errGarbled}
	}
	return out.Secret.Secret, nil
}

func (s *Store) change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (out wire.Changed, err error) {
	q := question{source: a.Source, request: r, change: true}
	if q.Route, q.id, q.body, err = wire.Ask(c); err != nil {
		return out, err
	}
	err = s.ask(ctx, q, &out)
	return out, err
}
