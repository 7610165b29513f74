package merkle

import (
	"math/bits"
	"reflect"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// From one pass over the leaves come the very proofs that tlog makes from all its hashes, they check, and nothing else does.
func TestProofsAreThoseOfTlog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLog(t, rapid.IntRange(1, 300).Draw(t, "leaves"))
		size := uint64(len(l.leaves))
		records := rapid.SliceOf(rapid.Uint64Range(0, size-1)).Draw(t, "records")
		older := rapid.SliceOfN(rapid.Uint64Range(0, size), 0, 4).Draw(t, "older")
		p := must(NewProver(size, records, older...))(t)
		for i, leaf := range l.leaves {
			if i%2 == 0 {
				p.Add(leaf)
			} else {
				p.AddHash(tlog.RecordHash(leaf))
			}
		}
		root := l.root(t, size)
		if got := must(p.Root())(t); got != root {
			t.Fatalf("root %v, want %v", got, root)
		}
		if most := (len(records) + len(older)) * 2 * bits.Len64(size); len(p.have) > most {
			t.Fatalf("kept %d hashes for %d records and %d trees of %d", len(p.have), len(records), len(older), size)
		}
		for _, i := range records {
			proof := must(p.Record(i))(t)
			if want := must(tlog.ProveRecord(int64(size), int64(i), l))(t); !reflect.DeepEqual(proof, want) {
				t.Fatalf("record %d: %v, want %v", i, proof, want)
			}
			checkRecord(t, proof, root, i, l.leaves[i])
		}
		for _, n := range older {
			checkOlder(t, must(p.Consistency(n))(t), root, l.root(t, n))
		}
	})
}

func checkRecord(t *rapid.T, proof tlog.RecordProof, root Root, i uint64, leaf []byte) {
	if err := CheckRecord(proof, root, i, leaf); err != nil {
		t.Fatal(err)
	}
	wantError(t, CheckRecord(proof, root, i, append(leaf[:len(leaf):len(leaf)], 0)), ErrProof)
	wantError(t, CheckRecord(append(proof[:len(proof):len(proof)], root.Hash), root, i, leaf), ErrProof)
	wantError(t, CheckRecord(proof, root, root.Size, leaf), ErrRange)
	wantError(t, CheckRecord(proof, Root{MaxSize + 1, root.Hash}, i, leaf), ErrRange)
	if len(proof) > 0 {
		wantError(t, CheckRecord(proof[1:], root, i, leaf), ErrProof)
		wantError(t, CheckRecord(proof, root, (i+1)%root.Size, leaf), ErrProof)
	}
}

func checkOlder(t *rapid.T, proof tlog.TreeProof, root, older Root) {
	if err := CheckConsistency(proof, root, older); err != nil {
		t.Fatal(err)
	}
	changed := older
	changed.Hash[0] ^= 1
	wantError(t, CheckConsistency(proof, root, changed), ErrProof)
	wantError(t, CheckConsistency(append(proof[:len(proof):len(proof)], root.Hash), root, older), ErrProof)
	if older.Size < root.Size {
		wantError(t, CheckConsistency(proof, older, root), ErrRange)
	}
	if older.Size > 0 && older.Size < root.Size {
		changed = root
		changed.Hash[31] ^= 1
		wantError(t, CheckConsistency(proof, changed, older), ErrProof)
	}
}

func TestProverRefuses(t *testing.T) {
	_, err := NewProver(5, []uint64{5})
	wantError(t, err, ErrRange)
	_, err = NewProver(5, nil, 6)
	wantError(t, err, ErrRange)
	_, err = NewProver(MaxSize+1, nil)
	wantError(t, err, ErrRange)

	p := must(NewProver(5, []uint64{4}))(t)
	for range 4 {
		p.Add(nil)
	}
	_, err = p.Record(4)
	wantError(t, err, ErrLeaves)
	_, err = p.Root()
	wantError(t, err, ErrLeaves)
	p.Add(nil)
	must(p.Record(4))(t)
	_, err = p.Record(0)
	wantError(t, err, ErrNotWanted)
	_, err = p.Record(5)
	wantError(t, err, ErrRange)
	_, err = p.Consistency(3)
	wantError(t, err, ErrNotWanted)
	_, err = p.Consistency(6)
	wantError(t, err, ErrRange)
	p.Add(nil)
	_, err = p.Record(4)
	wantError(t, err, ErrLeaves)
	_, err = p.Consistency(5)
	wantError(t, err, ErrLeaves)
}

// The largest tree there can be asks for few hashes, and the sums do not overflow.
func TestProverOfTheLargestTree(t *testing.T) {
	for _, size := range []uint64{MaxSize, MaxSize - 1} {
		for _, i := range []uint64{0, size / 2, size - 1} {
			if p := must(NewProver(size, []uint64{i}, i+1))(t); len(p.need) > 200 {
				t.Errorf("record %d of %d needs %d hashes", i, size, len(p.need))
			}
		}
	}
}

func TestEmptyTreeIsConsistent(t *testing.T) {
	empty := Root{Hash: emptyHash()}
	p := must(NewProver(0, nil, 0))(t)
	if got := must(p.Root())(t); got != empty {
		t.Errorf("root %v", got)
	}
	if err := CheckConsistency(must(p.Consistency(0))(t), empty, empty); err != nil {
		t.Error(err)
	}
	wantError(t, CheckConsistency(nil, empty, Root{}), ErrProof)
	wantError(t, CheckConsistency(nil, Root{}, empty), ErrProof)
	wantError(t, CheckConsistency(nil, Root{Size: MaxSize + 1}, empty), ErrRange)
}
