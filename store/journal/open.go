package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
)

// Report is what Open found.
type Report struct {
	Mark    Mark      // where replay starts; zero when there is none or it cannot be trusted
	MarkErr error     // why the mark cannot be trusted, a *Damage; nil when there is none
	Last    uint64    // sequence number of the last readable event; 0: none yet
	Torn    *Torn     // the unfinished write that was cut; nil: none
	Damage  []*Damage // everything found that is not as it was written, the mark included
	Ahead   bool      // events that were acknowledged are missing behind a good end; also in Damage
}

// Create makes a journal whose first event will have sequence number 1. It refuses with ErrExists where one is, or what is
// left of one.
func Create(o Options) (*Log, error) {
	l, err := newLog(o)
	if err != nil {
		return nil, err
	}
	if o.StoreID == [16]byte{} {
		return nil, errors.New("create the journal: no store id given")
	}
	segments, mark, strange, err := l.readDir()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("create the journal: %w", err)
	}
	if len(segments) > 0 || len(strange) > 0 || mark {
		return nil, fmt.Errorf("create the journal in %s: %w: open it, or choose another directory", l.opts.Dir, ErrExists)
	}
	if err := l.makeDir(); err != nil {
		return nil, fmt.Errorf("create the journal: %w", err)
	}
	l.next = 1
	if err := l.roll(1, 0); err != nil {
		return nil, fmt.Errorf("create the journal: %w", err)
	}
	return l, nil
}

// Open opens the journal and reads it from the mark on. Damage is in the Report and no error: the Log then reads what is good
// and appends to a fresh segment. The error is ErrNone where no journal is, a *Damage when only a mark is left of one.
func Open(o Options) (*Log, Report, error) {
	var r Report
	l, err := newLog(o)
	if err != nil {
		return nil, r, err
	}
	segments, mark, strange, err := l.readDir()
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(segments) == 0 && len(strange) == 0 && !mark:
		return nil, r, fmt.Errorf("%s: %w", l.opts.Dir, ErrNone)
	case err != nil:
		return nil, r, fmt.Errorf("open the journal: %w", err)
	case len(segments) == 0:
		return nil, r, &Damage{File: l.shown(""), What: allMissing}
	}
	l.segments = segments
	if h, _ := l.readHeader(segments[len(segments)-1]); errors.Is(h.Err, ErrFormat) {
		return nil, r, fmt.Errorf("open the journal: %w", h.Err)
	}
	if err := l.identify(); err != nil {
		return nil, r, err
	}
	if err := l.resumeRewrap(&r); err != nil {
		return nil, r, fmt.Errorf("open the journal: go on replacing headers: %w", err)
	}
	for _, name := range strange {
		r.Damage = append(r.Damage, &Damage{File: l.shown(name), What: "not the name of a segment"})
	}
	r.Mark, r.MarkErr = l.readMark()
	var d *Damage
	if errors.As(r.MarkErr, &d) {
		r.Damage = append(r.Damage, d)
	}
	l.mark = r.Mark
	if err := l.recover(&r); err != nil {
		return nil, r, fmt.Errorf("open the journal: %w", err)
	}
	return l, r, nil
}

// resumeRewrap finishes what a crash interrupted, or names the file that should say what that was.
func (l *Log) resumeRewrap(r *Report) error {
	var err error
	var d *Damage
	if l.rewraps, err = l.readRewrap(); errors.As(err, &d) {
		r.Damage = append(r.Damage, d)
	}
	return l.finishRewrap()
}

// allMissing is what is wrong with a journal of which only a mark is left.
const allMissing = "all segments are missing"

// identify takes the store's id from the first readable header when the caller did not know it, or else from the mark, so that
// a journal without any header can still be named and lived with. Whoever opens what the store keeps elsewhere finds out there
// whether the mark tells the truth. The error is a *Damage.
func (l *Log) identify() error {
	if l.opts.StoreID != [16]byte{} {
		return nil
	}
	store, known := l.markedStore()
	for _, s := range l.segments {
		if h, _ := l.readHeader(s); h.Err == nil {
			store, known = h.store, true
			break
		}
	}
	if !known {
		return &Damage{File: l.shown(l.segments[0].name), What: "the header cannot be read, and no other file of the journal tells whose it is"}
	}
	l.opts.StoreID = store
	l.seed = checksum(0, store[:])
	return nil
}

// recover reads from the mark on and decides what the end of the journal is.
func (l *Log) recover(r *Report) error {
	l.adopt(l.from(r.Mark))
	i, at, last := l.resume(r)
	l.last = last
	var tail *item
	for ; i < len(l.segments); i++ {
		s := l.segments[i]
		if tail != nil {
			r.Damage = append(r.Damage, tail.damage)
		}
		_, bad := l.readHeader(s)
		r.Damage = append(append(r.Damage, l.gap(s, i)...), bad...)
		var err error
		if last, tail, err = l.scan(s, at, last, r); err != nil {
			return err
		}
		at = dataStart
	}
	if err := l.judge(r, tail); err != nil {
		return err
	}
	r.Last = l.last
	return l.activate(r, tail)
}

// from is the index of the segment the mark points into; 0 when there is none.
func (l *Log) from(m Mark) int {
	return max(0, slices.IndexFunc(l.segments, func(s segment) bool { return s.number == m.End.Segment }))
}

// adopt believes a good header over a file's name, so that swapped files are still read in the right order. All headers are
// read only if one of those from index from on disagrees with its name. The disagreement is named where the header is read.
func (l *Log) adopt(from int) {
	differs := func(s segment) bool {
		h, _ := l.readHeader(s)
		return h.Number != s.number || h.First != s.first
	}
	if !slices.ContainsFunc(l.segments[from:], differs) {
		return
	}
	for i, s := range l.segments {
		h, _ := l.readHeader(s)
		l.segments[i] = segment{name: s.name, number: h.Number, first: h.First}
	}
	slices.SortFunc(l.segments, segment.compare)
}

// resume finds where to start reading, and behind which event: at the mark if it can be followed, else at the beginning.
func (l *Log) resume(r *Report) (index int, at int64, last uint64) {
	m := r.Mark
	if m.End.Segment == 0 {
		return 0, dataStart, 0
	}
	i := l.from(m)
	s := l.segments[i]
	if s.number != m.End.Segment {
		r.Damage = append(r.Damage, &Damage{File: l.shown(""),
			What: fmt.Sprintf("segment %d, which the mark says was reached, is missing", m.End.Segment)})
		return 0, dataStart, 0
	}
	info, err := os.Stat(l.path(s.name))
	if err == nil && m.End.Offset <= info.Size() {
		return i, m.End.Offset, m.Seq
	}
	r.Damage = append(r.Damage, &Damage{File: l.shown(s.name), Offset: m.End.Offset,
		What: "the file ends before, and the mark says this was reached"})
	return 0, dataStart, 0
}

// scan walks one segment at opening, going on after event last. It returns the highest number that was used in it and what,
// if anything, is bad behind all its frames.
func (l *Log) scan(s segment, from int64, last uint64, r *Report) (uint64, *item, error) {
	w, f, err := l.openWalker(s, from, math.MaxInt64, last, true)
	if err != nil {
		return last, nil, err
	}
	var tail *item
	for it, ok := w.next(); ok; it, ok = w.next() {
		switch {
		case it.tail:
			tail = &it
		case it.damage != nil:
			r.Damage = append(r.Damage, it.damage)
		default:
			l.last = it.head.lastSeq()
		}
	}
	l.end = Position{s.number, w.end}
	return w.last, tail, f.Close()
}
