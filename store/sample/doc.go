// Package sample writes believable organizations: the one that the demonstration shows,
// and stores of any size for measuring.
//
// It has no way into a store of its own. Everything is a change by an actor, decided,
// sealed and written down like anybody's, so a demonstration can only show what the
// program does, and a filled store is a store. The organization of the demonstration is
// the same at every run, token values included: the moments come from a [Clock] that is
// set before each change, the values from [Values]. Neither is for a store that anybody
// relies on.
package sample

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"jeton/model"
)

// Store is what writing an organization needs of a store.
type Store interface {
	Change(ctx context.Context, actor model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error)
	Reveal(ctx context.Context, actor model.Actor, r model.Request, c model.Reveal) (model.Secret, error)
}

// Doors is a store that also answers whether a token is good, as its doors do: those of the
// demonstration are in use.
type Doors interface {
	Store
	Check(ctx context.Context, value string, at model.Place, from model.Caller) (model.Verdict, error)
	Service(ctx context.Context, value string, from model.Caller) (model.Token, error)
}

// demonstrationStart is the moment the watcher comes in: its month of history ends here.
var demonstrationStart = time.Date(2026, time.March, 9, 9, 14, 0, 0, time.UTC)

// founded is when the organization of the demonstration was created.
var founded = time.Date(2026, time.January, 12, 10, 2, 0, 0, time.UTC)

// Clock is the time of a demonstration. It stands still where it was set until it is
// started. Any number of goroutines may use it.
type Clock struct {
	mu      sync.Mutex
	at      time.Time
	started time.Time // by the real clock; zero while it stands
}

// NewClock returns a clock that stands at the creation of the organization.
func NewClock() *Clock { return &Clock{at: founded} }

// Now returns the moment the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.started.IsZero() {
		return c.at
	}
	return c.at.Add(time.Since(c.started))
}

// set makes the clock stand at a moment.
func (c *Clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.started = at, time.Time{}
}

// start lets the clock run from where it stands.
func (c *Clock) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = time.Now()
}

// Values returns the randomness of which the demonstration's token values are made: the
// same at every run, known to everyone. It is for one reader at a time.
func Values() io.Reader {
	return rand.NewChaCha8([32]byte([]byte("for demonstrations, not secrets!")))
}
