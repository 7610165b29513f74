package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/merkle"
	"jeton/store/seal"
)

// headOf reads the newest head as somebody would who has the public key only.
func headOf(t *testing.T, p *place, s *Store) merkle.Head {
	t.Helper()
	keys, err := verifiers(p.opts.Keyset, s.id)
	if err != nil {
		t.Fatal(err)
	}
	h, err := merkle.Open(s.Head(), keys)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestHeads: soon after a change a head covers it, at closing one covers everything, and
// each is over the tree of the events up to there.
func TestHeads(t *testing.T) {
	p, s := newOpen(t)
	for range 3 {
		createToken(t, s, "a")
		for deadline := time.Now().Add(30 * time.Second); s.Head() == nil || headOf(t, p, s).Size != s.log.Last(); {
			if time.Now().After(deadline) {
				t.Fatalf("no head over event %d", s.log.Last())
			}
			time.Sleep(time.Millisecond)
		}
	}
	for range 20 {
		createToken(t, s, "b")
	}
	p.close(s)
	s = p.open()
	h := headOf(t, p, s)
	if want, err := s.grown(merkle.Tree{}, s.log.Last()); err != nil || h.Size != s.log.Last() || h.Hash != want.Hash() || h.Epoch != 1 {
		t.Fatalf("%+v over %d events (%v)", h, s.log.Last(), err)
	}
	if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil || s.Health().Notice != "" {
		t.Fatalf("%v, %+v", err, s.Health())
	}
}

// TestHeadsGrowOn kills a store before its head was signed: the next opening signs.
// TestHealthTellsTheHead: who follows hears of the newest head too, and can compare it.
func TestHealthTellsTheHead(t *testing.T) {
	p, s := newOpen(t)
	news := s.Follow(t.Context())
	createToken(t, s, "x")
	for s.Health().Signed.Events < 2 {
		select {
		case <-news:
		case <-time.After(10 * time.Second):
			t.Fatalf("nobody was told: %+v", s.Health().Signed)
		}
	}
	h := headOf(t, p, s)
	if got := s.Health().Signed; got.Hash != h.Hash.String() || got.Events != h.Size || got.At.Std() != h.Time || got.Epoch != 1 {
		t.Errorf("%+v, the head is %+v", got, h)
	}
	p.close(s)
	if got := p.open().Health().Signed; got.Events != 2 {
		t.Errorf("after opening: %+v", got)
	}
}

func TestHeadsGrowOn(t *testing.T) {
	p, s := newOpen(t)
	p.close(s)
	s = p.openIdle()
	go s.run()
	createToken(t, s, "a")
	c := p.crash()
	again := c.open()
	last := again.log.Last()
	c.close(again)
	again = c.open()
	if h := headOf(t, c, again); h.Size < last || last < 2 {
		t.Fatalf("a head over %d of %d events", h.Size, last)
	}
}

// TestCutJournal puts an older journal back and takes the state away: the signed head
// knows.
func TestCutJournal(t *testing.T) {
	p, s := newOpen(t)
	old := p.crash()
	createToken(t, s, "a")
	p.close(s)
	for _, name := range []string{journalName, stateName} {
		if err := os.RemoveAll(filepath.Join(p.opts.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	copyTree(t, filepath.Join(old.opts.Dir, journalName), filepath.Join(p.opts.Dir, journalName))
	if _, err := Open(ctx, p.opts); !errors.Is(err, model.ErrAhead) || !strings.Contains(err.Error(), "signed head knows event 2") {
		t.Fatalf("open: %v", err)
	}
}

// TestDamagedHeads flips bytes in the places of heads: the other one is used, or a new
// one is signed. A head of somebody else is named.
func TestDamagedHeads(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "a")
	p.close(s)
	s = p.open()
	createToken(t, s, "b")
	p.close(s)
	for _, at := range [][]int64{{100}, {headSlot + 100}, {100, headSlot + 100}, {0, headSlot}, {headSlot - 1}} {
		c := p.crash()
		for _, at := range at {
			flip(t, filepath.Join(c.opts.Dir, headsName), at)
		}
		s := c.open()
		c.close(s)
		if h := s.Health(); h.Damage != nil {
			t.Fatalf("%v: %+v", at, h)
		}
		s = c.open()
		if h := headOf(t, c, s); h.Size != s.log.Last() {
			t.Fatalf("%v: head over %d of %d", at, h.Size, s.log.Last())
		}
	}
	c := p.crash()
	other, err := seal.Create(filepath.Join(t.TempDir(), "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	s = c.open()
	key := other.PrimarySigning()
	signer, err := merkle.Signer(merkle.Origin(s.id), key.Public, func(b []byte) ([]byte, error) { return other.Sign(key.Number, b) })
	if err != nil {
		t.Fatal(err)
	}
	text, err := merkle.Sign(s.notary.head, signer)
	if err == nil {
		err = s.notary.file.put(keptHead{s.notary.tree, text})
	}
	if err == nil {
		err = s.notary.file.put(keptHead{s.notary.tree, text})
	}
	if err != nil {
		t.Fatal(err)
	}
	c.close(s)
	s = c.open()
	if d := s.Health().Damage; d == nil || !strings.Contains(d.What, "signed head") {
		t.Fatalf("a forged head: %v", d)
	}
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.Revoke{Token: 1}); err != nil {
		t.Fatalf("revoking under a forged head: %v", err)
	}
}

// TestAnchor keeps every head in a file elsewhere, and goes on when that cannot be written.
func TestAnchor(t *testing.T) {
	p := newPlace(t)
	p.create()
	p.opts.Anchor = filepath.Join(t.TempDir(), "anchor")
	for range 2 {
		s := p.open()
		createToken(t, s, "a")
		p.close(s)
	}
	text, err := os.ReadFile(p.opts.Anchor)
	if err != nil || bytes.Count(text, []byte("jeton/")) < 2 {
		t.Fatalf("%s (%v)", text, err)
	}
	p.opts.Anchor = filepath.Join(p.opts.Dir, "nowhere", "anchor")
	s := p.open()
	createToken(t, s, "b")
	p.close(s)
	if n := s.Health().Notice; !strings.Contains(n, "not at its anchor") || !strings.Contains(n, p.opts.Anchor) {
		t.Fatalf("the notice is %q", n)
	}
}

// TestHeadsGone takes the signed heads away: a new one is signed, and people are told, since
// whoever cuts events off the end has to take the heads away too.
func TestHeadsGone(t *testing.T) {
	p, s := newOpen(t)
	if n := s.Health().Notice; n != "" {
		t.Fatalf("a new store says %q", n)
	}
	createToken(t, s, "one")
	p.close(s)
	for what, damage := range map[string]func(path string) error{
		"taken away": os.Remove,
		"emptied":    func(path string) error { return os.Truncate(path, 0) },
	} {
		c := p.crash()
		if err := damage(filepath.Join(c.opts.Dir, headsName)); err != nil {
			t.Fatal(err)
		}
		s := c.open()
		if n := s.Health().Notice; !strings.Contains(n, "no signed head was there over the 2 events") {
			t.Fatalf("%s: notice %q", what, n)
		}
		c.close(s)
		if a := audit(t, c); a.Verdict != Good {
			t.Fatalf("%s: %+v", what, a)
		}
		s = c.open()
		if n := s.Health().Notice; n != "" {
			t.Fatalf("%s: said again: %q", what, n)
		}
		c.close(s)
	}
}
