package store

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/state"
)

// TestNothingDecidedOnOldRecords puts the record of a token from before its permissions were
// narrowed back, and edits the token at once, before any check: the edit would make the old
// permissions true again for good. Revoking goes on, and nothing is left of it all after
// opening again.
func TestNothingDecidedOnOldRecords(t *testing.T) {
	p, s := newOpen(t)
	tok, die := createToken(t, s, "one"), createToken(t, s, "die")
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	key := state.RecordKey(state.AgentToken, uint64(tok.ID))
	old := contents(t, s)[string(key)]
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}})
	p.close(s)
	editState(t, p, func(*Store) []state.Write { return []state.Write{{Key: key, Value: []byte(old)}} })
	s = p.open()
	if !s.Health().Checking {
		t.Fatal("nothing says that the store is not checked yet")
	}
	var refused *model.DamageError
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.Describe{Token: tok.ID, Description: "x"}); !errors.As(err, &refused) {
		t.Fatalf("described on an old record: %v", err)
	}
	if _, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: tok.ID}); !errors.As(err, &refused) {
		t.Fatalf("revealed on an old record: %v", err)
	}
	change1(t, s, model.Revoke{Token: die.ID})
	p.close(s)
	s = p.open()
	if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil || s.Health().Checking {
		t.Fatalf("opened again: %v, %+v", err, s.Health())
	}
	rows := listAll(t, s, agentList)
	if len(rows) != 2 || !rows[0].Revoked() || !rows[1].Permissions.Reaches(2) || rows[1].Permissions.Reaches(1) {
		t.Fatalf("opened again: %+v", rows)
	}
	change1(t, s, model.Describe{Token: tok.ID, Description: "y"})
	p.close(s)
	if a := audit(t, p); a.Verdict != Good || a.State != "" {
		t.Fatalf("%+v", a)
	}
}

// TestRevokedOnAnOldRecord is TestNothingDecidedOnOldRecords for the one thing that goes on:
// the old record is that of the token that is revoked, and the process is killed after it.
func TestRevokedOnAnOldRecord(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	key := state.RecordKey(state.AgentToken, uint64(tok.ID))
	old := contents(t, s)[string(key)]
	change1(t, s, model.Describe{Token: tok.ID, Description: "two"})
	p.close(s)
	editState(t, p, func(*Store) []state.Write { return []state.Write{{Key: key, Value: []byte(old)}} })
	s = p.open()
	change1(t, s, model.Revoke{Token: tok.ID})
	for name, c := range map[string]*place{"killed": p.crash(), "closed": p} {
		if name == "closed" {
			p.close(s)
		}
		s := c.open()
		if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil {
			t.Fatalf("%s and opened again: %v, %+v", name, err, s.Health())
		}
		if got, err := s.durableToken(tok.ID); err != nil || !got.Revoked() {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		c.close(s)
		if a := audit(t, c); a.Verdict != Good || a.State != "" {
			t.Fatalf("%s: %+v", name, a)
		}
	}
}

// TestRefusedOnOldRecords: somebody who became an Organization Admin is not refused because of
// a record of before, and no event says that they were.
func TestRefusedOnOldRecords(t *testing.T) {
	p, s := newOpen(t)
	change1(t, s, model.AddPerson{Login: "ben"})
	key := state.RecordKey(state.User, 2)
	old := contents(t, s)[string(key)]
	change1(t, s, model.SetRoles{User: 2, OrgAdmin: true})
	p.close(s)
	editState(t, p, func(*Store) []state.Write { return []state.Write{{Key: key, Value: []byte(old)}} })
	s = p.open()
	if _, err := s.Users(ctx, model.Actor{User: 2}); err == nil {
		t.Fatal("the record of before is not the one that was read")
	}
	if h := s.Health(); h.Damage == nil || h.Seq != 3 {
		t.Fatalf("refused on an old record: %+v", h)
	}
	p.close(s)
	s = p.open()
	if _, err := s.Users(ctx, model.Actor{User: 2}); err != nil || s.Health().Seq != 3 {
		t.Fatalf("opened again: %v, %+v", err, s.Health())
	}
}

// TestRecordNamesAnotherKey changes which data key a record says that it is sealed under: the
// audit names it, so does whoever compares, and the next opening makes state again.
func TestRecordNamesAnotherKey(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	s.log.Distrust() // a segment is begun, with a key of its own
	createToken(t, s, "two")
	p.close(s)
	p.close(p.open())
	for _, number := range []uint32{0, 2, 1 << 29} {
		c := p.crash()
		key := state.RecordKey(state.AgentToken, uint64(tok.ID))
		editState(t, c, func(s *Store) []state.Write {
			value := []byte(contents(t, s)[string(key)])
			binary.BigEndian.PutUint32(value[seqLen:], number)
			return []state.Write{{Key: key, Value: value}}
		})
		if a := audit(t, c); a.Verdict != Tampered || a.State != "" || !strings.Contains(a.What, "state") {
			t.Errorf("data key %d: %+v", number, a)
		}
		s := c.open()
		if err := s.CheckHistory(ctx); err != nil || s.Health().Damage == nil {
			t.Errorf("data key %d: %v, %+v", number, err, s.Health())
		}
		c.close(s)
		s = c.open()
		if rows := listAll(t, s, agentList); len(rows) != 2 || rows[1].Description != "one" || s.Health().Damage != nil {
			t.Errorf("data key %d: %+v, %+v", number, rows, s.Health())
		}
		c.close(s)
	}
}

// TestMissingHistoryIsNamed takes the first segment away, which opening does not read: whoever
// reads history is told.
func TestMissingHistoryIsNamed(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	first := lastSegment(t, p.opts.Dir)
	for range 2 {
		s.log.Distrust() // a segment is begun, and nothing is wrong with the one before
		createToken(t, s, "another")
		p.close(s)
		s = p.open()
	}
	p.close(s)
	for what, damage := range map[string]func(path string) error{
		"taken away": os.Remove,
		"cut":        func(path string) error { return os.Truncate(path, 100) },
	} {
		c := p.crash()
		if err := damage(filepath.Join(c.opts.Dir, journalName, filepath.Base(first))); err != nil {
			t.Fatal(err)
		}
		s := c.open()
		if d := s.Health().Damage; d != nil {
			t.Fatalf("%s: opening read it: %v", what, d)
		}
		page, err := s.Events(ctx, ana, model.EventQuery{Limit: 100})
		if d := s.Health().Damage; d == nil || !strings.Contains(d.What, "events 1 to 2: missing") {
			t.Fatalf("%s: %d of %d events, %v, and the damage is %v", what, len(page.Events), page.Total, err, d)
		}
		c.close(s)
	}
}
