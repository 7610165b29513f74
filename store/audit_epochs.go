package store

import (
	"fmt"

	"jeton/store/merkle"
)

// A restored log goes on from a tree of before, and what the log had over that tree is
// given up. So heads kept elsewhere may be of branches that ended. Which, the heads tell
// themselves: each names its epoch and the tree that its epoch began with.

// givenUp is why a head is not one of the log as it is.
type givenUp struct {
	head  merkle.Head
	after uint64 // newest event that is in the log still
}

func (g givenUp) Error() string {
	return fmt.Sprintf("a head of epoch %d covers %d events; the log was restored to event %d since, which gave up what came after: "+
		"if that was you, keep only the heads that jeton signed since", g.head.Epoch, g.head.Size, g.after)
}

// putAside tells whether head i, which the log does not lead to, covers events that a
// restore gave up: what stands at their numbers now, if anything does, is something else.
// The store's own head, the last one, is never put aside.
func (w *auditor) putAside(i int) bool {
	own := w.heads[len(w.heads)-1]
	h := w.heads[i]
	if i == len(w.heads)-1 || h.Epoch > own.Epoch || own.Before == nil {
		return false // where nothing was restored, nothing was given up
	}
	common, ours := uint64(0), w.branches(own)
	for epoch, size := range w.branches(h) {
		common = max(common, min(size, ours[epoch]))
	}
	if common >= h.Size {
		return false
	}
	w.given = append(w.given, givenUp{h, common})
	return true
}

// branches tells up to which event a head's tree grew in each epoch that it comes from.
func (w *auditor) branches(h merkle.Head) map[uint64]uint64 {
	out := map[uint64]uint64{h.Epoch: h.Size}
	for h.Before != nil && h.Epoch > 1 {
		h = w.restored(h)
		out[h.Epoch] = h.Size
	}
	return out
}

// restored is the head that a head's epoch began with: one of those at hand over that
// tree, of an epoch before. When there is none it is taken to be of the epoch just before.
func (w *auditor) restored(h merkle.Head) merkle.Head {
	from := merkle.Head{Root: h.Before.Restored, Epoch: h.Epoch - 1}
	found := false
	for _, g := range w.heads {
		switch {
		case g.Epoch >= h.Epoch:
		case g.Root == h.Before.Restored:
			return g
		case g.Epoch == from.Epoch && !found:
			from.Before, found = g.Before, true
		}
	}
	return from
}
