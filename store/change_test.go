package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"jeton/model"
)

var ben = model.Actor{User: 2, Source: model.Source{Door: model.DoorSSH, Origin: "pts/4"}}

func addBen(t testing.TB, s *Store, admin bool) {
	t.Helper()
	change1(t, s, model.AddPerson{Login: "ben", OrgAdmin: admin, Accounts: []uint32{1001},
		Grants: []model.Grant{{Deployment: 2, Role: model.Viewer}}})
}

func TestRepeatedRequest(t *testing.T) {
	p, s := newOpen(t)
	r := model.Request{1}
	c := model.CreateToken{Kind: model.AgentToken, Description: "once"}
	first, rec, err := s.Change(ctx, ana, r, c)
	if err != nil {
		t.Fatal(err)
	}
	same := func(s *Store) {
		t.Helper()
		again, rec2, err := s.Change(ctx, ana, r, c)
		if err != nil || again.Seq != first.Seq || rec2.(model.Token).ID != rec.(model.Token).ID {
			t.Fatalf("repeated: %+v %+v, %v", again, rec2, err)
		}
		other := c
		other.Description = "twice"
		if _, _, err := s.Change(ctx, ana, r, other); !errors.Is(err, model.ErrRequestReuse) {
			t.Fatalf("another change with the number: %v", err)
		}
	}
	same(s)
	killed := p.crash()
	same(killed.open())
	p.close(s)
	s = p.open()
	same(s)
	if n := len(listAll(t, s, agentList)); n != 1 {
		t.Fatalf("%d tokens", n)
	}
}

func TestRepeatedRevealAsksAgain(t *testing.T) {
	_, s := newOpen(t)
	tok := createToken(t, s, "")
	reveal := func() error {
		_, err := s.Reveal(ctx, ana, model.Request{7}, model.Reveal{Token: tok.ID})
		return err
	}
	if err := errors.Join(reveal(), reveal()); err != nil {
		t.Fatal(err)
	}
	if seq := s.Health().Seq; seq != 3 {
		t.Fatalf("the repeated reveal made another event: %d", seq)
	}
	change1(t, s, model.Revoke{Token: tok.ID})
	if err := reveal(); !errors.Is(err, model.ErrRevoked) {
		t.Fatalf("repeated after revoking: %v", err)
	}
}

func TestRefusalsAreEvents(t *testing.T) {
	p, s := newOpen(t)
	addBen(t, s, false)
	tok := createToken(t, s, "not ben's")
	var refused *model.RefusedError
	for range 5 {
		if _, _, err := s.Change(ctx, ben, model.Request{}, model.Revoke{Token: tok.ID}); !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if _, err := s.Tokens(ctx, ben, model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 10}); !errors.As(err, &refused) {
			t.Fatal(err)
		}
	}
	want := func(counts ...uint32) {
		t.Helper()
		page, err := s.Events(ctx, ana, model.EventQuery{Limit: 100, Outcome: model.Refused, Actor: ben.User})
		if err != nil {
			t.Fatal(err)
		}
		var got []uint32
		for _, ev := range page.Events {
			if ev.Details.Reason == "" || ev.Details.Origin != "pts/4" {
				t.Fatalf("event %+v", ev)
			}
			got = append(got, ev.Count)
		}
		if len(got) != len(counts) {
			t.Fatalf("counts %v, want %v", got, counts)
		}
		for i := range got {
			if got[i] != counts[i] {
				t.Fatalf("counts %v, want %v", got, counts)
			}
		}
	}
	want(1, 1)
	p.tick()
	createToken(t, s, "another minute")
	want(4, 4, 1, 1)
	for range 2 {
		_, _, _ = s.Change(ctx, ben, model.Request{}, model.Revoke{Token: tok.ID})
	}
	p.close(s)
	s = p.open()
	want(1, 1, 4, 4, 1, 1)
}

func TestTooLargeIsRefusedAlone(t *testing.T) {
	_, s := newOpen(t)
	addBen(t, s, false)
	accounts := make([]uint32, maxRecord)
	for i := range accounts {
		accounts[i] = uint32(5000 + i)
	}
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.SetAccounts{User: 2, Accounts: accounts}); !errors.Is(err, errTooLarge) {
		t.Fatalf("a record of half a megabyte: %v", err)
	}
	createToken(t, s, "goes on")
}

func TestFollow(t *testing.T) {
	p, s := newOpen(t)
	c := s.Follow(ctx)
	tok := createToken(t, s, "")
	change1(t, s, model.Revoke{Token: tok.ID})
	for seq := range c {
		if seq == 3 {
			break
		}
	}
	p.close(s)
	if _, open := <-c; open {
		t.Fatal("the channel stays open after Close")
	}
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.Revoke{Token: 1}); !errors.Is(err, model.ErrClosed) {
		t.Fatalf("change after Close: %v", err)
	}
}

func TestLocked(t *testing.T) {
	p, _ := newOpen(t)
	_, err := Open(ctx, p.opts)
	var locked *model.LockedError
	if !errors.As(err, &locked) || locked.PID == 0 || locked.User == "" {
		t.Fatalf("second open: %v", err)
	}
}

// TestLockAndChildren closes a store while a process is being started, which has a copy of
// every file until its program runs: the lock is free all the same.
func TestLockAndChildren(t *testing.T) {
	p, s := newOpen(t)
	fd, err := unix.Dup(int(s.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	p.close(s)
	createToken(t, p.open(), "one")
	if err := unix.Close(fd); err != nil {
		t.Fatal(err)
	}
}

// TestStoreOfAnother opens what belongs to another account: whoever the system lets in all
// the same is told whose it is, and writes nothing.
func TestStoreOfAnother(t *testing.T) {
	p := newPlace(t)
	p.create()
	if err := ownStore(p.opts.Dir, uint32(os.Geteuid())); err != nil {
		t.Error(err)
	}
	other := uint32(os.Geteuid()) + 1
	if err := ownStore(p.opts.Dir, other); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "sudo -u "+AccountName(other-1)) {
		t.Errorf("as another account: %v", err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give a store away")
	}
	if err := os.Chown(p.opts.Dir, 65534, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, p.opts); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("opened by root: %v", err)
	}
}

func TestOpenNothing(t *testing.T) {
	p := newPlace(t)
	if _, err := Open(ctx, p.opts); !errors.Is(err, model.ErrNoStore) {
		t.Fatalf("nothing there: %v", err)
	}
	p.create()
	if err := Create(ctx, p.opts, model.Found{Organization: "b", Login: "b"}, model.Source{}); !errors.Is(err, model.ErrExists) {
		t.Fatalf("create over a store: %v", err)
	}
	other := p.opts
	other.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(other.Dir, "notes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(ctx, other, model.Found{Organization: "b", Login: "b"}, model.Source{}); !errors.Is(err, model.ErrDirectory) {
		t.Fatalf("create over something else: %v", err)
	}
	o := p.opts
	o.Keyset, o.KeysetPath = nil, p.opts.Dir+"/keyset"
	if _, err := Open(ctx, o); !errors.Is(err, model.ErrNoKeyset) || !strings.Contains(err.Error(), o.KeysetPath) {
		t.Fatalf("without a keyset: %v", err)
	}
	o.Keyset = newPlace(t).opts.Keyset
	if _, err := Open(ctx, o); err == nil || errors.Is(err, model.ErrNoKeyset) {
		t.Fatalf("with another keyset: %v", err)
	}
	s := p.open()
	if _, err := s.Identify(77, model.Source{}, "eve"); err == nil || !strings.Contains(err.Error(), "ask ana") {
		t.Fatalf("identify a stranger: %v", err)
	}
	if a, err := s.Identify(1000, model.Source{Door: model.DoorTerminal}, "ana"); err != nil || a.User != 1 {
		t.Fatalf("identify: %+v, %v", a, err)
	}
}
