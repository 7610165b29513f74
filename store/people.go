package store

import (
	"cmp"
	"maps"
	"slices"

	"jeton/model"
)

// people is everything of an organization but its tokens: a few thousand records at
// most, held in memory. It is never changed once readers can see it; put works on a
// clone that takes its place.
type people struct {
	org         model.Organization
	users       map[model.UserID]model.User
	deployments map[model.DeploymentID]model.Deployment
	logins      map[string]model.UserID
	accounts    map[uint32]model.UserID
	names       map[string]model.DeploymentID // folded, of those not removed
	lastUser    model.UserID
	lastDeploy  model.DeploymentID
}

func newPeople() *people {
	return &people{users: map[model.UserID]model.User{}, deployments: map[model.DeploymentID]model.Deployment{},
		logins: map[string]model.UserID{}, accounts: map[uint32]model.UserID{}, names: map[string]model.DeploymentID{}}
}

func (p *people) clone() *people {
	c := *p
	c.users, c.deployments = maps.Clone(p.users), maps.Clone(p.deployments)
	c.logins, c.accounts, c.names = maps.Clone(p.logins), maps.Clone(p.accounts), maps.Clone(p.names)
	return &c
}

// put takes in a record and reports whether it belongs here.
func (p *people) put(r model.Record) bool {
	switch r := r.(type) {
	case model.Organization:
		p.org = r
	case model.User:
		p.putUser(r)
	case model.Deployment:
		p.putDeployment(r)
	default:
		return false
	}
	return true
}

func (p *people) putUser(u model.User) {
	if old, ok := p.users[u.ID]; ok {
		delete(p.logins, old.Login)
		for _, uid := range old.Accounts {
			delete(p.accounts, uid)
		}
	}
	p.users[u.ID], p.logins[u.Login] = u, u.ID
	for _, uid := range u.Accounts {
		p.accounts[uid] = u.ID
	}
	p.lastUser = max(p.lastUser, u.ID)
}

func (p *people) putDeployment(d model.Deployment) {
	if old, ok := p.deployments[d.ID]; ok && p.names[model.FoldName(old.Name)] == d.ID {
		delete(p.names, model.FoldName(old.Name))
	}
	p.deployments[d.ID] = d
	if !d.Removed() {
		p.names[model.FoldName(d.Name)] = d.ID
	}
	p.lastDeploy = max(p.lastDeploy, d.ID)
}

// belongs reports whether put would take in the record.
func belongs(r model.Record) bool {
	switch r.(type) {
	case model.Organization, model.User, model.Deployment:
		return true
	}
	return false
}

func (p *people) activeAdmins() int {
	n := 0
	for _, u := range p.users {
		if u.OrgAdmin && u.Active() {
			n++
		}
	}
	return n
}

// admins lists the logins of active Organization Admins, at most limit.
func (p *people) admins(limit int) []string {
	var out []string
	for _, u := range p.users {
		if u.OrgAdmin && u.Active() {
			out = append(out, u.Login)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), limit)]
}

// named gives the logins of these users to people who may not list them.
func (p *people) named(out map[model.UserID]string, ids ...model.UserID) map[model.UserID]string {
	if out == nil {
		out = map[model.UserID]string{}
	}
	for _, id := range ids {
		if u, ok := p.users[id]; ok {
			out[id] = u.Login
		}
	}
	return out
}

// inRows names everyone the rows of a list speak of.
func (p *people) inRows(rows []model.Token) (out map[model.UserID]string) {
	for _, t := range rows {
		out = p.named(out, t.Owner, t.CreatedBy, t.RevokedBy, t.RevealedBy, t.EditedBy)
	}
	return out
}

func (p *people) usersByLogin() []model.User {
	return slices.SortedFunc(maps.Values(p.users), func(a, b model.User) int { return cmp.Compare(a.Login, b.Login) })
}

func (p *people) deploymentsByName() []model.Deployment {
	return slices.SortedFunc(maps.Values(p.deployments), func(a, b model.Deployment) int {
		return cmp.Or(cmp.Compare(model.FoldName(a.Name), model.FoldName(b.Name)), cmp.Compare(a.ID, b.ID))
	})
}
