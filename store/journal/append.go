package journal

import (
	"errors"
	"fmt"
	"math"
)

// freshAhead is how far zeros are written ahead in a segment begun because of damage, in bytes: it will not grow much.
const freshAhead = 64 << 10

// keepBuffer is the largest frame whose buffer is kept for the next one, in bytes.
const keepBuffer = 1 << 20

// Reserve makes sure that a frame of count entries, bytes long together, beginning with sequence number first, fits where the
// next Append writes, and returns that place. It begins a new segment when needed: an owner that seals entries under a key kept
// in the segment's header calls it first, seals, and appends.
func (l *Log) Reserve(first uint64, count, bytes int) (Position, error) {
	l.write.Lock()
	defer l.write.Unlock()
	if count < 1 || bytes < 0 || count > MaxPayload/4 || bytes > MaxPayload-4*count {
		return Position{}, fmt.Errorf("%w: %d events of %d bytes; a frame carries at most %d", ErrTooLarge, count, bytes, MaxPayload)
	}
	return l.reserve(first, frameHead{length: uint32(4*count + bytes)}.size())
}

// Spared makes sure that the spare is there and tells whether it is. Without an active segment, and without a spare to keep,
// there is none to miss.
func (l *Log) Spared() bool {
	l.write.Lock()
	defer l.write.Unlock()
	if l.active == nil || l.damaged || l.broken != nil || l.closed.Load() {
		return true
	}
	_ = l.ahead(l.end.Offset) // what it comes to is seen in the next line
	return l.size-l.end.Offset >= l.opts.Spare
}

// Append writes entries, numbered from first on, as one frame and returns where it starts once it is on the disk. ErrUnknown:
// the outcome is not known. ErrSequence: first is not Next (after damage, not at least Next; what lies between stays named as
// missing). Any other error: nothing was written.
func (l *Log) Append(first uint64, entries [][]byte) (Position, error) {
	l.write.Lock()
	defer l.write.Unlock()
	payload, err := payloadSize(entries)
	if err != nil {
		return Position{}, err
	}
	if len(entries) == 0 {
		return Position{}, errors.New("append to the journal: no entries given")
	}
	at, err := l.reserve(first, frameHead{length: uint32(payload)}.size())
	if err != nil {
		return Position{}, err
	}
	l.buf = appendFrame(l.buf[:0], l.seed, at.Segment, first, entries)
	if _, err = l.active.WriteAt(l.buf, at.Offset); err == nil {
		err = l.active.Datasync()
	}
	if err != nil {
		l.broken = err
		return Position{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	l.mu.Lock()
	l.end.Offset += int64(len(l.buf))
	l.last = first + uint64(len(entries)) - 1
	l.next = l.last + 1
	l.mu.Unlock()
	if cap(l.buf) > keepBuffer {
		l.buf = nil
	}
	return at, nil
}

// reserve makes room for size bytes of frame. The caller holds l.write.
func (l *Log) reserve(first uint64, size int64) (Position, error) {
	fresh := l.active == nil
	switch {
	case l.closed.Load():
		return Position{}, ErrClosed
	case l.broken != nil:
		return Position{}, fmt.Errorf("%w (%w)", ErrBroken, l.broken)
	case first < l.next || first > l.next && !fresh || first > math.MaxUint64-MaxPayload:
		return Position{}, fmt.Errorf("%w: event %d was given and %d comes next", ErrSequence, first, l.next)
	}
	if !l.damaged {
		if err := l.unclean(); err != nil {
			return Position{}, err
		}
	}
	fits := !fresh && l.end.Offset+size <= l.size
	if fresh || l.end.Offset > dataStart && l.end.Offset+size > l.opts.SegmentSize {
		if err := l.roll(first, l.used()); err != nil {
			if fits && l.broken == nil {
				return l.end, nil // no room for another segment: this one's spare takes it
			}
			return Position{}, fmt.Errorf("begin a new segment: %w", err)
		}
	}
	if err := l.ahead(l.end.Offset + size); err != nil {
		return Position{}, fmt.Errorf("write ahead in the journal: %w", err)
	}
	return l.end, nil
}

// maxMarked is more segments than anybody fills: a mark beyond it is forged, since its checksum takes no key, and not followed.
const maxMarked = 1 << 30

// used is the highest segment number that is known to have been given, also to a segment that is lost.
func (l *Log) used() uint32 {
	l.marking.Lock()
	defer l.marking.Unlock()
	number := l.opts.Used
	for _, s := range l.segments {
		var named segment
		_ = parseName(s.name, &named) // a good header is believed over it, and the name is taken all the same
		number = max(number, s.number, named.number)
	}
	if marked := l.mark.End.Segment; marked < maxMarked {
		number = max(number, marked)
	}
	return number
}

// step is how many bytes of zeros are written ahead at once.
func (l *Log) step() int64 {
	if l.damaged {
		return min(l.opts.Preallocate, freshAhead)
	}
	return l.opts.Preallocate
}

// ahead makes sure that the active segment has written bytes up to need, and zeros behind: the spare that a full disk leaves
// for what must be written all the same, and more while there is room.
func (l *Log) ahead(need int64) error {
	spare := l.opts.Spare
	if l.damaged {
		spare = 0
	}
	if need+spare <= l.size {
		return nil
	}
	at, to := l.size, max(need+spare, min(need+l.step(), l.opts.SegmentSize))
	var err error
	for err == nil && at < to {
		n := min(window, to-at)
		if _, err = l.active.WriteAt(zeros[:n], at); err == nil {
			at += n
		}
	}
	if err != nil && at == l.size {
		return unless(need <= l.size, err) // nothing but zeros may be there: another try is welcome
	}
	if e := l.active.Sync(); e != nil {
		l.broken = e
		return e
	}
	l.size = at
	return unless(need <= l.size, err)
}

// unless is the error if what matters is not there without it.
func unless(there bool, err error) error {
	if there {
		return nil
	}
	return err
}

// roll begins the segment after number with event first, and appends to it from then on.
func (l *Log) roll(first uint64, number uint32) error {
	if number == math.MaxUint32 {
		return fmt.Errorf("%s: no number is left for another segment: move aside what jeton did not write there", l.opts.Dir)
	}
	s := segment{name: segmentName(number+1, first), number: number + 1, first: first}
	h := SegmentHeader{Number: s.number, First: first, store: l.opts.StoreID}
	if l.opts.Header != nil {
		var err error
		if h.Opaque, err = l.opts.Header(s.number, first); err != nil {
			return err
		}
	}
	if len(h.Opaque) > MaxHeader {
		return fmt.Errorf("%w: a header of %d bytes, at most %d are kept", ErrTooLarge, len(h.Opaque), MaxHeader)
	}
	space := max(0, min(l.step(), l.opts.SegmentSize-dataStart))
	f, err := l.place(s.name, false, encodeHeader(h), make([]byte, space))
	if err != nil {
		if errors.Is(err, errUnsynced) {
			l.broken = err
		}
		return err
	}
	if l.active != nil {
		_ = l.active.Close() // every frame in it is on the disk
	}
	l.active, l.size = f, dataStart+space
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append(l.segments[:len(l.segments):len(l.segments)], s)
	l.end, l.current, l.next = Position{s.number, dataStart}, s.number, first
	return nil
}
