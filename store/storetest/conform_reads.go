package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"jeton/model"
	"jeton/store/share"
)

func printed(v any) string { return fmt.Sprintf("%+v", v) }

// reads: a store here and the store as it is seen tell the same about everything.
func reads(t *testing.T, w *world) {
	w.ana.create("first")
	limited := w.ana.create("second")
	w.ana.change(model.SetPermissions{Token: limited.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}, AllBranches: true}})
	w.ana.change(model.CreateToken{Kind: model.UserToken, Owner: ben, Description: "ben's"})
	w.ana.change(model.CreateToken{Kind: model.ServiceToken, Description: "nginx"})
	w.ana.change(model.Revoke{Token: 1})
	w.ana.change(model.RemoveDeployment{Deployment: 2})
	for _, s := range []seat{w.ana, w.ben} {
		here, err := w.store.Session(ctx, s.actor)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := s.store.Session(ctx, s.actor)
		same(t, "session", seen, here)
		same(t, "its error", err, nil)

		events, _ := w.store.Events(ctx, s.actor, model.EventQuery{Limit: 100})
		seenEvents, err := s.store.Events(ctx, s.actor, model.EventQuery{Limit: 100})
		same(t, "events", seenEvents, events)
		same(t, "their error", err, nil)
	}
	users, _ := w.store.Users(ctx, w.ana.actor)
	seen, err := w.ana.store.Users(ctx, w.ana.actor)
	same(t, "users", seen, users)
	same(t, "their error", err, nil)
	deployments, _ := w.store.Deployments(ctx, w.ana.actor)
	seenDeployments, err := w.ana.store.Deployments(ctx, w.ana.actor)
	same(t, "deployments", seenDeployments, deployments)
	same(t, "their error", err, nil)
	ids := []model.TokenID{3, 1, 2, 4}
	rows, _ := w.store.TokenRows(ctx, w.ana.actor, ids)
	seenRows, err := w.ana.store.TokenRows(ctx, w.ana.actor, ids)
	same(t, "rows", seenRows, rows)
	same(t, "their error", err, nil)
	none, err := w.ana.store.TokenRows(ctx, w.ana.actor, nil)
	hereNone, _ := w.store.TokenRows(ctx, w.ana.actor, nil)
	same(t, "no rows", none, hereNone)
	same(t, "their error", err, nil)
	same(t, "health", w.ana.store.Health().Seq, w.store.Health().Seq)
}

// eventQueries: every way to ask for events.
var eventQueries = []model.EventQuery{
	{}, {Limit: 1}, {Limit: 5000}, {Limit: 3, Before: 4}, {Limit: 9, Actor: ana}, {Limit: 9, Actor: 77},
	{Limit: 9, Target: model.Target{Kind: model.TargetToken}}, {Limit: 9, Target: model.Target{Kind: model.TargetToken, ID: 2}},
	{Limit: 9, Outcome: model.Refused}, {Limit: 9, Filter: "create ana"}, {Limit: 9, Filter: "ünknown & % + ?"},
}

// windows: every way to place a window in a list.
func windows(t *testing.T, w *world) {
	for i := range 1100 {
		w.ana.create(fmt.Sprintf("number %d", i))
	}
	for i := range 40 {
		w.ana.change(model.Revoke{Token: model.TokenID(i*7 + 1)})
	}
	agents := model.TokenQuery{Kind: model.AgentToken}
	all := agents
	all.Revoked = true
	oldest := all
	oldest.Sort = model.OldestFirst
	naming := agents
	naming.Deployment = 1
	for _, q := range []model.TokenQuery{agents, all, oldest, naming, {Kind: model.UserToken, Owner: ben}, {Kind: model.ServiceToken}} {
		for _, win := range []model.Window{{}, {Limit: 10}, {Limit: 1000}, {Limit: 5000}, {Limit: -1}, {Offset: 1095, Limit: 10},
			{Offset: -5, Limit: 3}, {Offset: 1 << 40, Limit: 3}, {Offset: 2, Limit: 5, Anchor: 600}, {Offset: 2, Limit: 5, Anchor: 1},
			{Offset: -2, Limit: 5, Anchor: 600}, {Limit: 5, Anchor: 99999}} {
			here, wrong := w.store.Tokens(ctx, w.ana.actor, q, win)
			seen, err := w.ana.store.Tokens(ctx, w.ana.actor, q, win)
			same(t, fmt.Sprintf("%+v %+v", q, win), seen, here)
			same(t, "its error", err, wrong)
		}
	}
	for _, q := range eventQueries {
		here, wrong := happened(w.store, w.ana.actor, q)
		seen, err := happened(w.ana.store, w.ana.actor, q)
		same(t, fmt.Sprintf("%+v", q), seen.Events, here.Events)
		same(t, "who is named", seen.Logins, here.Logins)
		same(t, "how many", seen.Total, here.Total)
		same(t, "its error", err, wrong)
	}
	ids := make([]model.TokenID, 1001)
	for i := range ids {
		ids[i] = model.TokenID(i + 1)
	}
	page, err := w.ana.store.TokenRows(ctx, w.ana.actor, ids[:1000])
	if err != nil || len(page.Rows) != 1000 || page.Rows[999].ID != 1000 {
		t.Errorf("1,000 rows: %d, %v", len(page.Rows), err)
	}
	_, err = w.ana.store.TokenRows(ctx, w.ana.actor, ids)
	same(t, "1,001 rows", err, "read tokens: 1001 asked for, at most 1000 at once")
}

// happened reads events on, where a page ended since its time was over, to the end or until
// there are as many as were asked for.
func happened(s share.Organization, a model.Actor, q model.EventQuery) (model.EventPage, error) {
	out, err := s.Events(ctx, a, q)
	for next, want := out, min(q.Limit, 1000); err == nil && next.Next > 0 && len(out.Events) < want; {
		q.Before = next.Next
		if next, err = s.Events(ctx, a, q); err == nil {
			out.Events = append(out.Events, next.Events[:min(len(next.Events), want-len(out.Events))]...)
			if out.Logins == nil {
				out.Logins = map[model.UserID]string{}
			}
			maps.Copy(out.Logins, next.Logins)
		}
	}
	maps.DeleteFunc(out.Logins, func(id model.UserID, _ string) bool { // who is named in what was too much
		return !slices.ContainsFunc(out.Events, func(e model.Event) bool { return e.Actor == id || e.Subject == id })
	})
	return out, err
}

// finding: a list that is read through.
func finding(t *testing.T, w *world) {
	for i := range 300 {
		w.ana.create(fmt.Sprintf("%03d %s", (i*37)%300, []string{"Kölsch", "x + y", "50 %"}[i%3]))
	}
	for _, q := range []model.TokenQuery{
		{Kind: model.AgentToken, Filter: "kölsch"}, {Kind: model.AgentToken, Filter: "x + y", Sort: model.OldestFirst},
		{Kind: model.AgentToken, Filter: "50 %", Sort: model.ByDescription}, {Kind: model.AgentToken, Sort: model.ByDescription},
		{Kind: model.AgentToken, Filter: "nothing has this"},
	} {
		here, seen := through(t, w.store.FindTokens, w.ana, q), through(t, w.ana.store.FindTokens, w.ana, q)
		same(t, q.Filter, seen, here)
	}
}
