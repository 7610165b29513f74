package serve

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"jeton/model"
)

// Checker is what the doors need of a store.
type Checker interface {
	// Check answers whether a presented value is that of a token that may be used at a
	// place, and counts it as a use or a refused one. A value that is not one of a token may
	// be model.ErrNotAToken; every other error means that there is no answer.
	Check(ctx context.Context, value string, at model.Place, from model.Caller) (model.Verdict, error)
	// Service returns the service credential that a value is of. One that does not work is
	// model.ErrNotAToken, model.ErrNotFound or model.ErrRevoked; every other error means
	// that there is no answer.
	Service(ctx context.Context, value string, from model.Caller) (model.Token, error)
	// DeploymentName returns the name of a deployment as it is now, and "" of one that is
	// not there any more.
	DeploymentName(id model.DeploymentID) string
	// Health tells what the store knows of its own condition.
	Health() model.Health
}

// Doors answers at the doors. It is a handler for a server of whatever kind; see [Run].
type Doors struct {
	checker  Checker
	trusted  proxies
	issuer   string
	api      http.Handler
	log      *quietLog
	failures *failures
	counts   *counts
	ready    atomic.Pointer[string] // why it is not, empty when it is
}

// DoorOptions say how doors answer. The zero value is good.
type DoorOptions struct {
	Trusted []netip.Prefix // proxies, besides loopback, that are believed whom they ask for
	Issuer  string         // of tokens, as /introspect says it; none if empty
	Log     *slog.Logger   // nothing is logged if nil
	API     http.Handler   // answers everything under /v1/; none if nil
}

// NewDoors returns doors to what checker keeps. They are not ready before [Doors.Look] found
// it so.
func NewDoors(checker Checker, o DoorOptions) *Doors {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Doors{checker: checker, trusted: o.Trusted, issuer: o.Issuer, api: o.API,
		log: newQuietLog(o.Log), failures: newFailures()}
	d.counts = newCounts(d)
	d.Look()
	return d
}

// ServeHTTP answers one request.
func (d *Doors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, answer := doorOf(r.URL.Path)
	defer d.caught(w, at)
	if at == doorAPI && d.api != nil {
		d.manage(w, r)
		return
	}
	began := time.Now()
	d.counts.answered(at, answer(d, w, r), time.Since(began))
}

// door is a place to ask at.
type door uint8

// The doors, as metrics and the log tell them apart.
const (
	doorNone door = iota
	doorAuth
	doorIntrospect
	doorReview
	doorHealth
	doorMetrics
	doorAPI
	doors
)

// String returns the name of the door in metrics and the log.
func (d door) String() string {
	return [doors]string{"none", "auth", "introspect", "token-review", "health", "metrics", "api"}[d]
}

// answering answers a request and returns the status that it answered.
type answering func(*Doors, http.ResponseWriter, *http.Request) int

func doorOf(path string) (door, answering) {
	switch path {
	case "/auth":
		return doorAuth, (*Doors).auth
	case "/introspect":
		return doorIntrospect, (*Doors).introspect
	case "/token-review":
		return doorReview, (*Doors).review
	case "/healthz":
		return doorHealth, (*Doors).alive
	case "/readyz":
		return doorHealth, (*Doors).readiness
	case "/metrics":
		return doorMetrics, (*Doors).metrics
	}
	if len(path) > len("/v1/") && path[:len("/v1/")] == "/v1/" {
		return doorAPI, (*Doors).nowhere
	}
	return doorNone, (*Doors).nowhere
}
