package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
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

// FuzzFile opens any bytes as a keyset file, plain, wrapped or exported: what is taken is one whole keyset text behind comments,
// which print harmlessly, and refusing names the file and quotes nothing of it.
func FuzzFile(f *testing.F) {
	text := must(os.ReadFile(filepath.Join("testdata", "keyset.golden")))(f)
	f.Add(text)
	f.Add(must(wrapText(text, []byte("open"), 1))(f))
	f.Add(must(wrapText(text, []byte("another"), 2))(f))
	f.Add(append([]byte("# a\n#\n"), text...))
	f.Add([]byte("# a\n\x1b]52"))
	for _, name := range []string{"export-plain.golden", "export-wrapped.golden", "format1.keyset"} {
		f.Add(must(os.ReadFile(filepath.Join("testdata", name)))(f))
	}
	asked := 0
	ask := func(string) ([]byte, error) { asked++; return []byte("open"), nil }
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, wrapped, err := begin(b)
		if err != nil && (rest != nil || wrapped) || !bytes.HasSuffix(b, rest) {
			t.Fatal("begin returned something else")
		}
		if head := b[:len(b)-len(rest)]; err == nil && bytes.ContainsFunc(head, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
			t.Fatalf("%q may stand before a keyset", head)
		}
		if len(b) > maxFile || wrapped && workOf(rest) > 3 {
			return // more work than a fuzzer has time for, refused or not
		}
		asked = 0
		o := &opened{file: bytes.Clone(b)}
		if err := o.open("keyset", ask); err != nil {
			refused := errors.Is(err, ErrDamaged) || errors.Is(err, ErrFormat) || wrapped && errors.Is(err, ErrWrongPassphrase)
			if asked > 1 || !refused || len(err.Error()) > 250 || o.material != nil {
				t.Fatalf("asked %d times: %v", asked, err)
			}
			return
		}
		again(t, o.material)
		if wrapped != (len(o.phrase) > 0) || wrapped != (asked == 1) {
			t.Fatal("nobody asked for the passphrase")
		}
	})
}

// workOf is how much work a wrapped text asks of who opens it, 0 where that is not much or not said.
func workOf(text []byte) int {
	work := worker(0)
	_, _ = age.Decrypt(armor.NewReader(bytes.NewReader(text)), &work)
	return int(work)
}

// worker is an identity that notes how much work is asked for, and opens nothing.
type worker int

// Unwrap implements age.Identity.
func (w *worker) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		for _, arg := range s.Args {
			if n, err := strconv.Atoi(arg); err == nil {
				*w = max(*w, worker(n))
			}
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// FuzzOpenDataKey opens any bytes: only those that were wrapped open, for what they were wrapped for, and wrapping them anew
// gives the same key.
func FuzzOpenDataKey(f *testing.F) {
	text := must(os.ReadFile(filepath.Join("testdata", "keyset.golden")))(f)
	k := must(newKeyset(must(parse(text))(f), new(counter)))(f)
	place := []byte("segment 1")
	wrapped, _, err := k.NewDataKey(place)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(wrapped, place)
	f.Add(wrapped, []byte("segment 2"))
	f.Add(wrapped[:20], []byte{})
	f.Fuzz(func(t *testing.T, b, context []byte) {
		d, err := k.OpenDataKey(b, context)
		if good := bytes.Equal(b, wrapped) && bytes.Equal(context, place); (err == nil) != (d != nil) || (err == nil) != good {
			t.Fatalf("opened %x for %q: %v", b, context, err)
		}
		if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrOtherKeyset) && !errors.Is(err, ErrFormat) {
			t.Fatal(err)
		}
		if _, _, again := k.Rewrap(b, context); (again == nil) != (err == nil) {
			t.Fatalf("opening %x says %v, wrapping it anew %v", b, err, again)
		}
		if n, e := k.WrappingKey(b); err == nil && (e != nil || n != k.primary.wrapping) {
			t.Fatalf("%x is wrapped by key %d, %v", b, n, e)
		}
	})
}
