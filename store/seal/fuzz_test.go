package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoad parses any text as a file, and any line as its keys: what is taken must come out the same when written again.
func FuzzLoad(f *testing.F) {
	golden := must(os.ReadFile(filepath.Join("testdata", "keyset.golden")))(f)
	f.Add(golden)
	f.Add(golden[:100])
	f.Add(bytes.Split(golden, []byte("\n"))[2])
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, text := range [][]byte{b, append(b[:len(b):len(b)], sumLine(b)...)} {
			if m, err := parse(text); err == nil {
				must(parse(must(render(m))(t)))(t)
			}
		}
		m, err := parseBody(b)
		if err != nil {
			return
		}
		k := must(newKeyset(m, random()))(t)
		if _, _, err := k.NewDataKey(nil); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzOpenDataKey opens any bytes: only those that were wrapped open.
func FuzzOpenDataKey(f *testing.F) {
	k, _, wrapped := newPair(f)
	f.Add(wrapped, []byte("segment 1"))
	f.Add(wrapped[:20], []byte{})
	f.Fuzz(func(t *testing.T, b, context []byte) {
		d, err := k.OpenDataKey(b, context)
		if (err == nil) != (d != nil) || err == nil && !bytes.Equal(b, wrapped) {
			t.Fatalf("opened %x: %v", b, err)
		}
		if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrOtherKeyset) && !errors.Is(err, ErrFormat) {
			t.Fatal(err)
		}
	})
}
