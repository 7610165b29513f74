package store

import (
	"testing"

	"jeton/model"
)

func TestLife(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "first")
	change1(t, s, model.Describe{Token: tok.ID, Description: "second"})
	secret, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: tok.ID})
	if err != nil || secret.LastFour() != tok.LastFour {
		t.Fatalf("reveal: %v, last four %q, want %q", err, secret.LastFour(), tok.LastFour)
	}
	if v, err := s.Verify(ctx, secret.Expose()); err != nil || !v.Active() || v.Token.Description != "second" {
		t.Fatalf("verify: %+v, %v", v, err)
	}
	change1(t, s, model.Revoke{Token: tok.ID})
	if v, err := s.Verify(ctx, secret.Expose()); err != nil || v.Active() {
		t.Fatalf("verify after revoking: %+v, %v", v, err)
	}
	p.close(s)
	s = p.open()
	if h := s.Health(); h.Notice != "" || h.Damage != nil || h.Seq != 5 {
		t.Fatalf("health after reopening: %+v", h)
	}
	rows := listAll(t, s, agentList)
	if len(rows) != 1 || !rows[0].Revoked() || rows[0].Description != "second" {
		t.Fatalf("rows %+v", rows)
	}
	if v, err := s.Verify(ctx, secret.Expose()); err != nil || v.Active() {
		t.Fatalf("verify after reopening: %+v, %v", v, err)
	}
	page, err := s.Events(ctx, ana, model.EventQuery{Limit: 10})
	if err != nil || len(page.Events) != 5 || page.Next != 0 || page.Events[0].Action != model.RevokeAgentToken || page.Events[4].Seq != 1 {
		t.Fatalf("events %+v, %v", page, err)
	}
}
