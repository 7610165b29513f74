package journal

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// TestHistory drives a journal through appends, marks, orderly and torn ends against a model of what must be there.
func TestHistory(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		parent := must(os.MkdirTemp(t.TempDir(), ""))(t)
		o := options(filepath.Join(parent, "journal"))
		o.SegmentSize = dataStart + int64(rapid.IntRange(0, 2000).Draw(r, "segment"))
		o.Preallocate = int64(rapid.IntRange(0, 500).Draw(r, "ahead"))
		l := must(Create(o))(t)
		var model [][]byte
		tear := func(clean bool) {
			end := l.End()
			seg, _ := l.find(end.Segment)
			if err := l.Close(); err != nil {
				r.Fatal(err)
			}
			cut := 0
			if !clean {
				frame := appendFrame(nil, l.seed, end.Segment, uint64(len(model)+1), [][]byte{{1, 2, 3}, bytes.Repeat([]byte{7}, 20)})
				cut = rapid.IntRange(1, len(frame)-8).Draw(r, "torn")
				f := must(os.OpenFile(filepath.Join(o.Dir, seg.name), os.O_RDWR, 0))(t)
				_, err := f.WriteAt(frame[:cut], end.Offset)
				if err := errors.Join(err, f.Close()); err != nil {
					r.Fatal(err)
				}
			}
			o.Acknowledged = uint64(len(model))
			var rep Report
			var err error
			if l, rep, err = Open(o); err != nil || len(rep.Damage) > 0 || (rep.Torn != nil) != (cut > 0) || rep.Last != uint64(len(model)) || l.End() != end {
				r.Fatalf("open: %v, report %+v, end %v, want %v", err, rep, l.End(), end)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"append": func(r *rapid.T) {
				entries := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 60), 1, 6).Draw(r, "entries")
				if _, err := l.Append(uint64(len(model)+1), entries); err != nil {
					r.Fatal(err)
				}
				model = append(model, entries...)
			},
			"mark": func(r *rapid.T) {
				if err := l.SetMark(Mark{Seq: l.Last(), End: l.End(), Clean: false}); err != nil {
					r.Fatal(err)
				}
			},
			"orderly": func(r *rapid.T) {
				if err := l.SetMark(Mark{Seq: l.Last(), End: l.End(), Clean: true}); err != nil {
					r.Fatal(err)
				}
				tear(true)
			},
			"torn": func(r *rapid.T) {
				if err := l.SetMark(Mark{Seq: l.Last(), End: l.End()}); err != nil {
					r.Fatal(err)
				}
				tear(false)
			},
			"": func(r *rapid.T) {
				got, bad := read(t, l)
				if len(bad) > 0 || len(got) != len(model) {
					r.Fatalf("%d events, want %d; damage %v", len(got), len(model), bad)
				}
				for i, e := range model {
					if got[uint64(i+1)] != string(e) {
						r.Fatalf("event %d: %q, want %q", i+1, got[uint64(i+1)], e)
					}
				}
				if err := l.Check(context.Background(), nil); err != nil {
					r.Fatal(err)
				}
			},
		})
	})
}
