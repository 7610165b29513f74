package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

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

// day is when tests make keys.
var day = time.Date(2026, 11, 23, 9, 14, 0, 0, time.UTC)

// cheap makes keysets with hardly any scrypt.
func cheap() maker {
	return maker{random: random(), now: func() time.Time { return day }, work: 1}
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
	e, signer := k.Elements(), k.keys.Load().signing[0]
	private := signer.private
	k.Wipe()
	if !bytes.Equal(private, make([]byte, len(private))) {
		t.Error("the signing key is left")
	}
	if _, err := signer.sign(nil); !errors.Is(err, ErrWiped) {
		t.Errorf("sign with a key taken before: %v", err)
	}
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
	if _, _, err := k.Rewrap(wrapped, nil); !errors.Is(err, ErrWiped) {
		t.Errorf("rewrap: %v", err)
	}
	if _, err := k.Sign(1, nil); !errors.Is(err, ErrWiped) {
		t.Errorf("sign: %v", err)
	}
	if k.PrimaryWrapping() != 1 || k.PrimaryLookup() != 1 || len(k.SigningKeys()) != 1 || len(k.PrimarySigning().Public) == 0 {
		t.Error("what is no secret went with the keys")
	}
	for name, use := range map[string]func(){
		"seal": func() { d.Seal(nil, nil, nil) }, "lookup": func() { k.Lookup("") }, "mac": func() { k.MAC(nil, nil) },
		"lookup all": func() { lookupAll(k, "v") }, "record": func() { e.Record(1, 2, 3) }, "bytes": func() { e.Bytes(1, nil, nil) },
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
	m := must(newMaterial(random(), day))(t)
	for _, r := range []*ring{&m.wrapping, &m.signing, &m.lookup} {
		if err := r.add(random(), day); err != nil {
			t.Fatal(err)
		}
	}
	all := [][]byte{m.state, m.digest}
	for _, r := range []ring{m.wrapping, m.signing, m.lookup} {
		for _, k := range r {
			all = append(all, k.key)
		}
	}
	retired := m.wrapping[0].key
	if err := m.wrapping.drop([]uint32{1}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(retired, make([]byte, keySize)) {
		t.Error("a retired key is left")
	}
	must(newKeyset(m, random()))(t)
	for i, b := range all {
		if len(b) != keySize || !bytes.Equal(b, make([]byte, keySize)) {
			t.Errorf("key %d is left", i)
		}
	}
}

func TestKeysPrintRedacted(t *testing.T) {
	k, d, _ := newPair(t)
	for name, v := range map[string]any{"keyset": k, "data key": d, "elements": k.Elements()} {
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
