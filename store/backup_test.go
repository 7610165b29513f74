package store

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/seal"
)

// backedUp makes a store with a few tokens, closed, and a backup of it.
func backedUp(t *testing.T) (p *place, file string) {
	t.Helper()
	p, s := newOpen(t)
	for _, d := range []string{"one", "two", "three"} {
		createToken(t, s, d)
	}
	change1(t, s, model.Revoke{Token: 2})
	change1(t, s, model.AddPerson{Login: "ben"})
	p.close(s)
	file = filepath.Join(t.TempDir(), "backup")
	got, err := Backup(ctx, p.opts, file)
	if err != nil || got.Events != 6 || got.Note != "" || got.Epoch != 1 || got.Newest.Never() {
		t.Fatalf("%+v, %v", got, err)
	}
	return p, file
}

// elsewhere is the place with another directory for its store.
func (p *place) elsewhere() *place {
	c := *p
	c.opts.Dir = filepath.Join(p.t.TempDir(), "restored")
	return &c
}

// equal compares everything two stores show.
func equal(t *testing.T, a, b *Store, secrets ...model.TokenID) {
	t.Helper()
	for _, q := range []model.TokenQuery{agentList, {Kind: model.UserToken, Owner: 1, Revoked: true}} {
		if x, y := listAll(t, a, q), listAll(t, b, q); !reflect.DeepEqual(x, y) {
			t.Fatalf("tokens %+v and %+v", x, y)
		}
	}
	x, err := a.Events(ctx, ana, model.EventQuery{Limit: 1000})
	y, err2 := b.Events(ctx, ana, model.EventQuery{Limit: 1000})
	if err != nil || err2 != nil || !reflect.DeepEqual(x, y) || len(x.Events) == 0 {
		t.Fatalf("events %+v (%v) and %+v (%v)", x, err, y, err2)
	}
	if !reflect.DeepEqual(a.snapshot(), b.snapshot()) || a.digest != b.digest || !a.digestKnown {
		t.Fatal("the organization is another one")
	}
	for _, id := range secrets {
		x, err := a.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: id})
		y, err2 := b.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: id})
		if err != nil || err2 != nil || x.Expose() != y.Expose() || x.Expose() == "" {
			t.Fatalf("token %d: %v, %v", id, err, err2)
		}
	}
}

// TestRestore restores elsewhere and compares everything. The log begins an epoch.
func TestRestore(t *testing.T) {
	p, file := backedUp(t)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	got, err := VerifyBackup(ctx, p.opts, file, t.TempDir())
	if err != nil || got.Organization != "acme" || got.Users != 2 || got.Agents != 3 || got.UserTokens != 0 || got.Revoked != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	r := p.elsewhere()
	out, err := Restore(ctx, Restoring{Options: r.opts}, file)
	if err != nil || out.Loss != nil || out.RestoredEpoch != 2 || out.Events != 6 {
		t.Fatalf("%+v, %v", out, err)
	}
	s, restored := p.open(), r.open()
	if h := headOf(t, r, restored); h.Epoch != 2 || h.Before == nil || h.Before.Restored != h.Root || h.Before.Newest != h.Root || h.Size != 6 {
		t.Fatalf("%+v", h)
	}
	equal(t, s, restored, 1, 3)
	if err := restored.CheckHistory(ctx); err != nil || restored.Health().Damage != nil || restored.Health().Notice != "" {
		t.Fatalf("%v, %+v", err, restored.Health())
	}
	createToken(t, restored, "four")
	r.close(restored)
	a, err := AuditStore(ctx, Auditing{Options: r.opts})
	if err != nil || a.Verdict != Good || a.State != "" || a.Head.Epoch != 2 || a.Head.Before == nil || a.Head.Size != 9 {
		t.Fatalf("%+v, %v", a, err)
	}
}

// TestBackupUnderLoad backs a store up, again and again, while it is written to.
func TestBackupUnderLoad(t *testing.T) {
	p, s := newOpen(t)
	stop, done := make(chan struct{}), make(chan error, 2)
	for range 2 {
		go func() {
			for {
				_, _, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken, Description: strings.Repeat("x", 200)})
				select {
				case <-stop:
					done <- err
					return
				default:
				}
				if err != nil {
					done <- err
					return
				}
			}
		}()
	}
	dir := t.TempDir()
	var files []string
	var newest uint64
	for len(files) < 4 {
		before := s.Health().Seq // acknowledged
		file := filepath.Join(dir, strings.Repeat("b", len(files)+1))
		got, err := Backup(ctx, p.opts, file)
		if err != nil || !strings.Contains(got.Note, "open in another jeton") || got.Events < max(newest, before) {
			t.Fatalf("%+v, %v; %d were acknowledged before", got, err, before)
		}
		files, newest = append(files, file), got.Events
	}
	close(stop)
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, err := VerifyBackup(ctx, p.opts, file, dir); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != len(files) {
		t.Fatalf("left %v, %v", left, err)
	}
}

// TestBackupOfSeveralSegments restores a journal of more than one segment.
func TestBackupOfSeveralSegments(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	s.log.Distrust() // a segment is begun, and nothing is wrong with the one before
	createToken(t, s, "two")
	p.close(s)
	c := p.crash()
	file := filepath.Join(t.TempDir(), "backup")
	if got, err := Backup(ctx, c.opts, file); err != nil || got.Events != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	r := p.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: r.opts}, file); err != nil {
		t.Fatal(err)
	}
	s = r.open()
	if s.log.End().Segment != 2 || len(s.log.Headers()) != 2 {
		t.Fatalf("ends at %+v", s.log.End())
	}
	original := c.open()
	equal(t, original, s, 1, 2)
}

// TestBackupRefuses names what cannot be backed up, and writes nothing.
func TestBackupRefuses(t *testing.T) {
	p, file := backedUp(t)
	dir := t.TempDir()
	nothing := p.elsewhere()
	headless := p.crash()
	cut := p.crash()
	damaged := p.crash()
	if err := errors.Join(os.Remove(filepath.Join(headless.opts.Dir, headsName)), os.RemoveAll(filepath.Join(cut.opts.Dir, stateName)),
		os.Truncate(lastSegment(t, cut.opts.Dir), 8192)); err != nil {
		t.Fatal(err)
	}
	flip(t, lastSegment(t, damaged.opts.Dir), 8192+100)
	held := headless.open()
	if err := os.Remove(filepath.Join(headless.opts.Dir, headsName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	defer headless.close(held)
	for _, c := range []struct {
		name, file string
		p          *place
		want       error
		says       string
	}{
		{"a file that is there", file, p, ErrBackupExists, file},
		{"standard output", "-", p, nil, "not to standard output"},
		{"nothing", filepath.Join(dir, "a"), nothing, model.ErrNoStore, ""},
		{"no head", filepath.Join(dir, "a"), headless, nil, "no signed head yet"},
		{"a journal cut short", filepath.Join(dir, "a"), cut, ErrBackupShort, "covers event 6"},
		{"a damaged journal", filepath.Join(dir, "a"), damaged, ErrBackupShort, "jeton doctor"},
		{"a directory that is not there", filepath.Join(dir, "a", "b"), p, os.ErrNotExist, ""},
	} {
		_, err := Backup(ctx, c.p.opts, c.file)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestChangedBackup flips every byte of a small backup and cuts it at every length: it is
// refused, and nothing is made. So is one with something behind its end, and one whose
// chunks were moved.
func TestChangedBackup(t *testing.T) {
	p, file := backedUp(t)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := p.elsewhere()
	bad := filepath.Join(t.TempDir(), "bad")
	refuse := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Restore(ctx, Restoring{Options: r.opts}, bad)
		if !errors.Is(err, ErrBackupDamaged) && !errors.Is(err, ErrNotBackup) && !errors.Is(err, ErrBackupFormat) && !errors.Is(err, seal.ErrOtherKeyset) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for at := range good {
		b := bytes.Clone(good)
		b[at] ^= 1 << (at % 8)
		refuse("a flipped byte", b)
		refuse("a cut", good[:at])
	}
	refuse("something behind", append(bytes.Clone(good), 0))
	refuse("twice", append(bytes.Clone(good), good...))
	if left, err := os.ReadDir(filepath.Dir(r.opts.Dir)); err != nil || len(left) != 0 {
		t.Fatalf("left %v, %v", left, err)
	}
}

// TestMovedChunks repeats, drops and swaps chunks that are good where they were.
func TestMovedChunks(t *testing.T) {
	k := newPlace(t).opts.Keyset
	wrapped, key, err := k.NewDataKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	h := backupHeader{Store: [16]byte{1}, Epoch: 1, Seq: 1, wrapped: wrapped}
	var file bytes.Buffer
	w, err := newChunkWriter(&file, h, key)
	if err != nil {
		t.Fatal(err)
	}
	head := file.Len()
	if _, err := w.Write(make([]byte, 3*chunkSize)); err != nil {
		t.Fatal(err)
	}
	if err := w.end(trailer{}); err != nil {
		t.Fatal(err)
	}
	one := 4 + chunkSize + seal.Overhead
	all := file.Bytes()[head:]
	chunk := func(n int) []byte { return all[n*one : min((n+1)*one, len(all))] }
	read := func(chunks ...[]byte) error {
		n, err := io.Copy(io.Discard, newChunkReader(bytes.NewReader(bytes.Join(chunks, nil)), h, key))
		if err == nil && n != 3*chunkSize {
			t.Fatalf("%d bytes", n)
		}
		return err
	}
	if err := read(chunk(0), chunk(1), chunk(2), chunk(3)); err != nil {
		t.Fatalf("as they were: %v", err)
	}
	for name, chunks := range map[string][][]byte{
		"repeated": {chunk(0), chunk(0), chunk(1), chunk(2), chunk(3)}, "dropped": {chunk(1), chunk(2), chunk(3)},
		"swapped": {chunk(1), chunk(0), chunk(2), chunk(3)}, "only the last": {chunk(3)},
	} {
		err := read(chunks...)
		if !errors.Is(err, ErrBackupDamaged) || !strings.Contains(err.Error(), "not as it was written") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
