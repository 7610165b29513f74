package merkle

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Signer signs heads with a key that is held elsewhere: sign returns the Ed25519 signature of its argument, which it must not
// change or keep. A signature that public does not verify is not used: Sign fails with ErrSignature. It fails with ErrKey for
// a name or a key that notes do not take. For a store's own key the name is its Origin.
func Signer(name string, public ed25519.PublicKey, sign func([]byte) ([]byte, error)) (note.Signer, error) {
	v, err := note.NewVerifier(VerifierKey(name, public))
	if err != nil || sign == nil {
		return nil, ErrKey
	}
	return signer{v, sign}, nil
}

// VerifierKey is the public key as text, "name+hash+key", as note.NewVerifier reads it: what an auditor is handed. It is
// empty for what Signer refuses.
func VerifierKey(name string, public ed25519.PublicKey) string {
	text, err := note.NewEd25519VerifierKey(name, public)
	if err != nil || !printable([]byte(name)) {
		return ""
	}
	if _, err := note.NewVerifier(text); err != nil {
		return ""
	}
	return text
}

type signer struct {
	note.Verifier
	sign func([]byte) ([]byte, error)
}

// Sign implements note.Signer.
func (s signer) Sign(msg []byte) ([]byte, error) {
	sig, err := s.sign(msg)
	if err != nil {
		return nil, fmt.Errorf("key %s+%08x: %w", s.Name(), s.KeyHash(), err)
	}
	if !s.Verify(msg, sig) {
		return nil, fmt.Errorf("%w: key %s+%08x holds another private key", ErrSignature, s.Name(), s.KeyHash())
	}
	return sig, nil
}

// isKeyOf reports whether text is a verifier key with that name, in its one form.
func isKeyOf(text, name string) bool {
	v, err := note.NewVerifier(text)
	if err != nil || v.Name() != name {
		return false
	}
	key, err := strict.DecodeString(strings.SplitN(text, "+", 3)[2]) // which may have more of them
	if err != nil {
		return false
	}
	return VerifierKey(name, key[1:]) == text // the first byte names the algorithm
}

// FollowKeys returns the keys given and those that heads announce, each in a head signed by a key known before it: whoever
// trusts a log's first key can go on over its rotations. A head that announces nothing is checked and adds nothing. The errors
// are those of Open, for the first head that the keys known by then do not open.
func FollowKeys(keys []note.Verifier, heads ...[]byte) ([]note.Verifier, error) {
	keys = slices.Clone(keys)
	for i, text := range heads {
		h, err := Open(text, note.VerifierList(keys...))
		if err != nil {
			return nil, fmt.Errorf("head %d: %w", i+1, err)
		}
		if h.NextKey == "" {
			continue
		}
		v, err := note.NewVerifier(h.NextKey)
		if err != nil {
			return nil, fmt.Errorf("head %d: %w", i+1, ErrKey)
		}
		known := func(k note.Verifier) bool { return k.Name() == v.Name() && k.KeyHash() == v.KeyHash() }
		if !slices.ContainsFunc(keys, known) {
			keys = append(keys, v)
		}
	}
	return keys, nil
}
