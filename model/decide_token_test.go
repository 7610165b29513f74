package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"jeton/model"
)

func tokenTarget(id model.TokenID) model.Target {
	return model.Target{Kind: model.TargetToken, ID: uint64(id)}
}

func TestCreateTokens(t *testing.T) {
	for _, tt := range []struct {
		actor, owner model.UserID
		kind         model.TokenKind
		do           model.Action
		perms        model.Permissions
	}{
		{ana, 0, model.AgentToken, model.CreateAgentToken, model.OrgAgent()},
		{ben, ben, model.UserToken, model.CreateUserToken, model.Permissions{}},
		{dora, ben, model.UserToken, model.CreateUserToken, model.Permissions{}},
		{ana, 0, model.ServiceToken, model.CreateService, model.Permissions{}},
	} {
		o := acme(t)
		id, seq := model.TokenID(7), o.seq+1
		got := o.must(t, tt.actor, model.CreateToken{Kind: tt.kind, Owner: tt.owner, Description: " e\u0301 "})
		value := o.values[id]
		wantDecision(t, got, model.Decision{
			Action: tt.do, Target: tokenTarget(id), Subject: tt.owner, Label: "é",
			Records: []model.Record{
				model.Token{ID: id, Kind: tt.kind, Owner: tt.owner, Description: "é", Permissions: tt.perms, LastFour: value.LastFour(),
					CreatedAt: at(seq), CreatedBy: tt.actor, Revision: seq, EditedBy: tt.actor},
				model.Credential{Token: id, Kind: tt.kind, Value: value},
			},
		})
	}
}

func TestAgentTokenHasNoOwner(t *testing.T) {
	o := acme(t)
	d := o.must(t, ana, model.CreateToken{Kind: model.AgentToken, Owner: ben})
	if got := d.Records[0].(model.Token); got.Owner != 0 || d.Subject != 0 {
		t.Errorf("an agent token of user %d, about user %d", got.Owner, d.Subject)
	}
	// Naming oneself as the owner does not make it one's own.
	o.refused(t, ben, model.CreateToken{Kind: model.AgentToken, Owner: ben})
}

// TestServiceCredential does with a service credential what is done with tokens of its kind.
func TestServiceCredential(t *testing.T) {
	o := acme(t)
	made := o.must(t, ana, model.CreateToken{Kind: model.ServiceToken, Owner: ben, Description: "edge proxy"}).Records[0].(model.Token)
	if made.Owner != 0 {
		t.Errorf("it is user %d's", made.Owner)
	}
	for _, c := range []model.Change{model.Describe{Token: made.ID, Description: "x"}, model.Reveal{Token: made.ID}, model.Revoke{Token: made.ID}} {
		o.refused(t, ben, c)
	}
	if _, err := o.decide(ana, model.SetPermissions{Token: made.ID, Permissions: model.OrgAgent()}); err == nil || !strings.Contains(err.Error(), "service credential") {
		t.Errorf("permissions of a service credential: %v", err)
	}
	for _, tt := range []struct {
		c  model.Change
		do model.Action
	}{
		{model.Describe{Token: made.ID, Description: "edge"}, model.DescribeService},
		{model.Reveal{Token: made.ID}, model.RevealService},
		{model.Reveal{Token: made.ID, Copy: true}, model.CopyService},
		{model.Revoke{Token: made.ID}, model.RevokeService},
	} {
		if d := o.must(t, ana, tt.c); d.Action != tt.do {
			t.Errorf("%T is called %s", tt.c, d.Action.Name())
		}
	}
}

func TestCreateTokenRefusals(t *testing.T) {
	o := acme(t)
	for _, c := range []model.CreateToken{{Kind: model.UserToken, Owner: cai}, {Kind: model.UserToken, Owner: 77}, {Kind: model.UserToken}, {Kind: model.AgentToken}} {
		o.refused(t, ben, c)
		o.refused(t, 0, c)
		o.refused(t, fay, c)
	}
	o.refused(t, eli, model.CreateToken{Kind: model.UserToken, Owner: eli})
	o.fails(t, ana, model.CreateToken{Kind: model.UserToken, Owner: 77}, model.ErrNotFound)
	o.fails(t, ana, model.CreateToken{Kind: model.UserToken}, model.ErrNotFound)
	o.fails(t, ana, model.CreateToken{Owner: ana}, model.ErrNotFound)
	o.fails(t, ana, model.CreateToken{Kind: 9, Owner: ana}, model.ErrNotFound)
	if _, err := o.decide(ana, model.CreateToken{Kind: model.UserToken, Owner: eli}); err == nil || !strings.Contains(err.Error(), "eli is deactivated") {
		t.Errorf("token for a deactivated owner: %v", err)
	}
	var text *model.TextError
	if _, err := o.decide(ana, model.CreateToken{Kind: model.AgentToken, Description: "a\x1b"}); !errors.As(err, &text) {
		t.Errorf("bad description: %v", err)
	}
}

func TestCreateTokenNeedsAValueOfItsKind(t *testing.T) {
	o := acme(t)
	good := newValue(t, model.UserToken, seeded(30))
	mistyped := model.SecretOf(good.Expose()[:52] + "!")
	for name, value := range map[string]model.Secret{"none": {}, "other kind": good, "mistyped": mistyped, "any text": model.SecretOf("hunter2 hunter2")} {
		c := model.Case{Actor: model.Actor{User: ana}, At: 1, Seq: 99, Value: value}
		d, err := model.Decide(view{o}, c, model.CreateToken{Kind: model.AgentToken})
		if !errors.Is(err, model.ErrNotAToken) {
			t.Errorf("%s: %v", name, err)
		}
		if part, found := leaks(fmt.Sprint(err), value.Expose()); found {
			t.Errorf("%s: the error shows %s", name, part)
		}
		mustBeNothing(t, d)
	}
}

func TestTokenChanges(t *testing.T) {
	o := acme(t)
	tok, seq := o.tokens[benToken], o.seq
	tok.Description, tok.Revision, tok.EditedBy = "laptop", seq+1, dora
	wantDecision(t, o.must(t, dora, model.Describe{Token: benToken, Revision: o.tokens[benToken].Revision, Description: "laptop"}), model.Decision{
		Action: model.DescribeUserToken, Target: tokenTarget(benToken), Subject: ben, Label: "laptop", Changes: changed("description", "", "laptop"), Records: []model.Record{tok}})
	wantConflict(t, o, ben, model.Describe{Token: benToken, Revision: 3, Description: "x"}, "user token 2", "dora", tok)
	o.fails(t, ben, model.Describe{Token: benToken, Description: " laptop "}, model.ErrNothing)
	var text *model.TextError
	if _, err := o.decide(ben, model.Describe{Token: benToken, Description: "a\nb"}); !errors.As(err, &text) {
		t.Errorf("bad description: %v", err)
	}

	// Revealing is no edit: the revision stays, and so does what others have open.
	tok.RevealedAt, tok.RevealedBy = at(seq+2), ana
	wantDecision(t, o.must(t, ana, model.Reveal{Token: benToken}), model.Decision{
		Action: model.RevealUserToken, Target: tokenTarget(benToken), Subject: ben, Label: "laptop", Records: []model.Record{tok}})
	tok.RevealedAt, tok.RevealedBy = at(seq+3), ben
	wantDecision(t, o.must(t, ben, model.Reveal{Token: benToken, Copy: true}), model.Decision{
		Action: model.CopyUserToken, Target: tokenTarget(benToken), Subject: ben, Label: "laptop", Records: []model.Record{tok}})

	tok.RevokedAt, tok.RevokedBy, tok.Revision, tok.EditedBy = at(seq+4), ana, seq+4, ana
	wantDecision(t, o.must(t, ana, model.Revoke{Token: benToken}), model.Decision{
		Action: model.RevokeUserToken, Target: tokenTarget(benToken), Subject: ben, Label: "laptop", Records: []model.Record{tok}})
}

func TestAgentTokenActions(t *testing.T) {
	o := acme(t)
	for do, c := range map[model.Action]model.Change{
		model.DescribeAgentToken: model.Describe{Token: agentToken, Description: "x"}, model.RevealAgentToken: model.Reveal{Token: agentToken},
		model.CopyAgentToken: model.Reveal{Token: agentToken, Copy: true}, model.RevokeAgentToken: model.Revoke{Token: agentToken},
		model.SetAgentPermissions: model.SetPermissions{Token: agentToken},
	} {
		if d, err := o.decide(dora, c); err != nil || d.Action != do || d.Subject != 0 || d.Target != tokenTarget(agentToken) {
			t.Errorf("%T: %+v, %v", c, d, err)
		}
	}
}

// onToken lists every change of a token.
func onToken(id model.TokenID) []model.Change {
	return []model.Change{
		model.Describe{Token: id, Description: "x"}, model.Describe{Token: id, Revision: 1, Description: "\x00"}, model.SetPermissions{Token: id},
		model.Reveal{Token: id}, model.Reveal{Token: id, Copy: true}, model.Revoke{Token: id},
	}
}

func TestRevokedTokensAreHistory(t *testing.T) {
	o := acme(t)
	for _, c := range onToken(deadAgent) {
		o.fails(t, ana, c, model.ErrRevoked)
	}
	for _, c := range onToken(deadBen) {
		if _, permissions := c.(model.SetPermissions); !permissions {
			o.fails(t, ben, c, model.ErrRevoked)
		}
	}
}

// TestProbingNumbersTellsNothing: whatever stands behind a number, whoever may not touch
// it is refused in the same words, as if nothing did.
func TestProbingNumbersTellsNothing(t *testing.T) {
	o := acme(t)
	unreadable := model.TokenID(50)
	o.damaged[unreadable] = &model.DamageError{What: "token 50", Next: "rebuild"}
	notTheirs := map[model.UserID][]model.TokenID{
		0:   {agentToken, benToken, caiToken, eliToken, deadAgent, deadBen, unreadable},
		77:  {agentToken, benToken, caiToken, eliToken, deadAgent, deadBen, unreadable},
		ben: {agentToken, caiToken, eliToken, deadAgent, unreadable},
		cai: {agentToken, benToken, eliToken, deadAgent, deadBen, unreadable},
		eli: {agentToken, benToken, caiToken, eliToken, deadAgent, deadBen, unreadable},
		fay: {agentToken, benToken, caiToken, eliToken, deadAgent, deadBen, unreadable},
	}
	for _, private := range []bool{false, true} {
		o.Settings.PrivateUserTokens = private
		for actor, ids := range notTheirs {
			for i, missing := range onToken(noToken) {
				want := o.refused(t, actor, missing)
				for _, id := range ids {
					if got := o.refused(t, actor, onToken(id)[i]); *got != *want {
						t.Errorf("user %d, %T of token %d: %+v; of a number never given: %+v", actor, missing, id, got, want)
					}
				}
			}
		}
	}
}

func TestAdminsAreToldWhatIsMissing(t *testing.T) {
	o := acme(t)
	broken := &model.DamageError{What: "token 50", Next: "rebuild"}
	o.damaged[50] = broken
	for i, c := range onToken(noToken) {
		o.fails(t, ana, c, model.ErrNotFound)
		o.fails(t, ana, onToken(50)[i], broken)
	}
}

func TestPrivateUserTokens(t *testing.T) {
	o := acme(t)
	o.must(t, ana, model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}})
	for do, c := range map[model.Action]model.Change{
		model.RevealUserToken: model.Reveal{Token: benToken}, model.CopyUserToken: model.Reveal{Token: benToken, Copy: true},
		model.CreateUserToken: model.CreateToken{Kind: model.UserToken, Owner: ben},
	} {
		if r := o.refused(t, ana, c); r.Action != do || !strings.Contains(r.Reason, "private user tokens") {
			t.Errorf("%T: refused as %+v", c, r)
		}
		o.clone().must(t, ben, c)
	}
	o.must(t, ana, model.Describe{Token: benToken, Description: "seen by ana"})
	o.must(t, ana, model.CreateToken{Kind: model.UserToken, Owner: ana})
	o.must(t, ana, model.Revoke{Token: benToken})
}

func TestSetPermissions(t *testing.T) {
	o := acme(t)
	set := func(p model.Permissions) model.Change {
		return model.SetPermissions{Token: agentToken, Permissions: p}
	}
	tok := o.tokens[agentToken]
	for _, step := range []struct {
		give       model.Permissions
		keep       model.Permissions
		from, said string
	}{
		{model.Permissions{Deployments: []model.DeploymentID{2, 1, 2}}, model.Permissions{Deployments: []model.DeploymentID{1, 2}}, "Org Agent", "prod, staging"},
		{model.Permissions{Deployments: []model.DeploymentID{1}, AllBranches: true}, model.Permissions{Deployments: []model.DeploymentID{1}, AllBranches: true}, "prod, staging", "prod, all branch deployments"},
		{model.Permissions{AllBranches: true}, model.Permissions{AllBranches: true}, "prod, all branch deployments", "all branch deployments"},
		{model.Permissions{Deployments: []model.DeploymentID{}}, model.Permissions{}, "all branch deployments", "nothing"},
		{model.Permissions{OrgAgent: true, Deployments: []model.DeploymentID{2}}, model.Permissions{OrgAgent: true, Deployments: []model.DeploymentID{2}}, "nothing", "Org Agent"},
	} {
		tok.Permissions, tok.Revision, tok.EditedBy = step.keep, o.seq+1, dora
		wantDecision(t, o.must(t, dora, set(step.give)), model.Decision{
			Action: model.SetAgentPermissions, Target: tokenTarget(agentToken), Label: "nightly", Changes: changed("permissions", step.from, step.said), Records: []model.Record{tok}})
		o.fails(t, ana, set(step.give), model.ErrNothing)
	}
	wantConflict(t, o, ana, model.SetPermissions{Token: agentToken, Revision: 2}, "agent token 1", "dora", tok)
	o.fails(t, ana, set(model.Permissions{Deployments: []model.DeploymentID{1, 77}}), model.ErrNotFound)
	if _, err := o.decide(ana, model.SetPermissions{Token: benToken}); err == nil || !strings.Contains(err.Error(), "roles decide") {
		t.Errorf("permissions of a user token: %v", err)
	}
	o.refused(t, ben, model.SetPermissions{Token: benToken})
}

func TestPermissionsOnRemovedDeployments(t *testing.T) {
	o := acme(t)
	withOld := model.SetPermissions{Token: agentToken, Permissions: model.Permissions{Deployments: []model.DeploymentID{prod, old}}}
	if _, err := o.decide(ana, withOld); err == nil || !strings.Contains(err.Error(), "old is removed") {
		t.Errorf("Org Agent off, with a removed deployment: %v", err)
	}
	withOld.Permissions = model.Permissions{Deployments: []model.DeploymentID{prod, staging}}
	o.must(t, ana, withOld)
	o.must(t, ana, model.RemoveDeployment{Deployment: staging})
	if got := o.tokens[agentToken].Permissions; !got.Reaches(staging) || len(got.Deployments) != 2 {
		t.Errorf("removing a deployment rewrote the token: %+v", got)
	}
	// What the token had may stay, and is no longer named.
	withOld.Permissions.AllBranches = true
	d := o.must(t, ana, withOld)
	if want := changed("permissions", "prod", "prod, all branch deployments"); len(d.Changes) != 1 || d.Changes[0] != want[0] {
		t.Errorf("changes are %+v", d.Changes)
	}
}
