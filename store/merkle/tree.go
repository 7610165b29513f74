package merkle

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is a tree that grows. It keeps only the hashes of its complete subtrees, one for each bit of its size, and so stays
// at about 2 KiB. The zero value is the tree without leaves; a copy is a snapshot. It is not safe for use by several
// goroutines at once.
type Tree struct {
	size uint64
	// peaks holds, where bit i of size is set, the hash of the complete subtree with 2^i leaves. The others are stale.
	peaks [64]tlog.Hash
}

// Append adds a leaf.
func (t *Tree) Append(leaf []byte) { t.add(tlog.RecordHash(leaf), nil) }

// AppendHash adds a leaf of which only the hash is at hand, as tlog.RecordHash makes it.
func (t *Tree) AppendHash(leaf tlog.Hash) { t.add(leaf, nil) }

// add tells made, if it is given, every hash of a subtree that the leaf completes, its own first: these are the stored
// hashes of tlog, in the order of their indexes.
func (t *Tree) add(h tlog.Hash, made func(tlog.Hash)) {
	level := bits.TrailingZeros64(^t.size)
	for i := range level {
		if made != nil {
			made(h)
		}
		h = tlog.NodeHash(t.peaks[i], h)
	}
	if made != nil {
		made(h)
	}
	t.peaks[level] = h
	t.size++
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return t.size }

// Hash is the hash over all leaves.
func (t *Tree) Hash() tlog.Hash {
	if t.size == 0 {
		return emptyHash()
	}
	low := bits.TrailingZeros64(t.size)
	h := t.peaks[low]
	for i := low + 1; i < bits.Len64(t.size); i++ {
		if t.size>>i&1 == 1 {
			h = tlog.NodeHash(t.peaks[i], h)
		}
	}
	return h
}

// treeFormat is the first byte of a tree that is kept; the size, eight bytes, follows, and then the hashes of the complete
// subtrees from the smallest to the largest.
const (
	treeFormat = 1
	treeHeader = 1 + 8
)

// MarshalBinary returns the tree for keeping: 9 bytes, and 32 for each bit that is set in its size. It carries no checksum:
// compare the Hash of what is read back with a signed head. It fails with ErrTree for a tree over MaxSize.
func (t *Tree) MarshalBinary() ([]byte, error) {
	if t.size > MaxSize {
		return nil, fmt.Errorf("%w: %d leaves are over the limit", ErrTree, t.size)
	}
	out := make([]byte, 0, treeHeader+bits.OnesCount64(t.size)*tlog.HashSize)
	out = append(out, treeFormat)
	out = binary.BigEndian.AppendUint64(out, t.size)
	for i := range bits.Len64(t.size) {
		if t.size>>i&1 == 1 {
			out = append(out, t.peaks[i][:]...)
		}
	}
	return out, nil
}

// UnmarshalTree reads what MarshalBinary wrote. It fails with ErrTree for anything else; every tree has one form.
func UnmarshalTree(b []byte) (*Tree, error) {
	if len(b) < treeHeader || b[0] != treeFormat {
		return nil, fmt.Errorf("%w: its beginning is wrong", ErrTree)
	}
	t := &Tree{size: binary.BigEndian.Uint64(b[1:])}
	b = b[treeHeader:]
	if t.size > MaxSize {
		return nil, fmt.Errorf("%w: %d leaves are over the limit", ErrTree, t.size)
	}
	if want := bits.OnesCount64(t.size) * tlog.HashSize; len(b) != want {
		return nil, fmt.Errorf("%w: %d leaves need %d bytes of hashes, there are %d", ErrTree, t.size, want, len(b))
	}
	for i := range bits.Len64(t.size) {
		if t.size>>i&1 == 1 {
			b = b[copy(t.peaks[i][:], b):]
		}
	}
	return t, nil
}
