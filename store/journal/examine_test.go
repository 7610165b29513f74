package journal

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var ctx = context.Background()

// examined examines a journal and fails the test if that changes a file.
func examined(t testing.TB, o Examination) Found {
	t.Helper()
	before := snapshot(t, o.Dir)
	found, err := Examine(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(before, snapshot(t, o.Dir)) {
		t.Fatal("examining changed a file")
	}
	return found
}

func TestExamineAGoodJournal(t *testing.T) {
	for _, clean := range []bool{false, true} {
		o := options(newDir(t))
		files, _ := closed(t, o, clean)
		l, _ := reopen(t, o)
		last, mark := l.Last(), l.mark
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		for _, whole := range []bool{false, true} {
			f := examined(t, Examination{Dir: o.Dir, Acknowledged: last, Whole: whole})
			if f.Store != testStore || f.Mark != mark || f.Last != last || string(f.Entry) != string(entry(last)) ||
				f.Loose != nil || len(f.Damage) > 0 || f.Ahead {
				t.Errorf("clean %v, whole %v: %+v", clean, whole, f)
			}
			if whole && f.Segments != len(segmentNames(files)) {
				t.Errorf("read %d segments of %d", f.Segments, len(segmentNames(files)))
			}
		}
	}
}

// TestExamineSeesWhatOpeningSees changes bytes and lengths all over and compares with what Open and Check then say.
func TestExamineSeesWhatOpeningSees(t *testing.T) {
	for _, clean := range []bool{false, true} {
		o := options(newDir(t))
		files, _ := closed(t, o, clean)
		for name, content := range files {
			for at := 0; at < len(content); at += 257 {
				for _, cut := range []bool{false, true} {
					worse := maps.Clone(files)
					worse[name] = change(content, at, string([]byte{content[at] ^ 0x20}))
					if cut {
						worse[name] = content[:at]
					}
					restore(t, o.Dir, worse)
					compare(t, o)
				}
			}
		}
	}
}

// compare examines a journal and then opens and checks it.
func compare(t *testing.T, o Options) {
	t.Helper()
	here := examined(t, Examination{Dir: o.Dir, Acknowledged: o.Acknowledged})
	all := examined(t, Examination{Dir: o.Dir, Acknowledged: o.Acknowledged, Whole: true})
	l, r := reopen(t, o)
	defer l.Close()
	check := l.Check(ctx, nil)
	if (len(all.Damage) > 0) != (len(r.Damage) > 0 || check != nil) {
		t.Fatalf("examined whole: %v; opened: %v; checked: %v", all.Damage, r.Damage, check)
	}
	said := map[string]bool{}
	for _, d := range here.Damage {
		said[d.Error()] = true
	}
	for _, d := range r.Damage {
		if !said[d.Error()] {
			t.Fatalf("opened: %v; examined: %v", d, here.Damage)
		}
	}
	if len(here.Damage) == len(r.Damage) && ((here.Loose != nil) != (r.Torn != nil) ||
		r.Torn != nil && *here.Loose != Loose{r.Torn.File, r.Torn.Seq, r.Torn.Offset, r.Torn.Length}) {
		t.Fatalf("loose %v, torn %v", here.Loose, r.Torn)
	}
	if len(here.Damage) == 0 && here.Last != r.Last {
		t.Fatalf("last event %d, opened: %d", here.Last, r.Last)
	}
}

func TestExamineMissingEvents(t *testing.T) {
	o := options(newDir(t))
	closed(t, o, true)
	f := examined(t, Examination{Dir: o.Dir, Acknowledged: 99})
	if !f.Ahead || len(f.Damage) != 1 || f.Damage[0].Last != 99 {
		t.Errorf("found %+v", f)
	}
}

// TestExamineHalfWritten leaves a frame half written, as a reader beside its writer would see it.
func TestExamineHalfWritten(t *testing.T) {
	o := options(newDir(t))
	files, last := closed(t, o, false)
	seg := segmentNames(files)[last.Segment-1]
	l, _ := newLog(o)
	files[seg] = flip(o, l, files[seg], int(last.Offset))
	restore(t, o.Dir, files)
	for _, busy := range []bool{false, true} {
		f := examined(t, Examination{Dir: o.Dir, Busy: busy})
		if f.Loose == nil || f.Loose.Offset != last.Offset || f.Loose.Seq != 14 || f.Last != 13 || len(f.Damage) > 0 ||
			!strings.Contains(f.Loose.String(), "behind event 13") {
			t.Errorf("busy %v: %+v", busy, f)
		}
		if f = examined(t, Examination{Dir: o.Dir, Busy: busy, Acknowledged: 14}); f.Loose != nil || len(f.Damage) != 1 {
			t.Errorf("acknowledged, busy %v: %+v", busy, f)
		}
	}
}

// TestExamineBesideAppending examines a journal that grows, over many segments, and must never take it for damaged.
func TestExamineBesideAppending(t *testing.T) {
	o := options(newDir(t))
	l := must(Create(o))(t)
	done := make(chan error)
	go func() {
		var err error
		for seq := uint64(1); seq <= 600 && err == nil; seq++ {
			if _, err = l.Append(seq, [][]byte{entry(seq)}); err == nil && seq%50 == 0 {
				err = l.SetMark(Mark{Seq: seq, End: l.End()})
			}
		}
		done <- err
	}()
	var before uint64
	for ended := false; !ended; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			ended = true
		default:
		}
		f, err := Examine(ctx, Examination{Dir: o.Dir, Busy: true, Whole: true})
		if err != nil || len(f.Damage) > 0 || f.Last < before {
			t.Fatalf("behind event %d: %+v, %v", before, f, err)
		}
		before = f.Last
	}
	if before != 600 {
		t.Errorf("ended with event %d", before)
	}
}

func TestExamineRefuses(t *testing.T) {
	if _, err := Examine(ctx, Examination{Dir: newDir(t)}); !errors.Is(err, ErrNone) {
		t.Errorf("nothing there: %v", err)
	}
	o := options(newDir(t))
	files, _ := closed(t, o, true)
	over, stop := context.WithCancel(ctx)
	stop()
	if _, err := Examine(over, Examination{Dir: o.Dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, name := range segmentNames(files) {
		if err := os.Remove(filepath.Join(o.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Examine(ctx, Examination{Dir: o.Dir}); !IsDamage(err) {
		t.Errorf("only a mark: %v", err)
	}
}
