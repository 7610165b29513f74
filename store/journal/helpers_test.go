package journal

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var testStore = [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

// faults is a disk that does not wait, and fails where a test says so.
type faults struct {
	write, datasync, sync error
}

type faultyFile struct {
	diskFile
	faults *faults
}

func (f *faults) open(path string, flag int) (file, error) {
	opened, err := openFile(path, flag)
	if err != nil {
		return nil, err
	}
	return faultyFile{opened.(diskFile), f}, nil
}

func (f faultyFile) Sync() error     { return f.faults.sync }
func (f faultyFile) Datasync() error { return f.faults.datasync }

func (f faultyFile) WriteAt(b []byte, at int64) (int, error) {
	if f.faults.write != nil {
		n, _ := f.diskFile.WriteAt(b[:len(b)/2], at)
		return n, f.faults.write
	}
	return f.diskFile.WriteAt(b, at)
}

func options(dir string) Options {
	return Options{
		Dir: dir, StoreID: testStore, SegmentSize: dataStart + 300, Preallocate: 256,
		Header: func(n uint32, first uint64) ([]byte, error) { return fmt.Appendf(nil, "key %d from %d", n, first), nil },
		open:   new(faults).open,
	}
}

func newDir(t testing.TB) string { return filepath.Join(t.TempDir(), "journal") }

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func reopen(t testing.TB, o Options) (*Log, Report) {
	t.Helper()
	l, r, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return l, r
}

func entry(seq uint64) []byte {
	return fmt.Appendf(nil, "event %d %s", seq, strings.Repeat("x", int(seq*7%40)))
}

// fill appends frames of the given numbers of events.
func fill(t testing.TB, l *Log, counts ...int) []Position {
	t.Helper()
	var at []Position
	for _, n := range counts {
		first := l.Next()
		var entries [][]byte
		for i := range n {
			entries = append(entries, entry(first+uint64(i)))
		}
		at = append(at, must(l.Append(first, entries))(t))
	}
	return at
}

// read collects all events by number and all damage.
func read(t testing.TB, l *Log) (map[uint64]string, []error) {
	t.Helper()
	got, bad := map[uint64]string{}, []error(nil)
	var last uint64
	for f, err := range l.Frames(Position{}) {
		if err != nil {
			if !IsDamage(err) {
				t.Fatal(err)
			}
			bad = append(bad, err)
			continue
		}
		if f.First <= last {
			t.Fatalf("frame %d after event %d", f.First, last)
		}
		for i, e := range f.Entries {
			last = f.First + uint64(i)
			got[last] = string(e)
		}
	}
	return got, bad
}

func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, e := range must(os.ReadDir(dir))(t) {
		out[e.Name()] = string(must(os.ReadFile(filepath.Join(dir, e.Name())))(t))
	}
	return out
}

func restore(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func segmentNames(files map[string]string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(n string) bool { return !strings.HasSuffix(n, segmentSuffix) })
}
