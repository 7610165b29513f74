package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"jeton/model"
	"jeton/store/merkle"
	"jeton/store/seal"
	"jeton/store/state"
)

// rotatable is a store with a few tokens, closed, and the values of all its tokens.
func rotatable(t *testing.T) (*place, map[model.TokenID]string) {
	t.Helper()
	p, s := newOpen(t)
	for _, d := range []string{"one", "two", "three"} {
		createToken(t, s, d)
	}
	change1(t, s, model.Revoke{Token: 2})
	change1(t, s, model.AddPerson{Login: "ben", Accounts: []uint32{1001}})
	values := map[model.TokenID]string{}
	for id := range model.TokenID(3) {
		v, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: id + 1})
		if err == nil {
			values[id+1] = v.Expose()
		}
	}
	p.opts.KeysetPath = filepath.Join(filepath.Dir(p.opts.Dir), "keyset")
	p.close(s)
	return p, values
}

func rotating(p *place) Rotating { return Rotating{Options: p.opts, By: *me} }

// load takes the keyset as it is in its file now.
func (p *place) load() *seal.Keyset {
	p.t.Helper()
	k, err := seal.Load(p.opts.KeysetPath)
	if err != nil {
		p.t.Fatal(err)
	}
	p.opts.Keyset = k
	return k
}

// answers checks that each value is that of its token, in a store that is whole.
func answers(t *testing.T, s *Store, values map[model.TokenID]string) {
	t.Helper()
	if h := s.Health(); h.Damage != nil {
		t.Fatal(h.Damage)
	}
	for id, value := range values {
		v, err := s.Verify(ctx, value)
		if err != nil || v.Token.ID != id || v.Active() == v.Token.Revoked() {
			t.Fatalf("the value of token %d: %+v, %v", id, v, err)
		}
	}
}

// under checks that everything in the store is wrapped and indexed under the newest keys.
func under(t *testing.T, s *Store) {
	t.Helper()
	if old, err := s.keys.outgrown(s.log); old || err != nil {
		t.Fatalf("headers: %v, %v", old, err)
	}
	v := s.db.View()
	defer v.Close()
	have, err := s.appliedIn(v)
	if err != nil || have.Made != newestKeys(s.keyset) {
		t.Fatalf("state was made under %+v (%v)", have.Made, err)
	}
	for n := range s.log.End().Segment {
		err := v.Get(state.DataKeyKey(uint64(n+1)), func(wrapped []byte) error {
			if under, err := s.keyset.WrappingKey(wrapped); err != nil || under != s.keyset.PrimaryWrapping() {
				t.Errorf("data key %d in state is under %d, %v", n+1, under, err)
			}
			return nil
		})
		if err != nil && !errors.Is(err, state.ErrMissing) {
			t.Fatal(err)
		}
	}
}

func TestRotate(t *testing.T) {
	for _, lookup := range []bool{false, true} {
		p, values := rotatable(t)
		old, before := p.opts, newestText(t, p)
		out, err := Rotate(ctx, Rotating{Options: p.opts, By: *me, Lookup: lookup})
		want := model.KeyNumbers{Wrapping: 2, Signing: 2, Lookup: 1}
		if lookup {
			want.Lookup = 2
		}
		if err != nil || out.Keys != want || out.Continued || out.Rewrapped != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		if _, err := Open(ctx, old); !errors.Is(err, seal.ErrOtherKeyset) {
			t.Errorf("with the keyset of before: %v", err)
		}
		if k := p.load(); len(k.LookupNumbers()) != 1 || len(k.WrappingNumbers()) != 2 {
			t.Errorf("the keyset has lookup keys %v and wrapping keys %v", k.LookupNumbers(), k.WrappingNumbers())
		}
		s := p.open()
		answers(t, s, values)
		under(t, s)
		if n := s.Health().Notice; n != "" {
			t.Errorf("notice %q", n)
		}
		e := newestEvent(t, s)
		if e.Action != model.RotateKeyset || e.Door != model.DoorCommand || len(e.Details.Changes) < 2 {
			t.Errorf("the event is %+v", e)
		}
		p.close(s)
		if found := carved(t, p, 1); len(found) > 0 || len(carved(t, p, 2)) == 0 {
			t.Errorf("under the old key there is still something in %v", found)
		}
		if a := audit(t, p, before); a.Verdict != Good || a.Heads != 1 || a.State != "" {
			t.Errorf("%+v", a)
		}
		if h := mustHead(t, p); h.NextKey != "" {
			t.Errorf("the newest head still announces %s", h.NextKey)
		}
	}
}

// carved lists the files of a store that hold a data key wrapped under the wrapping key of
// that number, wherever in them.
func carved(t *testing.T, p *place, number uint32) (found []string) {
	t.Helper()
	id, err := hex.DecodeString(p.opts.Keyset.ID())
	if err != nil {
		t.Fatal(err)
	}
	head := binary.LittleEndian.AppendUint32(append([]byte{1}, id...), number)
	err = filepath.WalkDir(p.opts.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, head) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func newestText(t *testing.T, p *place) []byte {
	t.Helper()
	text, err := NewestHead(p.opts.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func mustHead(t *testing.T, p *place) merkle.Head {
	t.Helper()
	c, err := OpenChronicle(p.opts)
	if err != nil {
		t.Fatal(err)
	}
	return c.Head()
}

func newestEvent(t *testing.T, s *Store) model.Event {
	t.Helper()
	page, err := s.Events(ctx, ana, model.EventQuery{Limit: 1})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	return page.Events[0]
}

// TestKeysAreFollowed goes from the first public key over two rotations to the newest head
// with what the history itself keeps.
func TestKeysAreFollowed(t *testing.T) {
	p, _ := rotatable(t)
	keys, err := VerifierKeys(p.opts.Dir, p.opts.Keyset)
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	first, err := note.NewVerifier(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Rotate(ctx, rotating(p)); err != nil {
			t.Fatal(err)
		}
		p.load()
	}
	var heads [][]byte
	c, err := OpenChronicle(p.opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Read(ctx, func(a Passage) error {
		if a.Announced != nil {
			heads = append(heads, a.Announced)
		}
		return nil
	}); err != nil || len(heads) != 2 {
		t.Fatal(len(heads), err)
	}
	newest := newestText(t, p)
	if _, err := merkle.FollowKeys([]note.Verifier{first}, newest); !errors.Is(err, merkle.ErrUnknownKey) {
		t.Errorf("the newest head by the first key: %v", err)
	}
	followed, err := merkle.FollowKeys([]note.Verifier{first}, append(heads, newest)...)
	if err != nil || len(followed) != 3 {
		t.Errorf("%d keys, %v", len(followed), err)
	}
	if _, err := merkle.FollowKeys([]note.Verifier{first}, heads[1]); !errors.Is(err, merkle.ErrUnknownKey) {
		t.Errorf("the second rotation by the first key: %v", err)
	}
}

// TestRotateRefuses changes nothing, above all not the keyset.
func TestRotateRefuses(t *testing.T) {
	p, values := rotatable(t)
	before, err := os.ReadFile(p.opts.KeysetPath)
	if err != nil {
		t.Fatal(err)
	}
	var unknown *model.UnknownUserError
	var refused *model.RefusedError
	var damage *model.DamageError
	var locked *model.LockedError
	ben := *me
	ben.UID = 1001
	nobody := Account{UID: 7, Account: "eve"}
	for _, one := range []struct {
		name string
		by   Account
		harm func(*Rotating) func()
		want func(error) bool
	}{
		{"nobody", nobody, nil, func(err error) bool { return errors.As(err, &unknown) }},
		{"a member", ben, nil, func(err error) bool { return errors.As(err, &refused) }},
		{"almost no room", *me, func(*Rotating) func() { p.free = 1; return func() { p.free = 1 << 40 } },
			func(err error) bool { return errors.Is(err, model.ErrLowSpace) }},
		{"no room for a second state", *me, func(*Rotating) func() { p.free = DefaultReserve + 1<<20; return func() { p.free = 1 << 40 } },
			func(err error) bool { return errors.Is(err, errNoRoom) }},
		{"open elsewhere", *me, func(*Rotating) func() { s := p.open(); return func() { p.close(s) } },
			func(err error) bool { return errors.As(err, &locked) }},
		{"damage", *me, func(r *Rotating) func() {
			c := p.crash()
			r.Dir = c.opts.Dir
			flip(t, lastSegment(t, c.opts.Dir), 100)
			return func() {}
		}, func(err error) bool { return errors.As(err, &damage) }},
		{"a header that does not open", *me, func(r *Rotating) func() {
			c := p.crash()
			r.Dir = c.opts.Dir
			flip(t, lastSegment(t, c.opts.Dir), 60)
			flip(t, lastSegment(t, c.opts.Dir), 4096+60)
			return func() {}
		}, func(err error) bool { return errors.As(err, &damage) && strings.Contains(err.Error(), "backup") }},
		{"no keyset", *me, func(r *Rotating) func() { r.Keyset = nil; r.KeysetPath += ".none"; return func() {} },
			func(err error) bool { return errors.Is(err, seal.ErrMissing) }},
	} {
		r := rotating(p)
		r.By = one.by
		after := func() {}
		if one.harm != nil {
			after = one.harm(&r)
		}
		_, err := Rotate(ctx, r)
		after()
		if now, e := os.ReadFile(p.opts.KeysetPath); !one.want(err) || e != nil || !bytes.Equal(now, before) {
			t.Errorf("%s: %v (%v)", one.name, err, e)
		}
	}
	s := p.open()
	defer p.close(s)
	answers(t, s, values)
	if e := newestEvent(t, s); e.Action != model.RotateKeyset || e.Outcome != model.Refused || e.Actor != 2 {
		t.Errorf("the refusal is %+v", e)
	}
}

// TestRetire drops the old wrapping key, which a backup of before then needs.
func TestRetire(t *testing.T) {
	p, values := rotatable(t)
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := Backup(ctx, p.opts, file); err != nil {
		t.Fatal(err)
	}
	old := p.opts.Keyset
	r := rotating(p)
	r.Retire = true
	if _, err := Rotate(ctx, r); err != nil {
		t.Fatal(err)
	}
	if k := p.load(); !slices.Equal(k.WrappingNumbers(), []uint32{2}) {
		t.Errorf("wrapping keys %v", k.WrappingNumbers())
	}
	s := p.open()
	answers(t, s, values)
	p.close(s)
	if _, err := VerifyBackup(ctx, p.opts, file, t.TempDir()); !errors.Is(err, seal.ErrOtherKeyset) || !strings.Contains(err.Error(), "older one") {
		t.Errorf("a backup of before: %v", err)
	}
	p.opts.Keyset = old
	if _, err := VerifyBackup(ctx, p.opts, file, t.TempDir()); err != nil {
		t.Errorf("with the keyset of before: %v", err)
	}
}

// TestRestoreUnderRotatedKeys restores a backup of before a rotation: who knows only the
// first public key can go on, and rotating again carries it to its end.
func TestRestoreUnderRotatedKeys(t *testing.T) {
	p, values := rotatable(t)
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := Backup(ctx, p.opts, file); err != nil {
		t.Fatal(err)
	}
	first := p.opts.Keyset
	if _, err := Rotate(ctx, rotating(p)); err != nil {
		t.Fatal(err)
	}
	p.load()
	c := p.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: c.opts}, file); err != nil {
		t.Fatal(err)
	}
	keys, err := verifiers(first, mustHead(t, c).Store)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := merkle.Open(newestText(t, c), keys); err != nil || h.NextKey == "" || h.Epoch != 2 {
		t.Errorf("by the first key: %+v, %v", h, err)
	}
	out, err := Rotate(ctx, rotating(c))
	if err != nil || !out.Continued || out.Keys.Signing != 2 {
		t.Errorf("%+v, %v", out, err)
	}
	s := c.open()
	answers(t, s, values)
	under(t, s)
	c.close(s)
	if found := carved(t, c, 1); len(found) > 0 {
		t.Errorf("under the old key there is still something in %v", found)
	}
}

// TestFullDiskAfterRotating: what a rotation left to be done waits for room, and values are
// found until then.
func TestFullDiskAfterRotating(t *testing.T) {
	p, values := rotatable(t)
	if _, err := seal.Rotate(p.opts.KeysetPath, nil, seal.Rotation{Lookup: true, Wrapping: true}); err != nil {
		t.Fatal(err)
	}
	p.load()
	p.free = 1
	s := p.open()
	answers(t, s, values)
	change1(t, s, model.Revoke{Token: 3})
	answers(t, s, values)
	p.close(s)
	p.free = 1 << 40
	s = p.open()
	answers(t, s, values)
	if !strings.Contains(s.Health().Notice, "rotated") {
		t.Errorf("notice %q", s.Health().Notice)
	}
}

// TestSegmentWithoutEvents closes in order behind a segment in which nothing is written yet.
func TestSegmentWithoutEvents(t *testing.T) {
	p, values := rotatable(t)
	s := p.open()
	if err := s.log.Roll(); err != nil {
		t.Fatal(err)
	}
	p.close(s)
	s = p.open()
	answers(t, s, values)
	if !s.cleanAlready() {
		t.Error("it was not closed in order")
	}
	createToken(t, s, "goes on")
}
