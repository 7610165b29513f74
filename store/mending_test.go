package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/seal"
	"jeton/store/state"
)

// editState changes a closed store's state as its own program would.
func editState(t *testing.T, p *place, edit func(s *Store) []state.Write) {
	t.Helper()
	s, err := openFiles(ctx, p.opts)
	if err == nil {
		err = s.db.Commit(edit(s))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.db.Close(), s.log.Close(), s.lock.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestHiddenRecord opens a state that knows less than it says, as one does in which a
// table's key is damaged: a token number that looks free must not be given again.
func TestHiddenRecord(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	p.close(s)
	for name, hide := range map[string]func(*counts){
		"user": func(c *counts) { c.Users++ }, "deployment": func(c *counts) { c.Deployments++ },
		"token": func(c *counts) { c.LastToken++ }, "agent token": func(c *counts) { c.Agents++ }, "revoked": func(c *counts) { c.Revoked++ },
	} {
		c := p.crash()
		editState(t, c, func(s *Store) []state.Write {
			in, err := s.setsInMemory()
			if err != nil {
				t.Fatal(err)
			}
			mark := applied{Format: StateFormat, Store: s.id, Seq: s.applied, Counts: in.counts(s.people, s.lastToken)}
			hide(&mark.Counts)
			return []state.Write{{Key: state.AppliedKey(), Value: s.signer.Sign(state.AppliedKey(), mark.encode())}}
		})
		s := c.open()
		if n := s.Health().Notice; !strings.Contains(n, "made again") {
			t.Fatalf("a hidden %s was not missed: %q", name, n)
		}
		c.close(s)
	}
}

// TestMissingRecord asks for a token that state has lost, as when Badger merged tables on a
// disk that failed: nobody is told that there never was one, and opening again mends it.
func TestMissingRecord(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	s.turn.Lock()
	s.lastToken++
	s.turn.Unlock()
	_, _, err := s.Change(ctx, ana, model.Request{}, model.Describe{Token: tok.ID + 1, Description: "two"})
	if !errors.Is(err, state.ErrDamaged) || s.Health().Damage == nil {
		t.Fatalf("a token that is missing: %v, %+v", err, s.Health())
	}
	p.close(s)
	s = p.open()
	if h := s.Health(); h.Damage != nil || !strings.Contains(h.Notice, "made again") {
		t.Fatalf("opened again: %+v", h)
	}
	createToken(t, s, "two")
}

// TestCheckComparesState puts valid entries of before in the place of newer ones, or
// takes bits out of a list: the check names it, and opening again is right.
func TestCheckComparesState(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	owned, err := func() (model.Token, error) {
		_, r, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.UserToken, Owner: 1})
		return r.(model.Token), err
	}()
	if err != nil {
		t.Fatal(err)
	}
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	before := contents(t, s)
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}})
	change1(t, s, model.Revoke{Token: owned.ID})
	want := contents(t, s)
	p.close(s)
	for key, now := range want {
		old, had := before[key]
		isSet := strings.HasPrefix(key, "S")
		if now == old || !had && !isSet || key == string(state.AppliedKey()) {
			continue
		}
		c := p.crash()
		editState(t, c, func(s *Store) []state.Write {
			if !had {
				old = string(s.signer.Sign([]byte(key), make([]byte, state.BlockSize/8)))
			}
			return []state.Write{{Key: []byte(key), Value: []byte(old)}}
		})
		s := c.open()
		if s.Health().Notice == "" { // opening found nothing
			if err := s.compareState(ctx); err != nil {
				t.Fatal(err)
			}
			if d := s.Health().Damage; d == nil || !strings.Contains(d.What, errOtherState.Error()) {
				t.Fatalf("with an old %q the health is %v", key, d)
			}
		}
		c.close(s)
		s = c.open()
		if got := contents(t, s); difference(want, got) != "a key too many" || len(got) != len(want) {
			t.Fatalf("with an old %q put back, opened again: state differs in %s", key, difference(want, got))
		}
		c.close(s)
	}
	s = p.open()
	if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil {
		t.Fatalf("a good state: %v, %v", err, s.Health().Damage)
	}
}

// TestStateOutlivesJournal damages an event and takes the mark away: state is all there
// is of that event, and opening keeps it.
func TestStateOutlivesJournal(t *testing.T) {
	p, s := newOpen(t)
	at := s.log.End().Offset
	tok := createToken(t, s, "only state has it")
	createToken(t, s, "another")
	p.close(s)
	flip(t, lastSegment(t, p.opts.Dir), at+60)
	if err := os.Remove(filepath.Join(p.opts.Dir, journalName, "mark")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s = p.open()
		if s.Health().Damage == nil {
			t.Fatal("damage is not named")
		}
		if got, err := s.durableToken(tok.ID); err != nil || got.Description != "only state has it" {
			t.Fatalf("%+v, %v", got, err)
		}
		p.close(s)
	}
}

// TestUnreadableStateIsKept makes state again over a damaged journal, twice: what was
// there before is kept aside both times.
func TestUnreadableStateIsKept(t *testing.T) {
	p, s := newOpen(t)
	at := s.log.End().Offset
	createToken(t, s, "one")
	createToken(t, s, "two")
	p.close(s)
	flip(t, lastSegment(t, p.opts.Dir), at+60)
	for n := range 2 {
		if err := os.WriteFile(filepath.Join(p.opts.Dir, stateName, "MANIFEST"), []byte("no list"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.close(p.open())
		kept, err := filepath.Glob(filepath.Join(p.opts.Dir, asideName+"*"))
		if err != nil || len(kept) != n+1 {
			t.Fatalf("after %d times: %v, %v", n+1, kept, err)
		}
	}
}

// TestWrongKeysetTouchesNothing opens a store that ends in a torn write with the keyset
// of another: nothing is cut by one who cannot tell torn from damaged.
func TestWrongKeysetTouchesNothing(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	at := s.log.End().Offset
	createToken(t, s, "two")
	c := p.crash()
	path := lastSegment(t, c.opts.Dir)
	flip(t, path, at+60)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	right := c.opts.Keyset
	if c.opts.Keyset, err = seal.Create(filepath.Join(t.TempDir(), "another")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, c.opts); !errors.Is(err, seal.ErrOtherKeyset) {
		t.Fatalf("with another keyset: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Fatalf("the journal was changed (%v)", err)
	}
	c.opts.Keyset = right
	if d := c.open().Health().Damage; d == nil {
		t.Fatal("an acknowledged event that is damaged was cut as torn")
	}
}

// TestNeighboursStay creates a store beside directories whose names look as if they
// were left over from creating one.
func TestNeighboursStay(t *testing.T) {
	p, s := newOpen(t)
	p.close(s)
	moved := p.opts.Dir + newSuffix + "1"
	left := p.opts.Dir + newSuffix + "2"
	if err := errors.Join(os.Rename(p.opts.Dir, moved), os.Mkdir(left, 0o700),
		os.WriteFile(filepath.Join(left, foundingName), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	p.create()
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("what was left over is still there: %v", err)
	}
	p.close(p.open())
	p.opts.Dir = moved
	p.close(p.open())
}

// TestRoomForRevoking fills the disk when the journal has used up nearly all it wrote
// ahead: room for revocations is made while there is some.
func TestRoomForRevoking(t *testing.T) {
	p := newPlace(t)
	p.create()
	s, err := openFiles(ctx, p.opts)
	if err != nil {
		t.Fatal(err)
	}
	used := s.log.Size() - s.log.End().Offset - 1024
	if _, err := s.log.Append(s.log.Next(), [][]byte{make([]byte, used)}); err != nil {
		t.Fatal(err)
	}
	p.free = 10 << 20
	s.measure()
	if room := s.log.Size() - s.log.End().Offset; !s.low.Load() || room < revokingBytes {
		t.Fatalf("%d bytes are left for revocations", room)
	}
	if err := errors.Join(s.db.Close(), s.log.Close(), s.lock.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestReplayOverDamagedSet opens a state that was not closed and has a damaged list which the
// replay needs: state is made again.
func TestReplayOverDamagedSet(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	p.close(s)
	s = p.open()
	change1(t, s, model.Describe{Token: tok.ID, Description: "two"})
	name := state.TokensNaming(1)
	var key string
	for k := range contents(t, s) {
		if strings.HasPrefix(k, "S"+string(name.Of)+"\x00\x00\x00\x00\x00\x00\x00\x01") {
			key = k
		}
	}
	c := p.crash()
	db, err := state.Open(filepath.Join(c.opts.Dir, stateName), state.Verify)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Commit([]state.Write{{Key: []byte(key), Value: make([]byte, state.BlockSize/8+16)}}), db.Close()); err != nil {
		t.Fatal(err)
	}
	s = c.open()
	if n := s.Health().Notice; !strings.Contains(n, "made again") {
		t.Fatalf("notice %q", n)
	}
	if got, err := s.durableToken(tok.ID); err != nil || got.Description != "two" {
		t.Fatalf("%+v, %v", got, err)
	}
}

// TestStateOfADamagedJournal loses state and a segment of the journal, which opening does not
// look at once there is a state again: every opening says so, until the journal is restored.
func TestStateOfADamagedJournal(t *testing.T) {
	p, s := newOpen(t)
	var lost string
	for range 3 {
		s.log.Distrust() // a segment is begun, and nothing is wrong with the one before
		createToken(t, s, "one")
		if lost == "" {
			lost = lastSegment(t, p.opts.Dir)
		}
		p.close(s)
		s = p.open()
	}
	createToken(t, s, "last") // and with it the mark goes on
	p.close(s)
	if err := errors.Join(os.RemoveAll(filepath.Join(p.opts.Dir, stateName)), os.Rename(lost, p.opts.Dir+".lost")); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		s = p.open()
		if d := s.Health().Damage; d == nil || !strings.Contains(d.What, "missing") {
			t.Fatalf("opening %d: the damage is %v", n, d)
		}
		if n == 1 {
			change1(t, s, model.Revoke{Token: 2})
		}
		p.close(s)
	}
	kept, err := filepath.Glob(filepath.Join(p.opts.Dir, asideName+"*"))
	if err != nil || len(kept) > 0 {
		t.Fatalf("states that were made from this journal are kept: %v, %v", kept, err)
	}
	if err := os.Rename(p.opts.Dir+".lost", lost); err != nil {
		t.Fatal(err)
	}
	s = p.open()
	if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil {
		t.Fatalf("restored: %v, %+v", err, s.Health())
	}
	if got, err := s.durableToken(1); err != nil || got.Description != "one" {
		t.Fatalf("restored: %+v, %v", got, err)
	}
	if got, err := s.durableToken(2); err != nil || !got.Revoked() {
		t.Fatalf("revoked under damage and restored: %+v, %v", got, err)
	}
}

// TestTablesGone empties Badger's list of its tables in a state that was not closed: Badger
// removes the tables and opens what its newest log has, and opening misses the rest.
func TestTablesGone(t *testing.T) {
	p, s := newOpen(t)
	change1(t, s, model.AddPerson{Login: "ben"})
	createToken(t, s, "one")
	p.close(s)
	s = p.open()
	createToken(t, s, "two")
	c := p.crash()
	if err := os.Truncate(filepath.Join(c.opts.Dir, stateName, "MANIFEST"), 8); err != nil {
		t.Fatal(err)
	}
	s = c.open()
	if n := s.Health().Notice; !strings.Contains(n, "made again") {
		t.Fatalf("notice %q", n)
	}
	if rows := listAll(t, s, agentList); len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
}
