package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jeton/model"
)

// TestFlippedBytes damages every k-th written byte of a small store's journal and
// opens it each time: damage is named, changes are refused, revoking and reading go
// on, and the damaged file stays as it was.
func TestFlippedBytes(t *testing.T) {
	p, s := newOpen(t)
	keep := createToken(t, s, "keep")
	die := createToken(t, s, "die")
	change1(t, s, model.Describe{Token: keep.ID, Description: "kept"})
	end := s.log.End().Offset
	p.close(s)
	step := int64(97)
	if testing.Short() {
		step = 997
	}
	for at := int64(0); at < end; at += step {
		c := p.crash()
		path := lastSegment(t, c.opts.Dir)
		flip(t, path, at)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s := c.open()
		if s.Health().Damage == nil { // behind the mark only the check sees it
			if err := s.CheckHistory(ctx); err != nil {
				t.Fatalf("byte %d: check: %v", at, err)
			}
		}
		damaged(t, s, die.ID)
		c.close(s)
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Fatalf("byte %d: the damaged file was changed (%v)", at, err)
		}
	}
}

// damaged checks that a store that knows of damage does what is left to do.
func damaged(t *testing.T, s *Store, die model.TokenID) {
	t.Helper()
	d := s.Health().Damage
	if d == nil || d.What == "" || d.Next == "" {
		t.Fatalf("damage is not named: %+v", d)
	}
	var refused *model.DamageError
	for _, c := range []model.Change{model.CreateToken{Kind: model.AgentToken}, model.Reveal{Token: die}, model.RenameOrg{Name: "x"}} {
		if _, _, err := s.Change(ctx, ana, model.Request{}, c); !errors.As(err, &refused) {
			t.Fatalf("%T under damage: %v", c, err)
		}
	}
	if _, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: die}); !errors.As(err, &refused) {
		t.Fatalf("reveal under damage: %v", err)
	}
	if rows := listAll(t, s, agentList); len(rows) != 2 {
		t.Fatalf("%d rows under damage", len(rows))
	}
	if _, err := s.Events(ctx, ana, model.EventQuery{Limit: 100}); err != nil {
		t.Fatalf("events under damage: %v", err)
	}
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.Revoke{Token: die}); err != nil {
		t.Fatalf("revoke under damage: %v", err)
	}
	if got, err := s.durableToken(die); err != nil || !got.Revoked() {
		t.Fatalf("after revoking under damage: %+v, %v", got, err)
	}
}

func flip(t testing.TB, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x10
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
}

// TestRevokedUnderDamageStays reopens a damaged store after revoking: the revocation
// is there, also when the state is made again.
func TestRevokedUnderDamageStays(t *testing.T) {
	p, s := newOpen(t)
	die := createToken(t, s, "die")
	createToken(t, s, "other")
	first := s.log.Start()
	p.close(s)
	flip(t, lastSegment(t, p.opts.Dir), first.Offset+100) // the first event
	s = p.open()
	if err := s.CheckHistory(ctx); err != nil {
		t.Fatal(err)
	}
	damaged(t, s, die.ID)
	p.close(s)
	s = p.open()
	if got, err := s.durableToken(die.ID); err != nil || !got.Revoked() {
		t.Fatalf("after reopening: %+v, %v", got, err)
	}
	p.close(s)
	if err := os.RemoveAll(filepath.Join(p.opts.Dir, stateName)); err != nil {
		t.Fatal(err)
	}
	s = p.open()
	if d := s.Health().Damage; d == nil {
		t.Fatal("damage is forgotten when state is made again")
	}
	if got, err := s.durableToken(die.ID); err != nil || !got.Revoked() {
		t.Fatalf("after making state again: %+v, %v", got, err)
	}
}

// TestDamageDoesNotBringBack loses the newest event of the journal, a revocation, and
// keeps the state that knows it: applying what is left must not undo it.
func TestDamageDoesNotBringBack(t *testing.T) {
	p, s := newOpen(t)
	die := createToken(t, s, "die")
	change1(t, s, model.Describe{Token: die.ID, Description: "dying"})
	at := s.log.End().Offset
	change1(t, s, model.Revoke{Token: die.ID})
	c := p.crash() // not closed: everything is applied again
	flip(t, lastSegment(t, c.opts.Dir), at+60)
	s = c.open()
	if s.Health().Damage == nil {
		t.Fatal("damage is not named")
	}
	if got, err := s.durableToken(die.ID); err != nil || !got.Revoked() {
		t.Fatalf("token %+v, %v", got, err)
	}
}

// TestAhead takes the newest events from the journal without a trace of damage.
func TestAhead(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	old := p.crash()
	createToken(t, s, "two")
	c := p.crash()
	if err := os.RemoveAll(filepath.Join(c.opts.Dir, journalName)); err != nil {
		t.Fatal(err)
	}
	copyTree(t, filepath.Join(old.opts.Dir, journalName), filepath.Join(c.opts.Dir, journalName))
	if _, err := Open(ctx, c.opts); !errors.Is(err, model.ErrAhead) {
		t.Fatalf("open: %v, want ErrAhead", err)
	}
}

// TestOldState puts an older copy of a state back, orderly closed and not.
func TestOldState(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	old := p.crash()
	p.close(s)
	oldClosed := p.crash()
	s = p.open()
	change1(t, s, model.Revoke{Token: tok.ID})
	for name, from := range map[string]*place{"killed": old, "closed": oldClosed} {
		for _, orderly := range []bool{false, true} {
			c := p.crash()
			if orderly {
				c.close(c.open())
			}
			if err := os.RemoveAll(filepath.Join(c.opts.Dir, stateName)); err != nil {
				t.Fatal(err)
			}
			copyTree(t, filepath.Join(from.opts.Dir, stateName), filepath.Join(c.opts.Dir, stateName))
			s := c.open()
			if got, err := s.durableToken(tok.ID); err != nil || !got.Revoked() {
				t.Fatalf("%s, orderly %v: %+v, %v", name, orderly, got, err)
			}
			c.close(s)
		}
	}
}

// TestStateFlips damages state files all over: whatever happens, the store opens and
// says what the journal says, at once or after the check and reopening.
func TestStateFlips(t *testing.T) {
	p, s := newOpen(t)
	for range 20 {
		createToken(t, s, "some description that fills a block")
	}
	change1(t, s, model.Revoke{Token: 7})
	p.close(s)
	files, err := os.ReadDir(filepath.Join(p.opts.Dir, stateName))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		size := min(info.Size(), 16<<10)
		for at := int64(0); at < size; at += max(1, size/6) {
			c := p.crash()
			flip(t, filepath.Join(c.opts.Dir, stateName, f.Name()), at)
			s := c.open()
			if err := s.CheckHistory(ctx); err != nil {
				t.Fatalf("%s byte %d: %v", f.Name(), at, err)
			}
			c.close(s)
			s = c.open()
			if rows := listAll(t, s, agentList); len(rows) != 20 || !rows[13].Revoked() {
				t.Fatalf("%s byte %d: %d rows", f.Name(), at, len(rows))
			}
			if d := s.Health().Damage; d != nil {
				t.Fatalf("%s byte %d: still damaged: %v", f.Name(), at, d)
			}
			c.close(s)
		}
	}
}

// TestNewestSegmentLost takes the newest segment of the journal away, with a good and with a
// damaged mark: revoking goes on, the store opens again, and what the lost segment's data key
// sealed can still be read from state.
func TestNewestSegmentLost(t *testing.T) {
	p, s := newOpen(t)
	die := createToken(t, s, "die")
	s.log.Distrust() // a segment is begun, and nothing is wrong with the one before
	keep := createToken(t, s, "keep")
	p.close(s)
	p.close(p.open())
	for _, markGood := range []bool{true, false} {
		c := p.crash()
		if err := os.Remove(lastSegment(t, c.opts.Dir)); err != nil {
			t.Fatal(err)
		}
		if !markGood {
			flip(t, filepath.Join(c.opts.Dir, journalName, "mark"), 40)
		}
		s := c.open()
		if s.Health().Damage == nil {
			t.Fatal("damage is not named")
		}
		change1(t, s, model.Revoke{Token: die.ID})
		for range 2 {
			c.close(s)
			s = c.open()
			if got, err := s.durableToken(die.ID); err != nil || !got.Revoked() {
				t.Fatalf("good mark %v: after reopening: %+v, %v", markGood, got, err)
			}
			if got, err := s.durableToken(keep.ID); err != nil || got.Description != "keep" {
				t.Fatalf("good mark %v: what the lost segment left: %+v, %v (%+v)", markGood, got, err, s.Health())
			}
		}
		c.close(s)
	}
}
