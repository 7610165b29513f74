package sample

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"jeton/model"
)

// LoadStore is what a load needs of a store.
type LoadStore interface {
	Store
	Tokens(ctx context.Context, a model.Actor, q model.TokenQuery, w model.Window) (model.TokenPage, error)
	Events(ctx context.Context, a model.Actor, q model.EventQuery) (model.EventPage, error)
}

// Line is one line of a load's report, in JSON. A change is one line before it is asked
// for and one with what came of it; between the two nobody knows. No line has a secret.
type Line struct {
	Says        string        `json:"says"` // "opened"; "asks", then "done", "refused" or "unknown"; "listed"; "failed"
	Writer      int           `json:"writer,omitempty"`
	Number      int           `json:"number,omitempty"` // of this writer's changes, from 1
	Action      string        `json:"action,omitempty"` // "create", "describe", "scope", "reveal", "revoke"
	Request     string        `json:"request,omitempty"`
	Token       model.TokenID `json:"token,omitempty"`
	Kind        string        `json:"kind,omitempty"` // of a token to create: "agent token", "user token"
	Description *string       `json:"description,omitempty"`
	Reaches     *string       `json:"reaches,omitempty"` // what [Reaches] says of the permissions
	Event       uint64        `json:"event,omitempty"`   // sequence number; a reveal answers none
	Total       int           `json:"total,omitempty"`   // tokens that work, of a list
	Error       string        `json:"error,omitempty"`
}

// Load is a load of changes by writers that report each of them, so that whoever kills
// the process or cuts its power can compare what is there afterwards with what was
// answered.
type Load struct {
	writers []*writer
	mu      sync.Mutex
	out     io.Writer
}

// loadTokens is how many working tokens a writer goes on with.
const loadTokens = 1000

// retryAfter is how long a writer waits after the store refused a change.
const retryAfter = 10 * time.Millisecond

// loader is who does the changes of a load.
var loader = model.Actor{User: 1, Source: filler}

// NewLoad returns a load that reports to out, one Write for each line.
func NewLoad(writers int, out io.Writer) (*Load, error) {
	var run [4]byte
	if _, err := rand.Read(run[:]); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	l := &Load{out: out}
	for n := range writers {
		l.writers = append(l.writers, &writer{load: l, number: n + 1, name: fmt.Sprintf("load %x, writer %d", run, n+1),
			rng: mathrand.New(mathrand.NewPCG(mathrand.Uint64(), uint64(n)))})
	}
	return l, nil
}

// Demonstration tells whether a store was made as a demonstration: its first event came
// through no door that people use. A store in which people keep tokens was not.
func Demonstration(ctx context.Context, s LoadStore) (bool, error) {
	page, err := s.Events(ctx, loader, model.EventQuery{Before: 2, Limit: 1})
	if err != nil || len(page.Events) == 0 {
		return false, err
	}
	first := page.Events[0]
	return first.Action == model.CreateOrganization && first.Door == model.DoorProgram && first.Details.Label == Found(0).Organization, nil
}

// Run has the writers change the store until ctx ends, which is no error, or the store
// writes nothing more. It can be run again with the store opened anew: what has an
// outcome that is not known is asked for again, under the same number.
func (l *Load) Run(ctx context.Context, s LoadStore) error {
	if err := l.Say(Line{Says: "opened"}); err != nil {
		return err
	}
	for _, w := range l.writers {
		if w.pending == nil {
			continue
		}
		if err := w.step(ctx, s); err != nil {
			return err
		}
	}
	if err := l.adopt(ctx, s); err != nil {
		return fmt.Errorf("list the tokens to go on with: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make([]error, len(l.writers))
	var wait sync.WaitGroup
	for i, w := range l.writers {
		wait.Go(func() {
			for ctx.Err() == nil && failed[i] == nil {
				failed[i] = w.step(ctx, s)
			}
			cancel()
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

// Say reports a line.
func (l *Load) Say(line Line) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("report the load: %w", err)
	}
	return nil
}

// adopt deals the newest working tokens out to the writers.
func (l *Load) adopt(ctx context.Context, s LoadStore) error {
	for _, w := range l.writers {
		w.tokens = nil
	}
	for _, q := range []model.TokenQuery{{Kind: model.AgentToken}, {Kind: model.UserToken, Owner: loader.User}} {
		for at, total := 0, 1; at < min(total, loadTokens*len(l.writers)/2); {
			page, err := s.Tokens(ctx, loader, q, model.Window{Offset: at, Limit: 1000})
			if err != nil {
				return err
			}
			for _, t := range page.Rows[at-page.Offset:] { // the last page begins before its offset, to be full
				w := l.writers[int(t.ID)%len(l.writers)]
				w.tokens = append(w.tokens, t)
			}
			at, total = page.Offset+len(page.Rows), page.Total
		}
	}
	return nil
}

// Reaches says what permissions reach: "Org Agent", or the numbers of deployments and
// "branches", or nothing.
func Reaches(p model.Permissions) string {
	if p.OrgAgent {
		return "Org Agent"
	}
	text := fmt.Sprint(p.Deployments)
	if p.AllBranches {
		text += " branches"
	}
	return text
}

// newRequest returns a number for a change.
func newRequest() (r model.Request, err error) {
	_, err = rand.Read(r[:])
	return r, err
}

// ParseRequest reads a request number as lines have it.
func ParseRequest(text string) (r model.Request, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(r) {
		return r, fmt.Errorf("request number %q: give %d hexadecimal digits", text, 2*len(r))
	}
	return model.Request(b), nil
}
