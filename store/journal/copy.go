package journal

import (
	"errors"
	"fmt"
	"os"
)

// Copy writes a journal that holds what another one held: the same segments, and in them the same frames at the same places. It
// is for restoring. Nothing is durable before Close, and nobody else has the directory. It is not safe for use by several
// goroutines at once.
type Copy struct {
	log    *Log
	file   file // of the segment that is written; nil before the first
	number uint32
	at     int64  // where the next frame goes
	last   uint64 // sequence number written last
	buf    []byte
}

// NewCopy begins a journal in o.Dir, which it makes. o.StoreID is needed; it fails with ErrExists as Create does.
func NewCopy(o Options) (*Copy, error) {
	l, err := newVacant(o)
	if err != nil {
		return nil, err
	}
	return &Copy{log: l}, nil
}

// Begin begins the next segment with the number, first event and owner's bytes of h, which a Header of the other journal gave.
// It fails with ErrSequence when that is not the segment that comes next.
func (c *Copy) Begin(h SegmentHeader) error {
	switch {
	case h.Err != nil:
		return h.Err
	case h.Number != c.number+1 || h.First != c.last+1:
		return fmt.Errorf("%w: segment %d from event %d was given and segment %d from event %d comes next",
			ErrSequence, h.Number, h.First, c.number+1, c.last+1)
	case len(h.Opaque) > MaxHeader:
		return fmt.Errorf("%w: a header of %d bytes, at most %d are kept", ErrTooLarge, len(h.Opaque), MaxHeader)
	}
	if err := c.end(); err != nil {
		return err
	}
	f, err := c.log.opts.open(c.log.path(segmentName(h.Number, h.First)), os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	c.file, c.number, c.at = f, h.Number, dataStart
	h.store = c.log.opts.StoreID
	if _, err := f.WriteAt(encodeHeader(h), 0); err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	return nil
}

// Add writes a frame of the other journal behind the last one. It fails with ErrSequence when other events come next, and with
// ErrTooLarge. The entries are not kept.
func (c *Copy) Add(first uint64, entries [][]byte) error {
	if c.file == nil || first != c.last+1 || len(entries) == 0 {
		return fmt.Errorf("%w: %d from event %d on were given and event %d comes next", ErrSequence, len(entries), first, c.last+1)
	}
	if _, err := payloadSize(entries); err != nil {
		return err
	}
	c.buf = appendFrame(c.buf[:0], c.log.seed, c.number, first, entries)
	if _, err := c.file.WriteAt(c.buf, c.at); err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	c.at += int64(len(c.buf))
	c.last = first + uint64(len(entries)) - 1
	if cap(c.buf) > keepBuffer {
		c.buf = nil
	}
	return nil
}

// end makes the segment durable.
func (c *Copy) end() error {
	if c.file == nil {
		return nil
	}
	err := errors.Join(c.file.Sync(), c.file.Close())
	c.file = nil
	if err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	return nil
}

// Close makes everything durable. The journal has no mark: who opens it replays it from the beginning.
func (c *Copy) Close() error {
	if err := c.end(); err != nil {
		return err
	}
	if err := c.log.syncDir(c.log.opts.Dir); err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	return nil
}

// newVacant makes the directory of a journal to be, or refuses with ErrExists where one is, or what is left of one.
func newVacant(o Options) (*Log, error) {
	l, err := newLog(o)
	if err != nil {
		return nil, err
	}
	if o.StoreID == [16]byte{} {
		return nil, errors.New("copy the journal: no store id given")
	}
	if err := l.makeDir(); err != nil {
		return nil, fmt.Errorf("copy the journal: %w", err)
	}
	segments, mark, strange, err := l.readDir()
	if err != nil {
		return nil, fmt.Errorf("copy the journal: %w", err)
	}
	if len(segments) > 0 || len(strange) > 0 || mark {
		return nil, fmt.Errorf("copy the journal to %s: %w: choose another directory", l.opts.Dir, ErrExists)
	}
	return l, nil
}
