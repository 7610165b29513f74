package sample

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"jeton/model"
)

// writer is one writer of a load. It has tokens of its own, so it knows what each of
// them must be.
type writer struct {
	load    *Load
	number  int
	name    string // begins every description: no two runs and no two writers share it
	rng     *rand.Rand
	count   int
	tokens  []model.Token // that work
	pending *ask          // its outcome is not known
	refused bool          // the last change was, for want of room: revoking may go on
}

// ask is a change a writer asks for.
type ask struct {
	line    Line
	request model.Request
	change  model.Change
}

// step asks for one change and reports what came of it. An error ends the load: the
// store has to be opened again, or nobody reads the report.
func (w *writer) step(ctx context.Context, s LoadStore) error {
	a := w.pending
	if a == nil {
		var err error
		if a, err = w.next(); err != nil {
			return err
		}
	}
	if err := w.load.Say(a.line); err != nil {
		return err
	}
	// What was begun is ended, also when a signal has come.
	line, err := w.ask(context.WithoutCancel(ctx), s, a)
	if w.pending = nil; errors.Is(err, model.ErrUnknown) {
		w.pending = a
	}
	w.refused = err != nil
	if said := w.load.Say(line); said != nil {
		return said
	}
	switch {
	case err == nil:
		return nil
	case line.Says == "unknown", errors.Is(err, model.ErrClosed):
		return err
	}
	return w.pause(ctx, s)
}

// next chooses a change. After a refusal that is a revocation, which has room of its own.
func (w *writer) next() (*ask, error) {
	r, err := newRequest()
	if err != nil {
		return nil, err
	}
	w.count++
	a := &ask{request: r, line: Line{Says: "asks", Writer: w.number, Number: w.count, Request: r.String()}}
	dice := w.rng.IntN(100)
	switch n := len(w.tokens); {
	case n == 0, dice < 35 && n < loadTokens && !w.refused:
		w.create(a)
		return a, nil
	case w.refused:
		dice = 99
	}
	t := w.tokens[w.rng.IntN(len(w.tokens))]
	a.line.Token = t.ID
	switch {
	case dice < 60:
		a.describe(w.text(), t)
	case dice < 75 && t.Kind == model.AgentToken:
		a.scope(w.permissions(t.Permissions), t)
	case dice < 88:
		a.line.Action, a.change = "reveal", model.Reveal{Token: t.ID, Copy: w.rng.IntN(2) == 0}
	default:
		a.line.Action, a.change = "revoke", model.Revoke{Token: t.ID}
	}
	return a, nil
}

func (w *writer) create(a *ask) {
	c := model.CreateToken{Kind: model.AgentToken, Description: w.text()}
	if w.rng.IntN(4) == 0 {
		c.Kind, c.Owner = model.UserToken, loader.User
	}
	a.change, a.line.Action, a.line.Kind, a.line.Description = c, "create", c.Kind.String(), &c.Description
}

func (a *ask) describe(text string, t model.Token) {
	a.line.Action, a.line.Description = "describe", &text
	a.change = model.Describe{Token: t.ID, Revision: t.Revision, Description: text}
}

func (a *ask) scope(p model.Permissions, t model.Token) {
	text := Reaches(p)
	a.line.Action, a.line.Reaches = "scope", &text
	a.change = model.SetPermissions{Token: t.ID, Revision: t.Revision, Permissions: p}
}

// text is a description that no other change ever gives, of any length.
func (w *writer) text() string {
	return fmt.Sprintf("%s, change %d%s", w.name, w.count, strings.Repeat(" é", w.rng.IntN(90)))
}

// permissions are other than those before.
func (w *writer) permissions(before model.Permissions) model.Permissions {
	p := model.Permissions{AllBranches: w.rng.IntN(2) == 0}
	for d := range deployments {
		if w.rng.IntN(2) == 0 {
			p.Deployments = append(p.Deployments, model.DeploymentID(d+1))
		}
	}
	if p.Equal(before) {
		p.AllBranches = !p.AllBranches
	}
	return p
}

// ask has the store do it and returns what is to be reported.
func (w *writer) ask(ctx context.Context, s LoadStore, a *ask) (Line, error) {
	line := a.line
	line.Says = "done"
	if c, ok := a.change.(model.Reveal); ok {
		_, err := s.Reveal(ctx, loader, a.request, c)
		return outcome(line, err), err
	}
	ev, r, err := s.Change(ctx, loader, a.request, a.change)
	if err != nil {
		return outcome(line, err), err
	}
	t := r.(model.Token)
	w.keep(t)
	reaches := Reaches(t.Permissions)
	line.Event, line.Token, line.Description, line.Reaches = ev.Seq, t.ID, &t.Description, &reaches
	return line, nil
}

func outcome(line Line, err error) Line {
	switch {
	case err == nil:
	case errors.Is(err, model.ErrUnknown):
		line.Says, line.Error = "unknown", err.Error()
	default:
		line.Says, line.Error = "refused", err.Error()
	}
	return line
}

// keep remembers what a token is now, as long as it works.
func (w *writer) keep(t model.Token) {
	for i := range w.tokens {
		if w.tokens[i].ID != t.ID {
			continue
		}
		if w.tokens[i] = t; t.Revoked() {
			w.tokens[i] = w.tokens[len(w.tokens)-1]
			w.tokens = w.tokens[:len(w.tokens)-1]
		}
		return
	}
	if !t.Revoked() {
		w.tokens = append(w.tokens, t)
	}
}

// pause waits a little and then looks at the list, which nothing may refuse.
func (w *writer) pause(ctx context.Context, s LoadStore) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(retryAfter):
	}
	page, err := s.Tokens(context.WithoutCancel(ctx), loader, model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 20})
	line := Line{Says: "listed", Writer: w.number, Total: page.Total}
	if err != nil {
		line.Says, line.Action, line.Error = "failed", "list", err.Error()
	}
	return w.load.Say(line)
}
