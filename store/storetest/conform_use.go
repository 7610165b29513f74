package storetest

import (
	"crypto/sha256"
	"errors"
	"testing"

	"jeton/model"
)

// use: what is known of how tokens are used.
func use(t *testing.T, w *world) {
	agent := w.ana.create("")
	own := w.ana.token(model.CreateToken{Kind: model.UserToken, Owner: ben})
	for _, token := range []model.Token{agent, own} {
		value, err := w.ana.store.Reveal(ctx, w.ana.actor, number(), model.Reveal{Token: token.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []model.Place{{}, {Name: "prod"}, {Name: "feature/x", Branch: true}} {
			from := model.Caller{Addr: "10.0.0.7", Agent: "agent 1", Place: at}
			if _, err := w.store.Check(ctx, value.Expose(), at, from); err != nil {
				t.Fatal(err)
			}
			w.ana.change(model.Describe{Token: token.ID, Description: "used at " + at.String()})
		}
		w.ana.change(model.Revoke{Token: token.ID})
		if _, err := w.store.Check(ctx, value.Expose(), model.Place{}, model.Caller{Addr: "10.0.0.8"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []seat{w.ana, w.ben, w.nobody} {
		for _, id := range []model.TokenID{agent.ID, own.ID, 77} {
			here, wrong := w.store.Usage(ctx, s.actor, id)
			seen, err := s.store.Usage(ctx, s.actor, id)
			seen.At, here.At = 0, 0 // now
			same(t, "usage", seen, here)
			same(t, "its error", err, wrong)
		}
		here, wrong := w.store.Knocks(ctx, s.actor)
		seen, err := s.store.Knocks(ctx, s.actor)
		same(t, "knocks", seen, here)
		same(t, "their error", err, wrong)
	}
	page, err := w.ana.store.Tokens(ctx, w.ana.actor, model.TokenQuery{Kind: model.AgentToken, Revoked: true}, model.Window{Limit: 10})
	if err != nil || page.LastUsed[agent.ID].Never() || page.UseSince.Never() {
		t.Errorf("last used %v since %v, %v", page.LastUsed, page.UseSince, err)
	}
}

// values: what a value in hand is of, for those who may know.
func values(t *testing.T, w *world) {
	agent := w.ana.create("")
	own := w.ana.token(model.CreateToken{Kind: model.UserToken, Owner: ben})
	at := []model.Place{{}, {Name: "prod"}, {Name: "nowhere"}, {Name: "feature/x", Branch: true}}
	for _, token := range []model.Token{agent, own} {
		value, err := w.ana.store.Reveal(ctx, w.ana.actor, number(), model.Reveal{Token: token.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []seat{w.ana, w.ben, w.nobody} {
			for _, place := range at {
				here, wrong := w.store.Examine(ctx, s.actor, value, place)
				seen, err := s.store.Examine(ctx, s.actor, value, place)
				same(t, "verdict", seen, here)
				same(t, "its error", err, wrong)
			}
			for _, leak := range []model.Leak{{LastFour: token.LastFour}, {LastFour: "none"}, {LastFour: "x"}, {}, {SHA256: sha256.Sum256([]byte(value.Expose()))}, {SHA256: [32]byte{1}}} {
				here, wrong := w.store.Whose(ctx, s.actor, leak)
				seen, err := s.store.Whose(ctx, s.actor, leak)
				same(t, "tokens", seen, here)
				same(t, "their error", err, wrong)
			}
		}
	}
	_, err := w.ana.store.Examine(ctx, w.ana.actor, model.SecretOf("not one"), model.Place{})
	if !errors.Is(err, model.ErrNotAToken) {
		t.Errorf("not a token: %v", err)
	}
}
