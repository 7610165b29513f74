package merkle

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Prover makes proofs about a tree whose hashes were never stored, from one pass over its leaves: it is told what to prove,
// learns which hashes that takes, is given every leaf, and keeps only those hashes, which are at most 4 KiB for each
// record or older tree in a log of MaxSize, and share most when many are asked for. It is not safe for use by several
// goroutines at once.
type Prover struct {
	tree   Tree
	size   uint64
	over   bool
	need   []int64     // indexes of stored hashes, as tlog counts them, ascending
	have   []tlog.Hash // of need, as far as they went by
	stored int64       // index of the stored hash that comes next
}

// NewProver is for the tree with size leaves: records are the indexes, counted from 0, of the leaves to prove in it, and
// older the sizes of the trees to prove it consistent with. Order and repetition do not matter. It fails with ErrRange for
// what lies beyond the tree.
func NewProver(size uint64, records []uint64, older ...uint64) (*Prover, error) {
	p := &Prover{size: size}
	if size > MaxSize {
		return nil, fmt.Errorf("%w: %d leaves are over the limit", ErrRange, size)
	}
	for _, i := range records {
		if i >= size {
			return nil, fmt.Errorf("%w: record %d of %d", ErrRange, i, size)
		}
		// What is asked of note is in the recorder; the error it stops with is the one expected.
		_, _ = tlog.ProveRecord(int64(size), int64(i), tlog.HashReaderFunc(p.note))
	}
	for _, n := range older {
		if n > size {
			return nil, fmt.Errorf("%w: tree of %d in one of %d", ErrRange, n, size)
		}
		if n > 0 {
			_, _ = tlog.ProveTree(int64(size), int64(n), tlog.HashReaderFunc(p.note))
		}
	}
	slices.Sort(p.need)
	p.need = slices.Compact(p.need)
	p.have = make([]tlog.Hash, 0, len(p.need))
	return p, nil
}

// errNoted stops a proof once it has said what it needs.
var errNoted = errors.New("noted")

func (p *Prover) note(indexes []int64) ([]tlog.Hash, error) {
	p.need = append(p.need, indexes...)
	return nil, errNoted
}

// Add takes the next leaf. Every leaf of the tree must be given, in order; one too many is told by the proofs.
func (p *Prover) Add(leaf []byte) { p.AddHash(tlog.RecordHash(leaf)) }

// AddHash takes the next leaf by its hash, as tlog.RecordHash makes it.
func (p *Prover) AddHash(leaf tlog.Hash) {
	if p.tree.size == p.size {
		p.over = true
		return
	}
	p.tree.add(leaf, p.keep)
}

// keep sees the stored hashes in the order of their indexes, so the next one needed is all it has to look for.
func (p *Prover) keep(h tlog.Hash) {
	if n := len(p.have); n < len(p.need) && p.need[n] == p.stored {
		p.have = append(p.have, h)
	}
	p.stored++
}

// Root is the tree over the leaves given: compare it with the head that the proofs are for. It fails with ErrLeaves when
// they are not as many as the tree has.
func (p *Prover) Root() (Root, error) {
	if err := p.ready(); err != nil {
		return Root{}, err
	}
	return Root{Size: p.size, Hash: p.tree.Hash()}, nil
}

// Record proves leaf i, counted from 0. It fails with ErrLeaves when leaves are missing or were too many, with ErrRange and
// with ErrNotWanted.
func (p *Prover) Record(i uint64) (tlog.RecordProof, error) {
	if err := p.ready(); err != nil {
		return nil, err
	}
	if i >= p.size {
		return nil, fmt.Errorf("%w: record %d of %d", ErrRange, i, p.size)
	}
	proof, err := tlog.ProveRecord(int64(p.size), int64(i), tlog.HashReaderFunc(p.read))
	if err != nil {
		return nil, fmt.Errorf("prove record %d: %w", i, err)
	}
	return proof, nil
}

// Consistency proves that the tree of old leaves is the beginning of this one; the empty tree needs no proof and gets an
// empty one. It fails like Record.
func (p *Prover) Consistency(old uint64) (tlog.TreeProof, error) {
	if err := p.ready(); err != nil {
		return nil, err
	}
	if old > p.size {
		return nil, fmt.Errorf("%w: tree of %d in one of %d", ErrRange, old, p.size)
	}
	if old == 0 {
		return tlog.TreeProof{}, nil
	}
	proof, err := tlog.ProveTree(int64(p.size), int64(old), tlog.HashReaderFunc(p.read))
	if err != nil {
		return nil, fmt.Errorf("prove the tree of %d: %w", old, err)
	}
	return proof, nil
}

func (p *Prover) ready() error {
	if p.over {
		return fmt.Errorf("%w: there were more than %d", ErrLeaves, p.size)
	}
	if p.tree.size != p.size {
		return fmt.Errorf("%w: there were %d of %d", ErrLeaves, p.tree.size, p.size)
	}
	return nil
}

func (p *Prover) read(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		at, ok := slices.BinarySearch(p.need, index)
		if !ok {
			return nil, ErrNotWanted
		}
		out[i] = p.have[at]
	}
	return out, nil
}

// CheckRecord checks that leaf lies at index, counted from 0, in the tree. It fails with ErrRange or ErrProof.
func CheckRecord(proof tlog.RecordProof, tree Root, index uint64, leaf []byte) error {
	if tree.Size > MaxSize || index >= tree.Size {
		return fmt.Errorf("%w: record %d of %d", ErrRange, index, tree.Size)
	}
	if tlog.CheckRecord(proof, int64(tree.Size), tree.Hash, int64(index), tlog.RecordHash(leaf)) != nil {
		return fmt.Errorf("record %d: %w", index, ErrProof)
	}
	return nil
}

// CheckConsistency checks that older is the beginning of newer. It fails with ErrRange when older is the larger, and with
// ErrProof: then the proof is bad, or the log was rewritten since older was signed.
func CheckConsistency(proof tlog.TreeProof, newer, older Root) error {
	if newer.Size > MaxSize || older.Size > newer.Size {
		return fmt.Errorf("%w: tree of %d in one of %d", ErrRange, older.Size, newer.Size)
	}
	if older.Size == 0 {
		if len(proof) != 0 || !older.possible() || !newer.possible() {
			return fmt.Errorf("tree of 0 in one of %d: %w", newer.Size, ErrProof)
		}
		return nil
	}
	if tlog.CheckTree(proof, int64(newer.Size), newer.Hash, int64(older.Size), older.Hash) != nil {
		return fmt.Errorf("tree of %d in one of %d: %w", older.Size, newer.Size, ErrProof)
	}
	return nil
}
