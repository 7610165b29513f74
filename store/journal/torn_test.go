package journal

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestTornOrDamage is the decision table for a bad last frame.
func TestTornOrDamage(t *testing.T) {
	for name, c := range map[string]struct {
		mark         bool
		acknowledged uint64
		bad          func(o Options, l *Log, s string, last int) string
		torn         bool
		first, last  uint64
	}{
		"never acknowledged":           {bad: flip, torn: true},
		"acknowledged, head good":      {acknowledged: 14, bad: flip, first: 14, last: 15},
		"acknowledged, head gone":      {acknowledged: 14, bad: func(_ Options, _ *Log, s string, at int) string { return change(s, at, "????") }, first: 14, last: 14},
		"acknowledged, all gone":       {acknowledged: 15, bad: func(_ Options, _ *Log, s string, at int) string { return s[:at] }, first: 14, last: 15},
		"closed in order, flipped":     {mark: true, bad: flip, first: 14, last: 15},
		"closed in order, more behind": {mark: true, bad: func(_ Options, _ *Log, s string, at int) string { return s + "more" }, first: 16},
		"a frame follows": {bad: func(_ Options, l *Log, s string, at int) string {
			end := (len(strings.TrimRight(s, "\x00")) + 7) &^ 7
			return change(flip(Options{}, l, s, at)[:end], at, "????") + string(appendFrame(nil, l.seed, 3, 16, [][]byte{{1}}))
		}, first: 14, last: 15},
		"a bad frame follows": {bad: func(_ Options, l *Log, s string, at int) string {
			end := (len(strings.TrimRight(s, "\x00")) + 7) &^ 7
			more := appendFrame(nil, l.seed, 3, 16, [][]byte{{1}})
			more[frameHeader] ^= 1
			return flip(Options{}, l, s, at)[:end] + string(more)
		}, first: 14, last: 15},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(newDir(t))
			files, last := closed(t, o, c.mark)
			if last.Segment != 3 {
				t.Fatalf("the last frame is at %v", last)
			}
			if c.mark { // the mark stands before the last frame, or at the very end
				o.Acknowledged = 15
			}
			o.Acknowledged = max(o.Acknowledged, c.acknowledged)
			seg := segmentNames(files)[2]
			l, _ := newLog(o)
			files[seg] = c.bad(o, l, files[seg], int(last.Offset))
			if name == "closed in order, flipped" {
				o.Acknowledged = 0
				delete(files, markName)
				files[markName] = string(Mark{Seq: 15, End: Position{3, int64(len(strings.TrimRight(files[seg], "\x00"))+7) &^ 7}, Clean: true}.encode(testStore))
			}
			restore(t, o.Dir, files)
			l, r := reopen(t, o)
			err := l.Check(context.Background(), nil)
			if c.torn {
				if r.Torn == nil || len(r.Damage) > 0 || err != nil {
					t.Fatalf("report %+v, check %v", r, err)
				}
				return
			}
			if r.Torn != nil || err == nil {
				t.Fatalf("report %+v, check %v", r, err)
			}
			all := err.Error()
			for _, d := range r.Damage {
				all += "\n" + d.Error()
				if d.First == c.first && d.Last == c.last {
					return
				}
			}
			if !strings.Contains(all, "events 14 to 15") {
				t.Errorf("events %d to %d not named in:\n%s", c.first, c.last, all)
			}
		})
	}
}

func flip(_ Options, _ *Log, s string, at int) string {
	return change(s, at+frameHeader+5, string([]byte{s[at+frameHeader+5] ^ 4}))
}

// TestTornAfterAnOrderlyEnd: a clean mark is taken back before the first frame after it, so that frame may be torn.
func TestTornAfterAnOrderlyEnd(t *testing.T) {
	o := options(newDir(t))
	closed(t, o, true)
	o.Acknowledged = 15
	l, r := reopen(t, o)
	if !r.Mark.Clean {
		t.Fatalf("report %+v", r)
	}
	at := must(l.Reserve(16, 1, 10))(t)
	s, _ := l.find(at.Segment)
	f := must(os.OpenFile(l.path(s.name), os.O_RDWR, 0))(t)
	_, err := f.WriteAt([]byte("jfrm, half"), at.Offset)
	if err := errors.Join(err, f.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, r = reopen(t, o); r.Torn == nil || len(r.Damage) > 0 || r.Mark.Clean || r.Mark.Seq != 15 {
		t.Fatalf("report %+v", r)
	}
}

// TestNumbersAreNotUsedTwice: what cannot be read any more may have had the next number, so it is not given again.
func TestNumbersAreNotUsedTwice(t *testing.T) {
	o := options(newDir(t))
	files, last := closed(t, o, false)
	seg := segmentNames(files)[last.Segment-1]
	files[seg] = change(change(files[seg], 100, "x"), int(last.Offset), "????")
	restore(t, o.Dir, files)
	l, r := reopen(t, o)
	if len(r.Damage) != 2 || r.Torn != nil || r.Last != 13 || l.Next() != 15 {
		t.Fatalf("next %d, report %+v", l.Next(), r)
	}
	if _, err := l.Append(14, [][]byte{{1}}); !errors.Is(err, ErrSequence) {
		t.Errorf("append 14: %v", err)
	}
	must(l.Append(20, [][]byte{{1}}))(t)
	if l.Next() != 21 {
		t.Errorf("next %d", l.Next())
	}
}
