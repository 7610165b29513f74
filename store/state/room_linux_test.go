package state

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// small is a file system of this many MiB, in memory.
func small(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill takes all room that is left.
func fill(t *testing.T, dir string) (filler string) {
	t.Helper()
	filler = filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<16); err == nil; {
		_, err = f.Write(block)
	}
	if !full(err) {
		t.Fatal(err)
	}
	return filler
}

// TestAFullDiskIsNoCrash takes the room at once while Badger has logs to write into tables,
// with every page of which the process would have ended. Then it gives the room back.
func TestAFullDiskIsNoCrash(t *testing.T) {
	at := small(t, "96m")
	dir := filepath.Join(at, "state")
	d, err := Open(dir, Normal)
	if err != nil {
		t.Fatal(err)
	}
	value := bytes.Repeat([]byte("value "), 5000)
	commit := func(n uint64) error { return d.Commit([]Write{{RecordKey(User, n), value}}) }
	n, filler := uint64(0), ""
	for ; err == nil; n++ {
		if n == 260 { // nearly the end of a log of 8 MiB
			filler = fill(t, at)
		}
		err = commit(n)
	}
	if n--; !errors.Is(err, ErrNoRoom) || n < 260 || n > 1000 {
		t.Fatalf("after %d writes: %v", n, err)
	}
	reads(t, d, n, value)
	if err := d.Close(); !errors.Is(err, ErrNoRoom) {
		t.Fatalf("closed on a full disk: %v", err)
	}
	ended := Unclosed(dir)
	if _, err := Open(dir, ReadOnly); !errors.Is(err, ErrNoRoom) || ended == nil {
		t.Fatalf("opened while it is still written: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not go on once there is room")
	}
	if d, err = Open(dir, Normal); err != nil {
		t.Fatal(err)
	}
	reads(t, d, n, value)
	if err := errors.Join(commit(n), d.Close()); err != nil {
		t.Fatal(err)
	}
	if logs, err := filepath.Glob(filepath.Join(dir, "*"+logSuffix)); err != nil || len(logs) > 0 {
		t.Errorf("closed in order it has logs: %v, %v", logs, err)
	}
}

func reads(t *testing.T, d *DB, n uint64, value []byte) {
	t.Helper()
	for i := range n {
		err := d.Get(RecordKey(User, i), func(got []byte) error {
			if !bytes.Equal(got, value) {
				return errors.New("it is another")
			}
			return nil
		})
		if err != nil {
			t.Fatalf("record %d of %d: %v", i, n, err)
		}
	}
}

// TestOpenOnAFullDisk opens states with no room at all: an error, and no harm.
func TestOpenOnAFullDisk(t *testing.T) {
	at := small(t, "64m")
	dir := filepath.Join(at, "state")
	for _, m := range []Mode{Normal, Build} {
		filler := fill(t, at)
		if _, err := Open(dir, m); !errors.Is(err, ErrNoRoom) {
			t.Errorf("opened in mode %d: %v", m, err)
		}
		if err := errors.Join(os.Remove(filler), os.RemoveAll(dir)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(dir, Normal)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Commit([]Write{{RecordKey(User, 1), []byte("x")}}), d.Close()); err != nil {
		t.Fatal(err)
	}
	filler := fill(t, at)
	if _, err := Open(dir, Normal); !errors.Is(err, ErrNoRoom) {
		t.Errorf("opened again: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(dir, Normal); err != nil {
		t.Fatal(err)
	}
	reads(t, d, 0, nil)
	if err := errors.Join(d.Get(RecordKey(User, 1), func([]byte) error { return nil }), d.Close()); err != nil {
		t.Fatal(err)
	}
}
