package state

import (
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Signer makes the keyed checksum of what is kept unsealed.
type Signer struct {
	// MAC is the keyed checksum of a value under its name.
	MAC func(name, value []byte) [macLen]byte
}

const macLen = 16

// Sign returns value with its checksum, which holds for this key only.
func (s Signer) Sign(key, value []byte) []byte {
	sum := s.MAC(key, value)
	return append(slices.Clip(value), sum[:]...)
}

// Signed returns the value without its checksum, or ErrDamaged.
func (s Signer) Signed(key, raw []byte) ([]byte, error) {
	if len(raw) < macLen {
		return nil, fmt.Errorf("entry %q: %w", key[:1], ErrDamaged)
	}
	value := raw[:len(raw)-macLen]
	if sum := s.MAC(key, value); !hmac.Equal(sum[:], raw[len(value):]) {
		return nil, fmt.Errorf("entry %q: %w", key[:1], ErrDamaged)
	}
	return value, nil
}

// cachedBlocks is how many blocks of sets that are loaded on demand stay in memory:
// 8 MiB. The sets of all agent tokens and of all revoked ones always stay.
const cachedBlocks = 8 << 20 / (BlockSize / 8)

// Sets are the sets of a state. Get may be called from any goroutine as long as Put
// and Writes are kept apart from it by the caller's lock.
type Sets struct {
	db   *DB
	sign Signer

	mu     sync.Mutex
	loaded map[SetName]*Set
	blocks int // in loaded

	dirty  map[blockName]*block // changed by Put, not yet in Writes
	recent map[blockName]*block // written, of sets that are not loaded: numbers come in order, so they are changed again soon
}

type blockName struct {
	set    SetName
	number uint32
}

// NewSets returns the sets kept in db.
func NewSets(db *DB, sign Signer) *Sets {
	return &Sets{db: db, sign: sign, loaded: map[SetName]*Set{}, dirty: map[blockName]*block{}, recent: map[blockName]*block{}}
}

// Get returns a set, from memory when it is there. It must not be changed, and not be
// used after the lock that keeps Put away is given up.
func (s *Sets) Get(name SetName) (*Set, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.loaded[name]; ok {
		return set, nil
	}
	set, err := s.load(name)
	if err != nil {
		return nil, err
	}
	if s.blocks += len(set.blocks); s.blocks > cachedBlocks {
		s.forget()
		s.blocks += len(set.blocks)
	}
	s.loaded[name] = set
	return set, nil
}

func (s *Sets) forget() {
	s.blocks = 0
	for name, set := range s.loaded {
		if name == AgentTokens() || name == Services() || name == Revoked() {
			s.blocks += len(set.blocks)
		} else {
			delete(s.loaded, name)
		}
	}
}

func (s *Sets) load(name SetName) (*Set, error) {
	set := &Set{}
	v := s.db.View()
	defer v.Close()
	prefix := name.prefix()
	err := v.Scan(prefix, after(prefix), func(key, raw []byte) error {
		b, err := s.decode(key, raw)
		if err == nil {
			set.blocks = append(set.blocks, b)
		}
		return err
	})
	return set, err
}

func (s *Sets) decode(key, raw []byte) (*block, error) { return decodeBlock(s.sign, key, raw) }

func decodeBlock(sign Signer, key, raw []byte) (*block, error) {
	value, err := sign.Signed(key, raw)
	if err != nil || len(value) != BlockSize/8 || len(key) < 4 {
		return nil, errors.Join(fmt.Errorf("a set: %w", ErrDamaged), err)
	}
	b := &block{number: binary.BigEndian.Uint32(key[len(key)-4:])}
	for i := range b.bits {
		b.bits[i] = binary.BigEndian.Uint64(value[8*i:])
	}
	b.recount()
	return b, nil
}

// Stored reports whether a set has the number in what was committed, reading one block
// and keeping none.
func (s *Sets) Stored(v *View, name SetName, n uint64) (in bool, err error) {
	key := name.block(uint32(n / BlockSize))
	err = v.Get(key, func(raw []byte) error {
		b, err := s.decode(key, raw)
		if err == nil {
			in = b.has(n)
		}
		return err
	})
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	return in, err
}

// Put adds the number to the set or takes it out. The caller keeps readers away.
func (s *Sets) Put(name SetName, n uint64, in bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := blockName{name, uint32(n / BlockSize)}
	if set, ok := s.loaded[name]; ok {
		if set.Has(n) == in {
			return nil
		}
		before := len(set.blocks)
		set.Put(n, in)
		s.blocks += len(set.blocks) - before
		s.dirty[at] = set.block(at.number)
		delete(s.recent, at)
		return nil
	}
	b, err := s.blockAt(at)
	if err != nil {
		return err
	}
	if b.has(n) == in {
		return nil
	}
	b.put(n, in)
	s.dirty[at] = b
	return nil
}

// blockAt is a block of a set that is not loaded, an empty one if there is none.
func (s *Sets) blockAt(at blockName) (*block, error) {
	if b, ok := s.dirty[at]; ok {
		return b, nil
	}
	if b, ok := s.recent[at]; ok {
		return b, nil
	}
	b := &block{number: at.number}
	key := at.set.block(at.number)
	err := s.db.Get(key, func(raw []byte) (err error) {
		b, err = s.decode(key, raw)
		return err
	})
	if err != nil && !errors.Is(err, ErrMissing) {
		return nil, err
	}
	s.recent[at] = b
	return b, nil
}

// Writes appends the blocks changed since the last call to out.
func (s *Sets) Writes(out []Write) []Write {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at, b := range s.dirty {
		key := at.set.block(at.number)
		value := make([]byte, BlockSize/8, BlockSize/8+macLen)
		for i, w := range b.bits {
			binary.BigEndian.PutUint64(value[8*i:], w)
		}
		out = append(out, Write{key, s.sign.Sign(key, value)})
		if _, loaded := s.loaded[at.set]; !loaded {
			s.recent[at] = b
		}
	}
	clear(s.dirty)
	if len(s.recent) > cachedBlocks {
		clear(s.recent)
	}
	return out
}
