package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"jeton/model"
	"jeton/store/remote/wire"
	"jeton/store/share"
)

// Door tells who is there.
type Door interface {
	// Who tells who sent a request. It is asked once for each.
	Who(*http.Request) (model.Actor, error)
	// Still tells whether the same is still there, while an answer goes on for long. It
	// counts as no use of anything.
	Still(*http.Request) (model.Actor, error)
}

// API answers the management API, under /v1/: the store's methods, for whoever comes
// through the door. log may be nil.
func API(org share.Organization, door Door, log *slog.Logger) http.Handler {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	a := &api{org: org, door: door, log: log, beat: wire.Beat, checking: make(chan struct{}, 1)}
	a.routes = slices.Concat(a.reads(), a.changes())
	return a
}

type api struct {
	org  share.Organization
	door Door
	log  *slog.Logger
	beat time.Duration

	checking chan struct{} // full while the history is read

	routes []handler
}

// handler answers a route.
type handler struct {
	wire.Route
	answer func(*call) error
}

// call is a request on its way through.
type call struct {
	*api
	w     http.ResponseWriter
	r     *http.Request
	actor model.Actor
	id    uint64 // in the path
	began bool   // something of the answer was written
}

func (c *call) ctx() context.Context { return c.r.Context() }

// ServeHTTP answers a request. A panic on the way is a problem without details.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{api: a, w: w, r: r}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	defer func() {
		if thrown := recover(); thrown != nil {
			c.panicked(thrown)
		}
	}()
	if err := c.serve(); err != nil {
		c.fail(err)
	}
}

// panicked answers after a panic, which may have anything in it: its type is logged, and
// where it was.
func (c *call) panicked(thrown any) {
	if thrown == http.ErrAbortHandler {
		panic(thrown)
	}
	c.log.Error("a request ended in a panic", "method", c.r.Method, "type", fmt.Sprintf("%T", thrown), "stack", string(debug.Stack()))
	if c.began {
		panic(http.ErrAbortHandler)
	}
	c.problem(wire.Problem{Status: http.StatusInternalServerError, Code: wire.CodeInternal, Detail: "jeton failed to answer; its log says more"})
}

func (c *call) serve() error {
	path := c.r.URL.Path
	if holdsValue(path) || leaks(c.r) {
		return &wire.InputError{Input: "address", Reason: "it has a token's value in it, where logs would keep it: revoke that token if the address was seen by others, and send values in a header or body"}
	}
	var allowed []string
	for _, h := range c.routes {
		number, ok := h.Match(path)
		if !ok {
			continue
		}
		if h.Method != c.r.Method {
			allowed = append(allowed, h.Method)
			continue
		}
		return c.enter(h, number)
	}
	if len(allowed) > 0 {
		c.w.Header().Set("Allow", strings.Join(allowed, ", "))
		c.problem(wire.Problem{Status: http.StatusMethodNotAllowed, Code: wire.CodeNoMethod, Detail: "method not understood: this path takes " + strings.Join(allowed, ", ")})
		return nil
	}
	c.problem(wire.Problem{Status: http.StatusNotFound, Code: wire.CodeNoPath, Detail: "path not understood: " + wire.GetOpenAPI.Pattern + " lists those there are"})
	return nil
}

// enter asks who is there, then for the answer.
func (c *call) enter(h handler, number string) error {
	var err error
	if c.actor, err = c.door.Who(c.r); err != nil {
		return err
	}
	if number != "" {
		if c.id, err = wire.ParseNumber(number, h.bits()); err != nil {
			return &wire.InputError{Input: "number in the path", Reason: err.Error()}
		}
	}
	return h.answer(c)
}

// bits is how many bits the number in the path may have.
func (h handler) bits() int {
	if strings.Contains(h.Pattern, "{token}") {
		return 64
	}
	return 32
}

// nothing is an answer that says nothing.
type nothing struct{}

// write answers with a form. It may hold a secret, so what it was written from is cleared.
func (c *call) write(status int, v any) error {
	out, err := wire.Append(nil, v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	defer func() { clear(out[:cap(out)]) }()
	c.send(status, wire.JSON, out)
	return nil
}

// writeWait is how long the other side may take to take an answer.
const writeWait = time.Minute

// send answers. That the other side does not take it is for them to notice.
func (c *call) send(status int, kind string, body []byte) {
	c.began = true
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(writeWait)) // where there is one to set
	c.w.Header().Set("Content-Type", kind)
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body)
}

// fail answers with an error.
func (c *call) fail(err error) {
	if c.began {
		panic(http.ErrAbortHandler) // a stream that breaks off must not look complete
	}
	p := wire.ProblemOf(err)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		p.Status = http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, errKind) {
		p.Status = http.StatusUnsupportedMediaType
	}
	if p.Status >= http.StatusInternalServerError && c.ctx().Err() == nil {
		c.log.Warn("a request could not be answered", "method", c.r.Method, "code", p.Code, "error", err)
	}
	if p.Status == http.StatusUnauthorized {
		c.w.Header().Set("WWW-Authenticate", `Bearer realm="jeton", error="invalid_token"`)
	}
	c.problem(p)
}

func (c *call) problem(p wire.Problem) {
	p.Title = http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // its forms are ours
	}
	c.send(p.Status, wire.ProblemJSON, body)
}
