package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"jeton/model"
	"jeton/store"
)

// damageAnswer is one question to a store, and what it answered.
type damageAnswer struct{ Question, Answer string }

func damageSaid(v any, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(raw)
}

// damageUsers is how many users the templates have.
const damageUsers = 4

// damageAnswers asks a store everything that changes nothing.
func damageAnswers(ctx context.Context, s *store.Store, values map[model.TokenID]string) []damageAnswer {
	var out []damageAnswer
	ask := func(v any, err error, question string, args ...any) {
		out = append(out, damageAnswer{fmt.Sprintf(question, args...), damageSaid(v, err)})
	}
	for u := range model.UserID(damageUsers + 2) {
		v, err := s.Session(ctx, model.Actor{User: u})
		ask(v, err, "session of user %d", u)
	}
	users, err := s.Users(ctx, damageAna)
	ask(users, err, "users")
	deployments, err := s.Deployments(ctx, damageAna)
	ask(deployments, err, "deployments")
	for uid := range uint32(6) {
		v, err := s.Identify(1000+uid, model.Source{}, "someone")
		ask(v, err, "who is account %d", 1000+uid)
	}
	for _, q := range damageQueries() {
		v, err := damageList(ctx, s, q)
		ask(v, err, "list %+v", q)
	}
	ids := damageIDs(values)
	rows, err := s.TokenRows(ctx, damageAna, ids)
	rows.LastUsed, rows.UseSince = nil, 0 // a state made again has forgotten use, and says so
	ask(rows, err, "all tokens")
	for _, a := range []model.Actor{damageAna, damageBen} {
		v, err := damageEvents(ctx, s, a)
		ask(v, err, "events of user %d", a.User)
	}
	for _, id := range ids {
		v, err := s.Verify(ctx, values[id])
		ask(v, err, "verify token %d", id)
		u, err := s.Usage(ctx, damageAna, id)
		ask(u.Alone, err, "what token %d alone reaches", id)
	}
	for n, value := range damageUnknown() {
		v, err := s.Verify(ctx, value)
		ask(v, err, "verify unknown value %d", n)
	}
	return append(out, damageAnswer{"newest event", fmt.Sprint(s.Health().Seq)})
}

// damageUnknown are values of tokens that were never created, and one that is none.
func damageUnknown() []string {
	var out []string
	for _, kind := range []model.TokenKind{model.AgentToken, model.UserToken} {
		v, err := model.NewValue(kind, strings.NewReader(strings.Repeat("unknown value ", 40)))
		if err != nil {
			panic(err)
		}
		out = append(out, v.Expose())
	}
	return append(out, "jta_x")
}

func damageIDs(values map[model.TokenID]string) []model.TokenID {
	var ids []model.TokenID
	for id := range values {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func damageQueries() []model.TokenQuery {
	var out []model.TokenQuery
	for _, sort := range []model.Sort{model.NewestFirst, model.OldestFirst, model.ByDescription} {
		for _, revoked := range []bool{false, true} {
			out = append(out, model.TokenQuery{Kind: model.AgentToken, Revoked: revoked, Sort: sort})
			for d := range model.DeploymentID(5) {
				out = append(out, model.TokenQuery{Kind: model.AgentToken, Revoked: revoked, Sort: sort, Deployment: d + 1})
			}
			for u := range model.UserID(damageUsers) {
				out = append(out, model.TokenQuery{Kind: model.UserToken, Owner: u + 1, Revoked: revoked, Sort: sort})
			}
		}
	}
	return append(out, model.TokenQuery{Kind: model.AgentToken, Revoked: true, Filter: "payments"},
		model.TokenQuery{Kind: model.AgentToken, Filter: "lab"})
}

// damageList reads a list to its end.
func damageList(ctx context.Context, s *store.Store, q model.TokenQuery) (out []model.TokenID, err error) {
	if q.Plain() {
		page, err := s.Tokens(ctx, damageAna, q, model.Window{Limit: 1000})
		for _, t := range page.Rows {
			out = append(out, t.ID)
		}
		if err == nil && len(out) != page.Total {
			err = fmt.Errorf("%d of %d rows", len(out), page.Total)
		}
		return out, err
	}
	for after := model.TokenID(0); ; {
		m, err := s.FindTokens(ctx, damageAna, q, after)
		out = append(out, m.IDs...)
		if err != nil || m.Done {
			return out, err
		}
		after = m.Next
	}
}

// damageEvents reads an actor's history to its end.
func damageEvents(ctx context.Context, s *store.Store, a model.Actor) (out []model.Event, err error) {
	for before := uint64(0); ; {
		page, err := s.Events(ctx, a, model.EventQuery{Limit: 1000, Before: before})
		out = append(out, page.Events...)
		if err != nil {
			return out, err
		}
		if page.Next == 0 {
			if len(out) != page.Total {
				err = fmt.Errorf("%d of %d events", len(out), page.Total)
			}
			return out, err
		}
		before = page.Next
	}
}

// damageReveals reveals tokens, all at once so that they share their commits, and returns
// what came of it.
func damageReveals(ctx context.Context, s *store.Store, ids []model.TokenID) map[model.TokenID]damageReveal {
	out := make(map[model.TokenID]damageReveal, len(ids))
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, id := range ids {
		wait.Go(func() {
			v, err := s.Reveal(ctx, damageAna, model.Request{}, model.Reveal{Token: id})
			mu.Lock()
			defer mu.Unlock()
			out[id] = damageReveal{v.Expose(), err}
		})
	}
	wait.Wait()
	return out
}

type damageReveal struct {
	value string
	err   error
}

// damageWrong lists the answers that are not the right ones.
func damageWrong(want, got []damageAnswer) []string {
	var out []string
	for i, w := range want {
		if i >= len(got) || got[i].Question != w.Question {
			return append(out, "the questions differ at "+w.Question)
		}
		if g := got[i].Answer; g != w.Answer {
			out = append(out, fmt.Sprintf("%s: %s", w.Question, damageDifference(w.Answer, g)))
		}
	}
	return out
}

// damageDifference shows where two answers part.
func damageDifference(want, got string) string {
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	cut := func(s string) string { return s[max(0, min(at-40, len(s))):min(len(s), at+80)] }
	return fmt.Sprintf("want …%q, got …%q", cut(want), cut(got))
}
