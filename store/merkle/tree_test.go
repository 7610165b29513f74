package merkle

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// The trees of the test vectors of Certificate Transparency: leaves and the root after each.
func TestTreeVectors(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := map[uint64]string{
		0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var tree Tree
	for i := range len(leaves) + 1 {
		if h := tree.Hash(); hex.EncodeToString(h[:]) != roots[tree.Size()] {
			t.Errorf("tree of %d: %x", tree.Size(), h)
		}
		if i < len(leaves) {
			tree.Append(must(hex.DecodeString(leaves[i]))(t))
		}
	}
}

// At every size the tree is that of tlog, however it came there: by leaf, by hash, kept and read back, from a snapshot.
func TestTreeIsThatOfTlog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, tree := new(log), new(Tree)
		for range rapid.IntRange(0, 200).Draw(t, "leaves") {
			leaf := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "leaf")
			before := *tree
			l.add(t, leaf)
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				tree.Append(leaf)
			case 1:
				tree.AppendHash(tlog.RecordHash(leaf))
			case 2:
				tree = must(UnmarshalTree(must(tree.MarshalBinary())(t)))(t)
				tree.Append(leaf)
			case 3:
				tree.Append([]byte("something else"))
				tree = &before
				tree.Append(leaf)
			}
			if got, want := (Root{tree.Size(), tree.Hash()}), l.root(t, uint64(len(l.leaves))); got != want {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

func TestUnmarshalTreeRefuses(t *testing.T) {
	kept := func(size uint64, hashes int) []byte {
		b := binary.BigEndian.AppendUint64([]byte{1}, size)
		return append(b, make([]byte, hashes*tlog.HashSize)...)
	}
	if _, err := UnmarshalTree(kept(MaxSize, 1)); err != nil {
		t.Errorf("the largest tree: %v", err)
	}
	for name, b := range map[string][]byte{
		"nothing":         nil,
		"only a size":     kept(0, 0)[:8],
		"another format":  append([]byte{2}, kept(3, 2)[1:]...),
		"too few hashes":  kept(3, 1),
		"too many hashes": kept(4, 2),
		"half a hash":     kept(3, 2)[:60],
		"empty with hash": kept(0, 1),
		"one too large":   kept(MaxSize+1, 2),
		"as large as can": kept(1<<64-1, 64),
		"a byte too many": append(kept(5, 2), 0),
	} {
		_, err := UnmarshalTree(b)
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		wantError(t, err, ErrTree)
	}
	full := Tree{size: MaxSize}
	full.Append(nil)
	_, err := full.MarshalBinary()
	wantError(t, err, ErrTree)
}

func FuzzUnmarshalTree(f *testing.F) {
	for _, n := range []int{0, 1, 7, 8, 100} {
		var tree Tree
		for range n {
			tree.Append([]byte("leaf"))
		}
		f.Add(must(tree.MarshalBinary())(f))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := UnmarshalTree(b)
		if err != nil {
			wantError(t, err, ErrTree)
			return
		}
		if again := must(tree.MarshalBinary())(t); !bytes.Equal(again, b) {
			t.Fatalf("%x came back as %x", b, again)
		}
		if len(b) != 9+32*bits.OnesCount64(tree.Size()) {
			t.Fatalf("%d bytes for %d leaves", len(b), tree.Size())
		}
		tree.Hash()
		tree.Append(nil)
	})
}
