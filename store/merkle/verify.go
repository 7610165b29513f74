package merkle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
)

// Check compares what an export gives for reading with what is proven: it returns an error, which becomes an ErrEvent, unless
// event says no more and nothing else than leaf does, and leaf is of the event with the sequence number seq. The names within
// any object of event are distinct, also in any mixture of case. Leaf and event are valid only during the call, which is made
// before it is known whether the whole export is good.
type Check func(seq uint64, leaf []byte, event json.RawMessage) error

// Summary is what an export was found to prove.
type Summary struct {
	// Head is the signed head that everything is in.
	Head Head
	// Events is how many events it lists; First and Last are the sequence numbers of its ends, 0 when there are none.
	Events, First, Last uint64
	// Complete: it lists every event of the head. Otherwise it is a selection, and anything may have been left out.
	Complete bool
}

// BadLine is the first line of an export that is refused.
type BadLine struct {
	// Line is its number, counted from 1.
	Line int
	// Seq is the sequence number of the event it stands for, or 0 if it is of no event or does not tell.
	Seq uint64
	// Reason is, or wraps, an error of exports, of heads in the first line, ErrRange or ErrProof.
	Reason error
}

func (b *BadLine) Error() string {
	if b.Seq == 0 {
		return fmt.Sprintf("line %d: %v", b.Line, b.Reason)
	}
	return fmt.Sprintf("line %d, event %d: %v", b.Line, b.Seq, b.Reason)
}

// Unwrap returns the Reason.
func (b *BadLine) Unwrap() error { return b.Reason }

// Verify checks an export against the keys of its log: the signatures of its head, the place of every leaf in the tree, the
// order of the events and that none is cut off. Without check only the leaves are proven and what is written beside them for
// reading is not, so it must not be believed. Nothing is proven until it returns without an error: a *BadLine, or that of r.
// Memory is bounded by MaxLine, time by the length of the export.
//
// Without proofs, a leaf that was changed is found only at the end, with ErrOtherTree at the last line, and no event can be
// named.
func Verify(r io.Reader, keys note.Verifiers, check Check) (Summary, error) {
	v := verification{lines: newLines(r), check: check}
	if err := v.run(keys); err != nil {
		return Summary{}, fmt.Errorf("verify export: %w", err)
	}
	t := &v.tally
	return Summary{Head: t.head, Events: t.events, First: t.first, Last: t.last, Complete: t.events == t.head.Size}, nil
}

type verification struct {
	lines *bufio.Scanner
	line  int
	tally tally
	check Check
}

func (v *verification) run(keys note.Verifiers) error {
	b, err := v.next()
	if err != nil {
		return err
	}
	text, err := parseHeadLine(b)
	if err != nil {
		return v.bad(0, err)
	}
	if v.tally.head, err = Open(text, keys); err != nil {
		return v.bad(0, err)
	}
	for {
		b, err := v.next()
		if err != nil {
			return err
		}
		if n, ok := isCount(b); ok {
			return v.end(n)
		}
		if err := v.event(b); err != nil {
			return err
		}
	}
}

// event checks a line of an event.
func (v *verification) event(b []byte) error {
	l, err := parseLine(b)
	if err == nil {
		err = v.tally.add(l.seq, l.leaf, l.proof)
	}
	if err == nil && v.check != nil {
		if refused := v.check(l.seq, l.leaf, l.event); refused != nil {
			err = fmt.Errorf("%w: %w", ErrEvent, refused)
		}
	}
	if err != nil {
		return v.bad(l.seq, err)
	}
	return nil
}

// end checks the last line.
func (v *verification) end(events uint64) error {
	if events != v.tally.events {
		return v.bad(0, fmt.Errorf("%w: it tells of %d events, %d are there", ErrTruncated, events, v.tally.events))
	}
	if err := v.tally.finish(); err != nil {
		return v.bad(0, err)
	}
	v.line++
	more, err := v.lines.Scan(), v.lines.Err()
	if more || errors.Is(err, ErrTruncated) || errors.Is(err, bufio.ErrTooLong) {
		return v.bad(0, ErrTrailing)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", v.line, err)
	}
	return nil
}

// next returns the next line without its newline; it is overwritten by the one after.
func (v *verification) next() ([]byte, error) {
	v.line++
	if v.lines.Scan() {
		return v.lines.Bytes(), nil
	}
	err := v.lines.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, v.bad(0, fmt.Errorf("%w: at most %d bytes are possible", ErrTooLong, MaxLine))
	case err == nil || errors.Is(err, ErrTruncated):
		return nil, v.bad(0, ErrTruncated)
	}
	return nil, fmt.Errorf("line %d: %w", v.line, err)
}

func (v *verification) bad(seq uint64, reason error) error {
	return &BadLine{Line: v.line, Seq: seq, Reason: reason}
}

// newLines splits at newlines, every line having one, and nothing else.
func newLines(r io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(nil, MaxLine)
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF && len(data) > 0 {
			return 0, nil, ErrTruncated
		}
		return 0, nil, nil
	})
	return s
}
