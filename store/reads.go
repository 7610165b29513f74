package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/state"
)

// maxRows is the most rows one call returns.
const maxRows = 1000

// allow asks whether the actor may read something. A refusal is an event too; whether
// it could be written does not change the answer.
func (s *Store) allow(ctx context.Context, a model.Actor, do model.Action, owner model.UserID) (*people, error) {
	p := s.snapshot()
	err := model.Allow(p.users[a.User], do, model.Object{Owner: owner, Settings: p.org.Settings})
	var refused *model.RefusedError
	if !errors.As(err, &refused) {
		return p, err
	}
	if err := s.awaitCompared(ctx); err != nil { // or it may rest on who somebody was before
		return p, err
	}
	on := model.Target{}
	switch do {
	case model.ListAgentTokens, model.ListUserTokens, model.ListServices:
		on.Kind = model.TargetToken
	case model.ListUsers:
		on.Kind = model.TargetUser
	case model.ListDeployments:
		on.Kind = model.TargetDeployment
	default:
		on.Kind = model.TargetOrganization
	}
	c := refusalOf(a, refused, on, 0, newGroup(p, 0, nil))
	c.event.Subject = owner
	s.submit(ctx, &job{actor: a, refused: &c})
	return p, refused
}

// allowList asks whether the actor may see the list.
func (s *Store) allowList(ctx context.Context, a model.Actor, q model.TokenQuery) (*people, error) {
	do := q.Kind.Action(model.ToList)
	switch {
	case do == 0:
		return nil, fmt.Errorf("list of %s: %w", q.Kind, model.ErrNotFound)
	case q.Kind != model.UserToken:
		q.Owner = 0
	}
	return s.allow(ctx, a, do, q.Owner)
}

// Session tells the actor about themselves and the organization. Members see the
// deployments of their roles only. It is never refused to a user who may do nothing:
// what they may not see is not there.
func (s *Store) Session(_ context.Context, a model.Actor) (model.Session, error) {
	leave, err := s.enter()
	if err != nil {
		return model.Session{}, err
	}
	defer leave()
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.people
	u, ok := p.users[a.User]
	if !ok || !u.Active() {
		return model.Session{}, &model.UnknownUserError{Account: cmp.Or(u.Login, "this account"), Organization: p.org.Name,
			Admins: p.admins(3), Deactivated: ok}
	}
	out := model.Session{User: u, Organization: p.org}
	for _, d := range p.deploymentsByName() {
		if !d.Removed() && u.RoleIn(d.ID) != model.NoRole {
			out.Deployments = append(out.Deployments, d)
		}
	}
	if u.OrgAdmin {
		l, err := s.list(model.TokenQuery{Kind: model.AgentToken})
		if err != nil {
			return out, err
		}
		out.AgentTokens = l.Len()
		if l, err = s.list(model.TokenQuery{Kind: model.ServiceToken}); err != nil {
			return out, err
		}
		out.Services = l.Len()
	}
	l, err := s.list(model.TokenQuery{Kind: model.UserToken, Owner: u.ID})
	out.UserTokens = l.Len()
	return out, err
}

// Users returns all users by login, deactivated ones included. Only an Organization
// Admin may.
func (s *Store) Users(ctx context.Context, a model.Actor) ([]model.User, error) {
	p, err := s.allow(ctx, a, model.ListUsers, 0)
	if err != nil {
		return nil, err
	}
	return p.usersByLogin(), nil
}

// Deployments returns all deployments by name, removed ones included. Only an
// Organization Admin may; members find theirs in their Session.
func (s *Store) Deployments(ctx context.Context, a model.Actor) ([]model.Deployment, error) {
	p, err := s.allow(ctx, a, model.ListDeployments, 0)
	if err != nil {
		return nil, err
	}
	return p.deploymentsByName(), nil
}

// list returns the numbers of a list in ascending order. The caller holds s.mu, and
// uses the list only while it does.
func (s *Store) list(q model.TokenQuery) (state.List, error) {
	name := state.AgentTokens()
	switch {
	case q.Kind == model.UserToken:
		name = state.TokensOf(uint64(q.Owner))
	case q.Kind == model.ServiceToken:
		name = state.Services()
	case q.Deployment != 0:
		name = state.TokensNaming(uint64(q.Deployment))
	}
	in, err := s.sets.Get(name)
	if err != nil {
		return state.List{}, s.suspectIf(err)
	}
	if q.Revoked {
		return state.NewList(in, nil), nil
	}
	revoked, err := s.sets.Get(state.Revoked())
	if err != nil {
		return state.List{}, s.suspectIf(err)
	}
	return state.NewList(in, revoked), nil
}

// Tokens returns a window of a plain list, at the same cost however long the list is.
func (s *Store) Tokens(ctx context.Context, a model.Actor, q model.TokenQuery, w model.Window) (model.TokenPage, error) {
	page := model.TokenPage{AnchorAt: -1}
	leave, err := s.enter()
	if err != nil {
		return page, err
	}
	defer leave()
	p, err := s.allowList(ctx, a, q)
	if err != nil {
		return page, err
	}
	if !q.Plain() {
		return page, &model.RuleError{Reason: "list tokens: a filtered or sorted list has no windows: find its numbers (GET /v1/tokens/find), then read those rows (GET /v1/tokens/rows)"}
	}
	s.mu.RLock()
	ids, err := s.window(q, w, &page)
	page.Seq = s.applied
	view := s.db.View()
	s.mu.RUnlock()
	defer view.Close()
	if err != nil {
		return page, err
	}
	page.Rows, err = s.rows(view, tokenKind(q.Kind), ids)
	page.Logins = p.inRows(page.Rows)
	if err != nil {
		return page, err
	}
	page.UseSince = s.usedSince()
	page.LastUsed, err = s.lastUsed(page.Rows)
	return page, err
}

// window places the window in the list and returns its numbers in list order.
func (s *Store) window(q model.TokenQuery, w model.Window, page *model.TokenPage) ([]uint64, error) {
	l, err := s.list(q)
	if err != nil {
		return nil, err
	}
	total := l.Len()
	place := func(rank int) int { // of a rank, in list order, and back
		if q.Sort == model.OldestFirst {
			return rank
		}
		return total - 1 - rank
	}
	page.Total, page.Offset = total, w.Offset
	if n := uint64(w.Anchor); n != 0 && l.Has(n) {
		page.AnchorAt = place(l.Rank(n))
		page.Offset = page.AnchorAt - w.Offset
	}
	limit := max(0, min(w.Limit, maxRows))
	page.Offset = max(0, min(page.Offset, total-limit))
	ids := make([]uint64, 0, min(limit, total-page.Offset))
	for at := page.Offset; at < total && len(ids) < limit; at++ {
		ids = append(ids, l.At(place(at)))
	}
	return ids, nil
}

// TokenRows returns the tokens with these numbers, at most 1,000, in this order. All
// of them must be tokens the actor may list. Only Rows, Seq, Logins, LastUsed and UseSince are filled.
func (s *Store) TokenRows(ctx context.Context, a model.Actor, ids []model.TokenID) (model.TokenPage, error) {
	if len(ids) > maxRows {
		return model.TokenPage{}, &model.RuleError{Reason: fmt.Sprintf("read tokens: %d asked for, at most %d at once", len(ids), maxRows)}
	}
	leave, err := s.enter()
	if err != nil {
		return model.TokenPage{}, err
	}
	defer leave()
	s.mu.RLock()
	all, err := s.kinds()
	kinds := make([]state.Kind, len(ids))
	for i, id := range ids {
		kinds[i] = all.of(id)
	}
	v, page := s.db.View(), model.TokenPage{AnchorAt: -1, Seq: s.applied}
	people := s.people
	s.mu.RUnlock()
	defer v.Close()
	if err != nil {
		return model.TokenPage{}, s.suspectIf(err)
	}
	r := rowReader{Store: s, actor: a, view: v, asked: map[model.TokenQuery]error{}}
	page.Rows = make([]model.Token, 0, len(ids))
	for i, id := range ids {
		t, err := r.row(ctx, kinds[i], id)
		if err != nil {
			return model.TokenPage{}, err
		}
		page.Rows = append(page.Rows, t)
	}
	page.Logins = people.inRows(page.Rows)
	page.UseSince = s.usedSince()
	page.LastUsed, err = s.lastUsed(page.Rows)
	return page, err
}

// rowReader reads tokens of any list, asking once for each list whether the actor may
// see it.
type rowReader struct {
	*Store
	actor model.Actor
	view  *state.View
	asked map[model.TokenQuery]error
}

// row reads a token. What may not be seen is refused before it is found missing.
func (r *rowReader) row(ctx context.Context, k state.Kind, id model.TokenID) (model.Token, error) {
	t, err := get[model.Token](r.vault, r.view, k, uint64(id))
	missing := errors.Is(err, model.ErrNotFound)
	if err != nil && !missing {
		return t, fmt.Errorf("token %d: %w", id, r.suspectIf(err))
	}
	of := model.TokenQuery{Kind: t.Kind, Owner: t.Owner}
	if missing {
		of.Kind = model.AgentToken
	}
	refused, known := r.asked[of]
	if !known {
		_, refused = r.allowList(ctx, r.actor, of)
		r.asked[of] = refused
	}
	switch {
	case refused != nil:
		return t, refused
	case missing:
		return t, fmt.Errorf("token %d: %w", id, err)
	}
	return t, nil
}
