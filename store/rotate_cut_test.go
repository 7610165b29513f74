package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"jeton/store/seal"
)

// moments copies a store and its keyset whenever its clock is read.
type moments struct {
	mu     sync.Mutex
	t      *testing.T
	places []*place
}

func (m *moments) watch(p *place) func() time.Time {
	clock := p.opts.Clock
	return func() time.Time {
		m.mu.Lock()
		defer m.mu.Unlock()
		c := p.crash()
		for !sameHeaders(m.t, p, c) { // they were written while they were copied, which no power cut can show
			c = p.crash()
		}
		c.opts.KeysetPath = filepath.Join(filepath.Dir(c.opts.Dir), "keyset")
		c.opts.Clock = clock
		if err := copyFile(p.opts.KeysetPath, c.opts.KeysetPath); err != nil {
			m.t.Error(err)
		}
		m.places = append(m.places, c)
		return clock()
	}
}

// TestRotateCutAnywhere opens what a power cut at many moments of a rotation would leave,
// and rotates again.
func TestRotateCutAnywhere(t *testing.T) {
	p, values := rotatable(t)
	m := &moments{t: t}
	r := Rotating{Options: p.opts, By: *me, Lookup: true}
	r.Clock = m.watch(p)
	if _, err := Rotate(ctx, r); err != nil {
		t.Fatal(err)
	}
	continued := 0
	for i, c := range m.places {
		if i%2 == 0 { // as if nobody knew of it
			c.load()
			s := c.open()
			answers(t, s, values)
			createToken(t, s, "after")
			c.close(s)
		}
		c.opts.Keyset = nil // it is read from its file
		out, err := Rotate(ctx, Rotating{Options: c.opts, By: *me, Lookup: true})
		if err != nil {
			t.Fatalf("moment %d: %v", i, err)
		}
		if out.Continued {
			continued++
		}
		c.load()
		s := c.open()
		answers(t, s, values)
		under(t, s)
		newest := s.keyset.PrimaryWrapping()
		c.close(s)
		for old := range newest {
			if found := carved(t, c, old); len(found) > 0 {
				t.Errorf("moment %d: under key %d, and not %d, is still something in %v", i, old, newest, found)
			}
		}
		if a := audit(t, c); a.Verdict != Good || a.State != "" {
			t.Fatalf("moment %d: %+v", i, a)
		}
	}
	if continued < 3 || continued == len(m.places) {
		t.Errorf("%d of %d were continued", continued, len(m.places))
	}
}

// TestStateOfBeforeGoes opens what is left when a crash comes after a state took the place of
// another and before that one was removed.
func TestStateOfBeforeGoes(t *testing.T) {
	p, values := rotatable(t)
	c := p.crash()
	if _, err := Rotate(ctx, rotating(p)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(c.opts.Dir, stateName), filepath.Join(p.opts.Dir, oldName)); err != nil {
		t.Fatal(err)
	}
	if len(carved(t, p, 1)) == 0 {
		t.Fatal("there is nothing to be removed")
	}
	p.load()
	s := p.open()
	answers(t, s, values)
	p.close(s)
	if found := carved(t, p, 1); len(found) > 0 {
		t.Errorf("under the old key there is still something in %v", found)
	}
}

// TestContinuedWithoutLookup carries a rotation to its end that makes no lookup key, though
// one is asked for now, and says so.
func TestContinuedWithoutLookup(t *testing.T) {
	p, _ := rotatable(t)
	if _, err := seal.Rotate(p.opts.KeysetPath, nil, seal.Rotation{Wrapping: true, Signing: true}); err != nil {
		t.Fatal(err)
	}
	r := rotating(p)
	r.Keyset, r.Lookup = nil, true // which is read each time
	for _, first := range []bool{true, false} {
		if out, err := Rotate(ctx, r); err != nil || out.Continued != first || out.NoLookup != first || (out.Keys.Lookup == 1) != first {
			t.Fatalf("%+v, %v", out, err)
		}
	}
}

// TestDamagedStateGoes replaces a state that cannot be read, though its files can be searched,
// and names one that was kept.
func TestDamagedStateGoes(t *testing.T) {
	p, values := rotatable(t)
	if err := os.WriteFile(filepath.Join(p.opts.Dir, stateName, "MANIFEST"), []byte("no list"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(p.opts.Dir, asideName)
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := Rotate(ctx, rotating(p))
	if err != nil || !slices.Equal(out.Aside, []string{kept}) {
		t.Fatalf("%+v, %v", out, err)
	}
	p.load()
	s := p.open()
	answers(t, s, values)
	p.close(s)
	if found := carved(t, p, 1); len(found) > 0 {
		t.Errorf("under the old key there is still something in %v", found)
	}
}

// sameHeaders tells whether the segments of two places begin alike.
func sameHeaders(t *testing.T, a, b *place) bool {
	paths, err := filepath.Glob(filepath.Join(b.opts.Dir, journalName, "*.segment"))
	if err != nil {
		t.Error(err)
	}
	for _, path := range paths {
		copied, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		now, err := os.ReadFile(filepath.Join(a.opts.Dir, journalName, filepath.Base(path)))
		if errors.Is(err, fs.ErrNotExist) {
			return false // it got its name meanwhile
		}
		if err != nil {
			t.Error(err)
		}
		if n := min(len(now), len(copied), 8192); !bytes.Equal(now[:n], copied[:n]) {
			return false
		}
	}
	return true
}
