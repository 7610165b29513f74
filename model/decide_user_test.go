package model_test

import (
	"errors"
	"strings"
	"testing"

	"jeton/model"
)

func userTarget(id model.UserID) model.Target {
	return model.Target{Kind: model.TargetUser, ID: uint64(id)}
}

func TestAddPerson(t *testing.T) {
	o := acme(t)
	seq := o.seq + 1
	got := o.must(t, dora, model.AddPerson{Login: "gil ", Name: " Gil ", Accounts: []uint32{9, 7, 9},
		Grants: []model.Grant{{Deployment: staging, Role: model.Viewer}, {Deployment: prod, Role: model.Admin}}})
	wantDecision(t, got, model.Decision{
		Action: model.AddUser, Target: userTarget(7), Subject: 7, Label: "gil",
		Changes: append(changed("roles", "", "prod Admin, staging Viewer"), changed("accounts", "", "7, 9")...),
		Records: []model.Record{model.User{ID: 7, Login: "gil", Name: "Gil", Accounts: []uint32{7, 9}, CreatedAt: at(seq), CreatedBy: dora,
			Grants: []model.Grant{{Deployment: prod, Role: model.Admin}, {Deployment: staging, Role: model.Viewer}}, Revision: seq, EditedBy: dora}},
	})
	if d := o.must(t, ana, model.AddPerson{Login: "hal", OrgAdmin: true}); d.Changes[0] != changed("roles", "", "Organization Admin")[0] || len(d.Changes) != 1 {
		t.Errorf("changes are %+v", d.Changes)
	}
	if d := o.must(t, ana, model.AddPerson{Login: "ida"}); d.Changes[0].To != "none" {
		t.Errorf("changes are %+v", d.Changes)
	}
}

func TestAddPersonRefusals(t *testing.T) {
	o := acme(t)
	grant := func(d model.DeploymentID, r model.Role) model.Grant { return model.Grant{Deployment: d, Role: r} }
	var text *model.TextError
	for _, c := range []model.AddPerson{{}, {Login: "Gil"}, {Login: "gil", Name: "a\u202eb"}} {
		if _, err := o.decide(ana, c); !errors.As(err, &text) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, login := range []string{"ana", "eli", " ben "} {
		o.fails(t, ana, model.AddPerson{Login: login}, model.ErrTaken)
	}
	err := o.fails(t, ana, model.AddPerson{Login: "gil", Accounts: []uint32{5, 1004}}, model.ErrTaken)
	if !strings.Contains(err.Error(), "1004") || !strings.Contains(err.Error(), "eli") {
		t.Errorf("%v does not say which account is whose", err)
	}
	o.fails(t, ana, model.AddPerson{Login: "gil", Grants: []model.Grant{grant(77, model.Viewer)}}, model.ErrNotFound)
	o.fails(t, ana, model.AddPerson{Login: "gil", Grants: []model.Grant{grant(prod, 5)}}, model.ErrNotFound)
	for says, grants := range map[string][]model.Grant{
		"two roles in prod": {grant(prod, model.Viewer), grant(staging, model.Viewer), grant(prod, model.Admin)},
		"old is removed":    {grant(old, model.Viewer)},
	} {
		if _, err := o.decide(ana, model.AddPerson{Login: "gil", Grants: grants}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

func TestUserChanges(t *testing.T) {
	o := acme(t)
	u, seq := o.users[ben], o.seq
	u.Login, u.Name, u.Revision, u.EditedBy = "benny", "Benny", seq+1, dora
	wantDecision(t, o.must(t, dora, model.RenamePerson{User: ben, Revision: o.users[ben].Revision, Login: "benny", Name: "Benny"}), model.Decision{
		Action: model.RenameUser, Target: userTarget(ben), Subject: ben, Label: "benny", Records: []model.Record{u},
		Changes: append(changed("login", "ben", "benny"), changed("name", "Ben", "Benny")...)})

	u.Grants, u.Revision, u.EditedBy = []model.Grant{{Deployment: staging, Role: model.Launcher}}, seq+2, ana
	wantDecision(t, o.must(t, ana, model.SetRoles{User: ben, Revision: seq + 1, Grants: []model.Grant{{Deployment: prod}, {Deployment: staging, Role: model.Launcher}}}), model.Decision{
		Action: model.ChangeUserPermissions, Target: userTarget(ben), Subject: ben, Label: "benny", Records: []model.Record{u},
		Changes: changed("roles", "prod Admin", "staging Launcher")})

	u.Accounts, u.Revision, u.EditedBy = []uint32{0, 1001}, seq+3, dora
	wantDecision(t, o.must(t, dora, model.SetAccounts{User: ben, Accounts: []uint32{1001, 0, 0}}), model.Decision{
		Action: model.BindAccounts, Target: userTarget(ben), Subject: ben, Label: "benny", Records: []model.Record{u}, Changes: changed("accounts", "1001", "0, 1001")})

	for _, c := range []model.Change{model.RenamePerson{User: ben, Revision: seq + 2, Login: "x"}, model.SetRoles{User: ben, Revision: seq + 2}, model.SetAccounts{User: ben, Revision: seq + 2}} {
		wantConflict(t, o, ana, c, "user benny", "dora", u)
	}
	for _, c := range []model.Change{model.RenamePerson{User: ben, Login: "benny", Name: "Benny"}, model.SetRoles{User: ben, Grants: u.Grants}, model.SetAccounts{User: ben, Accounts: []uint32{1001, 0}},
		model.SetActive{User: ben, Active: true}, model.SetActive{User: eli}} {
		o.fails(t, ana, c, model.ErrNothing)
	}
	if d := o.must(t, ana, model.SetAccounts{User: ben}); d.Changes[0].To != "none" {
		t.Errorf("changes are %+v", d.Changes)
	}
}

func TestUserRefusals(t *testing.T) {
	o := acme(t)
	for _, c := range []model.Change{model.RenamePerson{User: 77, Login: "x"}, model.SetRoles{User: 77}, model.SetAccounts{User: 77}, model.SetActive{User: 77}, model.SetActive{User: 77, Active: true},
		model.SetRoles{User: ben, Grants: []model.Grant{{Deployment: 77, Role: model.Admin}}}} {
		o.fails(t, ana, c, model.ErrNotFound)
	}
	o.fails(t, ana, model.RenamePerson{User: ben, Login: "cai"}, model.ErrTaken)
	o.fails(t, ana, model.SetAccounts{User: ben, Accounts: []uint32{1000}}, model.ErrTaken)
	for _, c := range []model.Change{model.SetAccounts{User: ben, Accounts: []uint32{1<<32 - 1}}, model.AddPerson{Login: "new", Accounts: []uint32{5, 1<<32 - 1}}} {
		var rule *model.RuleError
		if _, err := o.decide(ana, c); !errors.As(err, &rule) || !strings.Contains(err.Error(), "account 4294967295 is nobody's") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	var text *model.TextError
	for _, c := range []model.Change{model.RenamePerson{User: ben}, model.RenamePerson{User: ben, Login: "ben", Name: "\u200b"}} {
		if _, err := o.decide(ana, c); !errors.As(err, &text) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestConflictWithoutAnEditor(t *testing.T) {
	o := acme(t)
	u := o.users[ben]
	u.EditedBy = 77
	o.users[ben] = u
	for _, seen := range []uint64{1, u.Revision + 1} { // outdated, and from a future that did not happen
		wantConflict(t, o, ana, model.SetRoles{User: ben, Revision: seen}, "user ben", "someone", u)
	}
}

func TestRolesInRemovedDeployments(t *testing.T) {
	o := acme(t)
	o.must(t, ana, model.RemoveDeployment{Deployment: prod})
	kept := model.Grant{Deployment: prod, Role: model.Admin}
	d := o.must(t, ana, model.SetRoles{User: ben, Grants: []model.Grant{kept, {Deployment: staging, Role: model.Viewer}}})
	if want := changed("roles", "none", "staging Viewer")[0]; d.Changes[0] != want {
		t.Errorf("changes are %+v", d.Changes)
	}
	if _, err := o.decide(ana, model.SetRoles{User: cai, Grants: []model.Grant{kept}}); err == nil || !strings.Contains(err.Error(), "prod is removed") {
		t.Errorf("a new role in a removed deployment: %v", err)
	}
}

func TestSetActive(t *testing.T) {
	o := acme(t)
	u, seq := o.users[ben], o.seq
	u.DeactivatedAt, u.DeactivatedBy, u.Revision, u.EditedBy = at(seq+1), dora, seq+1, dora
	wantDecision(t, o.must(t, dora, model.SetActive{User: ben}), model.Decision{
		Action: model.DeactivateUser, Target: userTarget(ben), Subject: ben, Label: "ben", Records: []model.Record{u}})
	o.refused(t, ben, model.Reveal{Token: benToken})
	u.DeactivatedAt, u.DeactivatedBy, u.Revision, u.EditedBy = 0, 0, seq+2, ana
	wantDecision(t, o.must(t, ana, model.SetActive{User: ben, Active: true}), model.Decision{
		Action: model.ReactivateUser, Target: userTarget(ben), Subject: ben, Label: "ben", Records: []model.Record{u}})
	o.must(t, ben, model.Reveal{Token: benToken})
}

// TestLastAdminStays: ana and dora are the only active Organization Admins; each change
// is fine for one of them and refused for both, whichever comes first.
func TestLastAdminStays(t *testing.T) {
	lose := map[string]func(model.UserID) model.Change{
		"demote":     func(id model.UserID) model.Change { return model.SetRoles{User: id} },
		"deactivate": func(id model.UserID) model.Change { return model.SetActive{User: id} },
	}
	for first, loseFirst := range lose {
		for second, loseSecond := range lose {
			o := acme(t)
			o.must(t, dora, loseFirst(ana))
			o.fails(t, dora, loseSecond(dora), model.ErrLastAdmin)
			o.refused(t, ana, loseSecond(dora)) // ana asked at the same time and comes second
			if n := (view{o}).ActiveAdmins(); n != 1 {
				t.Errorf("%s, then %s: %d admins", first, second, n)
			}
			// A deactivated Organization Admin is not one who counts, and may be demoted.
			o.must(t, dora, model.SetRoles{User: fay})
			o.must(t, dora, model.SetRoles{User: ben, OrgAdmin: true})
			o.must(t, dora, loseSecond(dora))
		}
	}
	o := acme(t)
	o.must(t, ana, model.SetActive{User: dora})
	o.must(t, ana, model.SetRoles{User: ana, OrgAdmin: true, Grants: []model.Grant{{Deployment: prod, Role: model.Viewer}}})
	o.fails(t, ana, model.SetRoles{User: ana, Grants: []model.Grant{{Deployment: 77, Role: model.Viewer}}}, model.ErrLastAdmin)
}
