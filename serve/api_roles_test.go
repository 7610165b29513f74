package serve

import (
	"context"
	"fmt"
	"testing"

	"jeton/model"
	"jeton/store/remote"
	"jeton/store/share"
)

// attempts are every action there is, as often as it has cases that the rules tell apart.
func attempts() []model.Change {
	return []model.Change{
		model.CreateToken{Kind: model.AgentToken}, model.CreateToken{Kind: model.ServiceToken},
		model.CreateToken{Kind: model.UserToken, Owner: apiAna}, model.CreateToken{Kind: model.UserToken, Owner: apiBen}, model.CreateToken{Kind: model.UserToken, Owner: apiEva},
		model.Describe{Token: 1, Description: "ana's"}, model.Describe{Token: 2, Description: "ben's"}, model.Describe{Token: 3, Description: "eva's"},
		model.Describe{Token: 4, Description: "agent"}, model.Describe{Token: 99, Description: "none"},
		model.SetPermissions{Token: 4, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}}, model.SetPermissions{Token: 2},
		model.Reveal{Token: 2}, model.Reveal{Token: 3}, model.Reveal{Token: 4}, model.Reveal{Token: 5, Copy: true}, model.Reveal{Token: 99},
		model.Revoke{Token: 4}, model.Revoke{Token: 5}, model.Revoke{Token: 6}, model.Revoke{Token: 7}, model.Revoke{Token: 99},
		model.AddPerson{Login: "zoe"}, model.RenamePerson{User: apiBen, Login: "benny"}, model.SetRoles{User: apiEva, Grants: []model.Grant{{Deployment: 1, Role: model.Viewer}}},
		model.SetRoles{User: apiBen, OrgAdmin: false}, model.SetAccounts{User: apiEva, Accounts: []uint32{7}}, model.SetActive{User: apiAna}, model.SetActive{User: 4},
		model.AddDeployment{Name: "canary"}, model.RenameDeploy{Deployment: 2, Name: "stage"}, model.RemoveDeployment{Deployment: 2},
		model.RenameOrg{Name: "Acme"}, model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}},
		model.Reveal{Token: 2}, model.Reveal{Token: 3}, model.CreateToken{Kind: model.UserToken, Owner: apiEva},
	}
}

// What a user may do with their token over HTTP is what they may do on the screens, for every
// role and every action: two stores to which the same is done, one by each way, give the same
// answers and end the same.
func TestAPIMayWhatScreensMay(t *testing.T) {
	for _, u := range []model.UserID{apiAna, apiBen, apiEva} {
		screens, api := newManaged(t), newManaged(t)
		for _, m := range []*managed{screens, api} {
			m.change(model.CreateToken{Kind: model.AgentToken})
			m.change(model.CreateToken{Kind: model.ServiceToken})
			m.change(model.CreateToken{Kind: model.AgentToken})
			m.change(model.CreateToken{Kind: model.UserToken, Owner: apiEva})
		}
		far := remote.New(api.server.Client(), api.server.URL, remote.Options{Token: model.SecretOf(api.values[u])})
		want, got := done(screens.store, u), done(far, u)
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("user %d\nover HTTP  %s\non screens %s", u, got[i], want[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d answers, and %d", len(got), len(want))
		}
	}
}

// done is what comes of every attempt and every read.
func done(s share.Organization, u model.UserID) (out []string) {
	ctx, a := context.Background(), actor(u)
	tell := func(what string, v any, err error) { out = append(out, fmt.Sprintf("%s: %v, %v", what, v, err)) }
	for i, c := range attempts() {
		number := model.Request{byte(i + 1)}
		if r, ok := c.(model.Reveal); ok {
			value, err := s.Reveal(ctx, a, number, r)
			tell(fmt.Sprintf("%+v", c), value.Empty(), err)
			continue
		}
		event, _, err := s.Change(ctx, a, number, c)
		tell(fmt.Sprintf("%T %+v", c, c), fmt.Sprintf("%s %v %s %d", event.Action, event.Target, event.Outcome, event.Subject), err)
	}
	me, err := s.Session(ctx, a)
	tell("session", fmt.Sprintf("%d %d %d %d %s", len(me.Deployments), me.AgentTokens, me.UserTokens, me.Services, me.User.Login), err)
	for _, q := range []model.TokenQuery{{Kind: model.AgentToken}, {Kind: model.ServiceToken}, {Kind: model.UserToken, Owner: apiAna}, {Kind: model.UserToken, Owner: apiBen}, {Kind: model.UserToken, Owner: apiEva}} {
		page, err := s.Tokens(ctx, a, q, model.Window{Limit: 10})
		tell("list", page.Total, err)
		_, err = s.FindTokens(ctx, a, q, 0)
		tell("find", "", err)
	}
	for id := range model.TokenID(9) {
		_, err := s.TokenRows(ctx, a, []model.TokenID{id})
		tell("row", id, err)
		_, err = s.Usage(ctx, a, id)
		tell("usage", id, err)
	}
	users, err := s.Users(ctx, a)
	tell("users", len(users), err)
	deployments, err := s.Deployments(ctx, a)
	tell("deployments", len(deployments), err)
	page, err := s.Events(ctx, a, model.EventQuery{Limit: 1000})
	for _, e := range page.Events {
		// How often the values by which users come were revealed before is the same as well.
		tell("event", fmt.Sprintf("%d %s %v %s %d %d", e.Actor, e.Action, e.Target, e.Outcome, e.Subject, e.Count), err)
	}
	return out
}
