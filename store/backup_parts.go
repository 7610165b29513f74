package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"jeton/store/journal"
)

// parts is who takes the parts of the journal that a backup holds. What they are given is
// good until they return.
type parts interface {
	Begin(h journal.SegmentHeader) error
	Add(first uint64, entries [][]byte) error
}

// partWriter writes parts to a stream.
type partWriter struct {
	to  io.Writer
	buf []byte
}

// Begin writes the header of a segment.
func (w *partWriter) Begin(h journal.SegmentHeader) error {
	w.start(partSegment, segmentFixed+len(h.Opaque))
	w.buf = binary.BigEndian.AppendUint32(w.buf, h.Number)
	w.buf = binary.BigEndian.AppendUint64(w.buf, h.First)
	w.buf = append(w.buf, h.Opaque...)
	_, err := w.to.Write(w.buf)
	return err
}

// Add writes a frame.
func (w *partWriter) Add(first uint64, entries [][]byte) error {
	size := frameFixed
	for _, e := range entries {
		size += 4 + len(e)
	}
	w.start(partFrame, size)
	w.buf = binary.BigEndian.AppendUint64(w.buf, first)
	for _, e := range entries {
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(len(e)))
		w.buf = append(w.buf, e...)
	}
	_, err := w.to.Write(w.buf)
	return err
}

func (w *partWriter) start(kind byte, size int) {
	w.buf = binary.BigEndian.AppendUint32(append(w.buf[:0], kind), uint32(size))
}

// readParts reads parts from a stream until its end.
func readParts(from io.Reader, to parts) error {
	var head [5]byte
	var buf []byte
	for {
		_, err := io.ReadFull(from, head[:])
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("%w: it ends inside a part of the journal", ErrBackupDamaged)
		case err != nil:
			return err
		}
		if buf, err = readPart(from, buf, binary.BigEndian.Uint32(head[1:])); err != nil {
			return err
		}
		if err := givePart(head[0], buf, to); err != nil {
			return err
		}
	}
}

// readPart reads length bytes into the memory of buf. It makes room as the bytes come: a
// length alone reserves nothing.
func readPart(from io.Reader, buf []byte, length uint32) ([]byte, error) {
	if length > maxPart {
		return nil, fmt.Errorf("%w: a part of %d bytes makes no sense", ErrBackupDamaged, length)
	}
	buf = buf[:0]
	for len(buf) < int(length) {
		n := min(int(length)-len(buf), chunkSize)
		at := len(buf)
		buf = append(buf, make([]byte, n)...)
		if _, err := io.ReadFull(from, buf[at:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("%w: it ends inside a part of the journal", ErrBackupDamaged)
		} else if err != nil {
			return nil, err
		}
	}
	return buf, nil
}

var errPart = fmt.Errorf("%w: a part of the journal makes no sense", ErrBackupDamaged)

func givePart(kind byte, b []byte, to parts) error {
	switch {
	case kind == partSegment && len(b) >= segmentFixed:
		return to.Begin(journal.SegmentHeader{Number: binary.BigEndian.Uint32(b), First: binary.BigEndian.Uint64(b[4:]),
			Opaque: b[segmentFixed:]})
	case kind != partFrame || len(b) < frameFixed:
		return errPart
	}
	var entries [][]byte
	for rest := b[frameFixed:]; len(rest) > 0; {
		if len(rest) < 4 || uint64(binary.BigEndian.Uint32(rest)) > uint64(len(rest)-4) {
			return errPart
		}
		n := binary.BigEndian.Uint32(rest)
		entries = append(entries, rest[4:4+n:4+n])
		rest = rest[4+n:]
	}
	return to.Add(binary.BigEndian.Uint64(b), entries)
}
