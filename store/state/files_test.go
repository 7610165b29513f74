package state

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// written makes a state with tables in dir, closed.
func written(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	d, err := Open(dir, Normal)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(100) {
		if err := d.Commit([]Write{{RecordKey(User, n), bytes.Repeat([]byte{byte(n)}, 300)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copied copies the files, as they are while a state is open or after the process ended.
func copied(t *testing.T, dir string) string {
	t.Helper()
	out := t.TempDir()
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		var raw []byte
		if raw, err = os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
			err = os.WriteFile(filepath.Join(out, e.Name()), raw, 0o600)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spoil damages a block of the oldest table.
func spoil(t *testing.T, dir string) {
	t.Helper()
	path := tables(t, dir)[0]
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[2000] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestNotClosed damages a block of a state that was opened and not closed. Nothing was
// written since, and still it is read whole before Badger may merge what is damaged.
func TestNotClosed(t *testing.T) {
	d, err := Open(written(t), Normal)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dir := copied(t, d.dir)
	spoil(t, dir)
	if _, err := Open(dir, Normal); !errors.Is(err, ErrDamaged) {
		t.Fatalf("opened with a damaged block: %v", err)
	}
}

// TestHalfMadeFiles leaves what Badger had only just created when the process ended.
func TestHalfMadeFiles(t *testing.T) {
	for _, name := range []string{"00009.mem", "000009.vlog", "000099.sst"} {
		d, err := Open(written(t), Normal)
		if err != nil {
			t.Fatal(err)
		}
		dir := copied(t, d.dir)
		if err := errors.Join(d.Close(), os.WriteFile(filepath.Join(dir, name), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		if d, err = Open(dir, Verify); err != nil {
			t.Fatalf("with an empty %s: %v", name, err)
		}
		if n, err := d.View().LastRecord(User); n != 99 || err != nil {
			t.Fatalf("with an empty %s: last record %d, %v", name, n, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadOnlyAfterAKill opens what was not closed for reading only: that would need
// writing, and is refused before anything is mapped.
func TestReadOnlyAfterAKill(t *testing.T) {
	d, err := Open(written(t), Normal)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Commit([]Write{{RecordKey(User, 200), []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	dir := copied(t, d.dir)
	if _, err := Open(dir, ReadOnly); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "was not closed") {
		t.Fatal(err)
	}
	if closed, err := Open(written(t), ReadOnly); err != nil {
		t.Fatal(err)
	} else if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCrashLoop ends twice while opening; the third time opening is not tried.
func TestCrashLoop(t *testing.T) {
	dir := written(t)
	for range 2 {
		if _, err := begin(dir, Normal); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, Normal); !errors.Is(err, ErrDamaged) {
		t.Fatalf("after two openings that ended the process: %v", err)
	}
}

// TestFilesGone takes the files of an open state away: it says so and does not wait.
func TestFilesGone(t *testing.T) {
	dir := written(t)
	d, err := Open(dir, Normal)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Commit([]Write{{RecordKey(User, 1), []byte("x")}}), os.RemoveAll(dir)); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit([]Write{{RecordKey(User, 2), []byte("x")}}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("commit: %v", err)
	}
	if err := d.Close(); !errors.Is(err, ErrDamaged) {
		t.Fatalf("close: %v", err)
	}
}

// TestMergingAtOnce damages a block of a state that was closed and has so many young tables
// that Badger merges them as soon as it is opened: it must not come to that.
func TestMergingAtOnce(t *testing.T) {
	dir := written(t)
	for n := range byte(2 * mergeLate) {
		_, young, err := checkManifest(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		bad := copied(t, dir)
		spoil(t, bad)
		d, err := Open(bad, Normal)
		if (young >= mergeLate) != errors.Is(err, ErrDamaged) {
			t.Errorf("%d young tables: %v", young, err)
		}
		if err == nil {
			_ = d.Close() // what is damaged is not read
		}
		if young >= mergeLate {
			return
		}
		if d, err = Open(dir, Normal); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Commit([]Write{{RecordKey(User, 3), bytes.Repeat([]byte{n}, 300)}}), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("there never were %d young tables", mergeLate)
}

// TestClosedWhileMerging takes a state that says it was closed with tables to be merged: it is
// read whole, too.
func TestClosedWhileMerging(t *testing.T) {
	dir := written(t)
	if err := unmerged(dir); err != nil {
		t.Fatal(err)
	}
	d, err := Open(dir, Normal)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unmerged(dir); err != nil {
		t.Fatal(err)
	}
	spoil(t, dir)
	if _, err := Open(dir, Normal); !errors.Is(err, ErrDamaged) {
		t.Errorf("opened: %v", err)
	}
}
