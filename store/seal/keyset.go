package seal

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize    = chacha20poly1305.KeySize
	nonceSize  = chacha20poly1305.NonceSizeX
	overhead   = chacha20poly1305.Overhead
	idSize     = 8
	wrapFormat = 1
)

// A wrapped data key: format 1 byte, keyset id 8, wrapping key's number u32, nonce 24, sealed key 32+16. The first 13 bytes are
// part of the associated data.
const (
	wrapHead = 1 + idSize + 4
	wrapSize = wrapHead + nonceSize + keySize + overhead
)

// wrapLabel keeps wrapped keys apart from everything else a wrapping key could ever seal.
const wrapLabel = "jeton data key\x00"

// Keyset is the keys of one store. It is safe for concurrent use. A wiped one refuses with ErrWiped or, where there is no
// error to return, panics: a wrong lookup or check must never be written down.
type Keyset struct {
	redact
	id   [idSize]byte
	keys atomic.Pointer[keys]
	rand io.Reader
}

// keys is what Wipe drops.
type keys struct {
	primary  uint32
	wrapping map[uint32]cipher.AEAD
	lookup   *macs
	state    *macs
}

// newKeyset sets the ciphers up and overwrites the material.
func newKeyset(m *material, random io.Reader) (*Keyset, error) {
	defer m.wipe()
	k := &Keyset{id: m.id, rand: random}
	set := &keys{primary: m.primary, wrapping: make(map[uint32]cipher.AEAD, len(m.wrapping))}
	for number, key := range m.wrapping {
		aead, err := chacha20poly1305.NewX(key)
		if err != nil {
			return nil, fmt.Errorf("wrapping key %d: %w", number, err)
		}
		set.wrapping[number] = aead
	}
	var err error
	if set.lookup, err = newMACs(m.lookup); err != nil {
		return nil, fmt.Errorf("lookup key: %w", err)
	}
	if set.state, err = newMACs(m.state); err != nil {
		return nil, fmt.Errorf("state key: %w", err)
	}
	k.keys.Store(set)
	return k, nil
}

// ID names the keyset: 16 hexadecimal digits, no secret.
func (k *Keyset) ID() string { return hex.EncodeToString(k.id[:]) }

// NewDataKey makes a data key and wraps it under the primary wrapping key. context says what the key is for, and must be given
// again to open it. wrapped is 85 bytes and no secret.
func (k *Keyset) NewDataKey(context []byte) (wrapped []byte, key *DataKey, err error) {
	set := k.keys.Load()
	if set == nil {
		return nil, nil, ErrWiped
	}
	raw := make([]byte, keySize)
	defer clear(raw)
	if _, err := io.ReadFull(k.rand, raw); err != nil {
		return nil, nil, fmt.Errorf("make a data key: %w", err)
	}
	wrapped = make([]byte, wrapHead+nonceSize, wrapSize)
	wrapped[0] = wrapFormat
	copy(wrapped[1:], k.id[:])
	binary.LittleEndian.PutUint32(wrapped[1+idSize:], set.primary)
	nonce := wrapped[wrapHead:]
	if _, err := io.ReadFull(k.rand, nonce); err != nil {
		return nil, nil, fmt.Errorf("make a data key: %w", err)
	}
	wrapped = set.wrapping[set.primary].Seal(wrapped, nonce, raw, wrapData(wrapped[:wrapHead], context))
	key, err = newDataKey(raw, k.rand)
	return wrapped, key, err
}

// OpenDataKey opens what NewDataKey wrapped, for the same context. It fails with ErrOtherKeyset, ErrFormat or ErrRefused.
func (k *Keyset) OpenDataKey(wrapped, context []byte) (*DataKey, error) {
	set := k.keys.Load()
	switch {
	case set == nil:
		return nil, ErrWiped
	case len(wrapped) == 0:
		return nil, fmt.Errorf("open a data key: %w", ErrRefused)
	case wrapped[0] != wrapFormat:
		return nil, fmt.Errorf("open a data key of format %d: %w", wrapped[0], ErrFormat)
	case len(wrapped) != wrapSize:
		return nil, fmt.Errorf("open a data key: %w", ErrRefused)
	case string(wrapped[1:1+idSize]) != string(k.id[:]):
		return nil, fmt.Errorf("%w: it names %x and this is %s; give the keyset that belongs to the store", ErrOtherKeyset, wrapped[1:1+idSize], k.ID())
	}
	number := binary.LittleEndian.Uint32(wrapped[1+idSize:])
	aead, ok := set.wrapping[number]
	if !ok {
		return nil, fmt.Errorf("%w: this copy of %s has no wrapping key %d; give a newer copy", ErrOtherKeyset, k.ID(), number)
	}
	raw := make([]byte, 0, keySize)
	defer clear(raw[:keySize])
	raw, err := aead.Open(raw, wrapped[wrapHead:wrapHead+nonceSize], wrapped[wrapHead+nonceSize:], wrapData(wrapped[:wrapHead], context))
	if err != nil {
		return nil, fmt.Errorf("open a data key: %w", ErrRefused)
	}
	return newDataKey(raw, k.rand)
}

func wrapData(head, context []byte) []byte {
	out := make([]byte, 0, len(wrapLabel)+len(head)+len(context))
	return append(append(append(out, wrapLabel...), head...), context...)
}

// Lookup is the name under which a secret value is found: HMAC-SHA-256, under the lookup key, of the value's SHA-256. Without
// the keyset it tells nothing about the value.
func (k *Keyset) Lookup(value string) [32]byte {
	secret := []byte(value)
	sum := sha256.Sum256(secret)
	clear(secret)
	return k.use().lookup.sum(sum[:])
}

// MAC is a keyed check of a small block of state under its name: HMAC-SHA-256 cut to 16 bytes. A block moved to another name
// does not match.
func (k *Keyset) MAC(name, value []byte) [16]byte {
	var length [8]byte // in front of the name: no two pairs of name and value give the same bytes
	binary.LittleEndian.PutUint64(length[:], uint64(len(name)))
	sum := k.use().state.sum(length[:], name, value)
	return [16]byte(sum[:16])
}

func (k *Keyset) use() *keys {
	set := k.keys.Load()
	if set == nil {
		panic("seal: keyset used after Wipe")
	}
	return set
}

// Wipe drops the keys. Data keys already opened go on working until they are wiped themselves.
func (k *Keyset) Wipe() { k.keys.Store(nil) }

// macs hands out HMAC states keyed in advance.
type macs struct{ pool sync.Pool }

type macState struct {
	hash.Hash
	out [sha256.Size]byte
}

func newMACs(key []byte) (*macs, error) {
	keyed := hmac.New(sha256.New, key)
	first, err := keyed.(hash.Cloner).Clone()
	if err != nil {
		return nil, err
	}
	m := &macs{}
	m.pool.New = func() any {
		c, err := first.Clone()
		if err != nil {
			panic("seal: an HMAC-SHA-256 that could be cloned no longer can: " + err.Error())
		}
		return &macState{Hash: c}
	}
	return m, nil
}

// sum is the HMAC of the parts, one after the other.
func (m *macs) sum(parts ...[]byte) [sha256.Size]byte {
	s := m.pool.Get().(*macState)
	defer m.pool.Put(s)
	s.Reset()
	for _, b := range parts {
		s.Write(b)
	}
	s.Sum(s.out[:0])
	return s.out
}

// random is where keys and nonces come from outside tests.
func random() io.Reader { return rand.Reader }
