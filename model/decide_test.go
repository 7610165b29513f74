package model_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// at is the moment of the change that takes place seq in an org's history.
func at(seq uint64) model.Time { return model.Time(1_700_000_000_000 + int64(seq) - 1) }

func changed(field, from, to string) []model.FieldChange {
	return []model.FieldChange{{Field: field, From: from, To: to}}
}

// wantDecision compares a decision as a whole.
func wantDecision(t testing.TB, got, want model.Decision) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("decided\n%+v\nwant\n%+v", got, want)
	}
}

func TestFound(t *testing.T) {
	o := newOrg()
	got := o.must(t, 0, model.Found{Organization: " acme ", Deployments: []string{"prod", "Staging"}, Login: "ana", Account: 0})
	wantDecision(t, got, model.Decision{
		Action: model.CreateOrganization, Target: model.Target{Kind: model.TargetOrganization}, Subject: 1, Label: "acme",
		Records: []model.Record{
			model.Organization{Name: "acme", Revision: 1, EditedBy: 1},
			model.User{ID: 1, Login: "ana", OrgAdmin: true, Accounts: []uint32{0}, CreatedAt: at(1), Revision: 1, EditedBy: 1},
			model.Deployment{ID: 1, Name: "prod", CreatedAt: at(1), CreatedBy: 1, Revision: 1, EditedBy: 1},
			model.Deployment{ID: 2, Name: "Staging", CreatedAt: at(1), CreatedBy: 1, Revision: 1, EditedBy: 1},
		},
	})
}

func TestFoundRefusals(t *testing.T) {
	o := newOrg()
	good := model.Found{Organization: "acme", Login: "ana", Deployments: []string{"prod"}}
	for name, spoil := range map[string]func(*model.Found){
		"no name": func(f *model.Found) { f.Organization = " " }, "bad login": func(f *model.Found) { f.Login = "Ana" },
		"no login": func(f *model.Found) { f.Login = "" }, "bad deployment": func(f *model.Found) { f.Deployments = []string{"prod", "a b"} },
	} {
		f := good
		spoil(&f)
		var text *model.TextError
		if d, err := o.decide(0, f); !errors.As(err, &text) || len(d.Records) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := good
	twice.Deployments = []string{"prod", "staging", "PROD"}
	if err := o.fails(t, 0, twice, model.ErrTaken); !strings.Contains(err.Error(), "PROD") {
		t.Errorf("%v does not say which", err)
	}
	o.must(t, 0, good)
	for _, actor := range []model.UserID{0, ana} {
		if r := o.refused(t, actor, good); r.Action != model.CreateOrganization {
			t.Errorf("founding twice: %v", r)
		}
	}
}

func TestOrganizationChanges(t *testing.T) {
	o := acme(t)
	seq := o.seq
	target := model.Target{Kind: model.TargetOrganization}
	wantDecision(t, o.must(t, dora, model.RenameOrg{Name: "Acme Ltd"}), model.Decision{
		Action: model.RenameOrganization, Target: target, Label: "Acme Ltd", Changes: changed("name", "acme", "Acme Ltd"),
		Records: []model.Record{model.Organization{Name: "Acme Ltd", Revision: seq + 1, EditedBy: dora}},
	})
	on := model.Settings{PrivateUserTokens: true}
	wantDecision(t, o.must(t, ana, model.SetSettings{Revision: seq + 1, Settings: on}), model.Decision{
		Action: model.ChangeSettings, Target: target, Label: "Acme Ltd", Changes: changed("private user tokens", "off", "on"),
		Records: []model.Record{model.Organization{Name: "Acme Ltd", Settings: on, Revision: seq + 2, EditedBy: ana}},
	})
	o.fails(t, ana, model.SetSettings{Settings: on}, model.ErrNothing)
	o.fails(t, ana, model.RenameOrg{Name: " Acme Ltd"}, model.ErrNothing)
	keys := model.KeyNumbers{Wrapping: 2, Signing: 2, Lookup: 1}
	o.fails(t, ana, model.RotateKeys{Keys: model.KeyNumbers{Wrapping: 1, Signing: 1, Lookup: 1}}, model.ErrNothing)
	wantDecision(t, o.must(t, ana, model.RotateKeys{Keys: keys}), model.Decision{
		Action: model.RotateKeyset, Target: target, Label: "Acme Ltd",
		Changes: slices.Concat(changed("wrapping key", "1", "2"), changed("signing key", "1", "2")),
		Records: []model.Record{model.Organization{Name: "Acme Ltd", Settings: on, Keys: keys, Revision: seq + 3, EditedBy: ana}},
	})
	o.fails(t, ana, model.RotateKeys{Keys: keys}, model.ErrNothing)
	for _, c := range []model.Change{model.RenameOrg{Revision: seq + 1, Name: "x"}, model.SetSettings{Revision: seq + 1}} {
		wantConflict(t, o, dora, c, "the organization", "ana", o.Organization)
	}
	var text *model.TextError
	if _, err := o.decide(ana, model.RenameOrg{}); !errors.As(err, &text) {
		t.Errorf("no name: %v", err)
	}
}

// wantConflict expects a change to be refused as made on an outdated record.
func wantConflict(t testing.TB, o *org, actor model.UserID, c model.Change, what, by string, now model.Record) {
	t.Helper()
	d, err := o.decide(actor, c)
	var conflict *model.ConflictError
	if !errors.As(err, &conflict) {
		t.Fatalf("%T: %v, want a *ConflictError", c, err)
	}
	mustBeNothing(t, d)
	if conflict.What != what || conflict.By != by || !reflect.DeepEqual(conflict.Now, now) {
		t.Errorf("%T: conflict over %q by %q, now %+v; want %q, %q, %+v", c, conflict.What, conflict.By, conflict.Now, what, by, now)
	}
	if !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), by) {
		t.Errorf("%q says neither what nor who", err)
	}
}

func TestDeploymentChanges(t *testing.T) {
	o := acme(t)
	seq := o.seq
	id, target := model.DeploymentID(4), model.Target{Kind: model.TargetDeployment, ID: 4}
	dep := model.Deployment{ID: id, Name: "dev", CreatedAt: at(seq + 1), CreatedBy: dora, Revision: seq + 1, EditedBy: dora}
	wantDecision(t, o.must(t, dora, model.AddDeployment{Name: " dev"}), model.Decision{
		Action: model.CreateDeployment, Target: target, Label: "dev", Records: []model.Record{dep}})
	dep.Name, dep.Revision, dep.EditedBy = "DEV", seq+2, ana
	wantDecision(t, o.must(t, ana, model.RenameDeploy{Deployment: id, Revision: seq + 1, Name: "DEV"}), model.Decision{
		Action: model.RenameDeployment, Target: target, Label: "DEV", Changes: changed("name", "dev", "DEV"), Records: []model.Record{dep}})
	wantConflict(t, o, dora, model.RenameDeploy{Deployment: id, Revision: seq + 1, Name: "x"}, "deployment DEV", "ana", dep)
	o.fails(t, ana, model.RenameDeploy{Deployment: id, Name: "DEV"}, model.ErrNothing)
	o.fails(t, ana, model.RenameDeploy{Deployment: id, Name: "Prod"}, model.ErrTaken)
	o.fails(t, ana, model.AddDeployment{Name: "PROD"}, model.ErrTaken)
	dep.RemovedAt, dep.RemovedBy, dep.Revision, dep.EditedBy = at(seq+3), dora, seq+3, dora
	wantDecision(t, o.must(t, dora, model.RemoveDeployment{Deployment: id}), model.Decision{
		Action: model.DeleteDeployment, Target: target, Label: "DEV", Records: []model.Record{dep}})
	for _, c := range []model.Change{model.RemoveDeployment{Deployment: id}, model.RenameDeploy{Deployment: id, Name: "x"},
		model.RemoveDeployment{Deployment: 77}, model.RenameDeploy{Deployment: 77, Name: "x"}} {
		o.fails(t, ana, c, model.ErrNotFound)
	}
	var text *model.TextError
	for _, c := range []model.Change{model.AddDeployment{Name: "a b"}, model.RenameDeploy{Deployment: prod, Name: ""}} {
		if _, err := o.decide(ana, c); !errors.As(err, &text) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestNameOfRemovedDeploymentIsFreeAndItsNumberIsNot(t *testing.T) {
	o := acme(t)
	d := o.must(t, ana, model.AddDeployment{Name: "OLD"})
	if got := d.Records[0].(model.Deployment); got.ID == old || got.Name != "OLD" {
		t.Errorf("new deployment is %+v", got)
	}
	if was := o.deployments[old]; !was.Removed() || was.Name != "old" {
		t.Errorf("the removed one is now %+v", was)
	}
}

// changesFor lists one change for each action that is not about tokens.
func changesFor() map[model.Action]model.Change {
	return map[model.Action]model.Change{
		model.RenameOrganization:    model.RenameOrg{Name: "other"},
		model.ChangeSettings:        model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}},
		model.RotateKeyset:          model.RotateKeys{Keys: model.KeyNumbers{Wrapping: 2, Signing: 2, Lookup: 1}},
		model.AddUser:               model.AddPerson{Login: "new"},
		model.RenameUser:            model.RenamePerson{User: ben, Login: "benny"},
		model.ChangeUserPermissions: model.SetRoles{User: ben, OrgAdmin: true},
		model.DeactivateUser:        model.SetActive{User: ben},
		model.ReactivateUser:        model.SetActive{User: eli, Active: true},
		model.BindAccounts:          model.SetAccounts{User: ben, Accounts: []uint32{7}},
		model.CreateDeployment:      model.AddDeployment{Name: "new"},
		model.RenameDeployment:      model.RenameDeploy{Deployment: prod, Name: "new"},
		model.DeleteDeployment:      model.RemoveDeployment{Deployment: prod},
	}
}

// TestOnlyAdminsChangeTheOrganization also tells that refusal comes before everything
// else: with bad names, unknown numbers and outdated revisions it stays the same.
func TestOnlyAdminsChangeTheOrganization(t *testing.T) {
	o := acme(t)
	spoiled := map[model.Action]model.Change{
		model.RenameOrganization: model.RenameOrg{Revision: 5}, model.ChangeSettings: model.SetSettings{Revision: 5}, model.RotateKeyset: model.RotateKeys{}, model.AddUser: model.AddPerson{Login: "ana"},
		model.RenameUser: model.RenamePerson{User: 77}, model.ChangeUserPermissions: model.SetRoles{User: 77, Revision: 5}, model.DeactivateUser: model.SetActive{User: 77},
		model.ReactivateUser: model.SetActive{User: 77, Active: true}, model.BindAccounts: model.SetAccounts{User: 77, Accounts: []uint32{1000}},
		model.CreateDeployment: model.AddDeployment{Name: "prod"}, model.RenameDeployment: model.RenameDeploy{Deployment: 77}, model.DeleteDeployment: model.RemoveDeployment{Deployment: 77},
	}
	for do, c := range changesFor() {
		if d, err := o.decide(ana, c); err != nil || d.Action != do {
			t.Errorf("%T by an Organization Admin: %s, %v", c, d.Action.Name(), err)
		}
		for _, actor := range []model.UserID{0, ben, cai, eli, fay, 77} {
			a, b := o.refused(t, actor, c), o.refused(t, actor, spoiled[do])
			if a.Action != do || *a != *b {
				t.Errorf("user %d, %s: refused as %+v, spoiled as %+v", actor, do.Name(), a, b)
			}
		}
	}
}

func TestDecideRefusesUnknownChangesAndNoTime(t *testing.T) {
	o := acme(t)
	o.fails(t, ana, nil, model.ErrNotFound)
	o.fails(t, ana, &model.Revoke{Token: agentToken}, model.ErrNotFound)
	// At the zero time a revocation would be kept as "never revoked".
	d, err := model.Decide(view{o}, model.Case{Actor: model.Actor{User: ana}, Seq: 99}, model.Revoke{Token: agentToken})
	if err == nil || len(d.Records) != 0 {
		t.Errorf("decided at no time: %+v, %v", d, err)
	}
}

// TestDecideChangesNothing: neither the view nor the change that was asked for.
func TestDecideChangesNothing(t *testing.T) {
	o := acme(t)
	before := o.clone()
	grants := []model.Grant{{Deployment: staging, Role: model.Editor}, {Deployment: prod, Role: model.NoRole}, {Deployment: prod, Role: model.Viewer}}
	accounts := []uint32{9, 3, 9}
	reach := []model.DeploymentID{staging, prod, staging}
	for _, c := range []model.Change{
		model.SetRoles{User: ben, Grants: grants}, model.AddPerson{Login: "new", Grants: grants, Accounts: accounts}, model.SetAccounts{User: ben, Accounts: accounts},
		model.SetPermissions{Token: agentToken, Permissions: model.Permissions{Deployments: reach}}, model.Describe{Token: agentToken, Description: "x"}, model.Revoke{Token: agentToken},
	} {
		if _, err := o.decide(ana, c); err != nil {
			t.Errorf("%T: %v", c, err)
		}
	}
	before.rand = o.rand
	if !reflect.DeepEqual(o, before) {
		t.Error("the view changed")
	}
	if grants[0].Deployment != staging || accounts[0] != 9 || reach[0] != staging || len(reach) != 3 {
		t.Errorf("the change was rewritten: %v %v %v", grants, accounts, reach)
	}
}

// TestRestored: numbers that a restore gave up are passed over, and those that were not
// given up are not.
func TestRestored(t *testing.T) {
	o := acme(t)
	used := func(c model.Restored) model.LastNumbers {
		t.Helper()
		return o.must(t, 0, c).Records[0].(model.Organization).Used
	}
	if got := used(model.Restored{From: 6, Lost: 12, Used: model.LastNumbers{Token: 500, User: 1}}); got != (model.LastNumbers{Token: 500}) {
		t.Errorf("used: %+v", got)
	}
	want := model.LastNumbers{Token: 500, User: 70, Deployment: 60}
	if got := used(model.Restored{From: 6, Lost: 6, Used: model.LastNumbers{Token: 1, User: 70, Deployment: 60}}); got != want {
		t.Errorf("used: %+v", got)
	}
	if d := o.must(t, ana, model.CreateToken{Kind: model.AgentToken}); d.Records[0].(model.Token).ID != 501 {
		t.Errorf("the next token is %+v", d.Records[0])
	}
}
