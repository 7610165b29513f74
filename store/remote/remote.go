// Package remote is a store at the other end of a socket or of HTTP: the methods of a
// store, asked of the jeton that has it open.
//
// Who is acting is not for this side to say: the other end knows, from the kernel or by a
// user token, and the actor given to a method counts only for where it says it came from.
// Errors are those of package model, the very same as from a store here, and one more: a
// [*model.GoneError] when the other end did not answer. Nothing is tried again here; who
// gets that error may ask again, a change under the same request number, at whoever has the
// store open then.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"jeton/model"
	"jeton/store/remote/wire"
)

// Options say how a store is asked.
type Options struct {
	// Token is the user token that is presented to a server; empty at a socket.
	Token model.Secret
}

// Store is a store that another process has open. Its methods may be called from any
// goroutine.
type Store struct {
	client http.Client
	base   string
	token  model.Secret

	life context.Context // ends with Close
	end  context.CancelCauseFunc
	last atomic.Pointer[model.Health]
	beat time.Duration
}

// New returns the store that answers at a base address such as "https://jeton.example:7625"
// or, for a client that dials a socket, "http://socket".
func New(client *http.Client, base string, o Options) *Store {
	s := &Store{client: *client, base: base, token: o.Token, beat: wire.Beat}
	// A redirect would carry what is asked to somewhere else.
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.life, s.end = context.WithCancelCause(context.Background())
	return s
}

// Close gives up everything that waits for an answer: it ends with a [*model.GoneError].
func (s *Store) Close() error {
	s.end(errGivenUp)
	s.client.CloseIdleConnections()
	return nil
}

var errGivenUp = errors.New("it was given up")

// question is something to ask.
type question struct {
	wire.Route
	id      uint64
	query   url.Values
	body    any // nil for none
	source  model.Source
	request model.Request
	change  bool
}

// ask asks and reads the answer into a pointer.
func (s *Store) ask(ctx context.Context, q question, into any) error {
	if err := ctx.Err(); err != nil {
		return q.stopped(false, err)
	}
	if model.HoldsValue(q.query.Get("filter")) {
		return errValueInFilter
	}
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.life, func() { cancel(errGivenUp) })()
	sent := &atomic.Bool{}
	inner = httptrace.WithClientTrace(inner, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req, err := s.request(inner, q)
	if err != nil {
		return err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return s.lost(ctx, q, sent.Load(), err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxAnswer+1))
	defer func() { clear(raw) }()
	if err == nil && len(raw) > wire.MaxAnswer {
		err = fmt.Errorf("the answer has more than %d bytes", wire.MaxAnswer)
	}
	if err != nil {
		return s.lost(ctx, q, true, err)
	}
	return q.answered(res, raw, into)
}

// errValueInFilter keeps a value out of addresses, which proxies write down.
var errValueInFilter = &model.RuleError{Reason: "the filter has a token's value in it: no list shows values; whose it is says jeton token check"}

// request is the question as a request. Its body cannot be read twice, so that the
// transport does not send it twice.
func (s *Store) request(ctx context.Context, q question) (*http.Request, error) {
	var body io.Reader
	if q.body != nil {
		raw, err := json.Marshal(q.body)
		if err != nil {
			return nil, fmt.Errorf("ask: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	address := s.base + q.Path(q.id)
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, address, body)
	if err != nil {
		return nil, errors.New("the server's address is not one: give it like https://jeton.example:7625")
	}
	req.GetBody = nil
	req.Header.Set("Accept", wire.JSON)
	if body != nil {
		req.Header.Set("Content-Type", wire.JSON)
	}
	if q.request != (model.Request{}) {
		req.Header.Set(wire.RequestHeader, q.request.String())
	}
	if s.token.Empty() {
		req.Header.Set(wire.SourceHeader, wire.Source(q.source))
	} else {
		req.Header.Set("Authorization", "Bearer "+s.token.Expose())
	}
	return req, nil
}

// stopped is the error of a question that its context ended, in the words of a store here.
func (q question) stopped(sent bool, err error) error {
	switch {
	case !q.change:
		return err
	case sent:
		return fmt.Errorf("%w: %w", model.ErrUnknown, err)
	}
	return fmt.Errorf("nothing was changed: %w", err)
}

// lost is the error of a question that was not answered.
func (s *Store) lost(ctx context.Context, q question, sent bool, err error) error {
	if ctx.Err() != nil {
		return q.stopped(sent, ctx.Err())
	}
	// What was asked is in this error's text, and may not be drawn as it is.
	if at := (*url.Error)(nil); errors.As(err, &at) {
		err = at.Err
	}
	if s.life.Err() != nil {
		err = errGivenUp
	}
	return &model.GoneError{Sent: sent && q.change, Cause: err}
}

// answered reads an answer. What is none of jeton's, such as a proxy's page, leaves open
// what became of a change.
func (q question) answered(res *http.Response, raw []byte, into any) error {
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch {
	case err == nil && res.StatusCode < 300 && kind == wire.JSON:
		if err := wire.Read(raw, into); err != nil {
			return &model.GoneError{Sent: q.change, Cause: errGarbled}
		}
		return nil
	case res.StatusCode == http.StatusTooManyRequests: // before anything was done, by jeton or by what stands before it
		return &model.GoneError{Cause: errShutOut}
	case err == nil && res.StatusCode >= 400 && kind == wire.ProblemJSON:
		var p wire.Problem
		if err := json.Unmarshal(raw, &p); err != nil {
			return &model.GoneError{Sent: q.change, Cause: errGarbled}
		}
		return p.Err()
	}
	return &model.GoneError{Sent: q.change, Cause: fmt.Errorf("what answered, with %d, is not jeton: look at the address", res.StatusCode)}
}

var errShutOut = errors.New("too much came from this address that was refused: wait, and stop what presents tokens that do not work")

// errGarbled says nothing of the answer, which may hold a secret.
var errGarbled = errors.New("its answer cannot be read: are both jeton of the same version?")
