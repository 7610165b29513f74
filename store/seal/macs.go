package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"sync"
)

// Lookup is the name under which a secret value is found: HMAC-SHA-256, under the primary lookup key, of the value's SHA-256.
// Without the keyset it tells nothing about the value.
func (k *Keyset) Lookup(value string) [32]byte { return k.LookupBy(k.primary.lookup, value) }

// LookupBy is Lookup under the lookup key of that number, for an index made before a rotation. It panics for one that is not
// among LookupNumbers: a wrong lookup must never be written down.
func (k *Keyset) LookupBy(number uint32, value string) [32]byte {
	return k.LookupOf(number, hashSecret(value))
}

// LookupOf is LookupBy for a value of which only the SHA-256 is known.
func (k *Keyset) LookupOf(number uint32, sum [32]byte) [32]byte {
	keys := k.use().lookup
	i := slices.Index(k.lookup, number)
	if i < 0 {
		panic(fmt.Sprintf("seal: there is no lookup key %d", number))
	}
	return keys[i].sum(sum[:])
}

// PrimaryLookup is the number of the key that Lookup uses.
func (k *Keyset) PrimaryLookup() uint32 { return k.primary.lookup }

// LookupNumbers lists the lookup keys, newest (primary) first.
func (k *Keyset) LookupNumbers() []uint32 { return slices.Clone(k.lookup) }

func hashSecret(value string) [32]byte {
	secret := []byte(value)
	defer clear(secret)
	return sha256.Sum256(secret)
}

// MAC is a keyed check of a small block of state under its name: HMAC-SHA-256 cut to 16 bytes. A block moved to another name
// does not match.
func (k *Keyset) MAC(name, value []byte) [16]byte {
	return k.use().state.named(0, name, value)
}

// macs hands out HMAC states keyed in advance.
type macs struct{ pool sync.Pool }

// macState has memory of its own for what goes in and out, so that a sum allocates nothing.
type macState struct {
	hash.Hash
	head [8]byte
	out  [sha256.Size]byte
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

// sum is the HMAC of bytes.
func (m *macs) sum(b []byte) [sha256.Size]byte {
	s := m.pool.Get().(*macState)
	defer m.pool.Put(s)
	s.Reset()
	s.Write(b)
	s.Sum(s.out[:0])
	return s.out
}

// named is the HMAC, cut to 16 bytes, of the length of name, name and value: no two pairs of them give the same bytes. The
// length has 7 bytes; the last byte of its 8 is the domain.
func (m *macs) named(domain byte, name, value []byte) [16]byte {
	s := m.pool.Get().(*macState)
	defer m.pool.Put(s)
	s.Reset()
	binary.LittleEndian.PutUint64(s.head[:], uint64(len(name))|uint64(domain)<<56)
	s.Write(s.head[:])
	s.Write(name)
	s.Write(value)
	s.Sum(s.out[:0])
	return [16]byte(s.out[:16])
}
