package store

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"jeton/model"
)

// TestLowSpace fills the disk under an open store: only revoking goes on, in the
// journal and in memory, and what was revoked stays so through a kill, an opening
// while the disk is full, and the return of space.
func TestLowSpace(t *testing.T) {
	p, s := newOpen(t)
	one, two := createToken(t, s, "one"), createToken(t, s, "two")
	p.free = 10 << 20
	for _, c := range []model.Change{model.CreateToken{Kind: model.AgentToken}, model.Reveal{Token: one.ID}} {
		if _, _, err := s.Change(ctx, ana, model.Request{}, c); !errors.Is(err, model.ErrLowSpace) {
			t.Fatalf("%T: %v", c, err)
		}
	}
	change1(t, s, model.Revoke{Token: one.ID})
	if !s.Health().LowSpace || !s.db.Holding() {
		t.Fatalf("health %+v, holding %v", s.Health(), s.db.Holding())
	}
	revoked(t, s, one.ID)
	killed := p.crash()
	killed.free = p.free
	full := killed.open()
	if n := full.Health(); !n.LowSpace || n.Damage != nil {
		t.Fatalf("health of a store opened on a full disk: %+v", n)
	}
	revoked(t, full, one.ID)
	change1(t, full, model.Revoke{Token: two.ID})
	revoked(t, full, two.ID)
	killed.close(full)
	killed.free = 1 << 40
	revoked(t, killed.open(), two.ID)

	p.free = 1 << 40
	createToken(t, s, "three")
	if s.Health().LowSpace || s.db.Holding() {
		t.Fatalf("with room again: health %+v, holding %v", s.Health(), s.db.Holding())
	}
	p.close(s)
	s = p.open()
	revoked(t, s, one.ID)
	if rows := listAll(t, s, agentList); len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
}

// TestLowSpaceClose closes a store on a full disk and opens it again in the same process:
// whoever gives up the lock must have let go of state.
func TestLowSpaceClose(t *testing.T) {
	p, s := newOpen(t)
	one := createToken(t, s, "one")
	p.free = 0
	change1(t, s, model.Revoke{Token: one.ID})
	p.close(s)
	if len(unclosed(p.opts.Dir)) > 0 {
		t.Error("state is still open, and the lock is not held any more")
	}
	s = p.open()
	if s.inMemory {
		t.Error("state was closed in order and is not used")
	}
	revoked(t, s, one.ID)
	p.close(s)
	p.free = 1 << 40
	revoked(t, p.open(), one.ID)
}

func revoked(t *testing.T, s *Store, id model.TokenID) {
	t.Helper()
	if got, err := s.durableToken(id); err != nil || !got.Revoked() {
		t.Fatalf("token %d: %+v, %v", id, got, err)
	}
	for _, row := range listAll(t, s, model.TokenQuery{Kind: model.AgentToken}) {
		if row.ID == id {
			t.Fatalf("revoked token %d is in the list", id)
		}
	}
	page, err := s.Events(ctx, ana, model.EventQuery{Limit: 1, Target: model.Target{Kind: model.TargetToken, ID: uint64(id)}})
	if err != nil || len(page.Events) != 1 || page.Events[0].Action != model.RevokeAgentToken {
		t.Fatalf("events of token %d: %+v, %v", id, page, err)
	}
}

// TestRoomAgain opens stores on a full disk, one that was closed in order and one that was
// not, and gives room: what was refused works, without another opening.
func TestRoomAgain(t *testing.T) {
	for name, in := range map[string]func(p *place, s *Store) *place{
		"closed": func(p *place, s *Store) *place { p.close(s); return p },
		"killed": func(p *place, _ *Store) *place { return p.crash() },
	} {
		t.Run(name, func(t *testing.T) {
			p, s := newOpen(t)
			one := createToken(t, s, "one")
			p = in(p, s)
			p.free = 0
			s = p.open()
			if _, _, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken}); !errors.Is(err, model.ErrLowSpace) {
				t.Fatalf("on the full disk: %v", err)
			}
			change1(t, s, model.Revoke{Token: one.ID})
			p.free = 1 << 40
			two := createAgain(t, s, "two")
			if h := s.Health(); h.LowSpace || h.Damage != nil || s.readOnly || s.inMemory {
				t.Fatalf("with room again: %+v", h)
			}
			p.close(s)
			s = p.open()
			revoked(t, s, one.ID)
			if rows := listAll(t, s, agentList); len(rows) != 2 || rows[0].ID != two.ID {
				t.Fatalf("%+v", rows)
			}
		})
	}
}

// createAgain creates a token as soon as the store takes changes again: who signs or reads
// just now is not waited for.
func createAgain(t *testing.T, s *Store, description string) model.Token {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		_, r, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken, Description: description})
		if err == nil {
			return r.(model.Token)
		}
		if !errors.Is(err, model.ErrLowSpace) || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestRevocationsHaveRoomOfTheirOwn has what they need written ahead at every moment.
func TestRevocationsHaveRoomOfTheirOwn(t *testing.T) {
	_, s := newOpen(t)
	for began := s.log.Size(); s.log.Size() == began; {
		createToken(t, s, strings.Repeat("x", 200))
		if !s.log.Spared() {
			t.Fatalf("the journal has %d bytes and ends at %+v", s.log.Size(), s.log.End())
		}
	}
}
