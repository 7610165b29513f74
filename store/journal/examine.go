package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
)

// Examination says what Examine reads.
type Examination struct {
	Dir          string
	Acknowledged uint64 // as in Options
	Whole        bool   // all of history; else from the segment the mark points into
	Busy         bool   // another process has the journal open and may be writing to it
}

// Found is what Examine found.
type Found struct {
	Store    [16]byte
	Mark     Mark   // zero when there is none or it cannot be trusted; then Damage says why
	Last     uint64 // sequence number of the last readable event; 0: none
	Entry    []byte // that event, as it was appended; nil when none was read
	Segments int    // that were read
	Bytes    int64  // in them, zeros written ahead included
	Loose    *Loose // what is behind the last event and is no event, or not yet; nil: nothing
	Damage   []*Damage
	Ahead    bool // as in Report; also in Damage
}

// Loose is what an interrupted write left behind the last event, which Open copies aside and cuts; or, in a busy journal, what is
// being written.
type Loose struct {
	File           string // the segment, as "journal/NAME"
	Seq            uint64 // the event it would have been
	Offset, Length int64  // where it begins, and bytes up to the last that is not zero
}

// String says it in one line.
func (l *Loose) String() string {
	return fmt.Sprintf("%s: %d bytes at byte %d, behind event %d", l.File, l.Length, l.Offset, l.Seq-1)
}

// Examine looks at a journal as Open would, and writes nothing: it neither cuts what was torn nor needs to be the only one here.
// The error is ErrNone where no journal is, ErrFormat for a newer one, a *Damage when no segment can be told from the others, that
// of ctx, or of the disk.
//
// What another process has only half written can look like damage in front of what it wrote next. So in a busy journal damage
// counts only if it is found again, and a bad end beyond what was acknowledged is Loose.
func Examine(ctx context.Context, o Examination) (Found, error) {
	out, err := examine(ctx, o)
	const again = 2
	for range again {
		if err != nil || !o.Busy || len(out.Damage) == 0 {
			break
		}
		before := out.Damage
		if out, err = examine(ctx, o); err == nil {
			out.Damage = both(before, out.Damage)
		}
	}
	return out, err
}

// both returns the damage of b that is in a as well.
func both(a, b []*Damage) []*Damage {
	seen := map[Damage]bool{}
	for _, d := range a {
		seen[Damage{File: d.File, Offset: d.Offset, First: d.First}] = true
	}
	var out []*Damage
	for _, d := range b {
		if seen[Damage{File: d.File, Offset: d.Offset, First: d.First}] {
			out = append(out, d)
		}
	}
	return out
}

// examiner is one reading of a journal.
type examiner struct {
	*Log
	ctx   context.Context
	ask   Examination
	found Found

	payload []byte // of the last frame
	count   uint32 // entries in it
}

func examine(ctx context.Context, o Examination) (Found, error) {
	l, err := newLog(Options{Dir: o.Dir, Acknowledged: o.Acknowledged})
	if err != nil {
		return Found{}, err
	}
	e := &examiner{Log: l, ctx: ctx, ask: o}
	if err := e.look(); err != nil {
		return Found{}, err
	}
	if err := e.read(); err != nil {
		return Found{}, fmt.Errorf("examine the journal: %w", err)
	}
	return e.found, nil
}

// look lists what there is and reads the mark.
func (e *examiner) look() error {
	segments, mark, strange, err := e.readDir()
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(segments) == 0 && len(strange) == 0 && !mark:
		return fmt.Errorf("%s: %w", e.opts.Dir, ErrNone)
	case err != nil:
		return fmt.Errorf("examine the journal: %w", err)
	case len(segments) == 0:
		return &Damage{File: e.shown(""), What: "all segments are missing: restore them from a backup"}
	}
	e.segments = segments
	if h, _ := e.readHeader(segments[len(segments)-1]); errors.Is(h.Err, ErrFormat) {
		return fmt.Errorf("examine the journal: %w", h.Err)
	}
	if err := e.identify(); err != nil {
		return err
	}
	e.found.Store = e.opts.StoreID
	for _, name := range strange {
		e.damaged(&Damage{File: e.shown(name), What: "not the name of a segment"})
	}
	var d *Damage
	if e.rewraps, err = e.readRewrap(); errors.As(err, &d) {
		e.damaged(d)
	}
	if e.found.Mark, err = e.readMark(); errors.As(err, &d) {
		e.damaged(d)
	}
	return nil
}

func (e *examiner) damaged(d ...*Damage) { e.found.Damage = append(e.found.Damage, d...) }

// read walks the segments and decides what their end is.
func (e *examiner) read() error {
	var tail *item
	i, last := e.begin()
	for ; i < len(e.segments); i++ {
		s := e.segments[i]
		if tail != nil {
			e.damaged(tail.damage)
		}
		_, bad := e.readHeader(s)
		e.damaged(append(e.gap(s, i), bad...)...)
		var err error
		if last, tail, err = e.segment(s, last); err != nil {
			return err
		}
	}
	if entries, ok := splitEntries(e.payload, e.count); ok && len(entries) > 0 {
		e.found.Entry = entries[len(entries)-1]
	}
	e.found.Last = e.last
	return e.end(tail)
}

// begin is the index of the segment to start with, and the event before it. What Open would name about the mark is named.
func (e *examiner) begin() (index int, last uint64) {
	r := Report{Mark: e.found.Mark}
	from := e.from(r.Mark)
	if e.ask.Whole {
		from = 0
	}
	e.adopt(from)
	index, at, _ := e.resume(&r)
	e.damaged(r.Damage...)
	if index > 0 && at == dataStart {
		index-- // the mark stands before the first event of its segment
	}
	if index == 0 || e.ask.Whole {
		return 0, 0
	}
	e.last = e.segments[index].first - 1
	return index, e.last
}

// segment walks the frames of one segment, as Log.scan does, and keeps the last.
func (e *examiner) segment(s segment, last uint64) (uint64, *item, error) {
	w, f, err := e.openWalker(s, dataStart, math.MaxInt64, last, true)
	if err != nil {
		return last, nil, err
	}
	var tail *item
	for it, ok := w.next(); ok && e.ctx.Err() == nil; it, ok = w.next() {
		switch {
		case it.tail:
			tail = &it
		case it.damage != nil:
			e.damaged(it.damage)
		default:
			e.frame(w, it)
		}
	}
	e.found.Segments++
	e.found.Bytes += w.size
	e.Log.end = Position{s.number, w.end}
	return w.last, tail, errors.Join(e.ctx.Err(), f.Close())
}

func (e *examiner) frame(w *walker, it item) {
	if _, ok := splitEntries(it.payload, it.head.count); !ok {
		e.damaged(w.damage(it.at, it.head.first, it.head.lastSeq(), "frame is checked and its entries do not fill it").damage)
		return
	}
	e.last, e.count = it.head.lastSeq(), it.head.count
	e.payload = append(e.payload[:0], it.payload...)
}

// end decides what is bad behind the last frame, by the rules of Log.judge.
func (e *examiner) end(tail *item) error {
	mark := e.found.Mark
	acknowledged := max(e.ask.Acknowledged, mark.Seq)
	orderly := !e.ask.Busy && mark.Clean && mark.End == e.Log.end
	switch {
	case tail == nil && acknowledged > e.last:
		e.found.Ahead = true
		s := e.segments[len(e.segments)-1]
		e.damaged(&Damage{File: e.shown(s.name), Offset: e.Log.end.Offset, First: e.last + 1, Last: acknowledged,
			What: "missing, though they were acknowledged"})
	case tail == nil:
	case (e.ask.Busy || len(e.found.Damage) == 0) && !orderly && e.last+1 > acknowledged:
		return e.loose()
	default:
		if orderly {
			tail.damage.What += ", though the journal was closed in order here"
		}
		if acknowledged > e.last {
			tail.damage.Last = max(tail.damage.Last, acknowledged)
		}
		e.damaged(tail.damage)
	}
	return nil
}

// loose measures what is behind the last frame.
func (e *examiner) loose() error {
	s, at := e.segments[len(e.segments)-1], e.Log.end.Offset
	f, err := e.opts.open(e.path(s.name), os.O_RDONLY)
	if err != nil {
		return err
	}
	size, err := f.Size()
	last := int64(-1)
	if err == nil {
		last, err = (&cursor{r: f, size: size}).lastNonzero(at, size)
	}
	e.found.Loose = &Loose{File: e.shown(s.name), Seq: e.last + 1, Offset: at, Length: max(0, last+1-at)}
	return errors.Join(err, f.Close())
}
