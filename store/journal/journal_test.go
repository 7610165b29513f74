package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestAppendAndReadBack(t *testing.T) {
	o := options(newDir(t))
	l := must(Create(o))(t)
	at := fill(t, l, 1, 3, 2, 5, 1, 4)
	end := l.End()
	if err := l.SetMark(Mark{Seq: l.Last(), End: end, Clean: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	o.StoreID, o.Acknowledged = [16]byte{}, 16
	l, r := reopen(t, o)
	if r.Last != 16 || len(r.Damage) != 0 || r.Torn != nil || !r.Mark.Clean || r.Mark.End != end || l.End() != end || l.Next() != 17 {
		t.Fatalf("report %+v, end %+v", r, l.End())
	}
	got, bad := read(t, l)
	for seq := uint64(1); seq <= 16; seq++ {
		if got[seq] != string(entry(seq)) {
			t.Errorf("event %d: %q", seq, got[seq])
		}
	}
	if len(bad) != 0 || len(got) != 16 {
		t.Errorf("%d events, damage %v", len(got), bad)
	}
	f := must(l.ReadAt(at[3]))(t)
	if f.First != 7 || len(f.Entries) != 5 || f.At != at[3] {
		t.Errorf("frame %+v", f)
	}
	var firsts []uint64
	for f, err := range l.Frames(f.Next) {
		firsts = append(firsts, must(f, err)(t).First)
	}
	if !slices.Equal(firsts, []uint64{12, 13}) {
		t.Errorf("frames behind %v: %v", f.Next, firsts)
	}
	if err := l.Check(context.Background(), nil); err != nil {
		t.Error(err)
	}
	heads := l.Headers()
	if len(heads) < 2 || string(heads[1].Opaque) != fmt.Sprintf("key 2 from %d", heads[1].First) {
		t.Errorf("headers %+v", heads)
	}
}

func TestRefusals(t *testing.T) {
	o := options(newDir(t))
	if _, _, err := Open(o); !errors.Is(err, ErrNone) {
		t.Errorf("open nothing: %v", err)
	}
	l := must(Create(o))(t)
	if _, err := Create(o); !errors.Is(err, ErrExists) {
		t.Errorf("create twice: %v", err)
	}
	at := fill(t, l, 2)
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"gap":       {second(l.Append(4, [][]byte{{1}})), ErrSequence},
		"repeat":    {second(l.Append(2, [][]byte{{1}})), ErrSequence},
		"too large": {second(l.Append(3, [][]byte{make([]byte, MaxPayload)})), ErrTooLarge},
		"reserve":   {second(l.Reserve(3, 1, MaxPayload)), ErrTooLarge},
		"inside":    {second(l.ReadAt(Position{1, at[0].Offset + 1})), ErrPosition},
		"end":       {second(l.ReadAt(l.End())), ErrPosition},
		"segment":   {second(l.ReadAt(Position{9, dataStart})), ErrPosition},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if _, err := l.Append(3, nil); err == nil {
		t.Error("an empty frame was written")
	}
	for _, m := range []Mark{{Seq: 3, End: l.End()}, {Seq: 2, End: Position{2, 0}}, {Seq: 1, End: l.End(), Clean: true}} {
		if err := l.SetMark(m); err == nil {
			t.Errorf("mark %+v was taken", m)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(3, [][]byte{{1}}); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	if err := l.SetMark(Mark{}); !errors.Is(err, ErrClosed) {
		t.Errorf("mark after close: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestReserveSaysWhereTheFrameLands(t *testing.T) {
	l := must(Create(options(newDir(t))))(t)
	for seq := uint64(1); seq < 30; seq++ {
		e := entry(seq)
		want := must(l.Reserve(seq, 1, len(e)))(t)
		if got := must(l.Append(seq, [][]byte{e}))(t); got != want {
			t.Fatalf("event %d at %v, reserved %v", seq, got, want)
		}
	}
	if big := must(l.Append(30, [][]byte{make([]byte, 4096)}))(t); big.Offset != dataStart {
		t.Errorf("a frame larger than a segment starts at %v", big)
	}
	if err := l.Check(context.Background(), func(time.Duration) {}); err != nil {
		t.Error(err)
	}
}

func TestModes(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o777))
	o := options(newDir(t))
	o.open = nil
	l := must(Create(o))(t)
	fill(t, l, 9, 9, 9)
	if err := errors.Join(l.SetMark(Mark{Seq: 27, End: l.End()}), l.Close()); err != nil {
		t.Fatal(err)
	}
	if m := must(os.Stat(o.Dir))(t).Mode().Perm(); m != 0o700 {
		t.Errorf("directory %v", m)
	}
	for _, e := range must(os.ReadDir(o.Dir))(t) {
		if m := must(e.Info())(t).Mode().Perm(); m != 0o600 {
			t.Errorf("%s %v", e.Name(), m)
		}
	}
}

func TestFailingDisk(t *testing.T) {
	for name, set := range map[string]func(*faults, error){
		"write":    func(f *faults, err error) { f.write = err },
		"datasync": func(f *faults, err error) { f.datasync = err },
	} {
		t.Run(name, func(t *testing.T) {
			o, disk := options(newDir(t)), new(faults)
			o.open = disk.open
			l := must(Create(o))(t)
			fill(t, l, 2)
			set(disk, syscall.EIO)
			if _, err := l.Append(3, [][]byte{entry(3)}); !errors.Is(err, ErrUnknown) || !errors.Is(err, syscall.EIO) {
				t.Fatalf("append: %v", err)
			}
			*disk = faults{}
			if _, err := l.Append(3, [][]byte{entry(3)}); !errors.Is(err, ErrBroken) || errors.Is(err, ErrUnknown) {
				t.Fatalf("append after a failure: %v", err)
			}
			if l.Last() != 2 {
				t.Errorf("last %d", l.Last())
			}
			l, r := reopen(t, o)
			if len(r.Damage) != 0 || (name == "write") != (r.Torn != nil) || (name == "datasync") != (r.Last == 3) {
				t.Fatalf("report %+v", r)
			}
			fill(t, l, 1)
		})
	}
	t.Run("full", func(t *testing.T) {
		o, disk := options(newDir(t)), new(faults)
		o.open = disk.open
		l := must(Create(o))(t)
		fill(t, l, 2)
		disk.write = syscall.ENOSPC
		large := make([]byte, 400)
		if _, err := l.Append(3, [][]byte{large}); !errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrUnknown) {
			t.Fatalf("append without space: %v", err)
		}
		disk.write = nil
		must(l.Append(3, [][]byte{large}))(t)
		if err := l.Check(context.Background(), nil); err != nil {
			t.Error(err)
		}
	})
}

func TestCheckBesideAppending(t *testing.T) {
	o := options(newDir(t))
	l := must(Create(o))(t)
	var wait sync.WaitGroup
	wait.Go(func() {
		for range 400 {
			fill(t, l, 1)
		}
	})
	for l.Last() < 400 {
		if err := l.Check(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if _, bad := read(t, l); len(bad) != 0 {
			t.Fatal(bad)
		}
		if err := l.SetMark(Mark{}); err != nil {
			t.Fatal(err)
		}
	}
	wait.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Check(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("check after cancel: %v", err)
	}
}

// TestWalkingOn: a walker that was at the end sees what was appended since, though it had read beyond the end.
func TestWalkingOn(t *testing.T) {
	o := options(newDir(t))
	o.SegmentSize = 0
	l := must(Create(o))(t)
	fill(t, l, 2)
	s := l.list()[0]
	w, f, err := l.openWalker(s, 0, l.limit(s), 0, true)
	if err != nil {
		t.Fatal(err)
	}
	w.each(func(Frame, error) bool { return true })
	if _, err := w.bytes(l.End().Offset, 64); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 3)
	if err := w.extend(f, l.limit(s)); err != nil {
		t.Fatal(err)
	}
	w.each(func(Frame, error) bool { return true })
	if w.last != 5 {
		t.Errorf("walked to event %d", w.last)
	}
	if err := errors.Join(f.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
}
