package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// crashing calls back with every write half done: what a power cut could leave.
type crashing struct {
	diskFile
	cut func()
}

func (f crashing) WriteAt(b []byte, at int64) (int, error) {
	if n, err := f.diskFile.WriteAt(b[:len(b)/2], at); err != nil {
		return n, err
	}
	f.cut()
	return f.diskFile.WriteAt(b, at)
}

func (f crashing) Sync() error {
	f.cut()
	return nil
}

// segmented makes a journal of several segments.
func segmented(t *testing.T, dir string) *Log {
	t.Helper()
	l := must(Create(options(dir)))(t)
	fill(t, l, 3, 2, 4, 3, 2)
	if n := len(l.Headers()); n < 3 {
		t.Fatalf("%d segments", n)
	}
	return l
}

func fresh(l *Log) map[uint32][]byte {
	out := map[uint32][]byte{}
	for _, h := range l.Headers() {
		out[h.Number] = fmt.Appendf(nil, "another key for %d", h.Number)
	}
	return out
}

// owners is what the headers hold, which must be good.
func owners(t *testing.T, l *Log) (out []string) {
	t.Helper()
	for _, h := range l.Headers() {
		if h.Err != nil {
			t.Fatal(h.Err)
		}
		out = append(out, string(h.Opaque))
	}
	return out
}

func TestRewrap(t *testing.T) {
	dir := newDir(t)
	l := segmented(t, dir)
	events, _ := read(t, l)
	if err := l.Rewrap(fresh(l)); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 1) // the active segment goes on
	for i, got := range owners(t, l)[:3] {
		if want := fmt.Sprintf("another key for %d", i+1); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := errors.Join(l.Check(t.Context(), nil), l.Close()); err != nil {
		t.Fatal(err)
	}
	again, r := reopen(t, options(dir))
	if got, bad := read(t, again); len(got) != len(events)+1 || len(bad)+len(r.Damage) > 0 {
		t.Errorf("%d events, %v, %v", len(got), bad, r.Damage)
	}
	if _, err := os.Stat(filepath.Join(dir, rewrapName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

// TestRewrapCutAnywhere stops at every write, half done, and opens what is there: all headers are the old ones or all are the
// new ones, and nothing is damaged, for who opens it and for who only looks.
func TestRewrapCutAnywhere(t *testing.T) {
	dir := newDir(t)
	o := options(dir)
	l := segmented(t, dir)
	before := owners(t, l)
	var moments []map[string]string
	l.opts.open = func(path string, flag int) (file, error) {
		f, err := openFile(path, flag)
		if err != nil {
			return nil, err
		}
		return crashing{f.(diskFile), func() { moments = append(moments, snapshot(t, dir)) }}, nil
	}
	if err := l.Rewrap(fresh(l)); err != nil {
		t.Fatal(err)
	}
	after := owners(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	old, replaced := 0, 0
	for i, files := range moments {
		restore(t, dir, files)
		found, err := Examine(t.Context(), Examination{Dir: dir, Whole: true})
		if err != nil || len(found.Damage) > 0 {
			t.Fatalf("moment %d: %v %v", i, err, found.Damage)
		}
		l, r := reopen(t, o)
		got := owners(t, l)
		switch {
		case len(r.Damage) > 0:
			t.Fatalf("moment %d: %v", i, r.Damage)
		case slices.Equal(got, before):
			old++
		case slices.Equal(got, after):
			replaced++
		default:
			t.Fatalf("moment %d: %q", i, got)
		}
		fill(t, l, 1)
		if err := errors.Join(l.Check(t.Context(), nil), l.Close()); err != nil {
			t.Fatalf("moment %d: %v", i, err)
		}
	}
	if old == 0 || replaced < 2*len(before) {
		t.Errorf("%d moments with the old headers and %d with the new ones", old, replaced)
	}
}

// TestRewrapDamaged: a file that cannot be believed is damage, and no header is touched for it.
func TestRewrapDamaged(t *testing.T) {
	dir := newDir(t)
	l := segmented(t, dir)
	good := l.encodeRewrap(fresh(l))
	before := owners(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for at := range good {
		bad := slices.Clone(good)
		bad[at] ^= 1
		if err := os.WriteFile(filepath.Join(dir, rewrapName), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		l, r := reopen(t, options(dir))
		if len(r.Damage) != 1 || !slices.Equal(owners(t, l), before) {
			t.Fatalf("byte %d: %v", at, r.Damage)
		}
		if err := l.Rewrap(nil); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a damaged journal: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRoll(t *testing.T) {
	dir := newDir(t)
	l := must(Create(options(dir)))(t)
	if err := l.Roll(); err != nil || l.End().Segment != 1 {
		t.Fatalf("an empty segment: %v, %v", err, l.End())
	}
	fill(t, l, 2)
	if err := l.SetMark(Mark{Seq: 2, End: l.End(), Clean: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Roll(); err != nil || l.End() != (Position{2, dataStart}) {
		t.Fatalf("%v, %v", err, l.End())
	}
	files := snapshot(t, dir) // a crash here leaves a segment without events
	fill(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	restore(t, dir, files)
	l, r := reopen(t, options(dir))
	if len(r.Damage) > 0 || l.Last() != 2 {
		t.Fatalf("%v, %d", r.Damage, l.Last())
	}
	fill(t, l, 1)
	if at := l.End().Segment; at != 2 {
		t.Errorf("goes on in segment %d", at)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Roll(), l.Rewrap(nil)); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func FuzzRewrap(f *testing.F) {
	l := &Log{opts: Options{StoreID: testStore}}
	f.Add(l.encodeRewrap(map[uint32][]byte{1: []byte("a"), 7: nil}))
	f.Add(l.encodeRewrap(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if owner, err := decodeRewrap(b, testStore); err == nil && string(l.encodeRewrap(owner)) != string(b) {
			t.Fatal("two encodings of the same")
		}
	})
}
