package journal

import (
	"errors"
	"strings"
	"testing"
)

// TestCopy writes a journal of several segments anew: the files are the same up to the zeros, and it goes on like any other.
func TestCopy(t *testing.T) {
	o := options(newDir(t))
	l := must(Create(o))(t)
	fill(t, l, 1, 3, 2, 5, 1, 4)
	other := o
	other.Dir = newDir(t)
	c := must(NewCopy(other))(t)
	segment := uint32(0)
	for f, err := range l.Frames(Position{}) {
		if err == nil && f.At.Segment != segment {
			segment = f.At.Segment
			err = c.Begin(must(l.Header(segment))(t))
		}
		if err == nil {
			err = c.Add(f.First, f.Entries)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(c.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	want, got := snapshot(t, o.Dir), snapshot(t, other.Dir)
	names := segmentNames(want)
	if len(names) < 2 || len(segmentNames(got)) != len(names) {
		t.Fatalf("%d segments of %d", len(segmentNames(got)), len(names))
	}
	for _, name := range names {
		if strings.TrimRight(got[name], "\x00") != strings.TrimRight(want[name], "\x00") {
			t.Errorf("segment %s is another one", name)
		}
	}
	again, report := reopen(t, other)
	if report.Last != 16 || len(report.Damage) > 0 || report.Torn != nil {
		t.Fatalf("%+v", report)
	}
	fill(t, again, 3)
	if all, bad := read(t, again); len(all) != 19 || len(bad) > 0 {
		t.Fatalf("%d events, %v", len(all), bad)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCopyRefuses gives what does not come next.
func TestCopyRefuses(t *testing.T) {
	o := options(newDir(t))
	c := must(NewCopy(o))(t)
	one := [][]byte{entry(1)}
	if err := c.Add(1, one); !errors.Is(err, ErrSequence) {
		t.Errorf("a frame before any segment: %v", err)
	}
	for _, h := range []SegmentHeader{{Number: 2, First: 1}, {Number: 1, First: 2}} {
		if err := c.Begin(h); !errors.Is(err, ErrSequence) {
			t.Errorf("segment %d from %d: %v", h.Number, h.First, err)
		}
	}
	if err := c.Begin(SegmentHeader{Number: 1, First: 1, Opaque: make([]byte, MaxHeader+1)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large header: %v", err)
	}
	if err := errors.Join(c.Begin(SegmentHeader{Number: 1, First: 1}), c.Add(1, one)); err != nil {
		t.Fatal(err)
	}
	if err := c.Add(3, one); !errors.Is(err, ErrSequence) {
		t.Errorf("a gap: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := NewCopy(o); !errors.Is(err, ErrExists) {
		t.Errorf("over another: %v", err)
	}
	o.StoreID = [16]byte{}
	if _, err := NewCopy(o); err == nil {
		t.Error("a journal of no store was begun")
	}
}
