package journal

import (
	"errors"
	"fmt"
	"iter"
	"slices"
)

// Frame is what one Append wrote. Its entries share memory that belongs to it alone.
type Frame struct {
	First   uint64 // sequence number of the first entry
	Entries [][]byte
	At      Position // where it starts
	Next    Position // where it ends
}

// ReadAt reads and checks the frame at p. The error is ErrPosition when none can start there, or a *Damage.
func (l *Log) ReadAt(p Position) (Frame, error) {
	s, ok := l.find(p.Segment)
	if !ok || p.Offset < dataStart || p.Offset%alignment != 0 || p.Offset >= l.limit(s) {
		return Frame{}, fmt.Errorf("%w: segment %d byte %d", ErrPosition, p.Segment, p.Offset)
	}
	w, f, err := l.openWalker(s, p.Offset, l.limit(s), 0, false)
	if err != nil {
		return Frame{}, fmt.Errorf("read the journal: %w", err)
	}
	it := w.one()
	if err := f.Close(); err != nil {
		return Frame{}, fmt.Errorf("read the journal: %w", err)
	}
	return w.take(it)
}

// one reads what stands at the walker's position without looking behind it.
func (w *walker) one() item {
	head, ok, err := w.head(w.at)
	switch {
	case err != nil:
		return w.unreadable(err)
	case !ok:
		return w.damage(w.at, 0, 0, "no frame starts here")
	}
	return w.frame(head)
}

// take makes a Frame of an item, or its damage an error.
func (w *walker) take(it item) (Frame, error) {
	if it.damage != nil {
		return Frame{}, it.damage
	}
	entries, ok := splitEntries(slices.Clone(it.payload), it.head.count)
	if !ok {
		return Frame{}, w.damage(it.at, it.head.first, it.head.lastSeq(), "frame is checked and its entries do not fill it").damage
	}
	next := Position{w.seg, it.at + it.head.size()}
	return Frame{First: it.head.first, Entries: entries, At: Position{w.seg, it.at}, Next: next}, nil
}

// Frames yields the frames from a position on (zero: from the start), over all segments, in order of their events, up to what
// was the end when a segment was reached. Damage comes as a *Damage, and the frames behind it follow; any other error ends it.
// The position must be one where a frame starts or ends.
func (l *Log) Frames(from Position) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		var last uint64
		known := from == Position{}
		before := from.Segment
		for _, s := range l.list() {
			if s.number < from.Segment {
				continue
			}
			if before != 0 && s.number > before+1 && !yield(Frame{}, &Damage{File: l.shown(s.name), What: "a segment before it is missing"}) {
				return
			}
			before = s.number
			start := int64(dataStart)
			if s.number == from.Segment {
				start = from.Offset
			}
			w, f, err := l.openWalker(s, start, l.limit(s), last, known)
			if err != nil {
				yield(Frame{}, fmt.Errorf("read the journal: %w", err))
				return
			}
			more, err := w.each(yield), f.Close()
			if err != nil && more {
				more = yield(Frame{}, fmt.Errorf("read the journal: %w", err))
			}
			if !more {
				return
			}
			last, known = w.last, w.known
		}
	}
}

// each yields what is left of the walker's segment; false when the receiver has had enough.
func (w *walker) each(yield func(Frame, error) bool) bool {
	for it, ok := w.next(); ok; it, ok = w.next() {
		if !yield(w.take(it)) {
			return false
		}
	}
	return true
}

// IsDamage tells whether an error of this package names damage, which reading goes on behind.
func IsDamage(err error) bool {
	var d *Damage
	return errors.As(err, &d)
}
