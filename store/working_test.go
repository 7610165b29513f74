package store

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"jeton/model"
)

// TestWorkingIsOfNow asks about a value again after each change that makes another verdict of
// it.
func TestWorkingIsOfNow(t *testing.T) {
	_, s := newOpen(t)
	_, r := change1(t, s, model.AddPerson{Login: "ben"})
	ben := r.(model.User)
	_, r = change1(t, s, model.CreateToken{Kind: model.UserToken, Owner: ben.ID})
	own := r.(model.Token)
	tok := createToken(t, s, "one")
	one, two := valueOf(t, s, tok.ID), valueOf(t, s, own.ID)
	see := func(value string, at model.Place, want model.Standing) model.Verdict {
		t.Helper()
		var v model.Verdict
		for range 2 { // read, and remembered
			if v = check(t, s, value, at, agent); v.Standing != want {
				t.Fatalf("%s, want %s: %+v", v.Standing, want, v)
			}
		}
		return v
	}
	see(one, prod, model.Good)
	change1(t, s, model.Describe{Token: tok.ID, Description: "two"})
	v := see(one, prod, model.Good)
	if v.Token.Description != "two" {
		t.Errorf("described as %q", v.Token.Description)
	}
	change1(t, s, model.SetPermissions{Token: tok.ID, Revision: v.Token.Revision, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}})
	see(one, prod, model.OutOfReach)
	see(one, model.Place{Name: "Staging"}, model.Good)
	change1(t, s, model.RenameDeploy{Deployment: 2, Name: "qa"})
	see(one, model.Place{Name: "staging"}, model.OutOfReach)
	see(one, model.Place{Name: "qa"}, model.Good)
	change1(t, s, model.Revoke{Token: tok.ID})
	see(one, model.Place{}, model.Revoked)

	see(two, prod, model.OutOfReach)
	change1(t, s, model.SetRoles{User: ben.ID, OrgAdmin: true})
	see(two, prod, model.Good)
	change1(t, s, model.SetActive{User: ben.ID})
	see(two, prod, model.OwnerGone)
	change1(t, s, model.SetActive{User: ben.ID, Active: true})
	see(two, prod, model.Good)
}

// TestWorkingIsBounded remembers more than there is room for.
func TestWorkingIsBounded(t *testing.T) {
	w := newWorking()
	name := func(i uint64) valueName { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, i)) }
	const many = 2 * workingShards * workingEach
	for i := range uint64(many) {
		w.put(name(i), model.Token{ID: model.TokenID(i + 1)})
		if tok, ok := w.get(name(i)); !ok || tok.ID != model.TokenID(i+1) {
			t.Fatalf("%d: %+v, %v", i, tok, ok)
		}
	}
	have := 0
	for i := range w.shards {
		have += len(w.shards[i].all)
	}
	if have != len(w.byID) || have > workingShards*workingEach || have < workingShards*workingEach*9/10 {
		t.Errorf("%d tokens by value, %d by number", have, len(w.byID))
	}
	for i := range uint64(many) {
		w.drop(model.TokenID(i + 1))
		if _, ok := w.get(name(i)); ok {
			t.Fatalf("%d was forgotten and is known", i)
		}
	}
}

// TestRefusedAreNotRemembered asks about values that are not good: they leave nothing that
// could push out what is.
func TestRefusedAreNotRemembered(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	value := valueOf(t, s, tok.ID)
	change1(t, s, model.Revoke{Token: tok.ID})
	for range 10 {
		p.after(time.Second)
		strange, err := model.NewValue(model.AgentToken, s.opts.Rand)
		if err != nil {
			t.Fatal(err)
		}
		if v := check(t, s, strange.Expose(), prod, agent); v.Standing != model.Unknown {
			t.Fatalf("%+v", v)
		}
		check(t, s, value, prod, agent)
	}
	if n := len(s.working.byID); n != 0 {
		t.Errorf("%d are remembered", n)
	}
}
