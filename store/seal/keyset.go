package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize   = chacha20poly1305.KeySize
	nonceSize = chacha20poly1305.NonceSizeX
	overhead  = chacha20poly1305.Overhead
	idSize    = 8
)

// Keyset is the keys of one store. It is safe for concurrent use, and does not change: after a rotation, use the keyset that
// Rotate returned. A wiped one still tells numbers and public keys; otherwise it refuses with ErrWiped or, where there is no
// error to return, panics: a wrong lookup or check must never be written down.
type Keyset struct {
	redact
	id               [idSize]byte
	primary          rings
	wrapping, lookup []uint32 // newest first
	signing          []SigningKey
	keys             atomic.Pointer[keys]
	elements         Elements
	rand             io.Reader
}

// keys is what Wipe drops.
type keys struct {
	wrapping map[uint32]cipher.AEAD
	signing  []*signer
	lookup   []*macs // newest first
	state    *macs
	elements *elementKeys
}

// newKeyset sets the ciphers up and overwrites the material.
func newKeyset(m *material, random io.Reader) (*Keyset, error) {
	defer m.wipe()
	k := &Keyset{id: m.id, primary: m.primaries(), wrapping: m.wrapping.numbers(), lookup: m.lookup.numbers(), rand: random}
	set := &keys{wrapping: make(map[uint32]cipher.AEAD, len(m.wrapping))}
	for _, w := range m.wrapping {
		aead, err := chacha20poly1305.NewX(w.key)
		if err != nil {
			return nil, fmt.Errorf("wrapping key %d: %w", w.number, err)
		}
		set.wrapping[w.number] = aead
	}
	for _, s := range m.signing {
		one := newSigner(s)
		set.signing, k.signing = append(set.signing, one), append(k.signing, one.SigningKey)
	}
	for _, l := range slices.Backward(m.lookup) {
		one, err := newMACs(l.key)
		if err != nil {
			return nil, fmt.Errorf("lookup key %d: %w", l.number, err)
		}
		set.lookup = append(set.lookup, one)
	}
	var err error
	if set.state, err = newMACs(m.state); err != nil {
		return nil, fmt.Errorf("state key: %w", err)
	}
	if set.elements, err = newElementKeys(m.digest); err != nil {
		return nil, fmt.Errorf("digest key: %w", err)
	}
	k.elements.keyset = k
	k.keys.Store(set)
	return k, nil
}

// ID names the keyset: 16 hexadecimal digits, no secret. Rotation does not change it.
func (k *Keyset) ID() string { return hex.EncodeToString(k.id[:]) }

// PrimaryWrapping is the number of the key that NewDataKey and Rewrap wrap under.
func (k *Keyset) PrimaryWrapping() uint32 { return k.primary.wrapping }

// WrappingNumbers lists the wrapping keys, newest (primary) first.
func (k *Keyset) WrappingNumbers() []uint32 { return slices.Clone(k.wrapping) }

func (k *Keyset) use() *keys {
	set := k.keys.Load()
	if set == nil {
		panic("seal: keyset used after Wipe")
	}
	return set
}

// Wipe drops the keys, and overwrites those for signing. Data keys already opened go on working until they are wiped themselves.
func (k *Keyset) Wipe() {
	if set := k.keys.Swap(nil); set != nil {
		for _, s := range set.signing {
			s.wipe()
		}
	}
}

// random is where keys and nonces come from outside tests.
func random() io.Reader { return rand.Reader }
