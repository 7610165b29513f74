package torture

import (
	"context"
	"encoding/json"
	"slices"

	"jeton/model"
	"jeton/store"
)

// actEarly changes the damaged store before anything was checked, as a person does who opens
// it to revoke a token, and looks at what became of that: what was acknowledged is there
// afterwards and rests on no record of before.
func (t *damageTrial) actEarly(ctx context.Context) {
	t.used = true
	touch, kill := t.victims()
	_, _, touched := t.s.Change(ctx, damageAna, model.Request{}, model.Describe{Token: touch, Description: "touched"})
	_, _, killed := t.s.Change(ctx, damageAna, model.Request{}, model.Revoke{Token: kill})
	before := t.s.Health()
	if killed != nil && before.Damage == nil {
		t.fail("token %d was not revoked and nothing is damaged: %v", kill, killed)
	}
	if err := t.s.CheckHistory(ctx); err != nil {
		t.out.Reason = "check: " + err.Error()
	}
	after := t.s.Health()
	t.judge(before, after, nil)
	if err := t.s.Close(); err != nil && after.Damage == nil {
		t.fail("close: %v", err)
	}
	s, err := store.Open(ctx, t.options())
	if err != nil {
		t.fail("opened once and not again: %v", err)
		return
	}
	if touched == nil {
		t.rests(ctx, s, touch)
	}
	if v, err := s.Verify(ctx, t.want().Values[kill]); killed == nil && (v.Active() || err != nil && s.Health().Damage == nil) {
		t.fail("token %d was revoked and after reopening it is %v, %v", kill, v.Active(), err)
	}
	t.mended(ctx, s)
}

// victims are a token to describe and one to revoke, the ones that were damaged if there are any.
func (t *damageTrial) victims() (touch, kill model.TokenID) {
	live := slices.Clone(t.want().Live)
	t.rng.Shuffle(len(live), func(i, j int) { live[i], live[j] = live[j], live[i] })
	slices.SortStableFunc(live, func(a, b model.TokenID) int {
		rank := func(id model.TokenID) int {
			if slices.Contains(t.tokens, id) {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	if t.rng.IntN(2) == 0 {
		return live[1], live[0]
	}
	return live[0], live[1]
}

// rests tells whether a token that was described has all else as it was.
func (t *damageTrial) rests(ctx context.Context, s *store.Store, id model.TokenID) {
	page, err := s.TokenRows(ctx, damageAna, []model.TokenID{id})
	if err != nil || len(page.Rows) != 1 {
		if s.Health().Damage == nil {
			t.fail("token %d, which was described: %v", id, err)
		}
		return
	}
	got, want := page.Rows[0], t.row(id)
	if got.Description != "touched" || !got.Permissions.Equal(want.Permissions) || got.Revoked() || got.Owner != want.Owner {
		t.fail("token %d was described, and is now %+v and was %+v (%v)", id, got, want, s.Health().Damage)
	}
}

// row is the token as the template has it.
func (t *damageTrial) row(id model.TokenID) model.Token {
	for _, a := range t.want().Answers {
		if a.Question != "all tokens" {
			continue
		}
		var page model.TokenPage
		if err := json.Unmarshal([]byte(a.Answer), &page); err != nil {
			t.fail("%v", err)
		}
		for _, row := range page.Rows {
			if row.ID == id {
				return row
			}
		}
	}
	t.fail("token %d is not in the template", id)
	return model.Token{}
}

// mended closes the store, which had only its state damaged, and looks for what is left of that.
func (t *damageTrial) mended(ctx context.Context, s *store.Store) {
	if err := s.CheckHistory(ctx); err != nil && s.Health().Damage == nil {
		t.fail("check again: %v", err)
	}
	h := s.Health()
	if h.Damage != nil && t.onlyState() {
		t.fail("state alone was damaged, the store was changed at once, and after reopening: %v", h.Damage)
	}
	if err := s.Close(); err != nil && h.Damage == nil {
		t.fail("close again: %v", err)
	}
	if h.Damage != nil || !t.onlyState() {
		return
	}
	a, err := store.AuditStore(ctx, store.Auditing{Options: t.options(), Since: [][]byte{t.known[t.base].Head}})
	if err != nil || a.Verdict != store.Good || a.State != "" {
		t.fail("state alone was damaged and is mended, and the audit says %+v, %v", a, err)
	}
}
