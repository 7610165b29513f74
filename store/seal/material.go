package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Labels of the keys that format 1 does not have and that are derived from its state key.
const (
	signingLabel = "jeton keyset format 1: signing seed 1"
	digestLabel  = "jeton keyset format 1: digest key"
)

// material is the keys of a keyset outside their ciphers.
type material struct {
	id                        [idSize]byte
	wrapping, signing, lookup ring
	state, digest             []byte
}

// ring is numbered keys, oldest first.
type ring []numbered

type numbered struct {
	number uint32
	key    []byte
	added  time.Time // zero: not known
}

// newMaterial makes the keys of a new keyset. The order of reading is part of the golden files.
func newMaterial(random io.Reader, now time.Time) (*material, error) {
	one := func() ring { return ring{{number: 1, key: make([]byte, keySize), added: now}} }
	m := &material{wrapping: one(), signing: one(), lookup: one(), state: make([]byte, keySize), digest: make([]byte, keySize)}
	for _, b := range [][]byte{m.id[:], m.wrapping[0].key, m.lookup[0].key, m.state, m.signing[0].key, m.digest} {
		if _, err := io.ReadFull(random, b); err != nil {
			m.wipe()
			return nil, err
		}
	}
	return m, nil
}

func (m *material) wipe() {
	for _, r := range []ring{m.wrapping, m.signing, m.lookup} {
		for _, k := range r {
			clear(k.key)
		}
	}
	clear(m.state)
	clear(m.digest)
}

// check refuses keys that no keyset has. Its errors never quote a key.
func (m *material) check(primary rings) error {
	for _, r := range []struct {
		name    string
		ring    ring
		primary uint32
	}{{"wrapping", m.wrapping, primary.wrapping}, {"signing", m.signing, primary.signing}, {"lookup", m.lookup, primary.lookup}} {
		if err := r.ring.check(r.primary); err != nil {
			return fmt.Errorf("its %s keys: %w", r.name, err)
		}
	}
	if len(m.state) != keySize || len(m.digest) != keySize {
		return errors.New("its state or digest key is of the wrong length")
	}
	return nil
}

// rings is one number of each ring.
type rings struct{ wrapping, signing, lookup uint32 }

// primaries are the newest keys.
func (m *material) primaries() rings {
	return rings{m.wrapping.newest(), m.signing.newest(), m.lookup.newest()}
}

// derive fills in what format 1 does not have.
func (m *material) derive() error {
	seed, err := subkey(m.state, signingLabel)
	if err != nil {
		return err
	}
	m.signing = ring{{number: 1, key: seed}}
	m.digest, err = subkey(m.state, digestLabel)
	return err
}

// subkey derives a key of 32 bytes.
func subkey(key []byte, label string) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, label, keySize)
}

func (r ring) newest() uint32 { return r[len(r)-1].number }

// check wants whole keys in the order of their numbers, the newest of them primary: only then is no number given twice.
func (r ring) check(primary uint32) error {
	var last uint32
	for _, k := range r {
		if k.number <= last || len(k.key) != keySize {
			return fmt.Errorf("number %d is out of order or of the wrong length", k.number)
		}
		last = k.number
	}
	if last == 0 || primary != last {
		return fmt.Errorf("the primary one, %d, is not the newest", primary)
	}
	return nil
}

// add makes a new, primary key.
func (r *ring) add(random io.Reader, now time.Time) error {
	if r.newest() == math.MaxUint32 {
		return errors.New("no number is left for a new key; create a keyset and move the store to it")
	}
	k := numbered{number: r.newest() + 1, key: make([]byte, keySize), added: now}
	if _, err := io.ReadFull(random, k.key); err != nil {
		return err
	}
	*r = append(*r, k)
	return nil
}

// drop overwrites and removes keys. It fails with ErrPrimary and ErrNoKey, and then has dropped nothing.
func (r *ring) drop(numbers []uint32) error {
	for _, n := range numbers {
		if n == r.newest() {
			return fmt.Errorf("key %d: %w; rotate before you retire it", n, ErrPrimary)
		}
		if !slices.ContainsFunc(*r, func(k numbered) bool { return k.number == n }) {
			return fmt.Errorf("key %d: %w; it has %v", n, ErrNoKey, r.numbers())
		}
	}
	*r = slices.DeleteFunc(*r, func(k numbered) bool {
		gone := slices.Contains(numbers, k.number)
		if gone {
			clear(k.key)
		}
		return gone
	})
	return nil
}

// numbers lists the keys, newest first.
func (r ring) numbers() []uint32 {
	out := make([]uint32, 0, len(r))
	for _, k := range slices.Backward(r) {
		out = append(out, k.number)
	}
	return out
}
