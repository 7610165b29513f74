package state

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func openTest(t testing.TB) *DB {
	t.Helper()
	d, err := Open(t.TempDir(), Normal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

var signer = Signer{MAC: func(name, value []byte) (sum [16]byte) {
	h := uint64(14695981039346656037)
	for _, b := range slices.Concat(name, []byte{0}, value) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	copy(sum[:], fmt.Sprintf("%016x", h))
	return sum
}}

// TestList compares rank, select and ranges with a sorted slice.
func TestList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Uint64Range(0, 5*BlockSize), 0, 60)
		in, not := &Set{}, &Set{}
		has := map[uint64]bool{}
		for _, n := range numbers.Draw(t, "in") {
			in.Put(n, true)
			has[n] = true
		}
		for _, n := range numbers.Draw(t, "taken out again") {
			in.Put(n, false)
			delete(has, n)
		}
		if in.Len() != len(has) {
			t.Fatalf("%d members, want %d", in.Len(), len(has))
		}
		for _, n := range numbers.Draw(t, "not") {
			not.Put(n, true)
			delete(has, n)
		}
		var want []uint64
		for n := range has {
			want = append(want, n)
		}
		slices.Sort(want)
		l := NewList(in, not).Clone()
		if l.Len() != len(want) {
			t.Fatalf("length %d, want %d", l.Len(), len(want))
		}
		for i, n := range want {
			if l.At(i) != n || l.Rank(n) != i || !l.Has(n) {
				t.Fatalf("number %d: at %d, rank %d, want place %d", n, l.At(i), l.Rank(n), i)
			}
		}
		lo, hi := rapid.Uint64Range(0, 6*BlockSize).Draw(t, "lo"), rapid.Uint64Range(0, 6*BlockSize).Draw(t, "hi")
		lo, hi = min(lo, hi), max(lo, hi)
		var got []uint64
		l.Range(lo, hi, func(n uint64) { got = append(got, n) })
		part := slices.DeleteFunc(slices.Clone(want), func(n uint64) bool { return n < lo || n >= hi })
		if !slices.Equal(got, part) || l.Count(lo, hi) != len(part) {
			t.Fatalf("range %d to %d: %v (%d), want %v", lo, hi, got, l.Count(lo, hi), part)
		}
	})
}

// TestSets keeps sets, loaded or not, and reads them back.
func TestSets(t *testing.T) {
	d := openTest(t)
	s := NewSets(d, signer)
	for i := range uint64(3) {
		for n := range uint64(40) {
			if err := s.Put(TokensOf(i), n*1000*(i+1), n%3 != 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Commit(s.Writes(nil)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(TokensOf(i)); err != nil { // now it is loaded
			t.Fatal(err)
		}
		if err := s.Put(TokensOf(i), 7, true); err != nil {
			t.Fatal(err)
		}
		if err := d.Commit(s.Writes(nil)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(3) {
		fresh, err := NewSets(d, signer).Get(TokensOf(i))
		if err != nil {
			t.Fatal(err)
		}
		cached, err := s.Get(TokensOf(i))
		if err != nil || fresh.Len() != cached.Len() || !fresh.Has(7) || fresh.Has(0) || !fresh.Has(1000*(i+1)) {
			t.Fatalf("set %d: %d kept, %d in memory, %v", i, fresh.Len(), cached.Len(), err)
		}
	}
}

// TestSetsInAnyOrder changes, writes, loads and forgets sets in any order.
func TestSetsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		s, has := NewSets(d, signer), map[SetName]map[uint64]bool{}
		for range rapid.IntRange(1, 12).Draw(t, "groups") {
			for range rapid.IntRange(0, 8).Draw(t, "puts") {
				name, n, in := TokensOf(rapid.Uint64Range(1, 2).Draw(t, "user")), rapid.Uint64Range(1, 4).Draw(t, "number")*2000, rapid.Bool().Draw(t, "in")
				if has[name] == nil {
					has[name] = map[uint64]bool{}
				}
				has[name][n] = in
				if err := s.Put(name, n, in); err != nil {
					t.Fatal(err)
				}
			}
			if err := d.Commit(s.Writes(nil)); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "forget") {
				s.forget()
			}
			if name := TokensOf(rapid.Uint64Range(1, 3).Draw(t, "load")); name.Whom < 3 {
				set, err := s.Get(name)
				for n, in := range has[name] {
					if err != nil || set.Has(n) != in {
						t.Fatalf("%v has %d: %v, want %v, %v", name, n, set.Has(n), in, err)
					}
				}
			}
		}
	})
}

// TestMovedBlock puts a good block where another belongs.
func TestMovedBlock(t *testing.T) {
	d := openTest(t)
	s := NewSets(d, signer)
	if err := s.Put(TokensOf(1), 5, true); err != nil {
		t.Fatal(err)
	}
	w := s.Writes(nil)
	w[0].Key = Revoked().block(0)
	if err := d.Commit(w); err != nil {
		t.Fatal(err)
	}
	if _, err := NewSets(d, signer).Get(Revoked()); !errors.Is(err, ErrDamaged) {
		t.Fatalf("a block of another set: %v", err)
	}
}

// TestHeld reads through what is held over Badger as if it were there.
func TestHeld(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d, err := OpenMemory()
		if err != nil {
			rt.Fatal(err)
		}
		defer d.Close()
		want := map[string]string{string(AppliedKey()): "x"}
		write := func(label string, keep func([]Write)) {
			var ws []Write
			for _, n := range rapid.SliceOfDistinct(rapid.Uint64Range(1, 9), func(n uint64) uint64 { return n }).Draw(rt, label) {
				ws = append(ws, Write{RecordKey(User, n), []byte(label)})
				want[string(RecordKey(User, n))] = label
			}
			keep(append(ws, Write{AppliedKey(), []byte("x")}))
		}
		write("written", func(ws []Write) {
			if err := d.Commit(ws); err != nil {
				rt.Fatal(err)
			}
		})
		write("held", d.Hold)
		compare := func() {
			v := d.View()
			defer v.Close()
			var keys []string
			err := v.Scan([]byte{0}, []byte{0xff}, func(k, value []byte) error {
				keys = append(keys, string(k))
				if want[string(k)] != string(value) {
					return fmt.Errorf("key %q is %q", k, value)
				}
				return v.Get(k, func(again []byte) error {
					if !bytes.Equal(again, value) {
						return errors.New("Get and Scan differ")
					}
					return nil
				})
			})
			if err != nil || len(keys) != len(want) || !slices.IsSorted(keys) {
				rt.Fatalf("%d keys, want %d: %v", len(keys), len(want), err)
			}
			last, err := v.LastRecord(User)
			if want := want[string(RecordKey(User, last))]; err != nil || last > 0 && want == "" {
				rt.Fatalf("last record %d, %v", last, err)
			}
		}
		compare()
		if err := d.Flush(); err != nil || d.Holding() {
			rt.Fatalf("flush: %v", err)
		}
		compare()
	})
}

func TestMissing(t *testing.T) {
	d := openTest(t)
	if err := d.Get(FrameKey(1), func([]byte) error { return nil }); !errors.Is(err, ErrMissing) {
		t.Fatal(err)
	}
	if n, err := d.View().LastRecord(AgentToken); n != 0 || err != nil {
		t.Fatal(n, err)
	}
}

// TestOneKeyForEachRecord: a credential has a prefix of its own, and the key that other records
// have with its kind in it is none.
func TestOneKeyForEachRecord(t *testing.T) {
	for _, k := range []Kind{Organization, User, Deployment, AgentToken, UserToken, Credential} {
		if got, n, ok := ParseRecordKey(RecordKey(k, 7)); got != k || n != 7 || !ok {
			t.Errorf("%c: %c %d %v", k, got, n, ok)
		}
	}
	if _, _, ok := ParseRecordKey(append([]byte{prefixRecord}, append([]byte{byte(Credential)}, RecordKey(Credential, 7)[1:]...)...)); ok {
		t.Error("a credential has two keys")
	}
}

// TestAViewKeepsWhatWasHeld holds over a view and flushes under it: what it shows stays.
func TestAViewKeepsWhatWasHeld(t *testing.T) {
	d := openTest(t)
	shows := func(v *View, key, want string) {
		t.Helper()
		got := "nothing"
		err := v.Get([]byte(key), func(value []byte) error { got = string(value); return nil })
		if err != nil && !errors.Is(err, ErrMissing) || got != want {
			t.Errorf("%s is %s, want %s (%v)", key, got, want, err)
		}
	}
	if err := d.Commit([]Write{{[]byte("a"), []byte("one")}}); err != nil {
		t.Fatal(err)
	}
	before := d.View()
	defer before.Close()
	d.Hold([]Write{{[]byte("a"), []byte("two")}, {AppliedKey(), []byte("2")}})
	shows(before, "a", "one")
	held := d.View()
	defer held.Close()
	d.Hold([]Write{{[]byte("b"), []byte("new")}})
	shows(held, "b", "nothing")
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	shows(held, "a", "two")
	shows(before, "a", "one")
	after := d.View()
	defer after.Close()
	shows(after, "a", "two")
	shows(after, "b", "new")
}
