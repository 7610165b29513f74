package merkle

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// A key held elsewhere signs as the same key in the hands of note does.
func TestSignerIsThatOfNote(t *testing.T) {
	name := Origin(store)
	ours, _ := key(t, name, 1)
	vkey := VerifierKey(name, public(1))
	hash := strings.Split(vkey, "+")[1]
	secret := base64.StdEncoding.EncodeToString(append([]byte{1}, private(1).Seed()...))
	theirs := must(note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + secret))(t)
	n := &note.Note{Text: "a text\n"}
	a, b := must(note.Sign(n, ours))(t), must(note.Sign(n, theirs))(t)
	if !bytes.Equal(a, b) {
		t.Errorf("%q, note makes %q", a, b)
	}
	must(note.Open(a, note.VerifierList(must(note.NewVerifier(vkey))(t))))(t)
}

func TestSignerRefuses(t *testing.T) {
	sign := func(msg []byte) ([]byte, error) { return ed25519.Sign(private(1), msg), nil }
	for _, name := range []string{"", "with space", "with+plus", "with\nbreak", "no\xffutf8", "bidi\u202e", "esc\x1b"} {
		_, err := Signer(name, public(1), sign)
		wantError(t, err, ErrKey)
		if got := VerifierKey(name, public(1)); got != "" {
			t.Errorf("key of %q: %q", name, got)
		}
	}
	_, err := Signer("name", public(1)[:31], sign)
	wantError(t, err, ErrKey)
	_, err = Signer("name", public(1), nil)
	wantError(t, err, ErrKey)
}

// Nothing is published that the public key does not verify, and the key's own refusal is passed on.
func TestSignerChecksWhatItGets(t *testing.T) {
	h := fullHead(t)
	refused := errors.New("the key is locked")
	for name, c := range map[string]struct {
		sign func([]byte) ([]byte, error)
		want error
	}{
		"another key": {func(msg []byte) ([]byte, error) { return ed25519.Sign(private(2), msg), nil }, ErrSignature},
		"nothing":     {func([]byte) ([]byte, error) { return nil, nil }, ErrSignature},
		"refuses":     {func([]byte) ([]byte, error) { return nil, refused }, refused},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Sign(h, must(Signer(Origin(store), public(1), c.sign))(t))
			wantError(t, err, c.want)
		})
	}
}

func TestKeyHasOneForm(t *testing.T) {
	good := VerifierKey("name", public(1))
	if !isKeyOf(good, "name") {
		t.Fatal("a key is refused")
	}
	hash := strings.Split(good, "+")[1]
	for name, text := range map[string]string{
		"hash in capitals": strings.Replace(good, hash, strings.ToUpper(hash), 1),
		"another hash":     strings.Replace(good, hash, "00000000", 1),
		"line break":       good[:30] + "\n" + good[30:],
		"another name":     VerifierKey("names", public(1)),
		"cut off":          good[:len(good)-4],
		"empty":            "",
	} {
		if isKeyOf(text, "name") {
			t.Errorf("%s: taken", name)
		}
	}
	if hash == strings.ToUpper(hash) {
		t.Error("the hash of this key has no letters: take another key")
	}
}

// Base64 has plus signs of its own: each key is announced, whatever it looks like.
func TestEveryKeyIsAnnounced(t *testing.T) {
	plus := 0
	signer, verifier := key(t, Origin(store), 1)
	for n := range byte(64) {
		next := VerifierKey(Origin(store), public(n))
		if strings.Count(next, "+") > 2 {
			plus++
		}
		text := must(Sign(Head{Store: store, Root: Root{Hash: emptyHash()}, Time: noon, Epoch: 1, NextKey: next}, signer))(t)
		followed := must(FollowKeys([]note.Verifier{verifier}, text, text))(t)
		if n != 1 && (len(followed) != 2 || !bytes.Contains(text, []byte("next-key "+next))) {
			t.Errorf("%s: %d keys", next, len(followed))
		}
	}
	if plus == 0 {
		t.Error("no key has a plus sign of its own")
	}
	stranger, _ := key(t, Origin(store), 9)
	text := must(Sign(Head{Store: store, Root: Root{Hash: emptyHash()}, Time: noon, Epoch: 1, NextKey: VerifierKey(Origin(store), public(8))}, stranger))(t)
	_, err := FollowKeys([]note.Verifier{verifier}, text)
	wantError(t, err, ErrUnknownKey)
}
