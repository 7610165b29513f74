package ui

import (
	"testing"

	"pgregory.net/rapid"

	"jeton/model"
)

func deploymentsOf(ids ...model.DeploymentID) []model.Deployment {
	var out []model.Deployment
	for _, id := range ids {
		out = append(out, model.Deployment{ID: id})
	}
	return out
}

func somePermissions(t *rapid.T, label string) model.Permissions {
	ids := rapid.SliceOfDistinct(rapid.Map(rapid.IntRange(1, 6), func(i int) model.DeploymentID { return model.DeploymentID(i) }),
		func(id model.DeploymentID) model.DeploymentID { return id }).Draw(t, label)
	return model.Permissions{OrgAgent: rapid.Bool().Draw(t, label+" org"), AllBranches: rapid.Bool().Draw(t, label+" branches"), Deployments: ids}.Normal()
}

func TestDraftKeepsPermissions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := somePermissions(t, "p")
		d := draftOf(p)
		if !d.permissions().Equal(p) || !d.same(p) {
			t.Fatalf("%+v became %+v", p, d.permissions())
		}
		live := deploymentsOf(1, 2, 3, 4, 5, 6)
		d.turn(live)
		if d.same(p) {
			t.Fatal("turning Org Agent changed nothing")
		}
		if !d.org && d.nothing(live) {
			t.Fatal("switched off, Org Agent leaves a token that reaches nothing")
		}
		d.turn(live)
		if !d.same(p) {
			t.Fatalf("turned twice, %+v became %+v", p, d.permissions())
		}
	})
}

func TestOrgAgentOff(t *testing.T) {
	live := deploymentsOf(1, 2, 3)
	for name, tt := range map[string]struct{ before, after model.Permissions }{
		"never chosen":    {model.OrgAgent(), model.Permissions{Deployments: []model.DeploymentID{1, 2, 3}, AllBranches: true}},
		"chosen before":   {model.Permissions{OrgAgent: true, Deployments: []model.DeploymentID{2}}, model.Permissions{Deployments: []model.DeploymentID{2}}},
		"branches before": {model.Permissions{OrgAgent: true, AllBranches: true}, model.Permissions{AllBranches: true}},
		"all gone since":  {model.Permissions{OrgAgent: true, Deployments: []model.DeploymentID{9}}, model.Permissions{Deployments: []model.DeploymentID{1, 2, 3, 9}, AllBranches: true}},
	} {
		d := draftOf(tt.before)
		d.turn(live)
		if got := d.permissions(); !got.Equal(tt.after) {
			t.Errorf("%s: %+v, want %+v", name, got, tt.after)
		}
	}
}

func TestCheckingAllShown(t *testing.T) {
	d := draftOf(model.Permissions{Deployments: []model.DeploymentID{1, 4}})
	d.setAll([]model.DeploymentID{1, 2, allBranches})
	if want := (model.Permissions{Deployments: []model.DeploymentID{1, 2, 4}, AllBranches: true}); !d.permissions().Equal(want) {
		t.Errorf("some were checked: %+v", d.permissions())
	}
	d.setAll([]model.DeploymentID{1, 2, allBranches})
	if want := (model.Permissions{Deployments: []model.DeploymentID{4}}); !d.permissions().Equal(want) {
		t.Errorf("all were checked: %+v", d.permissions())
	}
}

// TestRemovedDeployments: what was chosen here and removed since is not saved, what
// the token named before stays in its record, and neither counts as reached.
func TestRemovedDeployments(t *testing.T) {
	d := draftOf(model.Permissions{Deployments: []model.DeploymentID{7, 8}})
	live := deploymentsOf(1)
	d.forget(live, []model.DeploymentID{7})
	if want := (model.Permissions{Deployments: []model.DeploymentID{7}}); !d.permissions().Equal(want) || !d.nothing(live) {
		t.Errorf("%+v, reaches nothing: %t", d.permissions(), d.nothing(live))
	}
}

func TestDifference(t *testing.T) {
	names := map[model.DeploymentID]string{1: "prod-eu", 2: "prod-us", 3: "staging", allBranches: "all branch deployments"}
	of := func(ids ...model.DeploymentID) model.Permissions { return model.Permissions{Deployments: ids} }
	for want, tt := range map[string]struct{ was, now model.Permissions }{
		"changed nothing":      {of(1), of(1)},
		"removed prod-us":      {of(1, 2), of(1)},
		"added prod-us":        {of(1), of(1, 2)},
		"turned Org Agent on":  {of(1), model.OrgAgent()},
		"turned Org Agent off": {model.OrgAgent(), of(1)},
		"removed prod-eu and staging and added prod-us": {of(1, 3), of(2)},
		"removed 3 deployments":                         {of(1, 2, 3), of()},
		"added all branch deployments":                  {of(1), model.Permissions{Deployments: []model.DeploymentID{1}, AllBranches: true}},
	} {
		if got := difference(tt.was, tt.now, func(id model.DeploymentID) string { return names[id] }); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
