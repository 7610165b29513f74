package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

const (
	markName  = "mark"
	markMagic = "jetonmrk"
	markSize  = 64
	markSum   = markSize - 4
	markClean = 1
)

// Mark says from where to replay: everything up to Seq is applied and durable elsewhere, and the frame that ends with Seq ends
// at End. Clean says that the journal was closed in order and ended exactly there. The zero Mark replays everything.
type Mark struct {
	Seq   uint64
	End   Position
	Clean bool
}

// A mark file: magic 8, format u32, flags u32, store id 16, Seq u64, offset u64, segment u32, zeros, CRC-32C of the first 60 bytes.
func (m Mark) encode(store [16]byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, markSize)
	copy(b, markMagic)
	le.PutUint32(b[8:], formatVersion)
	if m.Clean {
		le.PutUint32(b[12:], markClean)
	}
	copy(b[16:], store[:])
	le.PutUint64(b[32:], m.Seq)
	le.PutUint64(b[40:], uint64(m.End.Offset))
	le.PutUint32(b[48:], m.End.Segment)
	le.PutUint32(b[markSum:], checksum(0, b[:markSum]))
	return b
}

func decodeMark(b []byte, store [16]byte) (Mark, error) {
	le := binary.LittleEndian
	switch {
	case len(b) != markSize || le.Uint32(b[markSum:]) != checksum(0, b[:markSum]) || string(b[:8]) != markMagic:
		return Mark{}, errors.New("does not match its checksum")
	case le.Uint32(b[8:]) != formatVersion:
		return Mark{}, fmt.Errorf("format %d is not known here, only %d", le.Uint32(b[8:]), formatVersion)
	case [16]byte(b[16:32]) != store:
		return Mark{}, errors.New("belongs to another store")
	}
	m := Mark{Seq: le.Uint64(b[32:]), Clean: le.Uint32(b[12:]) == markClean}
	m.End = Position{Segment: le.Uint32(b[48:]), Offset: int64(le.Uint64(b[40:]))}
	if string(m.encode(store)) != string(b) {
		return Mark{}, errors.New("is not one that was written here")
	}
	return m, nil
}

// markedStore is whose journal this is by the mark, if that is there and whole.
func (l *Log) markedStore() (store [16]byte, known bool) {
	b, err := l.markBytes()
	if err != nil || len(b) != markSize {
		return store, false
	}
	store = [16]byte(b[16:32])
	_, err = decodeMark(b, store)
	return store, err == nil && store != [16]byte{}
}

// markBytes reads the mark's file, and one byte more than it may have.
func (l *Log) markBytes() ([]byte, error) {
	f, err := l.opts.open(l.path(markName), os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	b := make([]byte, markSize+1)
	n, err := f.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], errors.Join(err, f.Close())
}

// readMark reads the mark. None is the zero Mark; one that cannot be trusted is a *Damage.
func (l *Log) readMark() (Mark, error) {
	b, err := l.markBytes()
	if errors.Is(err, fs.ErrNotExist) {
		return Mark{}, nil
	}
	var m Mark
	if err == nil {
		m, err = decodeMark(b, l.opts.StoreID)
	}
	if err != nil {
		return Mark{}, &Damage{File: l.shown(markName), What: err.Error() + "; move it aside to have the state rebuilt"}
	}
	return m, nil
}

// Mark returns the mark as it is now.
func (l *Log) Mark() Mark {
	l.marking.Lock()
	defer l.marking.Unlock()
	return l.mark
}

// SetMark replaces the mark durably and atomically. Seq and End must not lie behind the last event, and Clean is only for the
// very end. It refuses with ErrDamaged while damage is named, so that what is known about the damage stays.
func (l *Log) SetMark(m Mark) error {
	if m.Clean { // nothing may be appended until the mark is down; other marks never hold up an append
		l.write.Lock()
		defer l.write.Unlock()
	}
	l.marking.Lock()
	defer l.marking.Unlock()
	l.mu.RLock()
	last, end, damaged := l.last, l.end, l.damaged
	l.mu.RUnlock()
	behind := m.End.Segment > end.Segment || m.End.Segment == end.Segment && m.End.Offset > end.Offset
	switch {
	case l.closed.Load():
		return ErrClosed
	case damaged:
		return ErrDamaged
	case m.Seq > last || behind || m.Clean && (m.Seq != last || m.End != end):
		return fmt.Errorf("mark at event %d, segment %d byte %d (clean: %v): the journal ends with event %d at segment %d byte %d",
			m.Seq, m.End.Segment, m.End.Offset, m.Clean, last, end.Segment, end.Offset)
	}
	return l.putMark(m)
}

// unclean takes back a clean mark before anything is appended: from here the end of the journal may be torn.
func (l *Log) unclean() error {
	l.marking.Lock()
	defer l.marking.Unlock()
	if !l.mark.Clean {
		return nil
	}
	m := l.mark
	m.Clean = false
	err := l.putMark(m)
	if NoRoom(err) {
		return l.overwriteMark(m)
	}
	return err
}

// overwriteMark puts the mark where the one before lies, in a sector it has already: on a full disk nothing else can be
// written, and the event that waits may be the end of a leaked token. Half written it would be named as damage, not believed.
func (l *Log) overwriteMark(m Mark) error {
	f, err := l.opts.open(l.path(markName), os.O_RDWR)
	if err == nil {
		_, err = f.WriteAt(m.encode(l.opts.StoreID), 0)
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("write the mark of the journal in place: %w", err)
	}
	l.mark = m
	return nil
}

func (l *Log) putMark(m Mark) error {
	f, err := l.place(markName, true, m.encode(l.opts.StoreID))
	if err == nil {
		l.mark = m
		err = f.Close()
	}
	if err != nil {
		l.mark.Clean = l.mark.Clean || m.Clean // it may be down all the same: have it taken back before the next append
		return fmt.Errorf("write the mark of the journal: %w", err)
	}
	return nil
}
