// Package journal keeps the ordered, durable log of what changed: frames of opaque entries, each frame written once, checked,
// and never changed again. Everything else a store keeps can be rebuilt from it, so its first duty is to be honest about itself.
//
// # Policy
//
//   - One frame is one pwrite and one fdatasync. When Append returns, the frame is on the disk; when the disk refuses, the
//     outcome is unknown (ErrUnknown) and nothing more is written until the journal is opened again.
//   - Only one frame is ever on its way to the disk. So at most the last frame can be torn, and a bad frame with anything of
//     ours behind it, at or below what was acknowledged, or before the mark, is damage.
//   - A torn frame was never acknowledged: it is copied aside, cut (zeroed) and reported. Damage is named, with file, byte and
//     events, and nothing that exists is written or cut while there is any: later appends go to a fresh segment.
//   - A segment gets its name only after its header is durable (written, fsynced, renamed), so a bad header is always damage.
//     The header, which carries the owner's wrapped key for the whole segment, is kept twice, on different disk sectors. It is the
//     one thing that may be replaced, by Rewrap, which a crash interrupts and opening finishes.
//   - Opening reads from the mark on, never the history. Check reads the history, at the pace its caller sets.
//   - Preallocated bytes are written zeros, not fallocate'd extents: overwriting them changes no metadata, which is what makes
//     fdatasync cheap. Bytes behind the last frame are checked to be zero; a file cut short inside them has lost nothing.
//
// One process has the journal open at a time; the owner of the directory sees to that. Inside it every method may be called
// from any goroutine.
//
// # Why not a library
//
// hashicorp/raft-wal and etcd's wal were weighed. raft-wal 0.4 keeps its list of segments in a bbolt database beside them (a
// second file format to damage), deletes ranges (we never delete), rewinds past a last batch that fails its checksum, and writes
// a new header over a segment in which it finds no batch: torn and damaged end alike, without a copy. etcd's wal 3.7 brings zap,
// prometheus and protobuf; its repair copies the file and truncates it, and only for a short read, knowing nothing of what was
// acknowledged. Neither pads under a checksum, names the events lost, or reads on behind damage. What is needed here is smaller
// than either: one writer, no deletion, frames found again by scanning.
package journal

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Defaults of Options, in bytes.
const (
	DefaultSegmentSize = 64 << 20
	DefaultPreallocate = 4 << 20
)

// MaxPayload is the most a frame carries, in bytes: its entries and four bytes for each.
const MaxPayload = 64 << 20

// Errors of opening and creating.
var (
	// ErrNone: the directory holds no journal; Create makes one.
	ErrNone = errors.New("no journal here")
	// ErrExists: Create found a journal, or what is left of one.
	ErrExists = errors.New("a journal is here already")
	// ErrFormat: the newest segment was written by a newer program.
	ErrFormat = errors.New("a newer format: use the program that wrote it")
)

// Errors of writing.
var (
	// ErrUnknown: the disk refused a frame half way; it may or may not be there when the journal is opened again.
	ErrUnknown = errors.New("the disk failed while an event was written: whether it was kept is unknown until the journal is opened again")
	// ErrBroken: an earlier write failed, and nothing is written until the journal is opened again.
	ErrBroken = errors.New("the journal takes no more events after a failed write: open it again")
	// ErrDamaged: what exists is not written while damage is named.
	ErrDamaged = errors.New("the journal is damaged, and its files stay as they are")
	// ErrSequence: the first sequence number given is not the one that comes next.
	ErrSequence = errors.New("events out of order")
	// ErrTooLarge: a frame is over MaxPayload, or a header over MaxHeader.
	ErrTooLarge = errors.New("too large for the journal")
	// ErrClosed: the log was closed.
	ErrClosed = errors.New("the journal is closed")
)

// ErrPosition (reading): no frame starts at the position asked for.
var ErrPosition = errors.New("no event of the journal starts there")

// Options say where a journal is and how it grows.
type Options struct {
	// Dir is the journal's own directory. Create makes it, mode 0700.
	Dir string
	// StoreID names the store in every segment and mark and seeds every checksum. Zero when opening: taken from the first
	// readable header.
	StoreID [16]byte
	// SegmentSize is the size in bytes at which a new segment is begun, Preallocate how far zeros are written ahead. Zero
	// means the defaults.
	SegmentSize, Preallocate int64
	// Spare is how many of the bytes written ahead are left, at least, behind every frame as long as the disk has room: when it
	// has none, that much still fits.
	Spare int64
	// Header gives the owner's bytes (at most MaxHeader) for the header of a segment about to be created. Nil: none.
	Header func(segment uint32, first uint64) ([]byte, error)
	// Acknowledged is the highest sequence number the caller knows was acknowledged: a bad frame at or below it is damage.
	Acknowledged uint64
	// Used is the highest segment number the caller knows was given. When segments are lost, a fresh one gets a higher number: the
	// mark, and what the owner keeps by segment, speak of the lost ones.
	Used uint32

	open opener // nil: the disk
}

// Position is where a frame starts: segment number, counted from 1, and byte offset in its file. The zero Position is before all.
type Position struct {
	Segment uint32
	Offset  int64
}

// Log is an open journal.
type Log struct {
	opts Options
	seed uint32 // checksum of the store's id, continued by every frame's

	write   sync.Mutex        // held while something is written to a segment
	active  file              // the segment appended to; nil until a fresh one is begun after damage
	size    int64             // bytes of the active segment that are written
	buf     []byte            // one frame, reused
	broken  error             // what the first failed write said
	rewraps map[uint32][]byte // what is to stand in headers after an interrupted Rewrap
	closed  atomic.Bool

	marking sync.Mutex // held while the mark is written
	mark    Mark

	mu       sync.RWMutex // over what readers see
	segments []segment
	end      Position
	last     uint64 // last sequence number readable
	next     uint64 // lowest sequence number Append takes
	damaged  bool   // damage was named at Open
	current  uint32 // number of the active segment; 0: none
}

// segment is one file of the journal, by what its name says.
type segment struct {
	name   string
	number uint32
	first  uint64
}

// Start returns the position of the first frame.
func (l *Log) Start() Position {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return Position{l.segments[0].number, dataStart}
}

// End returns the position behind the last frame.
func (l *Log) End() Position {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.end
}

// Last returns the sequence number of the last readable event; 0: none yet.
func (l *Log) Last() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last
}

// Next returns the sequence number Append takes next. After damage it is the lowest one it takes: higher than every number
// that is known to have been used, whether or not that event can still be read.
func (l *Log) Next() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.next
}

// Size returns the bytes all segments occupy, preallocated ones included. What cannot be measured counts as nothing.
func (l *Log) Size() int64 {
	var sum int64
	for _, s := range l.list() {
		if info, err := os.Stat(l.path(s.name)); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// Close ends appending. It does not move the mark: an orderly end is SetMark with Clean, then Close.
func (l *Log) Close() error {
	l.write.Lock()
	defer l.write.Unlock()
	if l.closed.Swap(true) || l.active == nil {
		return nil
	}
	if err := l.active.Close(); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	return nil
}

// newLog fills in what the options leave open.
func newLog(o Options) (*Log, error) {
	if o.SegmentSize == 0 {
		o.SegmentSize = DefaultSegmentSize
	}
	if o.Preallocate == 0 {
		o.Preallocate = DefaultPreallocate
	}
	if o.Dir == "" || o.SegmentSize < dataStart || o.Preallocate < 0 || o.SegmentSize > math.MaxInt64/2 {
		return nil, fmt.Errorf("journal options: directory %q, segments of %d bytes, %d ahead: give a directory and segments of at least %d bytes",
			o.Dir, o.SegmentSize, o.Preallocate, dataStart)
	}
	if o.open == nil {
		o.open = openFile
	}
	return &Log{opts: o, seed: checksum(0, o.StoreID[:])}, nil
}

func (l *Log) path(name string) string { return filepath.Join(l.opts.Dir, name) }

// shown is how a file of the journal is named to people: with the directory's own name, not the way to it.
func (l *Log) shown(name string) string { return filepath.Join(filepath.Base(l.opts.Dir), name) }

// list returns the segments as they are now.
func (l *Log) list() []segment {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.segments[:len(l.segments):len(l.segments)]
}
