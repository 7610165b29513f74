package store

import (
	"bytes"
	"fmt"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
)

// backupTally counts what goes into a backup or comes out of one, and grows the tree over
// its events.
type backupTally struct {
	tree     merkle.Tree
	segments uint32
	frames   uint64
	newest   model.Time
	last     []byte // newest entry
}

// Begin counts a segment.
func (t *backupTally) Begin(journal.SegmentHeader) error {
	t.segments++
	return nil
}

// Add grows the tree by the events of a frame.
func (t *backupTally) Add(_ uint64, entries [][]byte) error {
	t.frames++
	for _, raw := range entries {
		e, h, err := parseEntry(raw)
		if err == nil && h.Seq != t.tree.Size()+1 {
			err = fmt.Errorf("event %d stands there", h.Seq)
		}
		if err != nil {
			return fmt.Errorf("event %d: %w", t.tree.Size()+1, err)
		}
		t.tree.Append(e.Header)
		t.newest, t.last = h.At, raw
	}
	t.last = bytes.Clone(t.last)
	return nil
}

// compare holds the events against a signed head over them.
func (t *backupTally) compare(head merkle.Head) error {
	switch {
	case t.tree.Size() != head.Size:
		return fmt.Errorf("the signed head covers %d events, and %d are there: run jeton audit verify", head.Size, t.tree.Size())
	case t.tree.Hash() != head.Hash:
		return fmt.Errorf("its %d events are not those under the signed head: run jeton audit verify", head.Size)
	}
	return nil
}
