package seal

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"sync"
	"time"
)

// SigningKey is the public half of a key that signs: what a verifier needs, and no secret.
type SigningKey struct {
	Number uint32
	Public ed25519.PublicKey // 32 bytes
	Added  time.Time         // UTC, to the second; zero when the keyset does not say
}

// clone keeps a caller from changing the keyset's own.
func (s SigningKey) clone() SigningKey {
	s.Public = slices.Clone(s.Public)
	return s
}

// signer is a signing key with its private half.
type signer struct {
	SigningKey
	mu      sync.RWMutex // Wipe must not change a key that is signing
	private ed25519.PrivateKey
}

// newSigner copies the seed; the caller overwrites it.
func newSigner(n numbered) *signer {
	private := ed25519.NewKeyFromSeed(n.key)
	public := slices.Clone(private.Public().(ed25519.PublicKey))
	return &signer{SigningKey: SigningKey{n.number, public, n.added}, private: private}
}

func (s *signer) sign(message []byte) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.private == nil {
		return nil, ErrWiped
	}
	return ed25519.Sign(s.private, message), nil
}

func (s *signer) wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.private)
	s.private = nil
}

// SigningKeys lists the keys that sign or once did, newest (primary) first. They stay for as long as the keyset: a signature of
// before a rotation must remain good.
func (k *Keyset) SigningKeys() []SigningKey {
	out := make([]SigningKey, 0, len(k.signing))
	for _, s := range slices.Backward(k.signing) {
		out = append(out, s.clone())
	}
	return out
}

// PrimarySigning is the key to sign with now.
func (k *Keyset) PrimarySigning() SigningKey { return k.signing[len(k.signing)-1].clone() }

// Sign signs a message, Ed25519, with the signing key of that number: 64 bytes. It fails with ErrNoKey or ErrWiped.
func (k *Keyset) Sign(number uint32, message []byte) ([]byte, error) {
	set := k.keys.Load()
	if set == nil {
		return nil, ErrWiped
	}
	for _, s := range set.signing {
		if s.Number == number {
			return s.sign(message)
		}
	}
	return nil, fmt.Errorf("sign with key %d of keyset %s: %w; give a newer copy", number, k.ID(), ErrNoKey)
}
