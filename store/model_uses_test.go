package store

import (
	"fmt"

	"pgregory.net/rapid"

	"jeton/model"
)

// useCount is how often a token was good, and how often it was refused.
type useCount [2]uint64

// checks asks about values as a door does.
func (m *machine) checks(rt *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(rt, "checks") {
		m.place.tick()
		id := model.TokenID(rapid.IntRange(1, 8).Draw(rt, "token"))
		value, ok := m.ref.values[id]
		if !ok {
			return
		}
		place := rapid.SampledFrom([]model.Place{{}, {Name: "PROD"}, {Name: "staging"}, {Name: "eu"}, {Name: "prod", Branch: true}}).Draw(rt, "place")
		from := model.Caller{Addr: fmt.Sprint("10.0.0.", rapid.IntRange(1, 40).Draw(rt, "from"))}
		got, err := m.store.Check(ctx, value.Expose(), place, from)
		want := m.verdict(id, place)
		if err != nil || got.Standing != want.Standing || got.Role != want.Role || got.Token.ID != id {
			rt.Fatalf("token %d at %s: %+v (%v), want %+v", id, place, got, err, want)
		}
		n := m.used[id]
		if want.Standing == model.Good {
			n[0]++
		} else {
			n[1]++
		}
		m.used[id] = n
	}
}

// verdict is what the reference says of a token.
func (m *machine) verdict(id model.TokenID, place model.Place) model.Verdict {
	t, _ := m.ref.Token(id)
	owner, _ := m.ref.User(t.Owner)
	v := model.Verdict{Standing: model.Good, Token: t, Owner: owner}
	switch {
	case t.Revoked():
		v.Standing = model.Revoked
	case t.Kind == model.UserToken && !owner.Active():
		v.Standing = model.OwnerGone
	case t.Kind == model.ServiceToken:
		v.Standing = model.WrongKind
	}
	d, _ := m.ref.DeploymentByName(place.Name)
	return v.At(place, d)
}

// put puts what was counted into state.
func (m *machine) put(*rapid.T) { m.store.putUses() }

func (m *machine) usesNow(rt *rapid.T, id model.TokenID) useCount {
	known, err := m.store.used(id)
	if err != nil {
		rt.Fatal(err)
	}
	all, n := known.All(), useCount{}
	for _, refused := range all.Refused {
		n[1] += refused
	}
	n[0] = all.Count
	return n
}

// compareUses looks for every use since the last crash, and no more.
func (m *machine) compareUses(rt *rapid.T) {
	if len(m.hidden) > 0 && !m.store.inMemory { // there is room again
		m.lostUses(rt)
	}
	for _, t := range m.ref.tokens {
		if got := m.usesNow(rt, t.ID); got != m.used[t.ID] {
			rt.Fatalf("uses of token %d: %v, want %v", t.ID, got, m.used[t.ID])
		}
	}
}

// lostUses goes on with the uses that a store knows of that was just opened: some may be gone,
// and none can have come. Those in a state that a full disk keeps from being opened are hidden,
// and come back with it.
func (m *machine) lostUses(rt *rapid.T) {
	hidden := map[model.TokenID]useCount{}
	for _, t := range m.ref.tokens {
		got, had := m.usesNow(rt, t.ID), m.used[t.ID]
		had[0], had[1] = had[0]+m.hidden[t.ID][0], had[1]+m.hidden[t.ID][1]
		if got[0] > had[0] || got[1] > had[1] {
			rt.Fatalf("uses of token %d: %v, of %v that were", t.ID, got, had)
		}
		m.used[t.ID] = got
		if m.store.inMemory {
			hidden[t.ID] = had
		}
	}
	m.hidden = hidden
}
