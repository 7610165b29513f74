package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// secretPhrase stands in no error.
const secretPhrase = "correct horse"

// answer gives a passphrase, counts, and keeps what was handed out.
type answer struct {
	phrase string
	count  int
	given  []byte
}

func (a *answer) ask(string) ([]byte, error) {
	a.count++
	a.given = []byte(a.phrase)
	return a.given, nil
}

func newWrapped(t testing.TB) (path string, k *Keyset) {
	t.Helper()
	path = newFile(t)
	k = must(cheap().create(path))(t)
	if err := cheap().setPassphrase(path, nil, []byte(secretPhrase)); err != nil {
		t.Fatal(err)
	}
	return path, k
}

func TestPassphrase(t *testing.T) {
	path, k := newWrapped(t)
	if wrapped, err := Wrapped(path); err != nil || !wrapped {
		t.Errorf("wrapped %v, %v", wrapped, err)
	}
	if text := must(os.ReadFile(path))(t); !bytes.HasPrefix(text, []byte(armor.Header+"\n")) || bytes.Contains(text, []byte("jeton")) {
		t.Errorf("the file:\n%s", text)
	}
	if _, err := Load(path); !errors.Is(err, ErrPassphrase) || !strings.Contains(err.Error(), "keyset "+path+" is wrapped by a passphrase: ") {
		t.Errorf("nobody to ask: %v", err)
	}
	right := &answer{phrase: secretPhrase}
	if got := must(LoadWith(path, right.ask))(t); facts(t, got) != facts(t, k) {
		t.Error("another keyset")
	}
	if right.count != 1 || !bytes.Equal(right.given, make([]byte, len(secretPhrase))) {
		t.Errorf("asked %d times, left %q", right.count, right.given)
	}
	for _, phrase := range []string{"", "correct horsf", secretPhrase + "\n"} {
		wrong := &answer{phrase: phrase}
		if _, err := LoadWith(path, wrong.ask); !errors.Is(err, ErrWrongPassphrase) || errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "horse") {
			t.Errorf("%q: %v", phrase, err)
		}
		if !bytes.Equal(wrong.given, make([]byte, len(phrase))) {
			t.Errorf("left %q", wrong.given)
		}
	}
	gone := errors.New("gone for lunch")
	if _, err := LoadWith(path, func(string) ([]byte, error) { return nil, gone }); !errors.Is(err, gone) || !errors.Is(err, ErrPassphrase) {
		t.Errorf("no answer: %v", err)
	}
}

func TestSetPassphrase(t *testing.T) {
	path, k := newWrapped(t)
	mk, old, fresh := cheap(), &answer{phrase: secretPhrase}, []byte("another")
	if err := mk.setPassphrase(path, (&answer{phrase: "wrong"}).ask, []byte("another")); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("changed by who does not know it: %v", err)
	}
	if err := mk.setPassphrase(path, old.ask, fresh); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(old.given, make([]byte, len(old.given))) || !bytes.Equal(fresh, make([]byte, len(fresh))) {
		t.Errorf("left %q, %q", old.given, fresh)
	}
	if _, err := LoadWith(path, old.ask); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the old one: %v", err)
	}
	next := &answer{phrase: "another"}
	must(mk.rotate(path, next.ask, Rotation{Signing: true}))(t)
	if next.count != 1 || !bytes.Equal(next.given, make([]byte, len("another"))) {
		t.Errorf("rotating asked %d times, left %q", next.count, next.given)
	}
	if _, err := Load(path); !errors.Is(err, ErrPassphrase) {
		t.Errorf("rotated, and no longer wrapped: %v", err)
	}
	if err := mk.setPassphrase(path, next.ask, nil); err != nil {
		t.Fatal(err)
	}
	if wrapped, err := Wrapped(path); err != nil || wrapped {
		t.Errorf("removed: %v, %v", wrapped, err)
	}
	if got := must(Load(path))(t); got.ID() != k.ID() || got.PrimarySigning().Number != 2 {
		t.Error("another keyset")
	}
}

// TestAgeOpensIt, and what age made is opened.
func TestAgeOpensIt(t *testing.T) {
	path, k := newWrapped(t)
	file := must(os.ReadFile(path))(t)
	r := must(age.Decrypt(armor.NewReader(bytes.NewReader(file)), must(age.NewScryptIdentity(secretPhrase))(t)))(t)
	text := must(io.ReadAll(r))(t)
	if got := must(put(t, path, text, nil))(t); got.ID() != k.ID() {
		t.Errorf("another keyset")
	}
	recipient := must(age.NewScryptRecipient("by hand"))(t)
	recipient.SetWorkFactor(2)
	if got := must(put(t, path, ageFile(t, text, recipient), (&answer{phrase: "by hand"}).ask))(t); got.ID() != k.ID() {
		t.Errorf("another keyset")
	}
}

func ageFile(t testing.TB, text []byte, to age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w := must(age.Encrypt(armored, to))(t)
	must(w.Write(text))(t)
	if err := errors.Join(w.Close(), armored.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestNobodyIsAskedInVain: damage that age can see, work that is too much and other locks are named before anybody types.
func TestNobodyIsAskedInVain(t *testing.T) {
	path, _ := newWrapped(t)
	file := must(os.ReadFile(path))(t)
	a := &answer{phrase: secretPhrase}
	check := func(name string, b []byte, why string) {
		t.Helper()
		if _, err := put(t, path, b, a.ask); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), why) || a.count != 0 {
			t.Errorf("%s: asked %d times: %v", name, a.count, err)
		}
		a.count = 0
	}
	for at := range bytes.LastIndexByte(file[:len(file)-1], '\n') + len(armor.Footer) {
		check(fmt.Sprintf("cut at %d", at), file[:at], "restore your copy")
	}
	check("trailing", append(file[:len(file):len(file)], 'x'), "armor")
	identity := must(age.GenerateX25519Identity())(t)
	check("for a key", ageFile(t, file, identity.Recipient()), "not by one passphrase")
	check("too much work", ageFile(t, file, work("21")), "more work than 2^20")
	check("no number", ageFile(t, file, work("x")), "more work than 2^20")
	plain := must(render(must(newMaterial(random(), day))(t)))(t)
	recipient := must(age.NewScryptRecipient(secretPhrase))(t)
	recipient.SetWorkFactor(1)
	for name, inner := range map[string][]byte{"wrapped twice": file, "an export inside": append([]byte("# a\n"), plain...)[:40], "nothing inside": nil} {
		if _, err := put(t, path, ageFile(t, inner, recipient), a.ask); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// work is a recipient that claims to need that much.
type work string

func (w work) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: "scrypt", Args: []string{"AAAAAAAAAAAAAAAAAAAAAA", string(w)}, Body: make([]byte, 32)}}, nil
}

// TestEveryByteOfAWrappedFile: a changed byte is refused, or changes nothing.
func TestEveryByteOfAWrappedFile(t *testing.T) {
	path, k := newWrapped(t)
	file := must(os.ReadFile(path))(t)
	ask := (&answer{phrase: secretPhrase}).ask
	want, harmless := facts(t, k), 0
	for at := range file {
		for bit := range 8 {
			file[at] ^= 1 << bit
			got, err := reads(file, ask)
			switch {
			case err == nil && facts(t, got) == want:
				harmless++
			case !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrWrongPassphrase) || strings.Contains(err.Error(), "horse"):
				t.Fatalf("byte %d bit %d: %v", at, bit, err)
			}
			file[at] ^= 1 << bit
		}
	}
	if harmless > 8 { // the newline at the end may be another blank
		t.Errorf("%d changes went unnoticed", harmless)
	}
}
