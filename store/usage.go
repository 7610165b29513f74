package store

import (
	"context"
	"slices"

	"jeton/model"
	"jeton/store/state"
	"jeton/store/use"
)

// Usage tells how a token is used. Who may see the token in its list may see that.
func (s *Store) Usage(ctx context.Context, a model.Actor, id model.TokenID) (model.Usage, error) {
	page, err := s.TokenRows(ctx, a, []model.TokenID{id})
	if err != nil {
		return model.Usage{}, err
	}
	leave, err := s.enter()
	if err != nil {
		return model.Usage{}, err
	}
	defer leave()
	known, err := s.used(id)
	if err != nil {
		return model.Usage{}, err
	}
	now, all := model.TimeOf(s.opts.Clock()), known.All()
	out := model.Usage{Token: id, At: now, Since: s.usedSince(), All: all.Use(now), Callers: known.ByCaller(now)}
	out.Alone, err = s.alone(page.Rows[0])
	return out, err
}

// used adds up what state and the book have of a token.
func (s *Store) used(id model.TokenID) (use.Token, error) {
	s.uses.moving.RLock()
	defer s.uses.moving.RUnlock()
	v := s.db.View()
	defer v.Close()
	known, err := kept[use.Token](s, v, id)
	if err != nil {
		return known, s.suspectIf(err)
	}
	s.uses.book.AddTo(id, &known)
	return known, nil
}

// usedSince is from when on uses are known.
func (s *Store) usedSince() model.Time { return s.uses.head.Since }

// lastUsed tells of tokens when they were last good. Those that never were are left out.
func (s *Store) lastUsed(rows []model.Token) (map[model.TokenID]model.Time, error) {
	s.uses.moving.RLock()
	defer s.uses.moving.RUnlock()
	v := s.db.View()
	defer v.Close()
	known, err := s.lastKept(v, rows)
	if err != nil {
		return nil, s.suspectIf(err)
	}
	out := make(map[model.TokenID]model.Time, len(rows))
	for _, t := range rows {
		if last := max(known[t.ID], s.uses.book.Last(t.ID)); !last.Never() {
			out[t.ID] = last
		}
	}
	return out, nil
}

// lastKept is what state has of it, perhaps of others, too.
func (s *Store) lastKept(v *state.View, rows []model.Token) (map[model.TokenID]model.Time, error) {
	out, ids := map[model.TokenID]model.Time{}, make([]uint64, len(rows))
	for i, t := range rows {
		ids[i] = uint64(t.ID)
	}
	if lo, hi, ok := dense(ids); ok {
		return out, v.UsesOf(lo, hi, func(token uint64, key, value []byte) error {
			out[model.TokenID(token)] = openUse[keptLast](s, key, value).Last
			return nil
		})
	}
	for _, t := range rows {
		known, err := kept[keptLast](s, v, t.ID)
		if err != nil {
			return out, err
		}
		out[t.ID] = known.Last
	}
	return out, nil
}

// alone tells what an agent token that works reaches and no other one that works does.
func (s *Store) alone(t model.Token) (out model.Alone, err error) {
	if t.Kind != model.AgentToken || t.Revoked() {
		return out, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	revoked, err := s.sets.Get(state.Revoked())
	if err != nil {
		return out, s.suspectIf(err)
	}
	others := func(name state.SetName) (bool, error) { return s.others(name, revoked, t.ID) }
	if all, err := others(state.OrgAgents()); all || err != nil {
		return out, err
	}
	if t.Permissions.ReachesBranches() {
		shared, err := others(state.AllBranches())
		if err != nil {
			return out, err
		}
		out.Branches = !shared
	}
	for _, d := range s.people.deployments {
		if d.Removed() || !t.Permissions.Reaches(d.ID) {
			continue
		}
		shared, err := others(state.TokensNaming(uint64(d.ID)))
		if err != nil {
			return out, err
		}
		if !shared {
			out.Deployments = append(out.Deployments, d.ID)
		}
	}
	slices.Sort(out.Deployments)
	return out, nil
}

// others reports whether a list has a token that works but this one. The caller holds s.mu.
func (s *Store) others(name state.SetName, revoked *state.Set, but model.TokenID) (bool, error) {
	in, err := s.sets.Get(name)
	if err != nil {
		return false, s.suspectIf(err)
	}
	l := state.NewList(in, revoked)
	return l.Len() > 1 || l.Len() == 1 && !l.Has(uint64(but)), nil
}
