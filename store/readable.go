package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"jeton/model"
)

// The header of an event can be read by everybody, and written by everybody who can write the
// journal's files: its checksums are no secret. Signed heads cover it, but the newest events
// are under none, and who can put an older file of heads back makes that more of them. So the
// sealed details carry a digest of it.

// header is the readable part of a change, without what sealing adds to it.
func (c *change) header() header {
	h := header{Seq: c.event.Seq, At: c.event.At, Actor: c.event.Actor, Door: c.event.Door, Action: c.event.Action,
		Outcome: c.event.Outcome, Kind: c.event.Target.Kind, Target: c.event.Target.ID, Subject: c.event.Subject,
		Count: c.event.Count, Parts: []part{{Key: detailsKey}}}
	if c.event.Request != (model.Request{}) {
		h.Request = c.event.Request[:]
	}
	for _, key := range c.keys {
		h.Parts = append(h.Parts, part{Key: key})
	}
	return h
}

// readableLen is how much of the hash a [private].Readable keeps.
const readableLen = 16

// readable is a digest of what the header says, but for what sealing adds to it: which key
// seals, and the digests of the parts.
func (h header) readable() ([]byte, error) {
	h.DataKey, h.Parts = 0, slices.Clone(h.Parts)
	for i := range h.Parts {
		h.Parts[i].Digest = nil
	}
	raw, err := encoding.Marshal(h)
	sum := sha256.Sum256(raw)
	return sum[:readableLen], err
}

// reads tells whether h is the header that the details were sealed with.
func (p private) reads(h header) error {
	if len(p.Readable) == 0 {
		return nil
	}
	sum, err := h.readable()
	if err == nil && !bytes.Equal(sum, p.Readable) {
		err = errors.New("its readable part is not the one that was recorded")
	}
	return err
}
