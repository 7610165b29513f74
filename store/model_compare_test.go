package store

import (
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"jeton/model"
	"jeton/store/state"
)

// compare holds everything the store says against the reference.
func (m *machine) compare(rt *rapid.T) {
	m.compareTokens(rt)
	m.compareEvents(rt)
	m.compareDigest(rt)
	m.compareUses(rt)
	p := m.store.snapshot()
	if p.org != m.ref.org {
		rt.Fatalf("organization %+v, want %+v", p.org, m.ref.org)
	}
	if len(p.users) != len(m.ref.users) || len(p.deployments) != len(m.ref.deps) {
		rt.Fatalf("%d users and %d deployments, want %d and %d", len(p.users), len(p.deployments), len(m.ref.users), len(m.ref.deps))
	}
	for _, u := range m.ref.users {
		if got := p.users[u.ID]; !reflect.DeepEqual(got, u) {
			rt.Fatalf("user %+v, want %+v", got, u)
		}
		if p.logins[u.Login] != u.ID {
			rt.Fatalf("login %s finds user %d", u.Login, p.logins[u.Login])
		}
	}
	for _, d := range m.ref.deps {
		if got := p.deployments[d.ID]; got != d {
			rt.Fatalf("deployment %+v, want %+v", got, d)
		}
		want, _ := m.ref.DeploymentByName(d.Name)
		if p.names[model.FoldName(d.Name)] != want.ID {
			rt.Fatalf("name %s finds %d, want %d", d.Name, p.names[model.FoldName(d.Name)], want.ID)
		}
	}
}

func (m *machine) compareTokens(rt *rapid.T) {
	for _, q := range m.lists() {
		var want []model.TokenID
		for _, t := range slices.Backward(m.ref.tokens) {
			named := q.Deployment == 0 || slices.Contains(t.Permissions.Deployments, q.Deployment)
			if t.Kind == q.Kind && t.Owner == q.Owner && named && (q.Revoked || !t.Revoked()) {
				want = append(want, t.ID)
			}
		}
		m.store.mu.RLock()
		l, err := m.store.list(q)
		var got []model.TokenID
		l.Range(0, 1<<40, func(n uint64) { got = append(got, model.TokenID(n)) })
		m.store.mu.RUnlock()
		slices.Reverse(got)
		if err != nil || !slices.Equal(got, want) {
			rt.Fatalf("list %+v: %v (%v), want %v", q, got, err, want)
		}
	}
	for _, want := range m.ref.tokens {
		m.compareReach(rt, want)
		got, err := m.store.durableToken(want.ID)
		if err != nil || !reflect.DeepEqual(got, want) {
			rt.Fatalf("token %+v (%v), want %+v", got, err, want)
		}
		owner, _ := m.ref.User(want.Owner)
		active := !want.Revoked() && (want.Kind != model.UserToken || owner.Active())
		m.compareValue(rt, want.ID)
		v, err := m.store.Verify(ctx, m.ref.values[want.ID].Expose())
		if err != nil || v.Active() != active || v.Token.ID != want.ID {
			rt.Fatalf("verify token %d: %+v (%v), want active %v", want.ID, v, err, active)
		}
	}
}

// compareReach looks for a token in the lists by which others are known that reach as much.
func (m *machine) compareReach(rt *rapid.T, t model.Token) {
	m.store.mu.RLock()
	defer m.store.mu.RUnlock()
	for name, want := range map[state.SetName]bool{state.OrgAgents(): t.Permissions.OrgAgent, state.AllBranches(): t.Permissions.AllBranches} {
		if in, err := m.store.sets.Get(name); err != nil || in.Has(uint64(t.ID)) != want {
			rt.Fatalf("list %+v has token %d: %v (%v), want %v", name, t.ID, !want, err, want)
		}
	}
}

// compareValue looks at the value of a token without revealing it.
func (m *machine) compareValue(rt *rapid.T, id model.TokenID) {
	v := m.store.db.View()
	defer v.Close()
	c, err := get[model.Credential](m.store.vault, v, state.Credential, uint64(id))
	if want := m.ref.values[id]; err != nil || c.Value != want || c.Token != id {
		rt.Fatalf("the value of token %d is another one (%v)", id, err)
	}
}

func (m *machine) lists() []model.TokenQuery {
	out := []model.TokenQuery{{Kind: model.AgentToken}, {Kind: model.AgentToken, Revoked: true},
		{Kind: model.ServiceToken}, {Kind: model.ServiceToken, Revoked: true}}
	for _, d := range m.ref.deps {
		out = append(out, model.TokenQuery{Kind: model.AgentToken, Revoked: true, Deployment: d.ID})
	}
	for _, u := range m.ref.users {
		out = append(out, model.TokenQuery{Kind: model.UserToken, Owner: u.ID}, model.TokenQuery{Kind: model.UserToken, Owner: u.ID, Revoked: true})
	}
	return out
}

func (m *machine) compareEvents(rt *rapid.T) {
	h, err := m.store.newHistorian(model.EventQuery{Limit: 1000}, m.store.snapshot(), model.User{ID: 1, OrgAdmin: true})
	if err != nil {
		rt.Fatal(err)
	}
	defer h.view.Close()
	for h.before > 1 {
		if err := h.chunk(); err != nil {
			rt.Fatal(err)
		}
	}
	got := h.page.Events
	slices.Reverse(got)
	if len(got) != len(m.ref.events) {
		rt.Fatalf("%d events, want %d", len(got), len(m.ref.events))
	}
	for i, want := range m.ref.events {
		ev := got[i]
		if ev.Seq != want.Seq || ev.Action != want.Action || ev.Outcome != want.Outcome || ev.Actor != want.Actor {
			rt.Fatalf("event %+v, want %+v", ev, want)
		}
	}
}

// compareDigest adds up everything in state: it is what the events carried on.
func (m *machine) compareDigest(rt *rapid.T) {
	v := m.store.db.View()
	defer v.Close()
	got, err := m.store.addUp(v, adding{})
	if err != nil {
		rt.Fatal(err)
	}
	if !m.store.digestKnown || got != m.store.digest {
		rt.Fatalf("state adds up to %x, and event %d says %x (known: %v)", got, m.store.applied, m.store.digest, m.store.digestKnown)
	}
}
