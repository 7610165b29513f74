package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// counter is randomness that is the same every time.
type counter byte

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(*c)
		*c = *c*5 + 1
	}
	return len(b), nil
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newFile(t testing.TB) string { return filepath.Join(t.TempDir(), "keyset") }

func newPair(t testing.TB) (*Keyset, *DataKey, []byte) {
	t.Helper()
	k := must(Create(newFile(t)))(t)
	wrapped, d, err := k.NewDataKey([]byte("segment 1"))
	if err != nil {
		t.Fatal(err)
	}
	return k, d, wrapped
}

func TestSealedRecords(t *testing.T) {
	_, d, _ := newPair(t)
	_, other, _ := newPair(t)
	prefix, record, place := []byte("prefix"), []byte("a record"), []byte("token 14")
	sealed := d.Seal(prefix, record, place)
	if !bytes.HasPrefix(sealed, prefix) || len(sealed) != len(prefix)+len(record)+Overhead {
		t.Fatalf("sealed %x", sealed)
	}
	sealed = sealed[len(prefix):]
	if got := must(d.Open(prefix, sealed, place))(t); string(got) != "prefixa record" {
		t.Errorf("opened %q", got)
	}
	if bytes.Equal(sealed, d.Seal(nil, record, place)) {
		t.Error("sealed twice the same: the nonce is not random")
	}
	refused := func(name string, d *DataKey, sealed, place []byte) {
		t.Helper()
		if got, err := d.Open(nil, sealed, place); !errors.Is(err, ErrRefused) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	refused("wrong place", d, sealed, []byte("token 15"))
	refused("no place", d, sealed, nil)
	refused("wrong key", other, sealed, place)
	for at := range sealed {
		refused("cut", d, sealed[:at], place)
		for bit := range 8 {
			sealed[at] ^= 1 << bit
			refused(fmt.Sprintf("byte %d bit %d", at, bit), d, sealed, place)
			sealed[at] ^= 1 << bit
		}
	}
}

func TestWrappedKeys(t *testing.T) {
	k, _, wrapped := newPair(t)
	other, _, _ := newPair(t)
	context := []byte("segment 1")
	if _, err := k.OpenDataKey(wrapped, []byte("segment 2")); !errors.Is(err, ErrRefused) {
		t.Errorf("wrong context: %v", err)
	}
	if _, err := other.OpenDataKey(wrapped, context); !errors.Is(err, ErrOtherKeyset) || !strings.Contains(err.Error(), k.ID()) {
		t.Errorf("other keyset: %v", err)
	}
	for at := range wrapped {
		wrapped[at] ^= 2
		if d, err := k.OpenDataKey(wrapped, context); err == nil || d != nil {
			t.Errorf("byte %d: opened", at)
		}
		wrapped[at] ^= 2
		if d, err := k.OpenDataKey(wrapped[:at], context); err == nil || d != nil {
			t.Errorf("cut at %d: opened", at)
		}
	}
}

// TestRotation: a keyset with a second, primary wrapping key opens what the first wrapped; the first copy says what it lacks.
func TestRotation(t *testing.T) {
	random := new(counter)
	path := newFile(t)
	old := must(create(path, random))(t)
	wrapped, _, err := old.NewDataKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := must(parse(must(os.ReadFile(path))(t)))(t)
	m.wrapping[7], m.primary = bytes.Repeat([]byte{9}, keySize), 7
	if err := os.WriteFile(path, must(render(m))(t), 0o600); err != nil {
		t.Fatal(err)
	}
	rotated := must(Load(path))(t)
	must(rotated.OpenDataKey(wrapped, nil))(t)
	wrapped, _, err = rotated.NewDataKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	must(rotated.OpenDataKey(wrapped, nil))(t)
	if _, err := old.OpenDataKey(wrapped, nil); !errors.Is(err, ErrOtherKeyset) || !strings.Contains(err.Error(), "no wrapping key 7") {
		t.Errorf("the old copy: %v", err)
	}
}

func TestLookupAndMAC(t *testing.T) {
	k, _, _ := newPair(t)
	other, _, _ := newPair(t)
	if k.Lookup("jta_a") == k.Lookup("jta_b") || k.Lookup("jta_a") == other.Lookup("jta_a") {
		t.Error("lookups collide")
	}
	if k.MAC([]byte("ab"), []byte("c")) == k.MAC([]byte("a"), []byte("bc")) || k.MAC(nil, nil) == other.MAC(nil, nil) {
		t.Error("checks collide")
	}
	want := k.Lookup("value")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 500 {
				if k.Lookup("value") != want {
					t.Error("lookup changed under concurrency")
				}
			}
		})
	}
	wait.Wait()
}

func TestWipe(t *testing.T) {
	k, d, wrapped := newPair(t)
	sealed := d.Seal(nil, nil, nil)
	k.Wipe()
	d.Wipe()
	k.Wipe()
	if _, err := d.Open(nil, sealed, nil); !errors.Is(err, ErrWiped) {
		t.Errorf("open: %v", err)
	}
	if _, err := k.OpenDataKey(wrapped, nil); !errors.Is(err, ErrWiped) {
		t.Errorf("open data key: %v", err)
	}
	if _, _, err := k.NewDataKey(nil); !errors.Is(err, ErrWiped) {
		t.Errorf("new data key: %v", err)
	}
	for name, use := range map[string]func(){
		"seal": func() { d.Seal(nil, nil, nil) }, "lookup": func() { k.Lookup("") }, "mac": func() { k.MAC(nil, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s went on with a wiped key", name)
				}
			}()
			use()
		}()
	}
}

func TestMaterialIsOverwritten(t *testing.T) {
	m := &material{primary: 1, wrapping: map[uint32][]byte{1: bytes.Repeat([]byte{1}, keySize)}, lookup: bytes.Repeat([]byte{2}, keySize), state: bytes.Repeat([]byte{3}, keySize)}
	must(newKeyset(m, random()))(t)
	for _, b := range [][]byte{m.wrapping[1], m.lookup, m.state} {
		if !bytes.Equal(b, make([]byte, keySize)) {
			t.Errorf("a key is left: %x", b)
		}
	}
}

func TestKeysPrintRedacted(t *testing.T) {
	k, d, _ := newPair(t)
	for name, v := range map[string]any{"keyset": k, "data key": d} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			if got := fmt.Sprintf(verb, v); got != redacted {
				t.Errorf("%s %s: %s", name, verb, got)
			}
		}
		if got := string(must(json.Marshal(map[string]any{"k": v}))(t)); got != `{"k":"[redacted]"}` {
			t.Errorf("%s: %s", name, got)
		}
		var text, line bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("x", "k", v)
		slog.New(slog.NewJSONHandler(&line, nil)).Info("x", "k", v)
		if !strings.Contains(text.String(), `k=[redacted]`) || !strings.Contains(line.String(), `"k":"[redacted]"`) {
			t.Errorf("%s: %s%s", name, &text, &line)
		}
	}
}

// TestGolden: with the same random bytes, files and sealed bytes stay what they are: a store written today opens later.
func TestGolden(t *testing.T) {
	random := new(counter)
	path := newFile(t)
	k := must(create(path, random))(t)
	wrapped, d, err := k.NewDataKey([]byte("segment 1"))
	if err != nil {
		t.Fatal(err)
	}
	lookup, mac := k.Lookup("jta_value"), k.MAC([]byte("head"), []byte("block"))
	sealed := d.Seal(nil, []byte("record"), []byte("token 14"))
	text := fmt.Sprintf("wrapped %x\nsealed %x\nlookup %x\nmac %x\n", wrapped, sealed, lookup, mac)
	golden := map[string]string{"keyset.golden": string(must(os.ReadFile(path))(t)), "sealed.golden": text}
	for name, got := range golden {
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
	m := must(parse(must(os.ReadFile(filepath.Join("testdata", "keyset.golden")))(t)))(t)
	k = must(newKeyset(m, random))(t)
	if k.Lookup("jta_value") != lookup || k.MAC([]byte("head"), []byte("block")) != mac {
		t.Error("the golden keyset looks up or checks differently")
	}
	d = must(k.OpenDataKey(wrapped, []byte("segment 1")))(t)
	if got := must(d.Open(nil, sealed, []byte("token 14")))(t); string(got) != "record" {
		t.Errorf("opened %q", got)
	}
}

// TestAnyRecord: whatever is sealed opens to the same, at the same place and key only.
func TestAnyRecord(t *testing.T) {
	k, d, wrapped := newPair(t)
	again := must(k.OpenDataKey(wrapped, []byte("segment 1")))(t)
	rapid.Check(t, func(r *rapid.T) {
		record := rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(r, "record")
		place := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(r, "place")
		elsewhere := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(r, "elsewhere")
		sealed := d.Seal(nil, record, place)
		got, err := again.Open(nil, sealed, place)
		if err != nil || !bytes.Equal(got, record) {
			r.Fatalf("%x, %v", got, err)
		}
		if _, err := again.Open(nil, sealed, elsewhere); (err == nil) != bytes.Equal(place, elsewhere) {
			r.Fatalf("at another place: %v", err)
		}
	})
}
