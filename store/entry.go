package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/seal"
	"jeton/store/state"
)

// An entry of the journal is one event:
//
//	[ header, sealed details, [ sealed record, … ] ]
//
// The header is readable without any key and its bytes are kept as they were
// written; everything from people is in the sealed parts. Each sealed part is
// [saltLen] random bytes and then CBOR, and the header carries its digest
// SHA-256(salt || key || CBOR), so that an event can be proven without opening it and
// sealing anew changes no digest. What is sealed is bound to store, key and sequence
// number: no part can stand in for another. The details carry a digest of the readable
// part, so that it cannot be changed by who cannot seal.

// detailsKey stands for the sealed details where records have their state key.
var detailsKey = []byte("D")

const saltLen = 16

type entry struct {
	_       struct{} `cbor:",toarray"`
	Header  []byte
	Details []byte
	Records [][]byte
}

type header struct {
	_       struct{} `cbor:",toarray"`
	Seq     uint64
	At      model.Time
	Actor   model.UserID
	Door    model.Door
	Action  model.Action
	Outcome model.Outcome
	Kind    model.TargetKind
	Target  uint64
	Subject model.UserID
	Count   uint32
	Request []byte // 16 bytes, or none
	DataKey uint32 // which data key seals this entry
	Parts   []part // details first, then the records in order
}

type part struct {
	_      struct{} `cbor:",toarray"`
	Key    []byte
	Digest []byte
}

// private is what the sealed details hold.
type private struct {
	Details model.Details `cbor:"1,keyasint"`
	// Dropped are the deployments that the event took out of an agent token's
	// permissions: applying it needs to read nothing of before.
	Dropped []model.DeploymentID `cbor:"2,keyasint,omitempty"`
	// Asked is a digest of the change with the request number: who repeats the
	// request must repeat the change.
	Asked []byte `cbor:"3,keyasint,omitempty"`
	// State is the digest of the whole state this event leaves; none where it was not
	// known.
	State []byte `cbor:"4,keyasint,omitempty"`
	// Announced is the signed head that announces the signing key of a rotation.
	Announced []byte `cbor:"5,keyasint,omitempty"`
	// Readable is the header's digest: who can write here but not seal cannot change what
	// can be read without a key, also where no signed head covers it. None in events of a
	// jeton that did not keep it.
	Readable []byte `cbor:"6,keyasint,omitempty"`
}

// change is an event with everything it leaves, opened.
type change struct {
	event   model.Event
	private private
	records []model.Record
	dataKey uint32
	leaf    []byte   // the readable part as it was written, which signed heads cover
	keys    [][]byte // of the records
	plain   [][]byte // details and records, encoded, until they are sealed
	sealed  [][]byte // the records as they lie in journal and state
	lookup  []byte   // keyed hash of the credential's value, if there is one
}

// associated returns what a sealed part is bound to.
func associated(store [16]byte, key []byte, seq uint64) []byte {
	out := make([]byte, 0, len(store)+8+len(key))
	out = append(out, store[:]...)
	out = binary.BigEndian.AppendUint64(out, seq)
	return append(out, key...)
}

func partDigest(salt, key, plain []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(key)
	h.Write(plain)
	return h.Sum(nil)
}

// prepare encodes what will be sealed: the details and every record. It fails for a
// record that has become too large, before anything was promised.
func (c *change) prepare() error {
	c.plain = make([][]byte, 1, 1+len(c.records))
	for _, r := range c.records {
		plain, err := encodeRecord(r)
		if err != nil {
			return err
		}
		c.plain, c.keys = append(c.plain, plain), append(c.keys, recordKey(r))
	}
	var err error
	if c.private.Readable, err = c.header().readable(); err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if c.plain[0], err = encoding.Marshal(c.private); err != nil {
		return fmt.Errorf("encode details: %w", err)
	}
	if len(c.plain[0]) > maxRecord {
		return fmt.Errorf("event: %w", errTooLarge)
	}
	return nil
}

// size is about how many bytes the entry of a prepared change takes.
func (c *change) size() int {
	n := 100
	for _, p := range c.plain {
		n += len(p) + 120
	}
	return n
}

// seal seals a prepared change under the data key and returns its entry.
func (c *change) seal(store [16]byte, key *seal.DataKey) ([]byte, error) {
	h := c.header()
	h.DataKey = c.dataKey
	salts := make([]byte, saltLen*len(c.plain))
	if _, err := rand.Read(salts); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	var parts [][]byte
	for i, plain := range c.plain {
		at := h.Parts[i].Key
		salt := salts[i*saltLen : (i+1)*saltLen : (i+1)*saltLen]
		h.Parts[i].Digest = partDigest(salt, at, plain)
		parts = append(parts, key.Seal(nil, append(salt, plain...), associated(store, at, c.event.Seq)))
	}
	c.plain, c.sealed = nil, parts[1:]
	raw, err := encoding.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return encoding.Marshal(entry{Header: raw, Details: parts[0], Records: c.sealed})
}

var errEntry = errors.New("not an event of this store")

// parseEntry reads the readable part of an entry.
func parseEntry(raw []byte) (entry, header, error) {
	e, err := decodeAs[entry](raw)
	if err != nil {
		return e, header{}, fmt.Errorf("%w: %w", errEntry, err)
	}
	h, err := decodeAs[header](e.Header)
	if err != nil {
		return e, h, fmt.Errorf("%w: %w", errEntry, err)
	}
	if len(h.Parts) != 1+len(e.Records) || string(h.Parts[0].Key) != string(detailsKey) ||
		len(h.Request) != 0 && len(h.Request) != len(model.Request{}) {
		return e, h, errEntry
	}
	return e, h, nil
}

func (h header) event() model.Event {
	ev := model.Event{Seq: h.Seq, At: h.At, Actor: h.Actor, Door: h.Door, Action: h.Action, Outcome: h.Outcome,
		Target: model.Target{Kind: h.Kind, ID: h.Target}, Subject: h.Subject, Count: h.Count}
	copy(ev.Request[:], h.Request)
	return ev
}

// openPart opens a sealed part into the memory of buf and returns its CBOR.
func openPart(buf []byte, store [16]byte, key *seal.DataKey, at []byte, seq uint64, sealed []byte) ([]byte, error) {
	plain, err := key.Open(buf[:0], sealed, associated(store, at, seq))
	if err != nil {
		return nil, err
	}
	if len(plain) < saltLen {
		return nil, errEntry
	}
	return plain[saltLen:], nil
}

// openDetails reads the event without its records.
func openDetails(store [16]byte, keys *dataKeys, e entry, h header) (change, error) {
	c := change{event: h.event(), dataKey: h.DataKey, leaf: e.Header, sealed: e.Records}
	key, err := keys.get(h.DataKey)
	if err != nil {
		return c, err
	}
	plain, err := openPart(nil, store, key, detailsKey, h.Seq, e.Details)
	if err != nil {
		return c, fmt.Errorf("event %d: %w", h.Seq, err)
	}
	if c.private, err = decodeAs[private](plain); err == nil {
		err = c.private.reads(h)
	}
	if err != nil {
		return c, fmt.Errorf("event %d: %w", h.Seq, err)
	}
	c.event.Details = c.private.Details
	return c, nil
}

// openRecord decodes a record of the change. Of a token's value only the keyed hash is
// kept: history is read for what can be found, never for secrets.
func (c *change) openRecord(keys *dataKeys, kind state.Kind, plain []byte) (model.Record, error) {
	if kind != state.Credential {
		return decodeRecord(kind, plain)
	}
	r, err := decodeAs[credential](plain)
	if err != nil {
		return nil, err
	}
	c.lookup = keys.index(r.Value)
	return model.Credential{Token: r.Token, Kind: r.Kind}, nil
}

// openEntry reads an event with everything it leaves but the values of tokens.
func openEntry(store [16]byte, keys *dataKeys, raw []byte) (change, error) {
	e, h, err := parseEntry(raw)
	if err != nil {
		return change{}, err
	}
	return openParsed(store, keys, e, h)
}

// openParsed is openEntry of what parseEntry returned.
func openParsed(store [16]byte, keys *dataKeys, e entry, h header) (change, error) {
	c, err := openDetails(store, keys, e, h)
	if err != nil {
		return c, err
	}
	key, err := keys.get(h.DataKey)
	if err != nil {
		return c, err
	}
	for i, sealed := range e.Records {
		at := h.Parts[i+1].Key
		kind, _, ok := state.ParseRecordKey(at)
		if !ok {
			return c, fmt.Errorf("event %d: %w", h.Seq, errEntry)
		}
		plain, err := openPart(nil, store, key, at, h.Seq, sealed)
		if err != nil {
			return c, fmt.Errorf("event %d: %w", h.Seq, err)
		}
		r, err := c.openRecord(keys, kind, plain)
		if err != nil {
			return c, fmt.Errorf("event %d: %w", h.Seq, err)
		}
		if string(recordKey(r)) != string(at) {
			return c, fmt.Errorf("event %d: %w", h.Seq, errEntry)
		}
		c.records, c.keys = append(c.records, r), append(c.keys, at)
	}
	return c, nil
}
