package sample

import (
	"strings"
	"time"

	"jeton/model"
)

// people come to the organization.
func (st *story) people() {
	for _, p := range cast {
		if p.login == founder {
			continue
		}
		st.plan(at(p.joined), func() error {
			r, err := st.record(founder, model.AddPerson{Login: p.login, Name: p.name, OrgAdmin: p.admin, Grants: st.grants(p.roles)})
			if err != nil {
				return err
			}
			st.users[p.login] = r.(model.User).ID
			return nil
		})
	}
	st.plan(at("01-12 10:05"), func() error {
		return st.change(founder, model.RenamePerson{User: 1, Login: founder, Name: "Ana Ribeiro"})
	})
}

// token is one of the demonstration's, numbered once it was created.
type token struct {
	id    model.TokenID
	value model.Secret // as somebody who uses it was last shown it
}

// agentTokens live their lives: created by an Organization Admin, described, scoped,
// revealed for whoever installs the agent, some revoked.
func (st *story) agentTokens() {
	for i, a := range agents {
		t, who, when := &token{}, []string{founder, "ben"}[i%2], at(a.created)
		if i == 0 {
			st.first = t
		}
		st.agent = append(st.agent, t)
		st.plan(when, func() error { return st.create(t, who, model.CreateToken{Kind: model.AgentToken}) })
		if a.description != "" {
			st.plan(when.Add(25*time.Second), func() error {
				return st.change(who, model.Describe{Token: t.id, Description: a.description})
			})
		}
		if a.reaches != "" {
			st.plan(when.Add(70*time.Second), func() error {
				return st.change(who, model.SetPermissions{Token: t.id, Permissions: st.permissions(a.reaches)})
			})
		}
		if a.reaches != "-" {
			st.reveals(t, when.Add(3*time.Minute), a.revoked, 1+st.rng.IntN(2), founder, "ben")
		}
		if a.revoked != "" {
			st.plan(at(a.revoked), func() error { return st.change("ben", model.Revoke{Token: t.id}) })
		}
	}
}

// services are credentials for what asks whether tokens are good: one for each proxy, and
// one that was tried.
func (st *story) services() {
	for _, s := range []struct{ created, description, revoked string }{
		{"02-12 09:20", "edge proxies, eu and us", ""},
		{"02-12 09:41", "a try with introspection", "02-13 18:02"},
		{"02-24 14:10", "build farm gateway", ""},
	} {
		t, when := &token{}, at(s.created)
		st.plan(when, func() error { return st.create(t, "ben", model.CreateToken{Kind: model.ServiceToken}) })
		st.plan(when.Add(20*time.Second), func() error {
			return st.change("ben", model.Describe{Token: t.id, Description: s.description})
		})
		st.reveals(t, when.Add(time.Minute), s.revoked, 3, "ben")
		if s.revoked != "" {
			st.plan(at(s.revoked), func() error { return st.change("ben", model.Revoke{Token: t.id}) })
			continue
		}
		st.asks(t, s.description)
	}
}

func (st *story) create(t *token, who string, c model.CreateToken) error {
	r, err := st.record(who, c)
	if err != nil {
		return err
	}
	t.id = r.(model.Token).ID
	return nil
}

func (st *story) permissions(text string) model.Permissions {
	var p model.Permissions
	for _, word := range strings.Fields(text) {
		switch word {
		case "-":
		case "branches":
			p.AllBranches = true
		default:
			p.Deployments = append(p.Deployments, st.wants[word])
		}
	}
	return p.Normal()
}

// reveals shows a token to one of the users a few times before it is revoked.
func (st *story) reveals(t *token, from time.Time, revoked string, times int, who ...string) {
	for n := range times {
		when := from
		if n > 0 {
			when = st.later(from, 21)
		}
		if revoked != "" && !when.Before(at(revoked)) {
			return
		}
		user, silent := who[st.rng.IntN(len(who))], st.rng.IntN(2) == 0
		st.plan(when, func() (err error) {
			t.value, err = st.store.Reveal(st.ctx, st.actor(user), model.Request{}, model.Reveal{Token: t.id, Copy: silent})
			return err
		})
	}
}

// userTokens are made by everyone for themselves.
func (st *story) userTokens() {
	for _, p := range cast {
		joined := at(p.joined).Add(time.Hour)
		days := int(demonstrationStart.Sub(joined).Hours()/24) + 1
		for n := range p.tokens + st.rng.IntN(2) {
			st.userToken(p.login, st.later(joined, days), n >= p.tokens)
		}
	}
}

func (st *story) userToken(login string, when time.Time, revoked bool) {
	t, what := &token{}, purposes[st.rng.IntN(len(purposes))]+places[st.rng.IntN(len(places))]
	st.plan(when, func() error {
		return st.create(t, login, model.CreateToken{Kind: model.UserToken, Owner: st.users[login], Description: what})
	})
	if when.After(demonstrationStart.Add(-time.Hour)) {
		return
	}
	end := ""
	if revoked {
		gone := st.later(when.Add(time.Hour), 14)
		end = gone.Format("01-02 15:04")
		st.plan(gone, func() error { return st.change(login, model.Revoke{Token: t.id}) })
	}
	if st.rng.IntN(3) == 0 {
		st.reveals(t, when.Add(2*time.Minute), end, 1, login)
	}
}

// business is what else happened: names that changed, people who left, attempts that
// were refused, a setting tried for a day.
func (st *story) business() {
	var load model.DeploymentID
	plan := func(when, who string, c func() model.Change) {
		st.plan(at(when), func() error { return st.change(who, c()) })
	}
	st.plan(at("01-21 14:55"), func() error {
		r, err := st.record(founder, model.AddDeployment{Name: "load-test"})
		if err == nil {
			load = r.(model.Deployment).ID
		}
		return err
	})
	plan("02-13 16:45", "ben", func() model.Change { return model.RemoveDeployment{Deployment: load} })
	plan("02-10 12:00", founder, func() model.Change {
		return model.RenameDeploy{Deployment: st.wants["ds-playground"], Name: "data-science"}
	})
	plan("02-16 10:30", "ben", func() model.Change {
		return model.RenamePerson{User: st.users["lena"], Login: "lena", Name: "Lena Müller"}
	})
	plan("02-23 09:00", founder, func() model.Change {
		return model.SetRoles{User: st.users["goran"], Grants: st.grants("prod-eu Editor, staging Admin")}
	})
	plan("03-05 17:00", "ben", func() model.Change { return model.SetActive{User: st.users["marek"]} })
	plan("02-26 10:00", founder, func() model.Change {
		return model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}}
	})
	plan("02-27 09:30", founder, func() model.Change { return model.SetSettings{} })
	plan("03-09 08:52", "ben", func() model.Change {
		return model.Describe{Token: st.first.id, Description: "nightly-hybrid-eu (Frankfurt)"}
	})
	plan("03-09 09:01", "ben", func() model.Change { return model.Describe{Token: st.first.id, Description: "nightly-hybrid-eu"} })
	st.attempts()
}

// attempts are refused, and so they are in the history too.
func (st *story) attempts() {
	attempt := func(when, who string, c func() model.Change) {
		st.plan(at(when), func() error { return st.refused(who, c()) })
	}
	attempt("02-10 10:11", "quentin", func() model.Change { return model.CreateToken{Kind: model.AgentToken} })
	for _, when := range []string{"02-17 15:30", "02-17 15:31", "02-20 22:14"} {
		attempt(when, "airflow-bot", func() model.Change { return model.Reveal{Token: st.first.id} })
	}
	attempt("02-24 09:40", "kofi", func() model.Change { return model.AddDeployment{Name: "kofi-test"} })
	attempt("02-26 15:20", "ben", func() model.Change {
		return model.CreateToken{Kind: model.UserToken, Owner: st.users["chen"], Description: "for chen"}
	})
	attempt("03-02 11:05", "sofia", func() model.Change {
		return model.SetRoles{User: st.users["sofia"], OrgAdmin: true}
	})
	attempt("03-05 13:13", "emeka", func() model.Change { return model.Revoke{Token: st.first.id} })
}
