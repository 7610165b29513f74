package model_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"jeton/model"
)

// anyChange draws a change, by numbers that often exist and names that often clash.
func anyChange(t *rapid.T, o *org) model.Change {
	token := model.TokenID(rapid.IntRange(0, len(o.tokens)+1).Draw(t, "token"))
	user := model.UserID(rapid.IntRange(0, len(o.users)+1).Draw(t, "user"))
	deployment := model.DeploymentID(rapid.IntRange(0, len(o.deployments)+1).Draw(t, "deployment"))
	revision := rapid.SampledFrom([]uint64{0, 0, 0, o.seq, o.tokens[token].Revision, o.users[user].Revision}).Draw(t, "revision")
	yes := rapid.Bool().Draw(t, "yes")
	login := rapid.SampledFrom([]string{"ana", "ben", "gil", "hal", "ida", "jon", "Gil", ""}).Draw(t, "login")
	name := rapid.SampledFrom([]string{"prod", "PROD", "dev", "Dev", "qa", "x y"}).Draw(t, "name")
	accounts := rapid.SliceOfN(rapid.Uint32Range(0, 9), 0, 2).Draw(t, "accounts")
	reach := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) model.DeploymentID {
		return model.DeploymentID(rapid.IntRange(1, len(o.deployments)+1).Draw(t, "id"))
	}), 0, 3).Draw(t, "reach")
	var grants []model.Grant
	for _, d := range reach {
		grants = append(grants, model.Grant{Deployment: d, Role: model.Role(rapid.IntRange(0, 5).Draw(t, "role"))})
	}
	return rapid.SampledFrom([]model.Change{
		model.Found{Organization: "acme", Login: "z"},
		model.CreateToken{Kind: model.AgentToken, Owner: user, Description: name},
		model.CreateToken{Kind: model.UserToken, Owner: user},
		model.CreateToken{Kind: model.ServiceToken, Owner: user, Description: name},
		model.Describe{Token: token, Revision: revision, Description: login},
		model.SetPermissions{Token: token, Revision: revision, Permissions: model.Permissions{OrgAgent: yes, Deployments: reach}},
		model.Reveal{Token: token, Copy: yes},
		model.Revoke{Token: token},
		model.AddPerson{Login: login, OrgAdmin: yes, Grants: grants, Accounts: accounts},
		model.RenamePerson{User: user, Revision: revision, Login: login},
		model.SetRoles{User: user, Revision: revision, OrgAdmin: yes, Grants: grants},
		model.SetAccounts{User: user, Revision: revision, Accounts: accounts},
		model.SetActive{User: user, Active: yes},
		model.AddDeployment{Name: name},
		model.RenameDeploy{Deployment: deployment, Revision: revision, Name: name},
		model.RemoveDeployment{Deployment: deployment},
		model.RenameOrg{Revision: revision, Name: name},
		model.SetSettings{Revision: revision, Settings: model.Settings{PrivateUserTokens: yes}},
		model.RotateKeys{Keys: model.KeyNumbers{Wrapping: 2, Signing: uint32(1 + revision%3), Lookup: 1}},
	}).Draw(t, "change")
}

func TestRandomHistories(t *testing.T) {
	const steps = 250 // so many that every action happens dozens of times in the hundred histories
	happened, start := map[model.Action]int{}, acme(t)
	rapid.Check(t, func(t *rapid.T) {
		o := start.clone()
		for range steps {
			before := o.clone()
			actor := model.UserID(rapid.IntRange(0, len(o.users)+1).Draw(t, "actor"))
			if rapid.Bool().Draw(t, "by the founder") {
				actor = ana
			}
			c := anyChange(t, o)
			d, err := o.change(actor, c)
			if err != nil {
				checkFailure(t, d, err)
				continue
			}
			happened[d.Action]++
			if err := checkStep(before, o, actor, d); err != nil {
				t.Fatalf("%+v by user %d: %v", c, actor, err)
			}
			if err := checkInvariants(o); err != nil {
				t.Fatalf("after %+v by user %d: %v", c, actor, err)
			}
		}
	})
	for _, do := range model.Actions() {
		if happened[do] == 0 && !do.Reading() && do != model.CreateOrganization && do != model.RestoreOrganization {
			t.Errorf("the histories never come to %s", do.Name())
		}
	}
}

func checkFailure(t *rapid.T, d model.Decision, err error) {
	var conflict *model.ConflictError
	if len(d.Records) != 0 || d.Action != 0 {
		t.Fatalf("%v came with %+v", err, d)
	}
	if errors.As(err, &conflict) && (conflict.Now == nil || conflict.By == "") {
		t.Fatalf("a conflict without what is now or who made it so: %+v", conflict)
	}
}

// checkStep checks one decision against the organization before and after it.
func checkStep(before, after *org, actor model.UserID, d model.Decision) error {
	object := model.Object{Settings: before.Settings}
	if d.Target.Kind == model.TargetToken {
		object.Owner = d.Subject
	}
	if err := model.Allow(before.users[actor], d.Action, object); err != nil {
		return fmt.Errorf("happened without being allowed: %w", err)
	}
	revealing := false
	for _, k := range model.Kinds() {
		revealing = revealing || d.Action == k.Action(model.ToReveal) || d.Action == k.Action(model.ToCopy)
	}
	for _, r := range d.Records {
		var revision uint64
		var editor model.UserID
		switch r := r.(type) {
		case model.Organization:
			revision, editor = r.Revision, r.EditedBy
		case model.User:
			revision, editor = r.Revision, r.EditedBy
		case model.Deployment:
			revision, editor = r.Revision, r.EditedBy
		case model.Token:
			revision, editor = r.Revision, r.EditedBy
		case model.Credential:
			continue
		}
		if revealing != (revision != after.seq) || !revealing && editor != actor {
			return fmt.Errorf("record %T has revision %d by user %d in event %d", r, revision, editor, after.seq)
		}
	}
	for id, was := range before.tokens {
		is := after.tokens[id]
		if was.Revoked() && is.RevokedAt != was.RevokedAt {
			return fmt.Errorf("token %d was revoked and is changed", id)
		}
		if is.ID != id || is.Kind != was.Kind || is.Owner != was.Owner || is.CreatedAt != was.CreatedAt || is.LastFour != was.LastFour {
			return fmt.Errorf("number %d was used again", id)
		}
	}
	for id, was := range before.users {
		if is := after.users[id]; is.ID != id || is.CreatedAt != was.CreatedAt {
			return fmt.Errorf("user number %d was used again", id)
		}
	}
	for id, was := range before.deployments {
		if is := after.deployments[id]; is.CreatedAt != was.CreatedAt || was.Removed() && is != was {
			return fmt.Errorf("deployment number %d was used again or came back", id)
		}
	}
	for id, was := range before.values {
		if after.values[id] != was {
			return fmt.Errorf("token %d has another value", id)
		}
	}
	return nil
}

// checkInvariants holds for every organization at every moment after its founding.
func checkInvariants(o *org) error {
	admins, logins, accounts, names := 0, map[string]bool{}, map[uint32]bool{}, map[string]bool{}
	for _, u := range o.users {
		if u.OrgAdmin && u.Active() {
			admins++
		}
		if logins[u.Login] || u.Login == "" {
			return fmt.Errorf("login %q twice or empty", u.Login)
		}
		logins[u.Login] = true
		for _, a := range u.Accounts {
			if accounts[a] {
				return fmt.Errorf("account %d is two users", a)
			}
			accounts[a] = true
		}
		for i, g := range u.Grants {
			if g.Role == model.NoRole || g.Role > model.Admin || i > 0 && u.Grants[i-1].Deployment >= g.Deployment {
				return fmt.Errorf("grants of %s: %v", u.Login, u.Grants)
			}
		}
	}
	if admins == 0 {
		return errors.New("nobody is Organization Admin")
	}
	for _, d := range o.deployments {
		if name := model.FoldName(d.Name); !d.Removed() {
			if names[name] {
				return fmt.Errorf("two deployments are called %s", name)
			}
			names[name] = true
		}
	}
	for id, tok := range o.tokens {
		owned := tok.Kind == model.UserToken
		if _, exists := o.users[tok.Owner]; owned != exists {
			return fmt.Errorf("%s %d belongs to user %d", tok.Kind, id, tok.Owner)
		}
		if owned && !tok.Permissions.Equal(model.Permissions{}) {
			return fmt.Errorf("user token %d has permissions", id)
		}
		if kind, err := model.ParseValue(o.values[id].Expose()); err != nil || kind != tok.Kind {
			return fmt.Errorf("%s %d has no value of its kind", tok.Kind, id)
		}
	}
	return nil
}
