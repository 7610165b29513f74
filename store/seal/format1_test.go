package seal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oldFile is a keyset that the program of format 1 wrote, and oldSealed what it sealed with it, by name.
func oldFile(t testing.TB) (path string, text []byte) {
	t.Helper()
	text = must(os.ReadFile(filepath.Join("testdata", "format1.keyset")))(t)
	path = newFile(t)
	must(put(t, path, text, nil))(t)
	return path, text
}

func oldSealed(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for line := range strings.Lines(string(must(os.ReadFile(filepath.Join("testdata", "format1.sealed")))(t))) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		out[name] = must(hex.DecodeString(value))(t)
	}
	return out
}

// opensOld checks that a keyset opens and finds what format 1 left.
func opensOld(t testing.TB, k *Keyset) {
	t.Helper()
	old := oldSealed(t)
	d := must(k.OpenDataKey(old["wrapped"], []byte("segment 1")))(t)
	if got := must(d.Open(nil, old["sealed"], []byte("token 14")))(t); string(got) != "record" {
		t.Errorf("opened %q", got)
	}
	all := lookupAll(k, "jta_value")
	if last := all[len(all)-1]; !bytes.Equal(last[:], old["lookup"]) {
		t.Errorf("looks up %x", all)
	}
	if mac := k.MAC([]byte("head"), []byte("block")); !bytes.Equal(mac[:], old["mac"]) {
		t.Errorf("checks %x", mac)
	}
}

// TestFormat1: an old file opens without being written, and keeps what is derived from it when it is.
func TestFormat1(t *testing.T) {
	path, text := oldFile(t)
	k := must(Load(path))(t)
	opensOld(t, k)
	golden(t, "format1.derived", facts(t, k))
	if !k.PrimarySigning().Added.IsZero() {
		t.Error("an old key has a date")
	}
	if !bytes.Equal(text, must(os.ReadFile(path))(t)) {
		t.Error("loading wrote the file")
	}
	must(cheap().rotate(path, nil, Rotation{Wrapping: true}))(t)
	if after := must(os.ReadFile(path))(t); !bytes.Contains(after, []byte(`"format":2`)) {
		t.Errorf("rotated:\n%s", after)
	}
	k = must(Load(path))(t)
	opensOld(t, k)
	golden(t, "format1.derived", facts(t, k))
}

// TestDerivedKeysDiffer: no key of format 1 is another one in disguise.
func TestDerivedKeysDiffer(t *testing.T) {
	_, text := oldFile(t)
	m := must(parse(text))(t)
	seen := map[string]string{}
	for name, key := range map[string][]byte{"wrapping": m.wrapping[0].key, "lookup": m.lookup[0].key, "state": m.state, "seed": m.signing[0].key, "digest": m.digest,
		"records": must(subkey(m.digest, recordLabel))(t), "bytes": must(subkey(m.digest, bytesLabel))(t)} {
		if other, ok := seen[fmt.Sprintf("%x", key)]; ok || len(key) != keySize {
			t.Errorf("%s is %s", name, other)
		}
		seen[fmt.Sprintf("%x", key)] = name
	}
}
