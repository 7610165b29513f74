package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// While the owner's bytes in headers are replaced, a file says by what: headers are the only thing in a segment that is ever
// written twice, and a crash in between must leave none half old and half new. It has its name before the first header is
// touched and loses it after the last one is durable; Open goes on with one that it finds.
//
//	0   magic "jetonrew"      8   format version u32    12  store id, 16 bytes    28  count u32
//	32  for each segment its number u32, length u32 and the owner's bytes
//	    CRC-32C of all before
const (
	rewrapName    = "rewrap"
	rewrapMagic   = "jetonrew"
	rewrapVersion = 1
	rewrapHead    = len(rewrapMagic) + 4 + 16 + 4
)

// Rewrap replaces the owner's bytes in the headers of segments, durably: after a crash Open finishes it. Both copies of a header
// are written one after the other, so that one is whole at every moment. It refuses with ErrDamaged while damage is named, since
// what is damaged is left as it is.
func (l *Log) Rewrap(owner map[uint32][]byte) error {
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.writable(); err != nil {
		return err
	}
	for number, b := range owner {
		if _, ok := l.find(number); !ok || len(b) > MaxHeader {
			return fmt.Errorf("replace the header of segment %d: there is none, or %d bytes are too many", number, len(b))
		}
	}
	f, err := l.place(rewrapName, true, l.encodeRewrap(owner))
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		l.rewraps = owner
		err = l.finishRewrap()
	}
	if err != nil {
		return fmt.Errorf("replace headers of the journal: %w; it is finished when the journal is opened again", err)
	}
	return nil
}

// Roll begins a new segment for the events to come, unless the newest one has none yet. The errors are ErrClosed, ErrBroken,
// ErrDamaged while damage is named, and those of the disk.
func (l *Log) Roll() error {
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.writable(); err != nil {
		return err
	}
	if l.active != nil && l.end.Offset == dataStart {
		return nil
	}
	if err := l.unclean(); err != nil {
		return err
	}
	return l.roll(l.next, l.used())
}

// writable tells why files that exist are not written. The caller holds l.write.
func (l *Log) writable() error {
	switch {
	case l.closed.Load():
		return ErrClosed
	case l.broken != nil:
		return fmt.Errorf("%w (%w)", ErrBroken, l.broken)
	case l.damaged:
		return ErrDamaged
	}
	return nil
}

// finishRewrap writes the headers that the file speaks of, and removes it.
func (l *Log) finishRewrap() error {
	if l.rewraps == nil {
		return nil
	}
	for _, s := range l.list() {
		if b, ok := l.rewraps[s.number]; ok {
			if err := l.putHeader(s, b); err != nil {
				return fmt.Errorf("header of %s: %w", l.shown(s.name), err)
			}
		}
	}
	if err := os.Remove(l.path(rewrapName)); err != nil {
		return err
	}
	l.rewraps = nil
	return l.syncDir(l.opts.Dir)
}

// putHeader writes both copies of a header, the second first: readers prefer the first.
func (l *Log) putHeader(s segment, owner []byte) error {
	f, err := l.opts.open(l.path(s.name), os.O_RDWR)
	if err != nil {
		return err
	}
	block := encodeHeader(SegmentHeader{Number: s.number, First: s.first, Opaque: owner, store: l.opts.StoreID})
	for c := headerCopies - 1; c >= 0 && err == nil; c-- {
		at := c * headerBlock
		if _, err = f.WriteAt(block[at:at+headerBlock], int64(at)); err == nil {
			err = f.Sync()
		}
	}
	return errors.Join(err, f.Close())
}

func (l *Log) encodeRewrap(owner map[uint32][]byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32([]byte(rewrapMagic), rewrapVersion)
	b = le.AppendUint32(append(b, l.opts.StoreID[:]...), uint32(len(owner)))
	for _, number := range slices.Sorted(maps.Keys(owner)) {
		b = le.AppendUint32(b, number)
		b = le.AppendUint32(b, uint32(len(owner[number])))
		b = append(b, owner[number]...)
	}
	return le.AppendUint32(b, checksum(0, b))
}

// readRewrap reads the file; nil where there is none. The error is a *Damage.
func (l *Log) readRewrap() (map[uint32][]byte, error) {
	b, err := os.ReadFile(l.path(rewrapName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var owner map[uint32][]byte
	if err == nil {
		owner, err = decodeRewrap(b, l.opts.StoreID)
	}
	if err != nil {
		return nil, &Damage{File: l.shown(rewrapName), What: err.Error(), cause: err}
	}
	return owner, nil
}

var errRewrap = errors.New("it does not say which headers were being replaced")

func decodeRewrap(b []byte, store [16]byte) (map[uint32][]byte, error) {
	le := binary.LittleEndian
	end := len(b) - 4
	if end < rewrapHead || le.Uint32(b[end:]) != checksum(0, b[:end]) || string(b[:8]) != rewrapMagic || [16]byte(b[12:28]) != store {
		return nil, errRewrap
	}
	if v := le.Uint32(b[8:]); v != rewrapVersion {
		return nil, fmt.Errorf("it is of %w (%d; %d is known)", ErrFormat, v, rewrapVersion)
	}
	count, rest, last := le.Uint32(b[28:]), b[rewrapHead:end], uint32(0)
	owner := map[uint32][]byte{}
	for range count {
		if len(rest) < 8 {
			return nil, errRewrap
		}
		number, n := le.Uint32(rest), int64(le.Uint32(rest[4:]))
		if rest = rest[8:]; n > MaxHeader || n > int64(len(rest)) || number <= last {
			return nil, errRewrap
		}
		owner[number], rest, last = rest[:n:n], rest[n:], number
	}
	if len(rest) > 0 {
		return nil, errRewrap
	}
	return owner, nil
}
