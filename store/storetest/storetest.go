// Package storetest helps tests to keep things in a store that its rules would refuse,
// as an older, a broken or a hostile program might have left them, and tells whether what
// claims to be a store behaves as one, see [Conform].
package storetest

import (
	"context"

	"jeton/model"
	"jeton/store"
)

// Describe gives a token a description without asking any rule, in a store that is
// closed.
func Describe(ctx context.Context, o store.Options, token model.TokenID, description string) error {
	return Plant(ctx, o, func(v model.View, c model.Case) (model.Decision, error) {
		t, err := v.Token(token)
		if err != nil {
			return model.Decision{}, err
		}
		t.Description, t.Revision = description, c.Seq
		return model.Decision{Action: model.DescribeAgentToken, Label: description, Subject: t.Owner,
			Target: model.Target{Kind: model.TargetToken, ID: uint64(t.ID)}, Records: []model.Record{t}}, nil
	})
}

// Plant keeps as an event of user 1 whatever decide returns, in a store that is closed.
func Plant(ctx context.Context, o store.Options, decide func(model.View, model.Case) (model.Decision, error)) error {
	o.Decide = func(v model.View, c model.Case, _ model.Change) (model.Decision, error) { return decide(v, c) }
	s, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	actor := model.Actor{User: 1, Source: model.Source{Door: model.DoorProgram}}
	if _, _, err = s.Change(ctx, actor, model.Request{}, model.Describe{}); err != nil {
		_ = s.Close()
		return err
	}
	return s.Close()
}
