package ui

import (
	"slices"

	"jeton/model"
)

// rows lists the deployments, while reviewing only those somebody changed.
func (d *roles) rows() []model.Deployment {
	live := d.s.live()
	if !d.review {
		return live
	}
	return slices.DeleteFunc(live, func(dep model.Deployment) bool {
		_, edited := d.edits[dep.ID]
		return !edited && granted(d.was, dep.ID) == granted(d.user, dep.ID)
	})
}

// granted is a user's own role in a deployment, Organization Admin or not.
func granted(u model.User, id model.DeploymentID) model.Role {
	u.OrgAdmin = false
	return u.RoleIn(id)
}

// role is the role as edited.
func (d *roles) role(id model.DeploymentID) model.Role {
	if role, ok := d.edits[id]; ok {
		return role
	}
	return granted(d.user, id)
}

func (d *roles) orgAdmin() bool {
	if d.admin != nil {
		return *d.admin
	}
	return d.user.OrgAdmin
}

// set edits a role; back to what it is now is no edit.
func (d *roles) set(id model.DeploymentID, role model.Role) {
	d.err = ""
	if role == granted(d.user, id) {
		delete(d.edits, id)
		return
	}
	d.edits[id] = role
}

// edited reports whether there is anything to save.
func (d *roles) edited() bool {
	return len(d.edits) > 0 || d.admin != nil && *d.admin != d.user.OrgAdmin
}

// change is what saving asks for. Roles in removed deployments stay as they are.
func (d *roles) change() model.SetRoles {
	c := model.SetRoles{User: d.user.ID, Revision: d.user.Revision, OrgAdmin: d.orgAdmin()}
	for _, g := range d.user.Grants {
		if _, ok := d.edits[g.Deployment]; !ok {
			c.Grants = append(c.Grants, g)
		}
	}
	for id, role := range d.edits {
		if role != model.NoRole {
			c.Grants = append(c.Grants, model.Grant{Deployment: id, Role: role})
		}
	}
	slices.SortFunc(c.Grants, func(a, b model.Grant) int { return int(a.Deployment) - int(b.Deployment) })
	return c
}

// summary says the roles as edited in a few words.
func (d *roles) summary() string {
	u, c := d.user, d.change()
	u.OrgAdmin, u.Grants = c.OrgAdmin, c.Grants
	return rolesOf(d.s, u)
}

// rebase takes the record as somebody else made it, and keeps the edits over it.
func (d *roles) rebase(now model.User, by string) {
	rolesChanged := now.OrgAdmin != d.user.OrgAdmin || !slices.Equal(now.Grants, d.user.Grants)
	if rolesChanged && d.edited() {
		if d.by == "" {
			d.was = d.user
		}
		d.by, d.err = by, ""
	}
	d.user = now
	for id, role := range d.edits {
		d.set(id, role)
	}
	if d.admin != nil && *d.admin == now.OrgAdmin {
		d.admin = nil
	}
	d.list.fill()
}
