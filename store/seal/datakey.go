package seal

import (
	"crypto/cipher"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"
)

// Overhead is how many bytes longer a sealed record is than the record.
const Overhead = nonceSize + overhead

// DataKey seals and opens records. It is safe for concurrent use.
type DataKey struct {
	redact
	aead atomic.Pointer[cipher.AEAD]
	rand io.Reader
}

// newDataKey copies key; the caller overwrites it.
func newDataKey(key []byte, random io.Reader) (*DataKey, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("set up a data key: %w", err)
	}
	d := &DataKey{rand: random}
	d.aead.Store(&aead)
	return d, nil
}

// Seal appends to dst a random nonce and the sealed plaintext, Overhead bytes more than it. associated is not stored: it says
// where the record belongs and must be given again to open it. plaintext must not overlap dst's spare capacity. Seal panics on
// a wiped key, because no record may be written as if it were sealed.
func (d *DataKey) Seal(dst, plaintext, associated []byte) []byte {
	aead := d.aead.Load()
	if aead == nil {
		panic("seal: data key used after Wipe")
	}
	start := len(dst)
	dst = slices.Grow(dst, len(plaintext)+Overhead)[:start+nonceSize]
	nonce := dst[start:]
	if _, err := io.ReadFull(d.rand, nonce); err != nil {
		panic("seal: no random bytes: " + err.Error()) // the system's source never fails
	}
	return (*aead).Seal(dst, nonce, plaintext, associated)
}

// Open appends to dst what Seal sealed, with the same associated data. It fails with ErrRefused or ErrWiped and then returns
// nothing.
func (d *DataKey) Open(dst, sealed, associated []byte) ([]byte, error) {
	aead := d.aead.Load()
	if aead == nil {
		return nil, ErrWiped
	}
	if len(sealed) < Overhead {
		return nil, ErrRefused
	}
	out, err := (*aead).Open(dst, sealed[:nonceSize], sealed[nonceSize:], associated)
	if err != nil {
		return nil, ErrRefused
	}
	return out, nil
}

// Wipe drops the key.
func (d *DataKey) Wipe() { d.aead.Store(nil) }
