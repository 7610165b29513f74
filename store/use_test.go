package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jeton/model"
)

// valueOf reveals a token.
func valueOf(t testing.TB, s *Store, id model.TokenID) string {
	t.Helper()
	secret, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: id})
	if err != nil {
		t.Fatal(err)
	}
	return secret.Expose()
}

func check(t testing.TB, s *Store, value string, at model.Place, from model.Caller) model.Verdict {
	t.Helper()
	v, err := s.Check(ctx, value, at, from)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func usage(t testing.TB, s *Store, id model.TokenID) model.Usage {
	t.Helper()
	u, err := s.Usage(ctx, ana, id)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var (
	prod  = model.Place{Name: "prod"}
	agent = model.Caller{Addr: "10.0.0.7", Agent: "agent-eu"}
)

// after moves the clock.
func (p *place) after(d time.Duration) model.Time {
	next := p.now.Load().Add(d)
	p.now.Store(&next)
	return model.TimeOf(next)
}

// TestCheckCounts asks about a token from two callers, in vain and not, and reads what was
// counted.
func TestCheckCounts(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	change1(t, s, model.SetPermissions{Token: tok.ID, Revision: tok.Revision, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	value := valueOf(t, s, tok.ID)
	first := p.after(0)
	for _, name := range []string{"prod", "PROD"} {
		if v := check(t, s, value, model.Place{Name: name}, agent); v.Standing != model.Good || v.Place != prod {
			t.Fatalf("%+v", v)
		}
	}
	second := p.after(90 * time.Minute)
	if v := check(t, s, value, model.Place{Name: "staging"}, agent); v.Standing != model.OutOfReach {
		t.Fatalf("%+v", v)
	}
	check(t, s, value, model.Place{}, model.Caller{Addr: "::ffff:10.0.0.8"})
	u := usage(t, s, tok.ID)
	all := u.All
	if all.Count != 3 || all.First != first || all.Last != second || all.LastHour != 1 || all.Refused != 1 || all.Why != model.OutOfReach || all.LastRefused != second {
		t.Errorf("all: %+v", all)
	}
	if all.Hours[model.UseHours-1] != 1 || all.Hours[model.UseHours-2] != 2 {
		t.Errorf("by hour: %v", all.Hours)
	}
	want := []model.Caller{{Addr: "10.0.0.7", Agent: "agent-eu", Place: model.Place{Name: "staging"}}, {Addr: "10.0.0.8"}, {Addr: "10.0.0.7", Agent: "agent-eu", Place: prod}}
	var got []model.Caller
	for _, c := range u.Callers {
		got = append(got, c.Caller)
	}
	if !slices.Equal(got, want) {
		t.Errorf("callers: %+v", got)
	}
	page, err := s.Tokens(ctx, ana, agentList, model.Window{Limit: 10})
	if err != nil || page.LastUsed[tok.ID] != second || page.UseSince.Never() {
		t.Errorf("in the list: %v, %+v", err, page)
	}
}

// TestKnocks presents a revoked token and one of a deactivated user.
func TestKnocks(t *testing.T) {
	p, s := newOpen(t)
	_, r := change1(t, s, model.AddPerson{Login: "ben"})
	ben := model.Actor{User: r.(model.User).ID}
	agentTok := createToken(t, s, "old agent")
	_, r = change1(t, s, model.CreateToken{Kind: model.UserToken, Owner: ben.User})
	own := r.(model.Token)
	one, two := valueOf(t, s, agentTok.ID), valueOf(t, s, own.ID)
	check(t, s, one, prod, agent)
	change1(t, s, model.Revoke{Token: agentTok.ID})
	change1(t, s, model.Revoke{Token: own.ID})
	p.after(time.Hour)
	for range 3 {
		if v := check(t, s, one, prod, agent); v.Standing != model.Revoked {
			t.Fatalf("%+v", v)
		}
	}
	last := p.after(time.Second)
	check(t, s, two, model.Place{}, agent)
	k, err := s.Knocks(ctx, ana)
	if err != nil || len(k.Knocks) != 2 {
		t.Fatalf("%+v, %v", k, err)
	}
	if a, b := k.Knocks[0], k.Knocks[1]; a.Token.ID != own.ID || a.Last != last || b.Token.ID != agentTok.ID || b.Refused != 3 || len(b.Callers) != 1 || b.Callers[0].Place != prod {
		t.Errorf("%+v", k.Knocks)
	}
	if k, err = s.Knocks(ctx, ben); err != nil || len(k.Knocks) != 1 || k.Knocks[0].Token.ID != own.ID {
		t.Errorf("ben is told %+v, %v", k, err)
	}
	var refused *model.RefusedError
	if _, err = s.Usage(ctx, ben, agentTok.ID); !errors.As(err, &refused) {
		t.Errorf("ben asks how an agent token is used: %v", err)
	}
	if _, err = s.Knocks(ctx, model.Actor{}); !errors.As(err, &refused) {
		t.Errorf("nobody is told %v", err)
	}
	p.after(model.KnocksFor)
	if k, err = s.Knocks(ctx, ana); err != nil || len(k.Knocks) != 1 {
		t.Errorf("later: %+v, %v", k, err)
	}
}

// TestServiceCredential takes one for what it is and for nothing else.
func TestServiceCredential(t *testing.T) {
	_, s := newOpen(t)
	_, r := change1(t, s, model.CreateToken{Kind: model.ServiceToken, Description: "gateway"})
	id := r.(model.Token).ID
	value, other := valueOf(t, s, id), valueOf(t, s, createToken(t, s, "agent").ID)
	if tok, err := s.Service(ctx, value, agent); err != nil || tok.ID != id {
		t.Fatalf("%+v, %v", tok, err)
	}
	if v := check(t, s, value, model.Place{}, agent); v.Standing != model.WrongKind || v.Active() {
		t.Errorf("as a token: %+v", v)
	}
	if _, err := s.Service(ctx, other, agent); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("an agent token as a service credential: %v", err)
	}
	if u := usage(t, s, id); u.All.Count != 1 || u.All.Refused != 1 || u.All.Why != model.WrongKind {
		t.Errorf("%+v", u.All)
	}
	change1(t, s, model.Revoke{Token: id})
	if _, err := s.Service(ctx, value, agent); !errors.Is(err, model.ErrRevoked) {
		t.Errorf("revoked: %v", err)
	}
}

// TestAlone looks for what no other token reaches.
func TestAlone(t *testing.T) {
	_, s := newOpen(t)
	limited := func(p model.Permissions) model.Token {
		tok := createToken(t, s, "")
		_, r := change1(t, s, model.SetPermissions{Token: tok.ID, Revision: tok.Revision, Permissions: p})
		return r.(model.Token)
	}
	see := func(id model.TokenID, want string) {
		t.Helper()
		if got := fmt.Sprint(usage(t, s, id).Alone); got != want {
			t.Errorf("token %d alone reaches %s, want %s", id, got, want)
		}
	}
	all := createToken(t, s, "")
	see(all.ID, "{[1 2] true}")
	one := limited(model.Permissions{Deployments: []model.DeploymentID{1}})
	see(all.ID, "{[2] true}")
	see(one.ID, "{[] false}")
	two := limited(model.Permissions{Deployments: []model.DeploymentID{1, 2}, AllBranches: true})
	see(all.ID, "{[] false}")
	change1(t, s, model.Revoke{Token: all.ID})
	see(all.ID, "{[] false}")
	see(two.ID, "{[2] true}")
	see(one.ID, "{[] false}")
	change1(t, s, model.Revoke{Token: two.ID})
	see(one.ID, "{[1] false}")
	change1(t, s, model.RemoveDeployment{Deployment: 1})
	see(one.ID, "{[] false}")
}
