package serve

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"jeton/model"
	"jeton/store/remote/wire"
)

// changes are the routes that change something.
func (a *api) changes() []handler {
	var out []handler
	for _, r := range wire.Changes() {
		out = append(out, handler{r.Route, func(c *call) error { return c.change(r) }})
	}
	return out
}

// change reads what is asked for and has it made.
func (c *call) change(r wire.ChangeRoute) error {
	if err := c.plain(); err != nil {
		return err
	}
	request, err := c.request()
	if err != nil {
		return err
	}
	body := r.New()
	if err := c.read(body); err != nil {
		return err
	}
	if err := c.findNamed(body); err != nil {
		return err
	}
	c.lasting() // the first change after opening waits until state was compared
	ask := body.Change(c.id)
	if reveal, ok := ask.(model.Reveal); ok {
		return c.reveal(request, reveal)
	}
	event, record, err := c.org.Change(c.ctx(), c.actor, request, ask)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if r.Method == http.MethodPost && r.Route != wire.RevokeToken {
		status = http.StatusCreated
	}
	return c.changed(status, wire.Changed{}, event, record)
}

// reveal records the reveal, then asks for the value under the same number, which is
// handed out for an event that is there already.
func (c *call) reveal(request model.Request, ask model.Reveal) error {
	if request == (model.Request{}) {
		_, _ = rand.Read(request[:]) // never fails: crypto/rand ends the program instead
	}
	event, record, err := c.org.Change(c.ctx(), c.actor, request, ask)
	if err != nil {
		return err
	}
	value, err := c.org.Reveal(c.ctx(), c.actor, request, ask)
	if err != nil {
		return err
	}
	return c.changed(http.StatusOK, wire.Changed{Secret: &wire.Value{Secret: value}}, event, record)
}

// changed answers with what became of a change. It is made, so what cannot be named now
// stays without a name.
func (c *call) changed(status int, out wire.Changed, event model.Event, record model.Record) error {
	n := c.names(record)
	out.Event, out.Record = wire.EventOf(event, n), wire.RecordOf(record, n)
	return c.write(status, out)
}

// names are what people call those in a record, as far as the actor may know, and when a token
// was last used.
func (c *call) names(record model.Record) wire.Names {
	s, n, err := c.me()
	if err != nil {
		return n
	}
	if t, ok := record.(model.Token); ok {
		if page, err := c.org.TokenRows(c.ctx(), c.actor, []model.TokenID{t.ID}); err == nil {
			n.Logins, n.LastUsed = page.Logins, page.LastUsed
		}
		return n
	}
	if s.User.OrgAdmin {
		if all, err := c.logins(); err == nil {
			n.Logins = all.Logins
		}
	}
	return n
}

// request reads the number of a change.
func (c *call) request() (model.Request, error) {
	values := c.r.Header.Values(wire.RequestHeader)
	if len(values) == 0 {
		return model.Request{}, nil
	}
	r, err := wire.Request(values[0]).Model()
	if err != nil || len(values) > 1 || r == (model.Request{}) {
		return r, &wire.InputError{Input: wire.RequestHeader, Reason: "a request number has 32 hexadecimal digits, not all of them 0, and is given once"}
	}
	return r, nil
}

// errKind is what every body that is not JSON gets.
var errKind error = &wire.InputError{Input: "Content-Type", Reason: "send " + wire.JSON}

// read reads the body, all of it and nothing more.
func (c *call) read(into any) error {
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, wire.MaxBody))
	defer func() { clear(raw) }()
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return fmt.Errorf("%w: %w", &wire.InputError{Input: "body", Reason: fmt.Sprintf("it has more than %d bytes", wire.MaxBody)}, err)
	}
	if err != nil {
		return &wire.InputError{Input: "body", Reason: "it broke off"}
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	} else if kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != wire.JSON || params["charset"] != "" && params["charset"] != "utf-8" {
		return errKind
	}
	return wire.Strict(raw, into)
}

// noBody refuses a body where none is read.
func (c *call) noBody() error {
	var none nothing
	return c.read(&none)
}
