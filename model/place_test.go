package model_test

import (
	"testing"

	"jeton/model"
)

// TestAt asks about every kind of token at every kind of place.
func TestAt(t *testing.T) {
	prod, gone := model.Deployment{ID: 1, Name: "prod"}, model.Deployment{ID: 2, Name: "old", RemovedAt: 5}
	agent := func(p model.Permissions) model.Verdict {
		return model.Verdict{Standing: model.Good, Token: model.Token{ID: 7, Kind: model.AgentToken, Permissions: p}}
	}
	user := func(u model.User) model.Verdict {
		u.ID = 3
		return model.Verdict{Standing: model.Good, Token: model.Token{ID: 8, Kind: model.UserToken, Owner: 3}, Owner: u}
	}
	editor := user(model.User{Grants: []model.Grant{{Deployment: 1, Role: model.Editor}}})
	named, branches := agent(model.Permissions{Deployments: []model.DeploymentID{1, 2}}), agent(model.Permissions{AllBranches: true})
	all, none, admin := agent(model.OrgAgent()), agent(model.Permissions{}), user(model.User{OrgAdmin: true})
	atProd, atGone, atNone := model.Place{Name: "prod"}, model.Place{Name: "old"}, model.Place{Name: "prdo"}
	atBranch := model.Place{Name: "fix-7", Branch: true}

	for _, tt := range []struct {
		what       string
		v          model.Verdict
		at         model.Place
		deployment model.Deployment
		allowed    bool
		role       model.Role
		rule       string
	}{
		{"org agent", all, atProd, prod, true, 0, "Org Agent reaches every deployment, branch deployments included"},
		{"org agent on a branch", all, atBranch, model.Deployment{}, true, 0, "Org Agent reaches every deployment, branch deployments included"},
		{"org agent nowhere", all, atNone, model.Deployment{}, false, 0, "there is no deployment prdo"},
		{"org agent where it was", all, atGone, gone, false, 0, "there is no deployment old"},
		{"named", named, atProd, prod, true, 0, "its permissions name prod"},
		{"named and removed", named, atGone, gone, false, 0, "there is no deployment old"},
		{"named on a branch", named, atBranch, model.Deployment{}, false, 0, "its permissions do not name branch deployments"},
		{"branches", branches, atBranch, model.Deployment{}, true, 0, "its permissions name all branch deployments"},
		{"branches in prod", branches, atProd, prod, false, 0, "its permissions do not name prod"},
		{"empty is nothing", none, atProd, prod, false, 0, "its permissions do not name prod"},
		{"empty, no place", none, model.Place{}, model.Deployment{}, true, 0, "it works, and no deployment was asked about"},
		{"editor", editor, atProd, prod, true, model.Editor, "its owner is Editor in prod"},
		{"editor on a branch", editor, atBranch, model.Deployment{}, false, 0, "branch deployments need an Organization Admin, which its owner is not"},
		{"nobody's role", user(model.User{}), atProd, prod, false, 0, "its owner has no role in prod"},
		{"admin", admin, atProd, prod, true, model.Admin, "its owner is an Organization Admin"},
		{"admin on a branch", admin, atBranch, model.Deployment{}, true, model.Admin, "its owner is an Organization Admin"},
		{"revoked", model.Verdict{Standing: model.Revoked, Token: all.Token}, atProd, prod, false, 0, "revoked"},
		{"unknown", model.Verdict{}, atProd, prod, false, 0, "unknown"},
	} {
		got := tt.v.At(tt.at, tt.deployment)
		if got.Allowed() != tt.allowed || got.Role != tt.role || got.Rule != tt.rule || got.Place != tt.at || got.Active() != tt.v.Active() {
			t.Errorf("%s: %+v", tt.what, got)
		}
	}
}

func TestStandingsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for s := model.Standing(0); s.Valid(); s++ {
		if name := s.String(); seen[name] || name == "unknown standing" {
			t.Errorf("standing %d is called %q", s, name)
		}
		seen[s.String()] = true
	}
}
