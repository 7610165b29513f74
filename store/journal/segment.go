package journal

import (
	"errors"
	"fmt"
	"math"
	"os"
)

// openWalker opens a segment to read the frames in [from, limit), going on after sequence number last if it is known.
// Close the returned file.
func (l *Log) openWalker(s segment, from, limit int64, last uint64, known bool) (*walker, file, error) {
	f, err := l.opts.open(l.path(s.name), os.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	from = max(from, dataStart)
	w := &walker{
		cursor: cursor{r: f, size: size},
		file:   l.shown(s.name), seed: l.seed, seg: s.number,
		at: from, end: from, limit: min(limit, size), last: last, known: known,
	}
	return w, f, nil
}

// limit is how far a segment may be read: what was published of the last one while it is appended to, else all of it.
func (l *Log) limit(s segment) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if s.number == l.current {
		return l.end.Offset
	}
	return math.MaxInt64
}

// readHeader reads a segment's header and names everything wrong with it. Its own Err is set when no copy is left.
func (l *Log) readHeader(s segment) (SegmentHeader, []*Damage) {
	out := SegmentHeader{Number: s.number, First: s.first}
	block := make([]byte, dataStart)
	n, err := l.readStart(s, block)
	var bad []*Damage
	name := func(at int64, what string) {
		bad = append(bad, &Damage{File: l.shown(s.name), Offset: at, What: what})
	}
	good := false
	for c := range headerCopies {
		at := c * headerBlock
		if n < at+headerBlock {
			name(int64(n), fmt.Sprintf("the file ends inside its header (%v)", err))
			break
		}
		h, err := decodeHeader(block[at:at+headerBlock], c)
		if err != nil {
			name(int64(at), fmt.Sprintf("copy %d of the %s", c+1, err))
			bad[len(bad)-1].cause = err
			continue
		}
		if good && (h.Number != out.Number || h.First != out.First || h.store != out.store || string(h.Opaque) != string(out.Opaque)) {
			name(int64(at), "the two copies of the header differ")
			continue
		}
		out, good = h, true
	}
	if _, ok := l.rewraps[s.number]; ok && good {
		bad = nil // it was being replaced, one copy after the other
	}
	switch {
	case !good:
		out.Err = bad[0]
	case l.opts.StoreID != [16]byte{} && out.store != l.opts.StoreID:
		name(0, "belongs to another store")
		out = SegmentHeader{Number: s.number, First: s.first, Err: bad[len(bad)-1]}
	case s.name != segmentName(out.Number, out.First):
		name(0, fmt.Sprintf("is segment %d, which begins with event %d: its name should be %s", out.Number, out.First, segmentName(out.Number, out.First)))
	}
	return out, bad
}

// readStart fills b from the beginning of the segment; n tells how far that went.
func (l *Log) readStart(s segment, b []byte) (n int, err error) {
	f, err := l.opts.open(l.path(s.name), os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	n, err = f.ReadAt(b, 0)
	return n, errors.Join(err, f.Close())
}

// Header returns what the header of one segment says.
func (l *Log) Header(segment uint32) (SegmentHeader, error) {
	s, ok := l.find(segment)
	if !ok {
		return SegmentHeader{}, fmt.Errorf("%w: there is no segment %d", ErrPosition, segment)
	}
	h, _ := l.readHeader(s)
	return h, h.Err
}

// Headers returns what the headers of all segments say, in order. It reads each file's beginning: the cost is the length of
// history; Header reads one.
func (l *Log) Headers() []SegmentHeader {
	var out []SegmentHeader
	for _, s := range l.list() {
		h, _ := l.readHeader(s)
		out = append(out, h)
	}
	return out
}

func (l *Log) find(number uint32) (segment, bool) {
	for _, s := range l.list() {
		if s.number == number {
			return s, true
		}
	}
	return segment{}, false
}

// gap names segments that are missing in front of s, which is the one at index i.
func (l *Log) gap(s segment, i int) []*Damage {
	after := uint32(0)
	if i > 0 {
		after = l.list()[i-1].number
	}
	what := ""
	switch {
	case s.number == after+1:
		return nil
	case s.number <= after:
		what = fmt.Sprintf("is a second segment %d", s.number)
	case s.number == after+2:
		what = fmt.Sprintf("segment %d, which comes before it, is missing", after+1)
	default:
		what = fmt.Sprintf("segments %d to %d, which come before it, are missing", after+1, s.number-1)
	}
	return []*Damage{{File: l.shown(s.name), What: what}}
}
