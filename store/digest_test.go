package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

// TestNewestEventSaysNothing opens a store whose newest event does not say what it left,
// as those do that were written before events did: state is made again, once.
func TestNewestEventSaysNothing(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "a")
	p.close(s)
	s = p.openIdle()
	s.digestKnown = false
	go s.run()
	createToken(t, s, "b")
	p.close(s)
	for _, want := range []string{"nothing says what it came to", "", ""} {
		s = p.open()
		if notice := s.Health().Notice; want != "" && !strings.Contains(notice, want) || want == "" && notice != "" {
			t.Fatalf("opening says %q, want %q", notice, want)
		}
		if err := s.compareState(ctx); err != nil || s.Health().Damage != nil || !s.digestKnown {
			t.Fatalf("%v, %v, known: %v", err, s.Health().Damage, s.digestKnown)
		}
		p.close(s)
	}
	s = p.open()
	createToken(t, s, "c")
	if !s.digestKnown {
		t.Error("the next event does not say what it left")
	}
}

// TestDigestSums: what is added and taken away again leaves nothing, and a digest comes
// back as it was kept.
func TestDigestSums(t *testing.T) {
	p := newPlace(t)
	p.create()
	s := p.open()
	var d digest
	e := s.element(1, 2, 3)
	d.add(e)
	d.add(e)
	d.sub(e)
	d.sub(e)
	if d != (digest{}) {
		t.Errorf("%x", d)
	}
	change1(t, s, model.AddDeployment{Name: "eu"})
	if got, ok := decodeDigest(s.digest.encode()); !ok || got != s.digest {
		t.Errorf("%x comes back as %x", s.digest, got)
	}
}

// TestRebuild makes a state anew that a table was taken from.
func TestRebuild(t *testing.T) {
	p, s := newOpen(t)
	at := s.log.End().Offset
	createToken(t, s, "a")
	if err := Rebuild(ctx, p.opts); err == nil {
		t.Fatal("a store that somebody has was made anew")
	}
	want := contents(t, s)
	p.close(s)
	for range 2 {
		if err := Rebuild(ctx, p.opts); err != nil {
			t.Fatal(err)
		}
		s = p.open()
		if got := contents(t, s); difference(want, got) != difference(want, want) {
			t.Fatalf("state differs in %s", difference(want, got))
		}
		p.close(s)
		if err := os.RemoveAll(filepath.Join(p.opts.Dir, stateName)); err != nil {
			t.Fatal(err)
		}
	}
	flip(t, lastSegment(t, p.opts.Dir), at+60)
	var damage *model.DamageError
	if err := Rebuild(ctx, p.opts); !errors.As(err, &damage) {
		t.Fatalf("over a damaged journal: %v", err)
	}
}
