package store

import (
	"crypto/sha256"
	"errors"
	"testing"

	"jeton/model"
)

// examined is a store with an agent token, and a user token of each of two people who are no
// Organization Admins.
type examined struct {
	s        *Store
	ben, cy  model.Actor
	agent    model.Token
	own, her model.Token
}

func newExamined(t *testing.T) examined {
	_, s := newOpen(t)
	person := func(login string) model.Actor {
		_, r := change1(t, s, model.AddPerson{Login: login})
		return model.Actor{User: r.(model.User).ID, Source: ana.Source}
	}
	e := examined{s: s, ben: person("ben"), cy: person("cy"), agent: createToken(t, s, "agent")}
	token := func(owner model.Actor) model.Token {
		_, r := change1(t, s, model.CreateToken{Kind: model.UserToken, Owner: owner.User})
		return r.(model.Token)
	}
	e.own, e.her = token(e.ben), token(e.cy)
	return e
}

func isRefused(err error) bool {
	var r *model.RefusedError
	return errors.As(err, &r)
}

// TestExamine asks about values: people are told of what they may list, and refused what they
// may not, which its owner can see.
func TestExamine(t *testing.T) {
	e := newExamined(t)
	value := func(id model.TokenID) model.Secret { return model.SecretOf(valueOf(t, e.s, id)) }
	own, her, agentValue := value(e.own.ID), value(e.her.ID), value(e.agent.ID)
	if v, err := e.s.Examine(ctx, e.ben, own, model.Place{}); err != nil || v.Token.ID != e.own.ID || v.Standing != model.Good {
		t.Errorf("his own: %+v, %v", v, err)
	}
	for name, secret := range map[string]model.Secret{"hers": her, "an agent token": agentValue} {
		if v, err := e.s.Examine(ctx, e.ben, secret, prod); !isRefused(err) || v.Token.ID != 0 || v.Owner.ID != 0 {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	page, err := e.s.Events(ctx, e.cy, model.EventQuery{Limit: 9, Outcome: model.Refused})
	if err != nil || len(page.Events) != 1 || page.Events[0].Actor != e.ben.User || page.Events[0].Action != model.ListUserTokens {
		t.Errorf("she sees %+v, %v", page.Events, err)
	}
	if v, err := e.s.Examine(ctx, ana, agentValue, prod); err != nil || !v.Allowed() || v.Rule == "" {
		t.Errorf("an Organization Admin: %+v, %v", v, err)
	}
	if _, err := e.s.Examine(ctx, model.Actor{}, agentValue, prod); !isRefused(err) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := e.s.Examine(ctx, ana, model.SecretOf("jta_x"), prod); !errors.Is(err, model.ErrNotAToken) {
		t.Errorf("no value: %v", err)
	}
	strange, err := model.NewValue(model.AgentToken, e.s.opts.Rand)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := e.s.Examine(ctx, e.ben, strange, prod); err != nil || v.Standing != model.Unknown {
		t.Errorf("unknown: %+v, %v", v, err)
	}
	for _, id := range []model.TokenID{e.own.ID, e.agent.ID} {
		if n := usesOf(t, e.s, id); n != [2]uint64{} {
			t.Errorf("examining token %d counts: %v", id, n)
		}
	}
}

// TestWhose looks for tokens by what is known of their values.
func TestWhose(t *testing.T) {
	e := newExamined(t)
	change1(t, e.s, model.Revoke{Token: e.own.ID})
	for name, want := range map[string]struct {
		actor model.Actor
		token model.Token
		finds bool
	}{
		"his own": {e.ben, e.own, true}, "hers": {e.ben, e.her, false}, "an agent token": {e.ben, e.agent, false},
		"an admin, a user token": {ana, e.her, true}, "an admin, an agent token": {ana, e.agent, true}, "nobody": {model.Actor{}, e.own, false},
	} {
		found, err := e.s.Whose(ctx, want.actor, model.Leak{LastFour: want.token.LastFour})
		if ok := len(found) == 1 && found[0].ID == want.token.ID; ok != want.finds || ok && err != nil {
			t.Errorf("%s, by the last four: %+v, %v", name, found, err)
		}
		if want.token.ID == e.own.ID {
			continue // its value cannot be revealed any more
		}
		sum := sha256.Sum256([]byte(valueOf(t, e.s, want.token.ID)))
		found, err = e.s.Whose(ctx, want.actor, model.Leak{SHA256: sum})
		if ok := len(found) == 1 && found[0].ID == want.token.ID; ok != want.finds || ok == isRefused(err) {
			t.Errorf("%s, by the hash: %+v, %v", name, found, err)
		}
	}
	if found, err := e.s.Whose(ctx, ana, model.Leak{SHA256: [32]byte{1}}); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	for _, four := range []string{"", "abc", "abcde", "jta_"} {
		if found, err := e.s.Whose(ctx, ana, model.Leak{LastFour: four}); (err == nil) != (len(four) == 4) || len(found) != 0 {
			t.Errorf("%q: %+v, %v", four, found, err)
		}
	}
}
