package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// closed makes a small journal of several segments, closed in order, and returns its files and the position of its last frame.
func closed(t *testing.T, o Options, mark bool) (files map[string]string, last Position) {
	t.Helper()
	l := must(Create(o))(t)
	at := fill(t, l, 2, 3, 4, 3, 1, 2)
	if mark {
		if err := l.SetMark(Mark{Seq: l.Last(), End: l.End(), Clean: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return snapshot(t, o.Dir), at[len(at)-1]
}

func change(s string, at int, b string) string { return s[:at] + b + s[at+len(b):] }

// TestTornAtEveryByte ends the last frame's write at every byte, in three ways, without a mark.
func TestTornAtEveryByte(t *testing.T) {
	o := options(newDir(t))
	files, last := closed(t, o, false)
	names := segmentNames(files)
	name := names[len(names)-1]
	whole := files[name]
	frame := whole[last.Offset:]
	frame = frame[:len(strings.TrimRight(frame, "\x00"))]
	for k := range frame {
		for how, content := range map[string]string{
			"cut":         whole[:int(last.Offset)+k],
			"zeros after": change(whole, int(last.Offset)+k, strings.Repeat("\x00", len(frame)-k)),
			"zeros up to": change(whole, int(last.Offset), strings.Repeat("\x00", k+1)),
		} {
			if how == "zeros up to" && k == len(frame)-1 || content == whole {
				continue // nothing left, or nothing changed
			}
			files[name] = content
			restore(t, o.Dir, files)
			l, r := reopen(t, o)
			rest := strings.TrimRight(content[last.Offset:], "\x00")
			if len(r.Damage) != 0 || (r.Torn != nil) != (rest != "") || r.Last != 13 || l.End() != last {
				t.Fatalf("%s at %d: report %+v", how, k, r)
			}
			if r.Torn != nil {
				kept := must(os.ReadFile(filepath.Join(filepath.Dir(o.Dir), r.Torn.Copy)))(t)
				if string(kept) != rest || r.Torn.Seq != 14 || r.Torn.Offset != last.Offset {
					t.Fatalf("%s at %d: kept %d bytes of %d: %v", how, k, len(kept), len(rest), r.Torn)
				}
			}
			if got, bad := read(t, l); len(bad) != 0 || len(got) != 13 || got[13] != string(entry(13)) {
				t.Fatalf("%s at %d: %d events, damage %v", how, k, len(got), bad)
			}
			fill(t, l, 1)
			if err := errors.Join(l.Check(context.Background(), nil), l.Close()); err != nil {
				t.Fatalf("%s at %d: %v", how, k, err)
			}
		}
	}
}

// TestEveryByteFlipped flips each byte of each file of a closed journal: it must be found and the file named. Where the bytes
// mean something, and at samples of the zeros, the rest is tried too: the revocation that follows is kept, and nothing of what
// was there changes.
func TestEveryByteFlipped(t *testing.T) {
	o := options(newDir(t))
	files, _ := closed(t, o, true)
	o.Acknowledged = 15
	for name, content := range files {
		for at := range content {
			matters := at < 64 || at >= dataStart || content[at] != 0
			if !matters && testing.Short() && at%31 != 0 {
				continue
			}
			flipByte(t, filepath.Join(o.Dir, name), at)
			findFlipped(t, o, name, at)
			if matters && at%5 == 0 || at%499 == 0 {
				revokeBeside(t, o, name, at)
				restore(t, o.Dir, files)
			} else {
				flipByte(t, filepath.Join(o.Dir, name), at)
			}
		}
	}
}

func flipByte(t *testing.T, path string, at int) {
	t.Helper()
	f := must(os.OpenFile(path, os.O_RDWR, 0))(t)
	b := []byte{0}
	must(f.ReadAt(b, int64(at)))(t)
	b[0] ^= 1 << (at % 8)
	must(f.WriteAt(b, int64(at)))(t)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// findFlipped wants the damage named by Open or Check, and the headers still readable.
func findFlipped(t *testing.T, o Options, name string, at int) {
	t.Helper()
	l, r := reopen(t, o)
	found := append([]*Damage(nil), r.Damage...)
	if joined, ok := l.Check(context.Background(), nil).(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			var d *Damage
			if !errors.As(err, &d) {
				t.Fatalf("%s byte %d: %v", name, at, err)
			}
			found = append(found, d)
		}
	}
	named := false
	for _, d := range found {
		named = named || d.File == "journal/"+name && d.Offset <= int64(at)
	}
	if !named || r.Torn != nil || (name == markName) != (r.MarkErr != nil) {
		t.Fatalf("%s byte %d: not named: %v, report %+v", name, at, found, r)
	}
	for _, h := range l.Headers() {
		if h.Err != nil || len(h.Opaque) == 0 {
			t.Fatalf("%s byte %d: header lost: %v", name, at, h.Err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// revokeBeside wants an append to work beside damage, and to change nothing that was there.
func revokeBeside(t *testing.T, o Options, name string, at int) {
	t.Helper()
	before := snapshot(t, o.Dir)
	l, r := reopen(t, o)
	seq := l.Next()
	must(l.Append(seq, [][]byte{[]byte("revoke")}))(t)
	if got, _ := read(t, l); got[seq] != "revoke" || len(got) < 12 {
		t.Fatalf("%s byte %d: %d events read, revocation %q", name, at, len(got), got[seq])
	}
	if len(r.Damage) == 0 {
		return // in the history, found by Check: appending went on in the last segment
	}
	if err := l.SetMark(Mark{}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("%s byte %d: mark set: %v", name, at, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, o.Dir)
	for n, content := range before {
		if after[n] != content {
			t.Fatalf("%s byte %d: %s was changed", name, at, n)
		}
	}
	if len(after) != len(before)+1 {
		t.Fatalf("%s byte %d: %d files, want one more than %d", name, at, len(after), len(before))
	}
	o.Acknowledged = seq
	l, r = reopen(t, o)
	if got, _ := read(t, l); len(r.Damage) == 0 || r.Last != seq || got[seq] != "revoke" {
		t.Fatalf("%s byte %d: opened again: %+v", name, at, r)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
