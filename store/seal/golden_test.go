package seal

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// lookupAll is the names of a value under each lookup key, the newest first.
func lookupAll(k *Keyset, value string) (out [][32]byte) {
	for _, n := range k.LookupNumbers() {
		out = append(out, k.LookupBy(n, value))
	}
	return out
}

// facts is what a keyset makes of fixed inputs, without randomness.
func facts(t testing.TB, k *Keyset) string {
	t.Helper()
	var b strings.Builder
	for _, l := range lookupAll(k, "jta_value") {
		fmt.Fprintf(&b, "lookup %x\n", l)
	}
	fmt.Fprintf(&b, "mac %x\n", k.MAC([]byte("head"), []byte("block")))
	for _, s := range k.SigningKeys() {
		fmt.Fprintf(&b, "public %d %x\nsigned %x\n", s.Number, []byte(s.Public), must(k.Sign(s.Number, []byte("head 7")))(t))
	}
	fmt.Fprintf(&b, "record %x\nbytes %x\n", k.Elements().Record(3, 14, 159), k.Elements().Bytes(2, []byte("name"), []byte("value")))
	return b.String()
}

func golden(t testing.TB, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(must(os.ReadFile(name))(t)); got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

// TestGolden: with the same random bytes, files and sealed bytes stay what they are: a store written today opens later.
func TestGolden(t *testing.T) {
	mk, path := cheap(), newFile(t)
	mk.random = new(counter)
	k := must(mk.create(path))(t)
	wrapped, d, err := k.NewDataKey([]byte("segment 1"))
	if err != nil {
		t.Fatal(err)
	}
	sealed := d.Seal(nil, []byte("record"), []byte("token 14"))
	golden(t, "keyset.golden", string(must(os.ReadFile(path))(t)))
	golden(t, "sealed.golden", fmt.Sprintf("wrapped %x\nsealed %x\n%s", wrapped, sealed, facts(t, k)))
	k = must(newKeyset(must(parse(must(os.ReadFile(filepath.Join("testdata", "keyset.golden")))(t)))(t), random()))(t)
	golden(t, "sealed.golden", fmt.Sprintf("wrapped %x\nsealed %x\n%s", wrapped, sealed, facts(t, k)))
	d = must(k.OpenDataKey(wrapped, []byte("segment 1")))(t)
	if got := must(d.Open(nil, sealed, []byte("token 14")))(t); string(got) != "record" {
		t.Errorf("opened %q", got)
	}
}
