package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"jeton/model"
)

// through reads a list to its end.
func through(t *testing.T, find func(context.Context, model.Actor, model.TokenQuery, model.TokenID) (model.Match, error), s seat, q model.TokenQuery) (all []model.TokenID) {
	t.Helper()
	for after := model.TokenID(0); ; {
		m, err := find(ctx, s.actor, q, after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m.IDs...)
		if m.Done {
			return all
		}
		after = m.Next
	}
}

// everyChange is one of each kind that people can ask for, in an order in which each can be.
func everyChange() []model.Change {
	return []model.Change{
		model.CreateToken{Kind: model.AgentToken, Description: "an agent"},
		model.CreateToken{Kind: model.UserToken, Owner: ben},
		model.CreateToken{Kind: model.ServiceToken, Description: "nginx"},
		model.Describe{Token: 1, Description: "Größe „XL“ & <b>"},
		model.SetPermissions{Token: 1, Permissions: model.Permissions{Deployments: []model.DeploymentID{2, 1, 2}, AllBranches: true}},
		model.Reveal{Token: 1, Copy: true},
		model.Revoke{Token: 1},
		model.AddPerson{Login: "eva", Name: "Eva", Grants: []model.Grant{{Deployment: 2, Role: model.Launcher}}, Accounts: []uint32{7, 6}},
		model.RenamePerson{User: 3, Login: "eve", Name: ""},
		model.SetRoles{User: 3, OrgAdmin: true, Grants: []model.Grant{{Deployment: 1, Role: model.Viewer}}},
		model.SetAccounts{User: 3, Accounts: []uint32{4000000000}},
		model.SetActive{User: 3},
		model.SetActive{User: 3, Active: true},
		model.AddDeployment{Name: "canary"},
		model.RenameDeploy{Deployment: 3, Name: "Canary.2"},
		model.RemoveDeployment{Deployment: 3},
		model.RenameOrg{Name: "Ácme & Söhne"},
		model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}},
	}
}

// changes: every change, with the event and the record it leaves.
func changes(t *testing.T, w *world) {
	for _, c := range everyChange() {
		event, record := w.ana.change(c)
		if event.Actor != ana || event.Door != model.DoorTerminal || event.Details.Origin != "pts/3" || event.Outcome != model.Done {
			t.Errorf("%T: %+v", c, event)
		}
		page, err := w.store.Events(ctx, w.ana.actor, model.EventQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "event", event, page.Events[0])
		same(t, "record", record, w.now1(record))
	}
	for _, c := range []model.Change{model.Found{Organization: "x", Login: "x"}, model.Restored{}} {
		var refused *model.RefusedError
		if _, _, err := w.ana.try(c); !errors.As(err, &refused) {
			t.Errorf("%T: %v", c, err)
		}
	}
}

// now1 is a record as the store here has it.
func (w *world) now1(r model.Record) model.Record {
	switch r := r.(type) {
	case model.Token:
		page, err := w.store.TokenRows(ctx, w.ana.actor, []model.TokenID{r.ID})
		if err != nil {
			w.Fatal(err)
		}
		return page.Rows[0]
	case model.User:
		all, _ := w.store.Users(ctx, w.ana.actor)
		return all[slices.IndexFunc(all, func(u model.User) bool { return u.ID == r.ID })]
	case model.Deployment:
		all, _ := w.store.Deployments(ctx, w.ana.actor)
		return all[slices.IndexFunc(all, func(d model.Deployment) bool { return d.ID == r.ID })]
	}
	s, _ := w.store.Session(ctx, w.ana.actor)
	return s.Organization
}

// failures: every kind of error that people meet, with its text.
func failures(t *testing.T, w *world) {
	token := w.ana.create("")
	user := w.ana.token(model.CreateToken{Kind: model.UserToken, Owner: ben})
	w.ana.change(model.Describe{Token: token.ID, Description: "newer"})
	_, _, err := w.ana.try(model.Describe{Token: token.ID, Revision: token.Revision, Description: "older"})
	var conflict *model.ConflictError
	if !errors.As(err, &conflict) || conflict.By != "ana" || conflict.What != "agent token 1" || conflict.Now.(model.Token).Description != "newer" {
		t.Errorf("conflict: %v", err)
	}
	_, _, err = w.ana.try(model.Describe{Token: token.ID, Description: strings.Repeat("x", 300)})
	var text *model.TextError
	if !errors.As(err, &text) || text.What != "description" {
		t.Errorf("text: %v", err)
	}
	var rule *model.RuleError
	if _, _, err = w.ana.try(model.SetPermissions{Token: user.ID}); !errors.As(err, &rule) {
		t.Errorf("rule: %v", err)
	}
	w.ana.change(model.Revoke{Token: token.ID})
	for _, c := range []struct {
		ask  model.Change
		is   error
		text string
	}{
		{model.Describe{Token: 99, Description: "x"}, model.ErrNotFound, "token 99: not found"},
		{model.Describe{Token: 1 << 63, Description: "x"}, model.ErrNotFound, "token 9223372036854775808: not found"},
		{model.Describe{Token: user.ID, Description: ""}, model.ErrNothing, "nothing to change"},
		{model.Revoke{Token: token.ID}, model.ErrRevoked, "agent token 1: already revoked"},
		{model.Reveal{Token: token.ID}, model.ErrRevoked, "agent token 1: already revoked, its value is of no use"},
		{model.AddPerson{Login: "ben"}, model.ErrTaken, "login ben: already taken, choose another"},
		{model.SetActive{User: ana}, model.ErrLastAdmin, "user ana: " + model.ErrLastAdmin.Error()},
		{model.CreateToken{Kind: 9}, model.ErrNotFound, "token kind 9: not found"},
		{model.SetRoles{User: ben, Grants: []model.Grant{{Deployment: 1, Role: 9}}}, model.ErrNotFound, "role 9 in prod: not found, use Viewer, Launcher, Editor or Admin"},
	} {
		_, _, err := w.ana.try(c.ask)
		fails(t, printed(c.ask), err, c.is, c.text)
	}
	_, err = w.ana.store.Tokens(ctx, w.ana.actor, model.TokenQuery{}, model.Window{Limit: 1})
	fails(t, "no kind", err, model.ErrNotFound, "list of token of unknown kind: not found")
	_, err = w.ana.store.Tokens(ctx, w.ana.actor, model.TokenQuery{Kind: model.AgentToken, Filter: "x"}, model.Window{Limit: 1})
	if !errors.As(err, &rule) {
		t.Errorf("not plain: %v", err)
	}
}

// refusals: a member and nobody, at every read and change.
func refusals(t *testing.T, w *world) {
	w.ana.create("")
	for _, s := range []seat{w.ben, w.nobody} {
		for _, c := range everyChange() {
			if own, ok := c.(model.CreateToken); ok && own.Owner == s.actor.User && s.actor.User != 0 {
				continue
			}
			_, _, err := s.try(c)
			_, _, here := w.store.Change(ctx, s.actor, number(), c)
			same(t, printed(c), err, here)
			var refused *model.RefusedError
			if !errors.As(err, &refused) {
				t.Errorf("%T by %d: %v", c, s.actor.User, err)
			}
		}
		_, users := s.store.Users(ctx, s.actor)
		_, deployments := s.store.Deployments(ctx, s.actor)
		_, tokens := s.store.Tokens(ctx, s.actor, model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 1})
		_, find := s.store.FindTokens(ctx, s.actor, model.TokenQuery{Kind: model.AgentToken, Filter: "x"}, 0)
		_, rows := s.store.TokenRows(ctx, s.actor, []model.TokenID{1})
		_, unknown := s.store.TokenRows(ctx, s.actor, []model.TokenID{77})
		_, reveal := s.store.Reveal(ctx, s.actor, number(), model.Reveal{Token: 1})
		for _, err := range []error{users, deployments, tokens, find, rows, unknown, reveal} {
			var refused *model.RefusedError
			if !errors.As(err, &refused) {
				t.Errorf("a read by %d: %v", s.actor.User, err)
			}
		}
		same(t, "a number that was never given", unknown, rows)
	}
	var unknown *model.UnknownUserError
	if _, err := w.nobody.store.Session(ctx, w.nobody.actor); !errors.As(err, &unknown) || !slices.Equal(unknown.Admins, []string{"ana"}) {
		t.Errorf("session of nobody: %v", err)
	}
	w.ana.change(model.SetActive{User: ben})
	if _, err := w.ben.store.Session(ctx, w.ben.actor); !errors.As(err, &unknown) || !unknown.Deactivated || unknown.Account != "ben" {
		t.Errorf("session of a deactivated user: %v", err)
	}
}

// repeats: a request that is repeated has its first outcome, and no other.
func repeats(t *testing.T, w *world) {
	for _, c := range everyChange() {
		n := number()
		first, record, err := w.ana.store.Change(ctx, w.ana.actor, n, c)
		if err != nil {
			t.Fatalf("%T: %v", c, err)
		}
		again, same1, err := w.ana.store.Change(ctx, w.ana.actor, n, c)
		if _, reveal := c.(model.Reveal); err != nil && !reveal {
			t.Fatalf("%T: %v", c, err)
		}
		same(t, "event", again, first)
		same(t, "record", same1, record)
		_, _, err = w.ana.store.Change(ctx, w.ana.actor, n, model.AddDeployment{Name: "other"})
		fails(t, "reuse", err, model.ErrRequestReuse, model.ErrRequestReuse.Error())
	}
}

// reveals: the value is that of the token, and repeating the request hands it out again.
func reveals(t *testing.T, w *world) {
	token, n := w.ana.create(""), number()
	value, err := w.ana.store.Reveal(ctx, w.ana.actor, n, model.Reveal{Token: token.ID})
	if err != nil || value.LastFour() != token.LastFour {
		t.Fatalf("%v, %v", value.LastFour(), err)
	}
	before := w.store.Health().Seq
	again, err := w.ana.store.Reveal(ctx, w.ana.actor, n, model.Reveal{Token: token.ID})
	if err != nil || again != value || w.store.Health().Seq != before {
		t.Fatalf("again: the same %v, %v", again == value, err)
	}
	page, _ := w.store.Events(ctx, w.ana.actor, model.EventQuery{Limit: 1})
	if page.Events[0].Action != model.RevealAgentToken || page.Events[0].Request != n {
		t.Errorf("%+v", page.Events[0])
	}
}

// follow: everyone is told of every change, and the end.
func follow(t *testing.T, w *world) {
	inner, stop := context.WithCancel(ctx)
	news := w.ana.store.Follow(inner)
	var last uint64
	for range 5 {
		e, _ := w.ana.change(model.CreateToken{Kind: model.AgentToken})
		for last < e.Seq {
			last = told(t, news)
		}
	}
	stop()
	for {
		select {
		case _, open := <-news:
			if !open {
				return
			}
		case <-time.After(patience):
			t.Fatal("the channel was not closed at the end")
		}
	}
}

// patience is longer than anything takes.
const patience = 20 * time.Second

func told(t *testing.T, news <-chan uint64) uint64 {
	t.Helper()
	select {
	case seq, open := <-news:
		if !open {
			t.Fatal("the channel was closed")
		}
		return seq
	case <-time.After(patience):
		t.Fatal("nothing was told")
	}
	return 0
}

// history: it is checked, and then Health no longer says that it is being.
func history(t *testing.T, w *world) {
	w.ana.create("")
	if err := w.ana.store.CheckHistory(ctx); err != nil {
		t.Fatal(err)
	}
	h := w.ana.store.Health()
	if h.Checking || h.Damage != nil || h.Seq != w.store.Health().Seq {
		t.Errorf("%+v", h)
	}
	over, stop := context.WithCancel(ctx)
	stop()
	if err := w.ana.store.CheckHistory(over); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

// hostile: what must never be in a store comes through as it is, for the screens to draw
// harmlessly.
func hostile(t *testing.T, w *world) {
	const text = "\x1b]52;c;aGk=\x07\u202e\u009b31m<script>\u2028\x00\\\""
	token := w.ana.create("")
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Describe(ctx, w.options, token.ID, text); err != nil {
		t.Fatal(err)
	}
	if err := w.reopen(); err != nil {
		t.Fatal(err)
	}
	page, err := w.ana.store.TokenRows(ctx, w.ana.actor, []model.TokenID{token.ID})
	if err != nil || page.Rows[0].Description != text {
		t.Errorf("%+q, %v", page.Rows[0].Description, err)
	}
	events, err := w.ana.store.Events(ctx, w.ana.actor, model.EventQuery{Limit: 1})
	if err != nil || events.Events[0].Details.Label != text {
		t.Errorf("%+q, %v", events.Events[0].Details.Label, err)
	}
}

// canceled: nothing is done for a context that has ended.
func canceled(t *testing.T, w *world) {
	over, stop := context.WithCancel(ctx)
	stop()
	before := w.store.Health().Seq
	_, _, err := w.ana.store.Change(over, w.ana.actor, number(), model.AddDeployment{Name: "late"})
	fails(t, "change", err, context.Canceled, "nothing was changed: context canceled")
	if _, err := w.ana.store.Reveal(over, w.ana.actor, number(), model.Reveal{Token: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("reveal: %v", err)
	}
	if after := w.store.Health().Seq; after != before {
		t.Errorf("%d events were added", after-before)
	}
	for range w.ana.store.Follow(over) { // it ends, or the test does not
	}
}

// closed: a store that is closed says so.
func closed(t *testing.T, w *world) {
	news := w.ana.store.Follow(ctx)
	w.ana.change(model.AddDeployment{Name: "more"})
	told(t, news)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err := w.ana.try(model.AddDeployment{Name: "late"})
	fails(t, "change", err, model.ErrClosed, "store is closed")
	_, err = w.ana.store.Tokens(ctx, w.ana.actor, model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 1})
	fails(t, "read", err, model.ErrClosed, "store is closed")
	for range news { // it ends, or the test does not
	}
}
