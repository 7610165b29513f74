package state

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// TestViewStays overwrites one key until Badger has merged tables many times over: an
// open view shows what there was, a new one what there is, and what nobody can see any
// more does not stay on the disk.
func TestViewStays(t *testing.T) {
	d := openTest(t)
	key := []byte("key")
	put := func(i int) {
		writes := []Write{{Key: key, Value: binary.BigEndian.AppendUint32(nil, uint32(i))}}
		for filler := range 256 {
			name := binary.BigEndian.AppendUint32([]byte("filler"), uint32(filler))
			writes = append(writes, Write{name, bytes.Repeat([]byte{byte(i)}, 2000)})
		}
		if err := d.Commit(writes); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(v *View) (n int) {
		t.Helper()
		err := v.Get(key, func(value []byte) error {
			n = int(binary.BigEndian.Uint32(value))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const rounds = 120 // of half a MiB
	put(0)
	old := d.View()
	for i := 1; i <= rounds; i++ {
		put(i)
		if i%20 != 0 {
			continue
		}
		now := d.View()
		if was, is := shows(old), shows(now); was != 0 || is != i {
			t.Fatalf("after %d commits: the old view shows %d, a new one %d", i, was, is)
		}
		now.Close()
	}
	old.Close()
	for i := range rounds {
		put(i)
	}
	if err := d.db.Flatten(1); err != nil {
		t.Fatal(err)
	}
	if lsm, _ := d.db.Size(); lsm > rounds<<18 {
		t.Errorf("%d bytes for half a MiB of living values: replaced ones are kept", lsm)
	}
	dir := d.dir
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, Normal)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	v := again.View()
	defer v.Close()
	if n := shows(v); n != rounds-1 {
		t.Fatalf("after opening again: %d", n)
	}
}
