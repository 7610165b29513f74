package state

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// FuzzKeys takes any bytes apart as each kind of key: what is taken has one form, and is
// of one kind.
func FuzzKeys(f *testing.F) {
	for _, key := range [][]byte{RecordKey(User, 7), RecordKey(Credential, 8), FrameKey(9), TokensOf(3).block(2), Revoked().block(0), AppliedKey(),
		append([]byte{prefixRecord, byte(Credential)}, make([]byte, 8)...), {}} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		kinds := 0
		if k, n, ok := ParseRecordKey(key); ok {
			kinds++
			if !bytes.Equal(RecordKey(k, n), key) {
				t.Fatalf("%x is record %d of kind %q", key, n, k)
			}
		}
		if first, ok := FrameOf(key); ok {
			kinds++
			if !bytes.Equal(FrameKey(first), key) {
				t.Fatalf("%x is frame %d", key, first)
			}
		}
		if name, ok := parseBlockKey(key); ok {
			kinds++
			if !bytes.HasPrefix(key, name.prefix()) {
				t.Fatalf("%x is of %+v", key, name)
			}
		}
		if kinds > 1 {
			t.Fatalf("%x is of %d kinds", key, kinds)
		}
	})
}

// FuzzBlock reads any bytes as the block of a set, as they are and with the checksum made
// right: what is taken has one form, and only what was signed is.
func FuzzBlock(f *testing.F) {
	key := Revoked().block(1)
	value := make([]byte, BlockSize/8)
	value[3], value[100] = 0x81, 7
	f.Add(key, signer.Sign(key, value))
	f.Add(AgentTokens().block(1), signer.Sign(key, value))
	f.Add(key, value)
	f.Add([]byte{'S'}, []byte{})
	f.Fuzz(func(t *testing.T, key, raw []byte) {
		if len(key) == 0 {
			return
		}
		forged := signer.Sign(key, raw)
		if bytes.Equal(forged, raw) {
			t.Fatal("signing adds nothing")
		}
		for _, raw := range [][]byte{raw, forged} {
			b, err := decodeBlock(signer, key, raw)
			if err != nil {
				if !errors.Is(err, ErrDamaged) {
					t.Fatal(err)
				}
				continue
			}
			value, members := make([]byte, BlockSize/8), 0
			for n := range uint64(BlockSize) {
				if b.has(n) {
					value[n/64*8+7-n%64/8] |= 1 << (n % 8)
					members++
				}
			}
			if members != b.count || !bytes.Equal(signer.Sign(key, value), raw) {
				t.Fatalf("%x has %d members, and was read as %d in %x", raw, members, b.count, value)
			}
		}
	})
}

// FuzzTable checks any bytes as a table of Badger's: whatever they are it is an answer, and
// not the end of the process.
func FuzzTable(f *testing.F) {
	dir := written(f)
	for _, path := range tables(f, dir) {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, true)
		f.Add(raw[len(raw)/2:], false)
	}
	f.Add([]byte{0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 4}, true)
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		path := filepath.Join(t.TempDir(), "000001.sst")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		err := checkTables([]string{path}, whole)
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		if after, e := os.ReadFile(path); e != nil || !bytes.Equal(after, raw) {
			t.Fatalf("looking at it changed it (%v)", e)
		}
	})
}

// FuzzManifest checks any bytes as Badger's list of its tables: only one that is whole and
// names the tables that are there is taken.
func FuzzManifest(f *testing.F) {
	dir := written(f)
	raw, err := os.ReadFile(filepath.Join(dir, badger.ManifestFilename))
	if err != nil {
		f.Fatal(err)
	}
	there := tables(f, dir)
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add(raw[:8])
	f.Fuzz(func(t *testing.T, b []byte) {
		work := t.TempDir()
		for _, path := range there {
			if err := os.WriteFile(filepath.Join(work, filepath.Base(path)), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(work, badger.ManifestFilename), b, 0o600); err != nil {
			t.Fatal(err)
		}
		listed, young, err := checkManifest(work, true)
		if err != nil && !errors.Is(err, ErrDamaged) || err == nil && (len(listed) != len(there) || young > len(listed)) {
			t.Fatalf("of %d tables %d are listed: %v", len(there), len(listed), err)
		}
	})
}

func tables(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no tables", err)
	}
	return paths
}
