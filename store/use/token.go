package use

import (
	"cmp"
	"slices"
	"strings"

	"jeton/model"
)

// Caller is one caller of a token and what it did.
type Caller struct {
	Addr   string `cbor:"1,keyasint,omitempty"`
	Agent  string `cbor:"2,keyasint,omitempty"`
	Place  string `cbor:"3,keyasint,omitempty"`
	Branch bool   `cbor:"4,keyasint,omitempty"`
	Tally  Tally  `cbor:"5,keyasint"`
}

func (c *Caller) is(m model.Caller) bool {
	return c.Addr == m.Addr && c.Agent == m.Agent && c.Place == m.Place.Name && c.Branch == m.Place.Branch
}

func (c *Caller) model() model.Caller {
	return model.Caller{Addr: c.Addr, Agent: c.Agent, Place: model.Place{Name: c.Place, Branch: c.Branch}}
}

// Token is what was counted of one token. The zero Token was never used.
type Token struct {
	Last    model.Time `cbor:"1,keyasint,omitempty"` // when it was good, whoever called
	Callers []Caller   `cbor:"2,keyasint,omitempty"` // each once; the zero one is all that are not told apart
}

// quiet is after how long without a word a caller gives up its place among those that are
// told apart, if another needs it. Nobody who speaks up loses it to newcomers: who has a
// token could else make up names until those who use it are out of sight.
const quiet = model.UseHours * hour

// Good counts a use.
func (t *Token) Good(by model.Caller, at model.Time) {
	t.Last = max(t.Last, at)
	t.of(by, at).good(at)
}

// Refused counts a use in vain.
func (t *Token) Refused(by model.Caller, why model.Standing, at model.Time) {
	t.of(by, at).refused(why, at)
}

// of returns the tally of a caller, or that of all who are not told apart.
func (t *Token) of(by model.Caller, at model.Time) *Tally {
	told, quietest := 0, -1
	for i := range t.Callers {
		c := &t.Callers[i]
		if c.is(by) {
			return &c.Tally
		}
		if c.is(model.Caller{}) {
			continue
		}
		told++
		if quietest < 0 || c.Tally.Latest() < t.Callers[quietest].Tally.Latest() {
			quietest = i
		}
	}
	if by == (model.Caller{}) || told < model.Callers {
		return t.put(by)
	}
	if at-t.Callers[quietest].Tally.Latest() < quiet {
		return t.of(model.Caller{}, at)
	}
	gone := t.Callers[quietest].Tally
	t.Callers = slices.Delete(t.Callers, quietest, quietest+1)
	t.of(model.Caller{}, at).add(&gone)
	return t.put(by)
}

// put adds a caller. Its texts are copies: what they were cut from may be large.
func (t *Token) put(c model.Caller) *Tally {
	t.Callers = append(t.Callers, Caller{Addr: strings.Clone(c.Addr), Agent: strings.Clone(c.Agent),
		Place: strings.Clone(c.Place.Name), Branch: c.Place.Branch})
	return &t.Callers[len(t.Callers)-1].Tally
}

// Add adds what another counted later of the same token.
func (t *Token) Add(o *Token) {
	t.Last = max(t.Last, o.Last)
	for i := range o.Callers {
		c := &o.Callers[i]
		t.of(c.model(), c.Tally.Latest()).add(&c.Tally)
	}
}

// All is all callers together.
func (t *Token) All() (all Tally) {
	for i := range t.Callers {
		all.add(&t.Callers[i].Tally)
	}
	return all
}

// ByCaller lists what each caller did as it reads at a moment, the latest first.
func (t *Token) ByCaller(now model.Time) []model.CallerUse {
	out := make([]model.CallerUse, 0, len(t.Callers))
	for i := range t.Callers {
		c := &t.Callers[i]
		out = append(out, model.CallerUse{Caller: c.model(), Use: c.Tally.Use(now)})
	}
	slices.SortStableFunc(out, func(a, b model.CallerUse) int {
		return cmp.Compare(max(b.Last, b.LastRefused), max(a.Last, a.LastRefused))
	})
	return out
}

// Knockers is who presented the token when it did not work any more, the latest first;
// of their refusals only those count.
func (t *Token) Knockers(now model.Time) (out []model.CallerUse, refused uint64) {
	for i := range t.Callers {
		c := &t.Callers[i]
		n := c.Tally.Knocks()
		if n == 0 {
			continue
		}
		u := c.Tally.Use(now)
		u.Refused = n
		out, refused = append(out, model.CallerUse{Caller: c.model(), Use: u}), refused+n
	}
	slices.SortStableFunc(out, func(a, b model.CallerUse) int { return cmp.Compare(b.LastRefused, a.LastRefused) })
	return out, refused
}

// latestPeriod is above every period there will be: those of hostile numbers could not be
// counted with.
const latestPeriod = 1 << 40

// Valid reports whether this may have been counted here.
func (t *Token) Valid() bool {
	if len(t.Callers) > model.Callers+1 {
		return false
	}
	for i := range t.Callers {
		c := &t.Callers[i].Tally
		if c.Hour < 0 || c.Hour > latestPeriod || c.Five < 0 || c.Five > latestPeriod || int(c.NoBecause) >= standings {
			return false
		}
	}
	return true
}
