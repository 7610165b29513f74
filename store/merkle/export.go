package merkle

import (
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// Writer writes an export: a signed head, events, and their number at the end. It checks all of it as Verify does, but for
// the signatures of the head and what events say, so that it writes nothing that is refused later. After an error it writes
// nothing more. It is not safe for use by several goroutines at once.
type Writer struct {
	w      io.Writer
	tally  tally
	buf    []byte
	failed error
}

// NewWriter writes the head, as Sign returned it, to w. It makes one Write of each line: buffering is up to the caller.
func NewWriter(w io.Writer, head []byte) (*Writer, error) {
	h, err := peek(head)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	out := &Writer{w: w, tally: tally{head: h}}
	out.buf, err = appendHead(nil, head)
	if err != nil {
		return nil, err
	}
	if err := out.flush(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return out, nil
}

// Add writes the event with the sequence number seq, one more than the index of its leaf: the leaf, its proof, and as event a
// JSON object for reading, which is put on one line and has escaped what cannot be printed. A nil proof is none: then all
// events of the head must be written, from 1 on, all without. Sequence numbers ascend. It fails with an error of exports,
// with ErrRange or ErrProof, or with that of the writer below.
func (w *Writer) Add(seq uint64, leaf []byte, proof tlog.RecordProof, event json.RawMessage) error {
	if w.failed != nil {
		return w.failed
	}
	err := w.add(line{seq, leaf, proof, event})
	if err != nil {
		w.failed = ErrClosed
		return fmt.Errorf("export event %d: %w", seq, err)
	}
	return nil
}

func (w *Writer) add(l line) (err error) {
	if l.event, err = Escape(l.event); err != nil {
		return err
	}
	if err := checkEvent(l.event); err != nil {
		return err
	}
	if err := w.tally.add(l.seq, l.leaf, l.proof); err != nil {
		return err
	}
	w.buf = l.appendTo(w.buf[:0])
	return w.flush()
}

// Close writes the last line; it does not close the writer below. It fails with ErrIncomplete or ErrOtherTree when the events
// without proofs are not those of the head, and with ErrClosed after any failure.
func (w *Writer) Close() error {
	if w.failed != nil {
		return w.failed
	}
	w.failed = ErrClosed
	if err := w.tally.finish(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	w.buf = appendCount(w.buf[:0], w.tally.events)
	if err := w.flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (w *Writer) flush() error {
	if len(w.buf) > MaxLine {
		return fmt.Errorf("%w: %d bytes, at most %d are possible", ErrTooLong, len(w.buf), MaxLine)
	}
	_, err := w.w.Write(w.buf)
	return err
}
