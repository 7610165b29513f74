package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"sync"
)

// Labels of the keys that the digest key is good for.
const (
	recordLabel = "jeton digest: records"
	bytesLabel  = "jeton digest: bytes"
)

// MaxSeq is the first sequence number that an element has no room for.
const MaxSeq = 1 << 56

// Elements turns the parts of a store's state into the elements of its keyed digest: 16 bytes that nobody without the keyset
// can foresee or find again. Record is AES-256, Bytes is HMAC-SHA-256, each under its own key derived from the digest key, so
// that an element of one is not one of the other. Elements is safe for concurrent use and panics after its keyset's Wipe.
type Elements struct {
	redact
	keyset *Keyset
}

type elementKeys struct {
	record cipher.Block
	bytes  *macs
	blocks sync.Pool // of *[16]byte: a block given to an interface is on the heap
}

// newElementKeys derives the keys and sets the ciphers up.
func newElementKeys(digest []byte) (*elementKeys, error) {
	e := &elementKeys{}
	e.blocks.New = func() any { return new([aes.BlockSize]byte) }
	key, err := subkey(digest, recordLabel)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if e.record, err = aes.NewCipher(key); err != nil {
		return nil, err
	}
	other, err := subkey(digest, bytesLabel)
	if err != nil {
		return nil, err
	}
	defer clear(other)
	e.bytes, err = newMACs(other)
	return e, err
}

// Elements is the keyed functions for the digest of all of state. Rotation does not change them.
func (k *Keyset) Elements() *Elements { return &k.elements }

// Record is the element of one record at one event: the AES-256 encryption of one block, kind in 1 byte, number in 8, seq in 7,
// big-endian. No two records give the same. A seq of 2^56 or more panics.
func (e *Elements) Record(kind byte, number, seq uint64) [16]byte {
	if seq >= MaxSeq {
		panic("seal: a sequence number beyond 2^56 has no element")
	}
	keys := e.keyset.use().elements
	b := keys.blocks.Get().(*[aes.BlockSize]byte)
	binary.BigEndian.PutUint64(b[8:], seq|number<<56)
	binary.BigEndian.PutUint64(b[:8], uint64(kind)<<56|number>>8)
	keys.record.Encrypt(b[:], b[:])
	out := *b
	keys.blocks.Put(b)
	return out
}

// Bytes is the element of any bytes under a name, in a domain of the caller's choice: HMAC-SHA-256 cut to 16 bytes of the
// name's length and the domain in 8 bytes, the name and the value. No two triples go in as the same bytes.
func (e *Elements) Bytes(domain byte, name, value []byte) [16]byte {
	return e.keyset.use().elements.bytes.named(domain, name, value)
}
