package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/seal"
	"jeton/store/state"
)

// A record in state is the sequence number of the event that left it, the number of
// its data key, and its sealed bytes as they are in the journal.
const (
	seqLen    = 8
	valueHead = seqLen + 4
)

func recordValue(seq uint64, dataKey uint32, sealed []byte) []byte {
	out := make([]byte, 0, valueHead+len(sealed))
	out = binary.BigEndian.AppendUint64(out, seq)
	out = binary.BigEndian.AppendUint32(out, dataKey)
	return append(out, sealed...)
}

// leftIn is the event that left a record, by the record's value. Nothing but the seal vouches
// for it, so it may be any number.
func leftIn(value []byte) (seq uint64, err error) {
	if len(value) >= valueHead {
		seq = binary.BigEndian.Uint64(value)
	}
	if seq == 0 || seq >= seal.MaxSeq {
		return 0, fmt.Errorf("a record does not say which event left it: %w", state.ErrDamaged)
	}
	return seq, nil
}

// dataKeyOf is the number of the data key that seals a record.
func dataKeyOf(value []byte) uint32 { return binary.BigEndian.Uint32(value[seqLen:]) }

// vault opens records as they lie in state.
type vault struct {
	store [16]byte
	keys  *dataKeys
}

// open returns the CBOR of a record, in the memory of buf if it is large enough.
func (v vault) open(buf, key, value []byte) ([]byte, error) {
	if len(value) < valueHead {
		return nil, fmt.Errorf("record %x: %w", key, state.ErrDamaged)
	}
	seq := binary.BigEndian.Uint64(value)
	dk, err := v.key(value)
	if err != nil {
		return nil, fmt.Errorf("record %x: %w", key, err)
	}
	plain, err := openPart(buf, v.store, dk, key, seq, value[valueHead:])
	if err != nil {
		return nil, fmt.Errorf("record %x: %w: %w", key, state.ErrDamaged, err)
	}
	return plain, nil
}

// key is the data key that a record names.
func (v vault) key(value []byte) (*seal.DataKey, error) {
	key, err := v.keys.get(dataKeyOf(value))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", state.ErrDamaged, err)
	}
	return key, nil
}

// get reads one record. What is not there is model.ErrNotFound.
func get[T model.Record](v vault, view *state.View, kind state.Kind, number uint64) (T, error) {
	var out T
	err := view.Get(state.RecordKey(kind, number), func(value []byte) (err error) {
		out, err = recordIn[T](v, kind, number, value)
		return err
	})
	if errors.Is(err, state.ErrMissing) {
		return out, model.ErrNotFound
	}
	return out, err
}

// recordIn is the record that a value in state holds.
func recordIn[T model.Record](v vault, kind state.Kind, number uint64, value []byte) (none T, err error) {
	key := state.RecordKey(kind, number)
	plain, err := v.open(nil, key, value)
	if err != nil {
		return none, err
	}
	r, err := decodeRecord(kind, plain)
	if err != nil {
		return none, fmt.Errorf("record %x: %w: %w", key, state.ErrDamaged, err)
	}
	return r.(T), nil
}

// token reads a token of any kind; k tells which it is.
func (v vault) token(view *state.View, k kinds, id model.TokenID) (model.Token, error) {
	return get[model.Token](v, view, k.of(id), uint64(id))
}

// framePlace says where a frame of the journal lies, as state keeps it.
type framePlace struct {
	Segment uint32
	Offset  int64
	Count   uint32
}

func (f framePlace) encode() []byte {
	out := binary.BigEndian.AppendUint32(nil, f.Segment)
	out = binary.BigEndian.AppendUint64(out, uint64(f.Offset))
	return binary.BigEndian.AppendUint32(out, f.Count)
}

func decodeFramePlace(b []byte) (framePlace, error) {
	if len(b) != 16 {
		return framePlace{}, fmt.Errorf("place of a frame: %w", state.ErrDamaged)
	}
	return framePlace{binary.BigEndian.Uint32(b), int64(binary.BigEndian.Uint64(b[4:])), binary.BigEndian.Uint32(b[12:])}, nil
}

// StateFormat is raised when what state keeps changes its form; an older state is
// then made again from the journal.
const StateFormat = 5

// condemned stands for the format of a state that was found damaged while it was open.
const condemned = 0

// applied is up to which event a state is the journal's, what it then came to, and how
// much of everything that is always in memory it had: a table with a damaged key hides a
// record without an error, and a token number that looks free would be given a second
// time.
type applied struct {
	Format uint32
	Store  [16]byte
	Seq    uint64
	Counts counts
	Known  bool // the digest is
	// Partial: it was made from a journal that was damaged. What cannot be read there is missing
	// in it, and nothing else would say so.
	Partial bool
	Digest  digest
	Made    madeUnder
}

// madeUnder is the keys a state was made under. Its index knows values by the lookup key,
// and what its files hold of wrapped data keys, replaced ones too, is under the wrapping key
// or newer ones.
type madeUnder struct{ Wrapping, Lookup uint32 }

// newestKeys are those that a state made now is made under.
func newestKeys(k *seal.Keyset) madeUnder { return madeUnder{k.PrimaryWrapping(), k.PrimaryLookup()} }

type counts struct{ Users, Deployments, Agents, Services, Revoked, LastToken uint64 }

// alwaysLoaded is the sets that always are in memory.
type alwaysLoaded struct {
	kinds
	revoked *state.Set
}

func (s *Store) setsInMemory() (in alwaysLoaded, err error) {
	if in.kinds, err = s.kinds(); err == nil {
		in.revoked, err = s.sets.Get(state.Revoked())
	}
	return in, err
}

func (in alwaysLoaded) counts(p *people, last model.TokenID) counts {
	return counts{uint64(len(p.users)), uint64(len(p.deployments)), uint64(in.agents.Len()), uint64(in.services.Len()), uint64(in.revoked.Len()), uint64(last)}
}

// complete tells whether a state that was closed in order has all it had then.
func (s *Store) complete(have applied) error {
	in, err := s.setsInMemory()
	if err != nil {
		return err
	}
	if now := in.counts(s.people, s.lastToken); now != have.Counts {
		return fmt.Errorf("%w: it had %+v and has %+v", state.ErrDamaged, have.Counts, now)
	}
	return nil
}

// partial stands where a known digest has 1.
const partial = 2

const appliedSize = 4 + 16 + 8 + 6*8 + 2*4 + 1 + digestSize

func (a applied) encode() []byte {
	out := binary.BigEndian.AppendUint32(nil, a.Format)
	out = append(out, a.Store[:]...)
	c := a.Counts
	for _, n := range []uint64{a.Seq, c.Users, c.Deployments, c.Agents, c.Services, c.Revoked, c.LastToken} {
		out = binary.BigEndian.AppendUint64(out, n)
	}
	out = binary.BigEndian.AppendUint32(out, a.Made.Wrapping)
	out = binary.BigEndian.AppendUint32(out, a.Made.Lookup)
	known := byte(0)
	switch {
	case a.Partial:
		known = partial
	case a.Known:
		known = 1
	}
	return append(append(out, known), a.Digest.encode()...)
}

// decodeApplied reads no more than the format of what another program wrote.
func decodeApplied(b []byte) (applied, error) {
	if len(b) < 4 {
		return applied{}, fmt.Errorf("applied mark: %w", state.ErrDamaged)
	}
	a := applied{Format: binary.BigEndian.Uint32(b)}
	if a.Format != StateFormat {
		return a, nil
	}
	if len(b) != appliedSize {
		return applied{}, fmt.Errorf("applied mark: %w", state.ErrDamaged)
	}
	a.Store = [16]byte(b[4:20])
	for i, n := range []*uint64{&a.Seq, &a.Counts.Users, &a.Counts.Deployments, &a.Counts.Agents, &a.Counts.Services, &a.Counts.Revoked, &a.Counts.LastToken} {
		*n = binary.BigEndian.Uint64(b[20+8*i:])
	}
	a.Made = madeUnder{binary.BigEndian.Uint32(b[76:]), binary.BigEndian.Uint32(b[80:])}
	known := b[appliedSize-digestSize-1]
	if known > partial {
		return applied{}, fmt.Errorf("applied mark: %w", state.ErrDamaged)
	}
	a.Known, a.Partial = known == 1, known == partial
	a.Digest, _ = decodeDigest(b[appliedSize-digestSize:])
	return a, nil
}
