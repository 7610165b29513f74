package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"jeton/model"
	"jeton/store"
)

// asked is how many values of each sort are asked about.
const asked = 1000

// verdicts measures how long one takes in process, while uses are recorded: of values that
// were not asked about before, of the same again, and of values that are of no token beside
// those of revoked ones, which must not be told apart by it.
func (f *figures) verdicts(o store.Options) {
	ctx := context.Background()
	s, err := store.Open(ctx, o)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			f.t.Error(err)
		}
	}()
	good, dead := f.values(s, 1, false), f.values(s, 2, true)
	first, again := f.ask(s, good), f.ask(s, good)
	var unknown []string
	for range dead {
		value, err := model.NewValue(model.AgentToken, rand.Reader)
		if err != nil {
			f.t.Fatal(err)
		}
		unknown = append(unknown, value.Expose())
	}
	var strange, revoked []time.Duration
	for i := range dead { // in turns, so that what the machine does meanwhile hits both
		revoked = append(revoked, f.ask(s, dead[i:i+1])...)
		strange = append(strange, f.ask(s, unknown[i:i+1])...)
	}
	f.add(fmt.Sprintf("one verdict in process, %d tokens", f.count), "us", us(median(first)), 20, "fixed")
	f.add("the same asked again", "us", us(median(again)), 5, "fixed")
	a, b := us(median(strange)), us(median(revoked))
	f.add("verdict on an unknown value : a revoked one's", "x", max(a/b, b/a), 1.5, "fixed")
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// ask asks about each value and returns how long each took.
func (f *figures) ask(s *store.Store, values []string) []time.Duration {
	from := model.Caller{Addr: "10.0.0.7", Agent: "agent"}
	took := make([]time.Duration, 0, len(values))
	for _, value := range values {
		before := time.Now()
		if _, err := s.Check(context.Background(), value, model.Place{Name: "prod"}, from); err != nil {
			f.t.Fatal(err)
		}
		took = append(took, time.Since(before))
	}
	return took
}

// values reveals agent tokens from all over the store, every so many from the one at on, and
// revokes them if they are to be dead.
func (f *figures) values(s *store.Store, at model.TokenID, dead bool) []string {
	ctx, actor := context.Background(), model.Actor{User: 1, Source: model.Source{Door: model.DoorProgram}}
	var out []string
	for id := at; len(out) < asked && id <= model.TokenID(f.count); id += model.TokenID(f.count/asked/2 | 1) {
		page, err := s.TokenRows(ctx, actor, []model.TokenID{id})
		if err != nil {
			f.t.Fatal(err)
		}
		if row := page.Rows[0]; row.Kind != model.AgentToken || row.Revoked() {
			continue
		}
		value, err := s.Reveal(ctx, actor, model.Request{}, model.Reveal{Token: id})
		if err == nil && dead {
			_, _, err = s.Change(ctx, actor, model.Request{}, model.Revoke{Token: id})
		}
		if err != nil {
			f.t.Fatal(err)
		}
		out = append(out, value.Expose())
	}
	return out
}
