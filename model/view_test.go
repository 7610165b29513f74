package model_test

import (
	"errors"
	"maps"
	"math/rand"
	"slices"
	"testing"

	"jeton/model"
)

// org is an organization in memory: the View that decisions are made on, and what their
// records lead to.
type org struct {
	model.Organization
	users       map[model.UserID]model.User
	deployments map[model.DeploymentID]model.Deployment
	tokens      map[model.TokenID]model.Token
	values      map[model.TokenID]model.Secret
	damaged     map[model.TokenID]error // tokens whose record cannot be read
	seq         uint64
	rand        *rand.Rand
}

func newOrg() *org {
	return &org{
		users: map[model.UserID]model.User{}, deployments: map[model.DeploymentID]model.Deployment{},
		tokens: map[model.TokenID]model.Token{}, values: map[model.TokenID]model.Secret{}, damaged: map[model.TokenID]error{},
		rand: rand.New(rand.NewSource(1)),
	}
}

// view hides the field of the same name as a method of View.
type view struct{ *org }

func (v view) Organization() model.Organization { return v.org.Organization }

func (v view) User(id model.UserID) (model.User, bool) { u, ok := v.users[id]; return u, ok }

func (v view) UserByLogin(login string) (model.User, bool) {
	for _, u := range v.users {
		if u.Login == login {
			return u, true
		}
	}
	return model.User{}, false
}

func (v view) UserByAccount(uid uint32) (model.User, bool) {
	for _, u := range v.users {
		for _, a := range u.Accounts {
			if a == uid {
				return u, true
			}
		}
	}
	return model.User{}, false
}

func (v view) ActiveAdmins() int {
	n := 0
	for _, u := range v.users {
		if u.OrgAdmin && u.Active() {
			n++
		}
	}
	return n
}

func (v view) Deployment(id model.DeploymentID) (model.Deployment, bool) {
	d, ok := v.deployments[id]
	return d, ok
}

func (v view) DeploymentByName(name string) (model.Deployment, bool) {
	for _, d := range v.deployments {
		if !d.Removed() && model.FoldName(d.Name) == model.FoldName(name) {
			return d, true
		}
	}
	return model.Deployment{}, false
}

func (v view) Token(id model.TokenID) (model.Token, error) {
	if err := v.damaged[id]; err != nil {
		return model.Token{}, err
	}
	t, ok := v.tokens[id]
	if !ok {
		return model.Token{}, model.ErrNotFound
	}
	return t, nil
}

func (v view) NextUser() model.UserID {
	return max(model.UserID(len(v.users)), v.Organization().Used.User) + 1
}

func (v view) NextDeployment() model.DeploymentID {
	return max(model.DeploymentID(len(v.deployments)), v.Organization().Used.Deployment) + 1
}

func (v view) NextToken() model.TokenID {
	return max(model.TokenID(len(v.tokens)), v.Organization().Used.Token) + 1
}

// decide asks for a change at the next place in history, without applying it.
func (o *org) decide(actor model.UserID, c model.Change) (model.Decision, error) {
	where := model.Case{Actor: model.Actor{User: actor}, At: model.Time(1_700_000_000_000 + int64(o.seq)), Seq: o.seq + 1}
	if create, ok := c.(model.CreateToken); ok {
		kind := create.Kind
		if !slices.Contains(model.Kinds(), kind) {
			kind = model.UserToken
		}
		where.Value, _ = model.NewValue(kind, o.rand) // math/rand does not fail
	}
	return model.Decide(view{o}, where, c)
}

// change decides and applies.
func (o *org) change(actor model.UserID, c model.Change) (model.Decision, error) {
	d, err := o.decide(actor, c)
	if err == nil {
		o.seq++
		o.apply(d.Records)
	}
	return d, err
}

func (o *org) apply(records []model.Record) {
	for _, r := range records {
		switch r := r.(type) {
		case model.Organization:
			o.Organization = r
		case model.User:
			o.users[r.ID] = r
		case model.Deployment:
			o.deployments[r.ID] = r
		case model.Token:
			o.tokens[r.ID] = r
		case model.Credential:
			o.values[r.Token] = r.Value
		}
	}
}

// must makes a change that is expected to succeed.
func (o *org) must(t testing.TB, actor model.UserID, c model.Change) model.Decision {
	t.Helper()
	d, err := o.change(actor, c)
	if err != nil {
		t.Fatalf("%T by user %d: %v", c, actor, err)
	}
	return d
}

// fails asks for a change that is expected to fail as want does, and to change nothing.
func (o *org) fails(t testing.TB, actor model.UserID, c model.Change, want error) error {
	t.Helper()
	d, err := o.decide(actor, c)
	if !errors.Is(err, want) {
		t.Errorf("%T by user %d: %v, want %v", c, actor, err, want)
	}
	mustBeNothing(t, d)
	return err
}

// refused asks for a change that is expected to be refused by Allow.
func (o *org) refused(t testing.TB, actor model.UserID, c model.Change) *model.RefusedError {
	t.Helper()
	d, err := o.decide(actor, c)
	var r *model.RefusedError
	if !errors.As(err, &r) {
		t.Fatalf("%T by user %d: %v, want a *RefusedError", c, actor, err)
	}
	mustBeNothing(t, d)
	return r
}

func mustBeNothing(t testing.TB, d model.Decision) {
	t.Helper()
	if d.Action != 0 || len(d.Records) != 0 || len(d.Changes) != 0 || d.Target != (model.Target{}) || d.Subject != 0 || d.Label != "" {
		t.Errorf("a failure decided %+v", d)
	}
}

// The people and things of acme, in the order in which they come to be.
const (
	ana  model.UserID = 1 // Organization Admin, founder
	ben  model.UserID = 2 // Admin of prod, nothing more
	cai  model.UserID = 3 // no roles
	dora model.UserID = 4 // Organization Admin
	eli  model.UserID = 5 // deactivated
	fay  model.UserID = 6 // deactivated Organization Admin

	prod    model.DeploymentID = 1
	staging model.DeploymentID = 2
	old     model.DeploymentID = 3 // removed

	agentToken model.TokenID = 1
	benToken   model.TokenID = 2
	caiToken   model.TokenID = 3
	eliToken   model.TokenID = 4
	deadAgent  model.TokenID = 5 // revoked
	deadBen    model.TokenID = 6 // revoked
	noToken    model.TokenID = 99
)

// acme returns an organization with some of everything.
func acme(t testing.TB) *org {
	t.Helper()
	o := newOrg()
	o.must(t, 0, model.Found{Organization: "acme", Deployments: []string{"prod", "staging", "old"}, Login: "ana", Account: 1000})
	o.must(t, ana, model.AddPerson{Login: "ben", Name: "Ben", Grants: []model.Grant{{Deployment: prod, Role: model.Admin}}, Accounts: []uint32{1001}})
	o.must(t, ana, model.AddPerson{Login: "cai"})
	o.must(t, ana, model.AddPerson{Login: "dora", OrgAdmin: true})
	o.must(t, ana, model.AddPerson{Login: "eli", Accounts: []uint32{1004}})
	o.must(t, ana, model.AddPerson{Login: "fay", OrgAdmin: true})
	o.must(t, ana, model.CreateToken{Kind: model.AgentToken, Description: "nightly"})
	for _, owner := range []model.UserID{ben, cai, eli} {
		o.must(t, owner, model.CreateToken{Kind: model.UserToken, Owner: owner})
	}
	o.must(t, ana, model.CreateToken{Kind: model.AgentToken})
	o.must(t, ben, model.CreateToken{Kind: model.UserToken, Owner: ben})
	o.must(t, ana, model.Revoke{Token: deadAgent})
	o.must(t, ben, model.Revoke{Token: deadBen})
	o.must(t, ana, model.SetActive{User: eli})
	o.must(t, ana, model.SetActive{User: fay})
	o.must(t, ana, model.RemoveDeployment{Deployment: old})
	return o
}

// clone lets a test change a copy.
func (o *org) clone() *org {
	c := *o
	c.users, c.deployments = maps.Clone(o.users), maps.Clone(o.deployments)
	c.tokens, c.values, c.damaged = maps.Clone(o.tokens), maps.Clone(o.values), maps.Clone(o.damaged)
	return &c
}
