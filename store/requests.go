package store

import (
	"crypto/sha256"
	"fmt"

	"jeton/model"
)

// rememberedRequests is how many request numbers are remembered, the newest; after
// opening they are read from the end of the journal when one is first needed.
const rememberedRequests = 4096

// outcome is how a request ended the first time.
type outcome struct {
	event  model.Event
	record model.Record
	asked  [16]byte
	loaded bool // otherwise only the event's readable part is known
}

// requests remembers outcomes by request number, in a ring.
type requests struct {
	known map[model.Request]outcome
	ring  []model.Request
	at    int
}

func newRequests() *requests { return &requests{known: map[model.Request]outcome{}} }

// put remembers a change that was made.
func (r *requests) put(c *change) {
	if c.event.Request == (model.Request{}) || c.event.Outcome != model.Done || len(c.records) == 0 {
		return
	}
	r.remember(c.event.Request, outcome{event: c.event, record: c.records[0], asked: c.asked(), loaded: true})
}

func (r *requests) remember(number model.Request, o outcome) {
	if _, again := r.known[number]; !again {
		if len(r.ring) < rememberedRequests {
			r.ring = append(r.ring, number)
		} else {
			delete(r.known, r.ring[r.at])
			r.ring[r.at] = number
			r.at = (r.at + 1) % rememberedRequests
		}
	}
	r.known[number] = o
}

// asked returns the digest of what was asked for, as the event keeps it.
func (c *change) asked() (out [16]byte) {
	copy(out[:], c.private.Asked)
	return out
}

// asked digests what a change asks for and who asks, so that a request number cannot
// be used for something else.
func asked(a model.Actor, c model.Change) [16]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %T %+v", a.User, c, c)
	return [16]byte(h.Sum(nil)[:16])
}
