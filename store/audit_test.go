package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/merkle"
	"jeton/store/state"
)

func audit(t *testing.T, p *place, since ...[]byte) Audit {
	t.Helper()
	a, err := AuditStore(ctx, Auditing{p.opts, since})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// history is a store with some of everything, closed, and a head from its middle.
func historied(t *testing.T) (p *place, middle []byte) {
	t.Helper()
	p, s := newOpen(t)
	tok := createToken(t, s, "a")
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	p.close(s)
	middle = s.Head()
	s = p.open()
	createToken(t, s, "b")
	change1(t, s, model.Revoke{Token: tok.ID})
	change1(t, s, model.AddPerson{Login: "ben"})
	p.close(s)
	return p, middle
}

func TestAuditGood(t *testing.T) {
	p, middle := historied(t)
	a := audit(t, p, middle)
	if a.Verdict != Good || a.What != "" || a.State != "" || a.Events != 6 || a.Head.Size != 6 || a.Heads != 1 || a.Unsigned != 0 {
		t.Fatalf("%+v", a)
	}
	s := p.open()
	if a := audit(t, p); a.Verdict != Good || !strings.Contains(a.State, "not compared") {
		t.Fatalf("beside an open store: %+v", a)
	}
	p.close(s)
}

// TestAuditEveryByte flips bytes of the journal, one at a time: the audit says so and
// names the first event that is not good, or nothing that counts was changed.
func TestAuditEveryByte(t *testing.T) {
	p, _ := historied(t)
	path := lastSegment(t, p.opts.Dir)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := int64(len(strings.TrimRight(string(good), "\x00")))
	step := int64(1)
	if testing.Short() {
		step = 7
	}
	for at := int64(8192); at < end; at += step * 5 {
		flip(t, path, at)
		if a := audit(t, p); a.Verdict != Tampered || a.Bad == 0 && !strings.Contains(a.What, "head") {
			t.Fatalf("byte %d of %d: %+v", at, end, a)
		}
		flip(t, path, at)
	}
	if a := audit(t, p); a.Verdict != Good {
		t.Fatalf("mended: %+v", a)
	}
}

// TestAuditCut takes the newest events away: with the state, and with the head too if
// somebody kept one elsewhere.
func TestAuditCut(t *testing.T) {
	p, s := newOpen(t)
	old := p.crash()
	createToken(t, s, "a")
	p.close(s)
	kept := s.Head()
	for _, name := range []string{journalName, stateName} {
		if err := os.RemoveAll(filepath.Join(p.opts.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	copyTree(t, filepath.Join(old.opts.Dir, journalName), filepath.Join(p.opts.Dir, journalName))
	if a := audit(t, p); a.Verdict != CutShort || a.Bad != 2 {
		t.Fatalf("without the newest event: %+v", a)
	}
	again := old.open()
	old.close(again)
	if a := audit(t, old); a.Verdict != Good {
		t.Fatalf("an old store by itself: %+v", a)
	}
	if a := audit(t, old, kept); a.Verdict != CutShort || a.Bad != 2 {
		t.Fatalf("an old store against a newer head: %+v", a)
	}
}

// TestAuditHeader: a data key that only state still has is told from one that is as it was.
func TestAuditHeader(t *testing.T) {
	p, _ := historied(t)
	first := lastSegment(t, p.opts.Dir)
	s := p.open()
	if err := s.log.Roll(); err != nil {
		t.Fatal(err)
	}
	createToken(t, s, "c")
	p.close(s)
	flip(t, first, 60)
	if a := audit(t, p); a.Verdict != Good {
		t.Fatalf("one of two copies: %+v", a)
	}
	flip(t, first, 4096+60)
	if a := audit(t, p); a.Verdict != Tampered || a.Bad != 0 || !strings.Contains(a.What, "header") {
		t.Fatalf("%+v", a)
	}
}

// TestAuditOtherHistory writes other events with the same keys: only a head from
// elsewhere tells.
func TestAuditOtherHistory(t *testing.T) {
	p, s := newOpen(t)
	fork := p.crash()
	createToken(t, s, "a")
	p.close(s)
	kept := s.Head()
	s = fork.open()
	createToken(t, s, "another")
	createToken(t, s, "and more")
	fork.close(s)
	if a := audit(t, fork); a.Verdict != Good {
		t.Fatalf("by itself: %+v", a)
	}
	if a := audit(t, fork, kept); a.Verdict != Tampered || a.Bad != 1 || !strings.Contains(a.What, "signed head") {
		t.Fatalf("against the head of the true one: %+v", a)
	}
}

// TestAuditState puts an old record back into a state that was closed in order.
func TestAuditState(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "a")
	key := state.RecordKey(state.AgentToken, uint64(tok.ID))
	old := contents(t, s)[string(key)]
	change1(t, s, model.Revoke{Token: tok.ID})
	p.close(s)
	editState(t, p, func(*Store) []state.Write { return []state.Write{{Key: key, Value: []byte(old)}} })
	if a := audit(t, p); a.Verdict != Tampered || a.Bad != 3 || !strings.Contains(a.What, "is not as event 3 left it") {
		t.Fatalf("%+v", a)
	}
}

// TestAuditLists takes a token out of a list that no digest covers, or puts one there.
func TestAuditLists(t *testing.T) {
	for _, name := range []state.SetName{state.OrgAgents(), state.AllBranches()} {
		for _, in := range []bool{false, true} {
			p, s := newOpen(t)
			tok := createToken(t, s, "a")
			change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{OrgAgent: !in, AllBranches: !in}})
			p.close(s)
			if a := audit(t, p); a.Verdict != Good {
				t.Fatalf("%+v", a)
			}
			editState(t, p, func(s *Store) []state.Write {
				if err := s.sets.Put(name, uint64(tok.ID), in); err != nil {
					t.Fatal(err)
				}
				return s.sets.Writes(nil)
			})
			if a := audit(t, p); a.Verdict != Tampered || !strings.Contains(a.What, "what agent tokens reach") {
				t.Errorf("%c, %v: %+v", name.Of, in, a)
			}
		}
	}
}

// TestAuditUnreadable: without a head, without a keyset, without a store.
func TestAuditUnreadable(t *testing.T) {
	p, _ := historied(t)
	c := p.crash()
	if err := os.Remove(filepath.Join(c.opts.Dir, headsName)); err != nil {
		t.Fatal(err)
	}
	if a := audit(t, c); a.Verdict != Tampered || !strings.Contains(a.What, "no signed head") {
		t.Fatalf("without heads: %+v", a)
	}
	if err := os.Mkdir(filepath.Join(c.opts.Dir, headsName), 0o700); err != nil {
		t.Fatal(err)
	}
	if a := audit(t, c); a.Verdict != Unreadable || !strings.Contains(a.What, "is a directory") {
		t.Fatalf("heads that cannot be read: %+v", a)
	}
	if _, err := NewestHead(c.opts.Dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Fatalf("heads that cannot be read: %v", err)
	}
	if a := audit(t, newPlace(t)); a.Verdict != Unreadable {
		t.Fatalf("nothing there: %+v", a)
	}
	c.opts.Keyset = newPlace(t).opts.Keyset
	if a := audit(t, c); a.Verdict != Unreadable {
		t.Fatalf("another keyset: %+v", a)
	}
	if _, err := merkle.Open([]byte("x"), nil); err == nil {
		t.Fatal("a head of nothing")
	}
}

// TestAuditOfDamagedTables flips bytes of a state's tables: where the audit says that state is
// good too, every block of it is.
func TestAuditOfDamagedTables(t *testing.T) {
	p, s := newOpen(t)
	for range 3 { // what is replaced is still in the tables
		tok := createToken(t, s, "some description that fills a block")
		change1(t, s, model.Describe{Token: tok.ID, Description: "another description that fills a block"})
		p.close(s)
		s = p.open()
	}
	p.close(s)
	tables, err := filepath.Glob(filepath.Join(p.opts.Dir, stateName, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%v, %v", tables, err)
	}
	for _, path := range tables {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := int64(0); at < info.Size(); at += max(1, info.Size()/40) {
			flip(t, path, at)
			a := audit(t, p)
			if db, err := state.Open(filepath.Join(p.opts.Dir, stateName), state.ReadOnly); err == nil {
				bad := db.CheckTables()
				if a.Verdict == Good && a.State == "" && bad != nil {
					t.Errorf("%s byte %d: the audit is good, and %v", filepath.Base(path), at, bad)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			} else if a.Verdict == Good && a.State == "" {
				t.Errorf("%s byte %d: the audit is good, and %v", filepath.Base(path), at, err)
			}
			flip(t, path, at)
		}
	}
	if a := audit(t, p); a.Verdict != Good || a.State != "" {
		t.Errorf("mended: %+v", a)
	}
}
