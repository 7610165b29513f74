package merkle

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// tally checks the events of an export against its head, one after the other: Writer and Verify share it, so that what one
// writes the other takes.
type tally struct {
	head        Head
	tree        Tree // over the leaves, where they have no proofs
	proven      bool // they have
	events      uint64
	first, last uint64
}

// add takes the next event. A proof that is nil is none; that of the only leaf of a tree is empty.
func (t *tally) add(seq uint64, leaf []byte, proof tlog.RecordProof) error {
	if t.events == 0 {
		t.proven, t.first = proof != nil, seq
	}
	switch {
	case t.proven != (proof != nil):
		return ErrMixed
	case seq <= t.last:
		return fmt.Errorf("%w: it comes after %d", ErrOrder, t.last)
	case seq > t.head.Size:
		return fmt.Errorf("%w: the head has %d events", ErrRange, t.head.Size)
	case !t.proven && seq != t.last+1:
		return fmt.Errorf("%w: %d must come next where there are no proofs", ErrOrder, t.last+1)
	}
	if !t.proven {
		t.tree.Append(leaf)
	} else if CheckRecord(proof, t.head.Root, seq-1, leaf) != nil {
		return ErrProof // it is in range
	}
	t.last = seq
	t.events++
	return nil
}

// finish checks what only the last event tells.
func (t *tally) finish() error {
	if t.events == 0 || t.proven {
		return nil
	}
	if t.events != t.head.Size {
		return fmt.Errorf("%w: %d of %d are there", ErrIncomplete, t.events, t.head.Size)
	}
	if t.tree.Hash() != t.head.Hash {
		return ErrOtherTree
	}
	return nil
}
