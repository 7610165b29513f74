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
	for _, name := range []string{"keyset.golden", "format1.keyset"} {
		text := must(os.ReadFile(filepath.Join("testdata", name)))(f)
		f.Add(text)
		f.Add(text[:100])
		f.Add(bytes.Split(text, []byte("\n"))[2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, text := range [][]byte{b, append(b[:len(b):len(b)], sumLine(b)...)} {
			if m, err := parse(text); err == nil {
				again(t, m)
			}
		}
		if m, err := parseBody(b); err == nil {
			again(t, m)
			use(t, must(newKeyset(m, random()))(t))
		}
	})
}

// again writes keys and reads them: the same, and now in the newest format.
func again(t *testing.T, m *material) {
	t.Helper()
	first := must(render(m))(t)
	second := must(render(must(parse(first))(t)))(t)
	if !bytes.Equal(first, second) {
		t.Fatalf("%s\nthen\n%s", first, second)
	}
}

func use(t *testing.T, k *Keyset) {
	t.Helper()
	if _, _, err := k.NewDataKey(nil); err != nil {
		t.Fatal(err)
	}
	facts(t, k)
}

// FuzzFile opens any bytes as a keyset file, plain, wrapped or exported: what is taken is one whole keyset text behind comments.
func FuzzFile(f *testing.F) {
	text := must(os.ReadFile(filepath.Join("testdata", "keyset.golden")))(f)
	f.Add(text)
	f.Add(must(wrapText(text, []byte("open"), 1))(f))
	f.Add(append([]byte("# a\n#\n"), text...))
	f.Add([]byte("# a\n\x1b]52"))
	ask := func(string) ([]byte, error) { return []byte("open"), nil }
	f.Fuzz(func(t *testing.T, b []byte) {
		if rest, _, err := begin(b); err == nil && !bytes.HasSuffix(b, rest) {
			t.Fatal("begin returned something else")
		}
		if len(b) > maxFile || bytes.Count(b, []byte("\n")) > 200 {
			return
		}
		o := &opened{file: bytes.Clone(b)}
		if err := o.open("keyset", ask); err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrWrongPassphrase) {
				t.Fatal(err)
			}
			return
		}
		again(t, o.material)
		if wrapped := bytes.Contains(o.text, []byte("AGE")); wrapped != (len(o.phrase) > 0) {
			t.Fatal("nobody asked for the passphrase")
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
