package model

import (
	"fmt"
	"slices"
)

// found creates the organization: its name, its deployments and its first
// Organization Admin, all in one event.
func (d decider) found(c Found) (Decision, error) {
	if d.Organization().Name != "" {
		return Decision{}, &RefusedError{CreateOrganization, "there is an organization already"}
	}
	name, err := CleanName("organization", c.Organization, false)
	if err != nil {
		return Decision{}, err
	}
	login, err := CleanLogin(c.Login)
	if err != nil {
		return Decision{}, err
	}
	first := User{ID: d.NextUser(), Login: login, OrgAdmin: true, Accounts: []uint32{c.Account}, CreatedAt: d.At, Revision: d.Seq}
	first.EditedBy = first.ID
	records := []Record{Organization{Name: name, Revision: d.Seq, EditedBy: first.ID, Keys: c.Keys}, first}
	seen := map[string]bool{}
	for i, raw := range c.Deployments {
		dep, err := CleanDeploymentName(raw)
		if err != nil {
			return Decision{}, err
		}
		if key := FoldName(dep); seen[key] {
			return Decision{}, fmt.Errorf("deployment %s: %w, name it once", dep, ErrTaken)
		} else {
			seen[key] = true
		}
		records = append(records, Deployment{ID: d.NextDeployment() + DeploymentID(i), Name: dep,
			CreatedAt: d.At, CreatedBy: first.ID, Revision: d.Seq, EditedBy: first.ID})
	}
	return Decision{Action: CreateOrganization, Target: Target{Kind: TargetOrganization}, Subject: first.ID,
		Label: name, Records: records}, nil
}

func (d decider) onDeployment(do Action, dep Deployment, changes []FieldChange) Decision {
	dep.Revision, dep.EditedBy = d.Seq, d.who.ID
	return Decision{Action: do, Target: Target{TargetDeployment, uint64(dep.ID)}, Label: dep.Name,
		Changes: changes, Records: []Record{dep}}
}

// deployment finds a deployment that is not removed.
func (d decider) deployment(do Action, id DeploymentID, seen uint64) (Deployment, error) {
	if err := d.allow(do, 0); err != nil {
		return Deployment{}, err
	}
	dep, ok := d.Deployment(id)
	if !ok || dep.Removed() {
		return Deployment{}, fmt.Errorf("deployment %d: %w", id, ErrNotFound)
	}
	return dep, d.conflict("deployment "+dep.Name, seen, dep.Revision, dep.EditedBy, dep)
}

func (d decider) freeName(name string, self DeploymentID) error {
	if other, ok := d.DeploymentByName(name); ok && other.ID != self {
		return fmt.Errorf("deployment %s: %w, choose another name", name, ErrTaken)
	}
	return nil
}

func (d decider) addDeployment(c AddDeployment) (Decision, error) {
	if err := d.allow(CreateDeployment, 0); err != nil {
		return Decision{}, err
	}
	name, err := CleanDeploymentName(c.Name)
	if err != nil {
		return Decision{}, err
	}
	if err := d.freeName(name, 0); err != nil {
		return Decision{}, err
	}
	return d.onDeployment(CreateDeployment, Deployment{ID: d.NextDeployment(), Name: name, CreatedAt: d.At, CreatedBy: d.who.ID}, nil), nil
}

func (d decider) renameDeployment(c RenameDeploy) (Decision, error) {
	dep, err := d.deployment(RenameDeployment, c.Deployment, c.Revision)
	if err != nil {
		return Decision{}, err
	}
	name, err := CleanDeploymentName(c.Name)
	if err != nil {
		return Decision{}, err
	}
	if name == dep.Name {
		return Decision{}, ErrNothing
	}
	if err := d.freeName(name, dep.ID); err != nil {
		return Decision{}, err
	}
	changes := change("name", dep.Name, name)
	dep.Name = name
	return d.onDeployment(RenameDeployment, dep, changes), nil
}

func (d decider) removeDeployment(c RemoveDeployment) (Decision, error) {
	dep, err := d.deployment(DeleteDeployment, c.Deployment, 0)
	if err != nil {
		return Decision{}, err
	}
	dep.RemovedAt, dep.RemovedBy = d.At, d.who.ID
	return d.onDeployment(DeleteDeployment, dep, nil), nil
}

func (d decider) onOrganization(do Action, o Organization, changes []FieldChange) Decision {
	o.Revision, o.EditedBy = d.Seq, d.who.ID
	return Decision{Action: do, Target: Target{Kind: TargetOrganization}, Label: o.Name, Changes: changes, Records: []Record{o}}
}

func (d decider) renameOrganization(c RenameOrg) (Decision, error) {
	if err := d.allow(RenameOrganization, 0); err != nil {
		return Decision{}, err
	}
	o := d.Organization()
	if err := d.conflict("the organization", c.Revision, o.Revision, o.EditedBy, o); err != nil {
		return Decision{}, err
	}
	name, err := CleanName("organization", c.Name, false)
	if err != nil {
		return Decision{}, err
	}
	if name == o.Name {
		return Decision{}, ErrNothing
	}
	changes := change("name", o.Name, name)
	o.Name = name
	return d.onOrganization(RenameOrganization, o, changes), nil
}

func (d decider) setSettings(c SetSettings) (Decision, error) {
	if err := d.allow(ChangeSettings, 0); err != nil {
		return Decision{}, err
	}
	o := d.Organization()
	if err := d.conflict("the organization", c.Revision, o.Revision, o.EditedBy, o); err != nil {
		return Decision{}, err
	}
	if c.Settings == o.Settings {
		return Decision{}, ErrNothing
	}
	changes := change("private user tokens", onOff(o.Settings.PrivateUserTokens), onOff(c.Settings.PrivateUserTokens))
	o.Settings = c.Settings
	return d.onOrganization(ChangeSettings, o, changes), nil
}

func (d decider) rotateKeys(c RotateKeys) (Decision, error) {
	if err := d.allow(RotateKeyset, 0); err != nil {
		return Decision{}, err
	}
	o := d.Organization()
	before := o.Keys.OrFirst()
	if c.Keys == before {
		return Decision{}, ErrNothing
	}
	number := func(n uint32) string { return fmt.Sprint(n) }
	changes := slices.Concat(
		change("wrapping key", number(before.Wrapping), number(c.Keys.Wrapping)),
		change("signing key", number(before.Signing), number(c.Keys.Signing)),
		change("lookup key", number(before.Lookup), number(c.Keys.Lookup)))
	o.Keys = c.Keys
	return d.onOrganization(RotateKeyset, o, changes), nil
}

func (d decider) restored(c Restored) Decision {
	o := d.Organization()
	if c.Used.Token >= d.NextToken() {
		o.Used.Token = c.Used.Token
	}
	if c.Used.User >= d.NextUser() {
		o.Used.User = c.Used.User
	}
	if c.Used.Deployment >= d.NextDeployment() {
		o.Used.Deployment = c.Used.Deployment
	}
	changes := change("newest event", fmt.Sprint(c.Lost), fmt.Sprint(c.From))
	return d.onOrganization(RestoreOrganization, o, changes)
}
