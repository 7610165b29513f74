package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"jeton/model"
)

// allBranches stands for all branch deployments where a deployment's number is asked
// for. No deployment has it: numbers start at 1.
const allBranches model.DeploymentID = 0

// draft is what the permissions dialog would save. While org is on, the rest only
// remembers what was chosen before.
type draft struct {
	org    bool
	chosen map[model.DeploymentID]bool // allBranches among them
	meant  bool                        // org was off before: that nothing is chosen may be meant
}

func draftOf(p model.Permissions) draft {
	d := draft{org: p.OrgAgent, chosen: map[model.DeploymentID]bool{}, meant: !p.OrgAgent}
	for _, id := range p.Deployments {
		d.chosen[id] = true
	}
	d.set(allBranches, p.AllBranches)
	return d
}

// permissions is the draft as it is saved.
func (d draft) permissions() model.Permissions {
	p := model.Permissions{OrgAgent: d.org, AllBranches: d.chosen[allBranches]}
	p.Deployments = slices.DeleteFunc(slices.Collect(maps.Keys(d.chosen)), func(id model.DeploymentID) bool { return id == allBranches })
	return p.Normal()
}

// same reports whether saving would change nothing that the token reaches: under Org
// Agent what is remembered does not count.
func (d draft) same(p model.Permissions) bool {
	return d.org && p.OrgAgent || d.permissions().Equal(p)
}

func (d draft) reaches(id model.DeploymentID) bool { return d.org || d.chosen[id] }

func (d draft) set(id model.DeploymentID, on bool) {
	if on {
		d.chosen[id] = true
	} else {
		delete(d.chosen, id)
	}
}

// turn switches Org Agent. Switched off it leaves what was chosen before or, when that
// was nothing, everything checked.
func (d *draft) turn(live []model.Deployment) {
	d.org = !d.org
	if d.org {
		return
	}
	first := !d.meant
	d.meant = true
	if !first || !d.nothing(live) {
		return
	}
	for _, dep := range live {
		d.chosen[dep.ID] = true
	}
	d.chosen[allBranches] = true
}

// setAll checks every one of these, or unchecks them when all are checked.
func (d draft) setAll(ids []model.DeploymentID) {
	on := slices.ContainsFunc(ids, func(id model.DeploymentID) bool { return !d.chosen[id] })
	for _, id := range ids {
		d.set(id, on)
	}
}

// count is how many of these deployments are chosen.
func (d draft) count(live []model.Deployment) int {
	n := 0
	for _, dep := range live {
		if d.chosen[dep.ID] {
			n++
		}
	}
	return n
}

// nothing reports whether a token with these permissions would reach nothing.
func (d draft) nothing(live []model.Deployment) bool {
	return !d.org && !d.chosen[allBranches] && d.count(live) == 0
}

// forget drops what was chosen in the dialog and removed from the organization since.
// What the token named before stays in its record: removing rewrites no token.
func (d draft) forget(live []model.Deployment, named []model.DeploymentID) {
	for id := range d.chosen {
		alive := slices.ContainsFunc(live, func(dep model.Deployment) bool { return dep.ID == id })
		if id != allBranches && !alive && !slices.Contains(named, id) {
			delete(d.chosen, id)
		}
	}
}

// difference says what somebody did to permissions, as in "removed prod-us".
func difference(was, now model.Permissions, nameOf func(model.DeploymentID) string) string {
	switch {
	case now.OrgAgent && !was.OrgAgent:
		return "turned Org Agent on"
	case was.OrgAgent && !now.OrgAgent:
		return "turned Org Agent off"
	}
	before, after := draftOf(was), draftOf(now)
	var did []string
	if removed := missingIn(before, after); len(removed) > 0 {
		did = append(did, "removed "+listed(removed, nameOf))
	}
	if added := missingIn(after, before); len(added) > 0 {
		did = append(did, "added "+listed(added, nameOf))
	}
	if len(did) == 0 {
		return "changed nothing"
	}
	return strings.Join(did, " and ")
}

// missingIn lists what is chosen in a and not in b, by number.
func missingIn(a, b draft) []model.DeploymentID {
	var out []model.DeploymentID
	for id := range a.chosen {
		if !b.chosen[id] {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// listed says one or two by name, and of more how many.
func listed(ids []model.DeploymentID, nameOf func(model.DeploymentID) string) string {
	switch len(ids) {
	case 1:
		return nameOf(ids[0])
	case 2:
		return nameOf(ids[0]) + " and " + nameOf(ids[1])
	}
	return fmt.Sprintf("%d deployments", len(ids))
}
