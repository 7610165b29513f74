package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jeton/model"
)

// TestForgedBesideState forges the journal and leaves state there, which says where the frames
// lay. However the mark stands, the store opens, names what is wrong and revokes, or says that
// state is ahead.
func TestForgedBesideState(t *testing.T) {
	whole, _, _ := forgedPlace(t)
	for name, change := range map[string]func(f *forger){
		"taken away":       func(f *forger) { f.frames = slices.Delete(f.frames, 3, 4) },
		"first taken away": func(f *forger) { f.frames = slices.Delete(f.frames, 0, 1) },
		"newest altered":   func(f *forger) { f.frames[7].entries = [][]byte{{0xff}} },
		"one more at the end": func(f *forger) {
			f.frames = append(f.frames, forgedFrame{9, f.frames[6].entries})
		},
		"twice, frames numbered": func(f *forger) {
			f.frames = slices.Insert(f.frames, 4, f.frames[4])
			for i := range f.frames {
				f.frames[i].first = uint64(i + 1)
			}
		},
	} {
		for mark, put := range map[string]func(f *forger, end int){
			"mark as it was":  func(*forger, int) {},
			"mark at the end": func(f *forger, end int) { f.markAt(f.frames[len(f.frames)-1].first, end, true) },
			"mark not clean":  func(f *forger, end int) { f.markAt(f.frames[len(f.frames)-1].first, end, false) },
		} {
			t.Run(name+", "+mark, func(t *testing.T) {
				p := whole.crash()
				f := forge(t, p)
				change(f)
				put(f, f.put())
				revokesUnderDamage(t, p)
			})
		}
	}
}

func revokesUnderDamage(t *testing.T, p *place) {
	t.Helper()
	s, err := Open(ctx, p.opts)
	if errors.Is(err, model.ErrAhead) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer p.close(s)
	if err := s.CheckHistory(ctx); err != nil || s.Health().Damage == nil {
		t.Fatalf("damage is not named: %v, %+v", err, s.Health())
	}
	change1(t, s, model.Revoke{Token: 2})
	if got, err := s.durableToken(2); err != nil || !got.Revoked() {
		t.Errorf("revoked under damage: %+v, %v", got, err)
	}
}

// markAt writes a mark that says event seq was reached and ends at a byte of the one segment.
func (f *forger) markAt(seq uint64, end int, clean bool) {
	f.t.Helper()
	path := filepath.Join(f.p.opts.Dir, journalName, "mark")
	b, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	forgeMark(b, seq, uint64(end), clean)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// TestMarkOfEventsThatAreGone puts everything of a store back to an earlier moment but its mark.
func TestMarkOfEventsThatAreGone(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	die := createToken(t, s, "two")
	p.close(s)
	old := p.crash()
	s = p.open()
	createToken(t, s, "three")
	p.close(s)
	mark, err := os.ReadFile(filepath.Join(p.opts.Dir, journalName, "mark"))
	if err == nil {
		err = os.WriteFile(filepath.Join(old.opts.Dir, journalName, "mark"), mark, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if a := audit(t, old); a.Verdict != CutShort || a.Bad != die.Revision+1 {
		t.Errorf("%+v", a)
	}
	s = old.open()
	if s.Health().Damage == nil {
		t.Error("damage is not named")
	}
	change1(t, s, model.Revoke{Token: die.ID})
	old.close(s)
}

// TestStateOfEventsThatAreGone cuts what state knows, also from under the heads.
func TestStateOfEventsThatAreGone(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	p.close(s)
	old := p.crash()
	s = p.open()
	last := createToken(t, s, "two").Revision
	p.close(s)
	for _, name := range []string{journalName, headsName} {
		forge(t, p).remove(name)
		if err := os.Rename(filepath.Join(old.opts.Dir, name), filepath.Join(p.opts.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if a := audit(t, p); a.Verdict != CutShort || a.Bad != last {
		t.Errorf("%+v", a)
	}
}
