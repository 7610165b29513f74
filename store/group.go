package store

import "jeton/model"

// group is the organization as the committer sees it while it decides a group: what
// is durable and, over it, what the group has decided so far. It is the only
// [model.View] there is.
type group struct {
	base   func(model.TokenID) (model.Token, error) // durable tokens
	people *people
	owned  bool // people is the group's own clone
	tokens map[model.TokenID]model.Token
	last   model.TokenID
}

func newGroup(p *people, last model.TokenID, base func(model.TokenID) (model.Token, error)) *group {
	return &group{base: base, people: p, last: last, tokens: map[model.TokenID]model.Token{}}
}

// put takes in what was just decided.
func (g *group) put(records []model.Record) {
	for _, r := range records {
		if t, ok := r.(model.Token); ok {
			g.tokens[t.ID] = t
			g.last = max(g.last, t.ID)
			continue
		}
		if !belongs(r) {
			continue
		}
		if !g.owned {
			g.people, g.owned = g.people.clone(), true
		}
		g.people.put(r)
	}
}

func (g *group) Organization() model.Organization { return g.people.org }

func (g *group) User(id model.UserID) (model.User, bool) {
	u, ok := g.people.users[id]
	return u, ok
}

func (g *group) UserByLogin(login string) (model.User, bool) {
	return g.User(g.people.logins[login])
}

func (g *group) UserByAccount(uid uint32) (model.User, bool) {
	return g.User(g.people.accounts[uid])
}

func (g *group) ActiveAdmins() int { return g.people.activeAdmins() }

func (g *group) Deployment(id model.DeploymentID) (model.Deployment, bool) {
	d, ok := g.people.deployments[id]
	return d, ok
}

func (g *group) DeploymentByName(name string) (model.Deployment, bool) {
	return g.Deployment(g.people.names[model.FoldName(name)])
}

func (g *group) Token(id model.TokenID) (model.Token, error) {
	if t, ok := g.tokens[id]; ok {
		return t, nil
	}
	return g.base(id)
}

// The next numbers follow those that were given, also before a restore.

func (g *group) NextUser() model.UserID   { return max(g.people.lastUser, g.people.org.Used.User) + 1 }
func (g *group) NextToken() model.TokenID { return max(g.last, g.people.org.Used.Token) + 1 }
func (g *group) NextDeployment() model.DeploymentID {
	return max(g.people.lastDeploy, g.people.org.Used.Deployment) + 1
}
