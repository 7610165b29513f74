package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"jeton/model"
	"jeton/store/state"
)

// digest is a keyed digest of a whole state that can be carried on from change to
// change: the sum, modulo 2^128, of one element for each thing a state says. An element
// is a keyed permutation of what is said, so nobody without the keyset can tell which
// other things would come to the same sum. It covers
//
//   - each record: its kind, its number, and the event that left it. What the record
//     holds is bound to these by its seal;
//   - that a token is found by its value;
//   - each number in each set.
//
// Each event carries, sealed, the digest of the state it leaves. So a record of before
// that is put back, which opens and is wrong, is found by adding up what is there.
//
// Whoever can write the files and has old copies of everything may choose for each entry
// among those it ever was, or leave it out; an entry of their own has no seal or checksum
// that holds. Each choice adds numbers they do not know, so any one of them comes to the
// right sum with a chance of 2^-128, and only opening the store would tell. Putting
// everything back at once is another thing: the whole of a store that was true once is found
// by a signed head kept elsewhere, and by nothing else.
//
// An element does not cover
//
//   - what a record holds: another one in its place does not open, which is found by whoever
//     reads it and by [Store.CheckHistory];
//   - by which value a token is found: the entry's own checksum binds that. Of two entries for
//     one token, as two lookup keys would make them, one may stand for the other: then a good
//     value is not found, which CheckHistory finds, and never a wrong one;
//   - the store: the keys of seals and checksums bind to it.
type digest struct{ hi, lo uint64 }

// element is the keyed permutation; see [seal.Elements].
type element func(kind byte, number, seq uint64) [16]byte

func (d *digest) add(e [16]byte) {
	d.join(digest{binary.BigEndian.Uint64(e[:8]), binary.BigEndian.Uint64(e[8:])})
}

// join adds what another part of the state comes to.
func (d *digest) join(other digest) {
	var carry uint64
	d.lo, carry = bits.Add64(d.lo, other.lo, 0)
	d.hi, _ = bits.Add64(d.hi, other.hi, carry)
}

func (d *digest) sub(e [16]byte) {
	var borrow uint64
	d.lo, borrow = bits.Sub64(d.lo, binary.BigEndian.Uint64(e[8:]), 0)
	d.hi, _ = bits.Sub64(d.hi, binary.BigEndian.Uint64(e[:8]), borrow)
}

const digestSize = 16

func (d digest) encode() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(make([]byte, 0, digestSize), d.hi), d.lo)
}

func decodeDigest(b []byte) (d digest, ok bool) {
	if len(b) != digestSize {
		return d, false
	}
	return digest{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, true
}

// Kinds of elements beside those of records, which are lower-case letters.
const (
	elementLookup = 'H'
	elementMember = 'A' - 'a' // added to what a set is of
)

func (e element) member(name state.SetName, n uint64) [16]byte {
	return e(name.Of+elementMember&0xff, name.Whom, n)
}

// advisory tells whether a list is left out of the digest: events from before there was such
// a list say what state came to without it. Nothing is decided by them; the check of the
// history compares them with the records.
func advisory(name state.SetName) bool {
	return name == state.OrgAgents() || name == state.AllBranches()
}

// each calls fn with the elements that a record, left by event seq, stands for.
func (e element) each(r model.Record, seq uint64, fn func([16]byte)) {
	kind, number, _ := state.ParseRecordKey(recordKey(r))
	fn(e(byte(kind), number, seq))
	switch r := r.(type) {
	case model.Credential:
		fn(e(elementLookup, number, 0))
	case model.Token:
		if r.Revoked() {
			fn(e.member(state.Revoked(), number))
		}
		switch r.Kind {
		case model.UserToken:
			fn(e.member(state.TokensOf(uint64(r.Owner)), number))
			return
		case model.ServiceToken:
			fn(e.member(state.Services(), number))
			return
		}
		fn(e.member(state.AgentTokens(), number))
		for _, d := range r.Permissions.Deployments {
			fn(e.member(state.TokensNaming(uint64(d)), number))
		}
	}
}

// account has the change say which state it leaves, and returns its digest. Where state
// cannot be read that is not known any more: the change is kept all the same, since it
// may be the end of a leaked token, and the next opening makes state again.
func (b *batch) account(c *change) digest {
	c.private.State = nil
	b.known = b.known && !b.suspect() // over a wrong state nobody knows
	if !b.known {
		return digest{}
	}
	d, err := b.leaves(c)
	if err != nil {
		b.known = false
		_ = b.suspectIf(err)
		return digest{}
	}
	c.private.State = d.encode()
	return d
}

// leaves returns the digest of the state that the change leaves over what the batch
// left so far.
func (b *batch) leaves(c *change) (digest, error) {
	d := b.digest
	for _, u := range c.event.Concerns() {
		d.add(b.element.member(state.EventsOf(uint64(u)), c.event.Seq))
	}
	for _, r := range c.records {
		seq, err := b.leftBy(r)
		if err != nil {
			return d, err
		}
		if seq > 0 {
			old, err := b.before(r)
			if err != nil {
				return d, err
			}
			b.element.each(old, seq, d.sub)
		}
		b.element.each(r, c.event.Seq, d.add)
	}
	return d, nil
}

// before is the record that r replaces. Of other records than tokens nothing but the
// number counts.
func (b *batch) before(r model.Record) (model.Record, error) {
	if t, ok := r.(model.Token); ok {
		return b.view.Token(t.ID)
	}
	return r, nil
}

// leftBy returns the event that left the record which r replaces; 0: there is none.
func (b *batch) leftBy(r model.Record) (seq uint64, err error) {
	key := recordKey(r)
	if seq, ok := b.seqs[string(key)]; ok {
		return seq, nil
	}
	if seq, ok := b.latelyBy[string(key)]; ok {
		return seq, nil
	}
	switch r := r.(type) { // new ones need not be looked for
	case model.Token:
		if r.ID > b.lastToken {
			return 0, nil
		}
	case model.Credential:
		if r.Token > b.lastToken {
			return 0, nil
		}
	}
	err = b.db.Get(key, func(value []byte) (err error) {
		if seq, err = leftIn(value); err != nil {
			return fmt.Errorf("%s: %w", describe(r), err)
		}
		return nil
	})
	if errors.Is(err, state.ErrMissing) {
		return 0, nil
	}
	return seq, err
}
