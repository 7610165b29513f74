package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"jeton/model"
)

// rule is a row of the table of who may do what. Its columns are spelled out here, not
// computed, so that the table can be read next to the one in the design.
type rule struct {
	ownUser    bool // a user, about their own
	otherUser  bool // a user, about another's or about what belongs to nobody
	ownAdmin   bool // an Organization Admin, about their own
	otherAdmin bool // an Organization Admin, about another's or about what belongs to nobody
	private    bool // otherAdmin while private user tokens is on
}

var (
	ownTokens    = rule{ownUser: true, ownAdmin: true, otherAdmin: true, private: true}
	ownSecrets   = rule{ownUser: true, ownAdmin: true, otherAdmin: true, private: false}
	adminsOnly   = rule{ownAdmin: true, otherAdmin: true, private: true}
	nobodyAtAll  = rule{}
	rulesOfTable = map[model.Action]rule{
		model.CreateOrganization:    nobodyAtAll, // possible once, and then nobody is there to be asked
		model.RenameOrganization:    adminsOnly,
		model.ChangeSettings:        adminsOnly,
		model.RotateKeyset:          adminsOnly,
		model.RestoreOrganization:   nobodyAtAll, // a restore asks nobody
		model.AddUser:               adminsOnly,
		model.RenameUser:            adminsOnly,
		model.ChangeUserPermissions: adminsOnly,
		model.DeactivateUser:        adminsOnly,
		model.ReactivateUser:        adminsOnly,
		model.BindAccounts:          adminsOnly,
		model.CreateDeployment:      adminsOnly,
		model.RenameDeployment:      adminsOnly,
		model.DeleteDeployment:      adminsOnly,
		model.CreateAgentToken:      adminsOnly,
		model.DescribeAgentToken:    adminsOnly,
		model.SetAgentPermissions:   adminsOnly,
		model.RevealAgentToken:      adminsOnly,
		model.CopyAgentToken:        adminsOnly,
		model.RevokeAgentToken:      adminsOnly,
		model.CreateUserToken:       ownSecrets,
		model.DescribeUserToken:     ownTokens,
		model.RevealUserToken:       ownSecrets,
		model.CopyUserToken:         ownSecrets,
		model.RevokeUserToken:       ownTokens,
		model.CreateService:         adminsOnly,
		model.DescribeService:       adminsOnly,
		model.RevealService:         adminsOnly,
		model.CopyService:           adminsOnly,
		model.RevokeService:         adminsOnly,
		model.ListServices:          adminsOnly,
		model.ListAgentTokens:       adminsOnly,
		model.ListUserTokens:        ownTokens,
		model.ListUsers:             adminsOnly,
		model.ListDeployments:       adminsOnly,
		model.ListAllActivity:       adminsOnly,
		model.ReadSettings:          adminsOnly,
	}
)

const (
	self  model.UserID = 7
	other model.UserID = 8
)

// actorKind is a kind of person: who they are and which columns of a rule hold for them.
type actorKind struct {
	name string
	who  model.User
	own  func(rule) bool
	rest func(r rule, private bool) bool
}

func actorKinds() []actorKind {
	never := func(rule) bool { return false }
	neverRest := func(rule, bool) bool { return false }
	user := func(r rule) bool { return r.ownUser }
	userRest := func(r rule, _ bool) bool { return r.otherUser }
	grant := func(role model.Role) []model.Grant { return []model.Grant{{Deployment: 1, Role: role}} }
	kinds := []actorKind{
		{"nobody", model.User{}, never, neverRest},
		{"nobody who claims to be admin", model.User{OrgAdmin: true}, never, neverRest},
		{"deactivated member", model.User{ID: self, DeactivatedAt: 5}, never, neverRest},
		{"deactivated Organization Admin", model.User{ID: self, OrgAdmin: true, DeactivatedAt: 5}, never, neverRest},
		{"Organization Admin", model.User{ID: self, OrgAdmin: true},
			func(r rule) bool { return r.ownAdmin },
			func(r rule, private bool) bool {
				if private {
					return r.private
				}
				return r.otherAdmin
			}},
	}
	for _, role := range model.Roles() {
		kinds = append(kinds, actorKind{"member, " + role.String() + " of a deployment",
			model.User{ID: self, Grants: grant(role)}, user, userRest})
	}
	return kinds
}

func TestAllowFollowsTheTable(t *testing.T) {
	for _, do := range model.Actions() {
		r, ok := rulesOfTable[do]
		if !ok {
			t.Errorf("%s (%d) has no row in the table of who may do what", do.Name(), do)
			continue
		}
		for _, kind := range actorKinds() {
			for _, private := range []bool{false, true} {
				settings := model.Settings{PrivateUserTokens: private}
				for owner, want := range map[model.UserID]bool{
					self:  kind.own(r),
					other: kind.rest(r, private),
					0:     kind.rest(r, private),
				} {
					name := fmt.Sprintf("%s/%s/owner %d/private %t", do.Name(), kind.name, owner, private)
					checkAllow(t, name, model.Allow(kind.who, do, model.Object{Owner: owner, Settings: settings}), do, want)
				}
			}
		}
	}
	if len(rulesOfTable) != len(model.Actions()) {
		t.Errorf("the table has %d rows, there are %d actions", len(rulesOfTable), len(model.Actions()))
	}
}

func checkAllow(t *testing.T, name string, err error, do model.Action, want bool) {
	t.Helper()
	if want {
		if err != nil {
			t.Errorf("%s: %v, want allowed", name, err)
		}
		return
	}
	var refused *model.RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("%s: %v, want a *RefusedError", name, err)
		return
	}
	if refused.Action != do || refused.Reason == "" {
		t.Errorf("%s: refused as %v with reason %q", name, refused.Action, refused.Reason)
	}
	if !strings.Contains(err.Error(), do.String()) || !strings.Contains(err.Error(), refused.Reason) {
		t.Errorf("%s: %q says neither what nor why", name, err)
	}
}

func TestAllowRefusesActionsNobodyKnows(t *testing.T) {
	known := map[model.Action]bool{}
	for _, a := range model.Actions() {
		known[a] = true
	}
	admin := model.User{ID: self, OrgAdmin: true}
	for n := range 256 {
		if do := model.Action(n); !known[do] {
			checkAllow(t, fmt.Sprint(n), model.Allow(admin, do, model.Object{Owner: self}), do, false)
		}
	}
}

func TestActionsHaveNamesAndOrder(t *testing.T) {
	names, words := map[string]model.Action{}, map[string]model.Action{}
	last := model.Action(0)
	for _, a := range model.Actions() {
		if a <= last {
			t.Errorf("%d comes after %d", a, last)
		}
		last = a
		if n, twice := names[a.Name()]; twice {
			t.Errorf("%d and %d are both %s", a, n, a.Name())
		}
		if n, twice := words[a.String()]; twice {
			t.Errorf("%d and %d are both %q", a, n, a)
		}
		names[a.Name()], words[a.String()] = a, a
		if a.Name() != strings.ToUpper(a.Name()) || strings.Contains(a.Name(), " ") {
			t.Errorf("%q is not a name for the audit log", a.Name())
		}
		reads := strings.HasPrefix(a.Name(), "LIST_") || strings.HasPrefix(a.Name(), "READ_")
		if a.Reading() != reads {
			t.Errorf("%s: Reading %t", a.Name(), a.Reading())
		}
	}
	if got := model.Action(99); got.Name() != "UNKNOWN" || got.String() != "do something unknown" {
		t.Errorf("unknown action: %s, %q", got.Name(), got)
	}
}
