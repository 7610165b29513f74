package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/state"
)

// usesOf tells how often a token was good and refused.
func usesOf(t testing.TB, s *Store, id model.TokenID) [2]uint64 {
	t.Helper()
	all := usage(t, s, id).All
	return [2]uint64{all.Count, all.Refused}
}

// inState reports whether state has a token's use.
func inState(t testing.TB, s *Store, id model.TokenID) bool {
	t.Helper()
	v := s.db.View()
	defer v.Close()
	known, err := kept[keptLast](s, v, id)
	if err != nil {
		t.Fatal(err)
	}
	return !known.Last.Never()
}

// TestUsesAreKept counts, closes, opens and counts on; what knocked is remembered too.
func TestUsesAreKept(t *testing.T) {
	p, s := newOpen(t)
	since := p.after(0)
	tok, dead := createToken(t, s, "one"), createToken(t, s, "two")
	one, two := valueOf(t, s, tok.ID), valueOf(t, s, dead.ID)
	change1(t, s, model.Revoke{Token: dead.ID})
	for round := range uint64(3) {
		p.after(time.Hour)
		check(t, s, one, prod, agent)
		check(t, s, two, prod, agent)
		if n := usesOf(t, s, tok.ID); n != [2]uint64{round + 1, 0} {
			t.Errorf("before closing: %v", n)
		}
		if !s.putUses() {
			t.Fatal("uses cannot be put into state")
		}
		if n := usesOf(t, s, tok.ID); n != [2]uint64{round + 1, 0} || !inState(t, s, tok.ID) {
			t.Errorf("in state: %v", n)
		}
		check(t, s, two, prod, agent)
		p.close(s)
		s = p.open()
		u := usage(t, s, tok.ID)
		if u.All.Count != round+1 || u.Since != since || len(u.Callers) != 1 || u.Callers[0].Place != prod || u.All.Last != p.after(0) {
			t.Errorf("after opening: %+v", u)
		}
		k, err := s.Knocks(ctx, ana)
		if err != nil || len(k.Knocks) != 1 || k.Knocks[0].Refused != 2*round+2 || k.Since != since {
			t.Errorf("knocks: %+v, %v", k, err)
		}
		if h := s.Health(); h.Notice != "" || h.Damage != nil {
			t.Errorf("health: %+v", h)
		}
	}
	if page, err := s.Tokens(ctx, ana, agentList, model.Window{Limit: 9}); err != nil || page.LastUsed[tok.ID] != p.after(0) || page.UseSince != since {
		t.Errorf("%+v, %v", page, err)
	}
}

// TestUsesCrash loses what was not put into state, and nothing else.
func TestUsesCrash(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	value := valueOf(t, s, tok.ID)
	p.close(s)
	s = p.open() // so that there is no event after the mark
	check(t, s, value, prod, agent)
	if !s.putUses() {
		t.Fatal("uses cannot be put into state")
	}
	check(t, s, value, prod, agent)
	c := p.crash()
	s = c.open()
	if n := usesOf(t, s, tok.ID); n != [2]uint64{1, 0} {
		t.Errorf("%v", n)
	}
	if h := s.Health(); h.Notice != "" || h.Damage != nil {
		t.Errorf("%+v", h)
	}
	if s.log.Mark().Clean {
		t.Error("the mark says that state was closed in order")
	}
	check(t, s, value, prod, agent)
	c.close(s)
	if n := usesOf(t, c.open(), tok.ID); n != [2]uint64{2, 0} {
		t.Errorf("%v", n)
	}
}

// TestUsesLowDisk keeps them in memory while the disk is almost full, also over a state that
// was opened then.
func TestUsesLowDisk(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	value := valueOf(t, s, tok.ID)
	see := func(want uint64, stored bool) {
		t.Helper()
		if n := usesOf(t, s, tok.ID); n[0] != want || inState(t, s, tok.ID) != stored {
			t.Fatalf("%v, in state %v", n, inState(t, s, tok.ID))
		}
	}
	p.free = 0
	check(t, s, value, prod, agent)
	if s.putUses() {
		t.Fatal("state was written on a full disk")
	}
	see(1, false)
	p.free = 1 << 40
	if change1(t, s, model.Describe{Token: tok.ID, Description: "room"}); !s.putUses() {
		t.Fatal("with room again uses are not put into state")
	}
	see(1, true)
	p.close(s)
	p.free = 0
	s = p.open()
	check(t, s, value, prod, agent)
	if s.putUses() {
		t.Fatal("state was written on a full disk")
	}
	see(2, true)
	p.free = 1 << 40
	createAgain(t, s, "two")
	check(t, s, value, prod, agent) // waits until state was compared
	if !s.putUses() {
		t.Fatal("with room again uses are not put into state")
	}
	p.close(s)
	s = p.open()
	see(3, true)
}

// TestUsesAfterRebuild makes state again: what was counted is gone, and it says since when
// it is known.
func TestUsesAfterRebuild(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	check(t, s, valueOf(t, s, tok.ID), prod, agent)
	p.close(s)
	at := p.after(time.Hour)
	if err := Rebuild(ctx, p.opts); err != nil {
		t.Fatal(err)
	}
	s = p.open()
	if u := usage(t, s, tok.ID); u.All.Count != 0 || u.Since != at {
		t.Errorf("%+v", u)
	}
}

// TestUsesAreNoEvents uses tokens and compares everything with the journal, which says nothing
// of it; a store that is restored knows of no use.
func TestUsesAreNoEvents(t *testing.T) {
	p, file := backedUp(t)
	s := p.open()
	tok := createToken(t, s, "one")
	value := valueOf(t, s, tok.ID)
	check(t, s, value, prod, agent)
	if !s.putUses() || !inState(t, s, tok.ID) {
		t.Fatal("uses cannot be put into state")
	}
	if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil {
		t.Errorf("%v, %+v", err, s.Health())
	}
	check(t, s, value, prod, agent)
	p.close(s)
	if a := audit(t, p); a.Verdict != Good || a.State != "" {
		t.Errorf("%+v", a)
	}
	later := file + "2"
	if _, err := Backup(ctx, p.opts, later); err != nil {
		t.Fatal(err)
	}
	at, r := p.after(time.Hour), p.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: r.opts, Old: p.opts.Dir}, later); err != nil {
		t.Fatal(err)
	}
	s = r.open()
	if u := usage(t, s, tok.ID); u.All.Count != 0 || u.Since != at {
		t.Errorf("restored: %+v", u)
	}
}

// TestUsesThatDoNotOpen puts back another store's, another token's and garbage: none of it
// is damage, none counts, and counting goes on.
func TestUsesThatDoNotOpen(t *testing.T) {
	p, s := newOpen(t)
	one, two := createToken(t, s, "one"), createToken(t, s, "two")
	value := valueOf(t, s, two.ID)
	check(t, s, valueOf(t, s, one.ID), prod, agent)
	check(t, s, value, prod, agent)
	p.close(s)
	editState(t, p, func(s *Store) []state.Write {
		var other []byte
		err := s.db.Get(state.UseKey(uint64(one.ID)), func(b []byte) error { other = append(other, b...); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return []state.Write{{Key: state.UseKey(uint64(two.ID)), Value: other}}
	})
	s = p.open()
	if n := usesOf(t, s, two.ID); n[0] != 0 {
		t.Errorf("the use of another token counts: %v", n)
	}
	check(t, s, value, prod, agent)
	p.close(s)
	since := p.after(time.Hour)
	editState(t, p, func(*Store) []state.Write { return []state.Write{{Key: state.UsesKey(), Value: []byte("no")}} })
	s = p.open()
	if u := usage(t, s, two.ID); u.All.Count != 0 || u.Since != since || s.Health().Damage != nil || s.Health().Notice == "" {
		t.Errorf("%+v, %+v", u, s.Health())
	}
	check(t, s, value, prod, agent)
	p.close(s)
	s = p.open()
	if n := usesOf(t, s, two.ID); n[0] != 1 || s.Health().Notice != "" {
		t.Errorf("%v, %+v", n, s.Health())
	}
}

// TestRotateKeepsUses rotates all keys: what was counted stays, under a new key.
func TestRotateKeepsUses(t *testing.T) {
	p, values := rotatable(t)
	s := p.open()
	since := usage(t, s, 1).Since
	check(t, s, values[1], prod, agent)
	if _, err := s.Check(ctx, values[1], prod, model.Caller{Addr: "10.0.0.9"}); err != nil {
		t.Fatal(err)
	}
	before := s.uses.head.Key
	p.close(s)
	p.after(time.Hour)
	r := rotating(p)
	r.Lookup = true
	if _, err := Rotate(ctx, r); err != nil {
		t.Fatal(err)
	}
	old := p.opts.Keyset
	p.load()
	s = p.open()
	u := usage(t, s, 1)
	if u.All.Count != 2 || len(u.Callers) != 2 || u.Since != since {
		t.Errorf("%+v", u)
	}
	if bytes.Equal(before, s.uses.head.Key) {
		t.Error("the key of uses is the one of before")
	}
	if _, err := old.OpenDataKey(s.uses.head.Key, s.useContext()); err == nil {
		t.Error("the keyset of before opens the key of uses")
	}
}

// TestUsesRace has many checkers, changes, readers and putting at once:
// each use that was answered is counted once, also over a closing.
func TestUsesRace(t *testing.T) {
	p, s := newOpen(t)
	var values [4]string
	var ids [4]model.TokenID
	for i := range values {
		ids[i] = createToken(t, s, "").ID
		values[i] = valueOf(t, s, ids[i])
	}
	var counts [4]atomic.Uint64
	var wait sync.WaitGroup
	end := make(chan struct{})
	loop := func(do func(n int) error) {
		wait.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-end:
					return
				default:
				}
				if err := do(n); errors.Is(err, model.ErrClosed) {
					return
				} else if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for worker := range 8 {
		loop(func(n int) error {
			i := (worker + n) % len(values)
			v, err := s.Check(ctx, values[i], prod, model.Caller{Addr: fmt.Sprint("10.0.0.", n%50)})
			if err == nil && v.Standing != model.Good {
				err = fmt.Errorf("token %d: %+v", ids[i], v)
			}
			if err == nil {
				counts[i].Add(1)
			}
			return err
		})
	}
	loop(func(n int) error {
		_, _, err := s.Change(ctx, ana, model.Request{}, model.Describe{Token: ids[0], Description: fmt.Sprint(n)})
		return err
	})
	loop(func(int) error { s.putUses(); return nil })
	loop(func(n int) error {
		_, err := s.Usage(ctx, ana, ids[n%len(ids)])
		if err == nil {
			_, err = s.Knocks(ctx, ana)
		}
		return err
	})
	for counts[3].Load() < 500 {
		runtime.Gosched()
	}
	close(end)
	wait.Wait()
	p.close(s)
	s = p.open()
	for i, id := range ids {
		if n := usesOf(t, s, id); n[0] != counts[i].Load() {
			t.Errorf("token %d: %v, want %d", id, n, counts[i].Load())
		}
	}
}

// TestMoreKnockThanAreTold has more tokens knock than one answer has.
func TestMoreKnockThanAreTold(t *testing.T) {
	p, s := newOpen(t)
	var values []string
	for range knocksTold + 3 {
		made := createToken(t, s, "")
		values = append(values, valueOf(t, s, made.ID))
		change1(t, s, model.Revoke{Token: made.ID})
	}
	for _, value := range values {
		p.after(time.Second)
		check(t, s, value, model.Place{}, model.Caller{})
	}
	k, err := s.Knocks(ctx, ana)
	if err != nil || len(k.Knocks) != knocksTold || k.More != 3 || k.Knocks[0].Token.ID != model.TokenID(len(values)) {
		t.Fatalf("%d and %d more, the latest %d: %v", len(k.Knocks), k.More, k.Knocks[0].Token.ID, err)
	}
}
