package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"jeton/model"
	"jeton/store/seal"
	"jeton/store/state"
	"jeton/store/use"
)

// uses is what is known of how tokens are used: in state what was counted until some
// seconds ago, in the book the rest.
//
// Use follows from no event. What is kept of it is sealed under a key of its own, which lies
// wrapped in the same state, and is gone when that is made again; the digest of state leaves
// it out. Nothing is decided by it, so what of it does not open is as if it had not been.
type uses struct {
	book *use.Book
	from model.Time // this process counts from here on

	// Written while nobody reads the store's files.
	head useHead
	kept bool // head is in state
	key  *seal.DataKey

	// moving is held for writing while what is in the book goes to state, and for reading by
	// who adds up both.
	moving   sync.RWMutex
	putting  sync.WaitGroup
	failed   bool // state could not be written: only who puts looks
	knocking *knocking
}

// useHead is what state keeps of the use of all tokens.
type useHead struct {
	Since    model.Time `cbor:"1,keyasint"`           // nothing is known of before
	Key      []byte     `cbor:"2,keyasint"`           // wrapped
	Knocking []knocked  `cbor:"3,keyasint,omitempty"` // by number
}

func newUses(now model.Time) *uses {
	return &uses{book: use.NewBook(), from: now, knocking: newKnocking()}
}

// useContext binds the key of uses to its store: no segment has such a context.
func (s *Store) useContext() []byte { return append(slices.Clone(s.id[:]), "use"...) }

// loadUses reads what state has of the use of all tokens. Where there is nothing, as in a
// state just made, everything is known from the opening on. The caller keeps readers away.
func (s *Store) loadUses() error {
	head, key, err := s.useHead()
	if errors.Is(err, state.ErrMissing) {
		head = useHead{Since: s.uses.from}
		head.Key, key, err = s.keyset.NewDataKey(s.useContext())
		s.uses.kept = false
	} else {
		s.uses.kept = err == nil
	}
	if err != nil {
		return fmt.Errorf("how tokens are used: %w", err)
	}
	s.uses.head, s.uses.key = head, key
	s.uses.knocking.learn(head.Knocking)
	return nil
}

// useHead is what state has. What cannot be used is not there.
func (s *Store) useHead() (head useHead, key *seal.DataKey, err error) {
	at := state.UsesKey()
	err = s.db.Get(at, func(raw []byte) error {
		value, err := s.signer.Signed(at, raw)
		if err == nil {
			head, err = decodeAs[useHead](value)
		}
		return err
	})
	if err == nil {
		key, err = s.keyset.OpenDataKey(head.Key, s.useContext())
	}
	if err == nil || errors.Is(err, state.ErrMissing) {
		return head, key, err
	}
	s.setNotice("what was kept of the use of tokens could not be read, and is counted anew")
	return useHead{}, nil, state.ErrMissing
}

// keptLast is what lists need of a [use.Token].
type keptLast struct {
	Last model.Time `cbor:"1,keyasint,omitempty"`
}

// kept reads what state has of a token's use; nothing that opens is the zero one.
func kept[T use.Token | keptLast](s *Store, v *state.View, id model.TokenID) (known T, err error) {
	at := state.UseKey(uint64(id))
	err = v.Get(at, func(value []byte) error {
		known = openUse[T](s, at, value)
		return nil
	})
	if errors.Is(err, state.ErrMissing) {
		err = nil
	}
	return known, err
}

// openUse is what was kept of a token's use under a key.
func openUse[T use.Token | keptLast](s *Store, key, value []byte) (none T) {
	plain, err := s.uses.key.Open(nil, value, associated(s.id, key, 0))
	if err != nil {
		return none
	}
	return decodeUse[T](plain)
}

// decodeUse is the zero one for what is not what was kept.
func decodeUse[T use.Token | keptLast](plain []byte) (none T) {
	known, err := decodeAs[T](plain)
	if t, whole := any(&known).(*use.Token); err != nil || whole && !t.Valid() {
		return none
	}
	return known
}

// sealUse is the write that keeps a token's use.
func (s *Store) sealUse(id model.TokenID, known *use.Token) (state.Write, error) {
	plain, err := encoding.Marshal(known)
	if err != nil {
		return state.Write{}, fmt.Errorf("encode the use of token %d: %w", id, err)
	}
	at := state.UseKey(uint64(id))
	return state.Write{Key: at, Value: s.uses.key.Seal(nil, plain, associated(s.id, at, 0))}, nil
}

// headWrite is the write that keeps what is known of the use of all tokens.
func (s *Store) headWrite(head useHead) (state.Write, error) {
	plain, err := encoding.Marshal(head)
	if err != nil {
		return state.Write{}, fmt.Errorf("encode what is known of uses: %w", err)
	}
	at := state.UsesKey()
	return state.Write{Key: at, Value: s.signer.Sign(at, plain)}, nil
}
