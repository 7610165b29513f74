package wire

import (
	"context"
	"errors"
	"net/http"
	"time"

	"jeton/model"
)

// Problem is an error as RFC 9457 has it. Detail is the error's text; Code says which one it
// is, for good, and Also what else it is; the members under a code's name carry what such an
// error knows.
type Problem struct {
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail"`
	Code   string   `json:"code"`
	Also   []string `json:"also,omitempty"`

	Input    *Input    `json:"input,omitempty"`
	Text     *Text     `json:"text,omitempty"`
	Rule     string    `json:"rule,omitempty"`
	Refused  *Refusal  `json:"refused,omitempty"`
	Conflict *Conflict `json:"conflict,omitempty"`
	Stranger *Stranger `json:"unknown_user,omitempty"`
	Damage   *Damage   `json:"damage,omitempty"`
	Locked   *Locked   `json:"locked,omitempty"`
}

// Input is what an InputError knows.
type Input struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Text is what a model.TextError knows.
type Text struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
}

// Refusal is what a model.RefusedError knows.
type Refusal struct {
	Action Action `json:"action"`
	Reason string `json:"reason"`
}

// Conflict is what a model.ConflictError knows.
type Conflict struct {
	What string `json:"what"`
	By   string `json:"by"`
	Now  Record `json:"now"`
}

// Stranger is what a model.UnknownUserError knows.
type Stranger struct {
	Account      string   `json:"account"`
	Organization string   `json:"organization"`
	Admins       []string `json:"admins"`
	Deactivated  bool     `json:"deactivated"`
}

// Damage is what a model.DamageError knows.
type Damage struct {
	What string `json:"what"`
	Next string `json:"next"`
}

// Locked is what a model.LockedError knows.
type Locked struct {
	Path     string    `json:"path"`
	PID      int       `json:"pid"`
	User     string    `json:"user"`
	Since    time.Time `json:"since"`
	Terminal string    `json:"terminal"`
}

// code is a sentinel error, or a type of error when err is nil, and its status.
type code struct {
	name   string
	status int
	err    error
}

// Codes of errors that are a type each, and of those that only doors know.
const (
	CodeInput    = "bad_request"
	CodeText     = "text_refused"
	CodeRule     = "against_a_rule"
	CodeRefused  = "refused"
	CodeConflict = "conflict"
	CodeStranger = "unknown_user"
	CodeDamage   = "damage"
	CodeLocked   = "locked"
	CodeInternal = "internal"
	CodeNoPath   = "no_such_path"
	CodeNoMethod = "no_such_method"
	CodeSlowDown = "slow_down"
)

// codes lists every error that crosses, those that say most first: the first that fits
// gives a problem its code and status.
var codes = []code{
	{CodeInput, http.StatusBadRequest, nil},
	{CodeConflict, http.StatusConflict, nil},
	{CodeRefused, http.StatusForbidden, nil},
	{CodeStranger, http.StatusForbidden, nil},
	{CodeText, http.StatusUnprocessableEntity, nil},
	{CodeRule, http.StatusUnprocessableEntity, nil},
	{CodeDamage, http.StatusServiceUnavailable, nil},
	{CodeLocked, http.StatusServiceUnavailable, nil},
	{"bad_credential", http.StatusUnauthorized, model.ErrCredential},
	{"outcome_unknown", http.StatusInternalServerError, model.ErrUnknown},
	{"not_a_token", http.StatusUnprocessableEntity, model.ErrNotAToken},
	{"already_revoked", http.StatusConflict, model.ErrRevoked},
	{"taken", http.StatusConflict, model.ErrTaken},
	{"last_admin", http.StatusConflict, model.ErrLastAdmin},
	{"nothing_to_change", http.StatusConflict, model.ErrNothing},
	{"request_reused", http.StatusConflict, model.ErrRequestReuse},
	{"not_found", http.StatusNotFound, model.ErrNotFound},
	{"low_space", http.StatusInsufficientStorage, model.ErrLowSpace},
	{"disk_full", http.StatusInsufficientStorage, model.ErrFull},
	{"closed", http.StatusServiceUnavailable, model.ErrClosed},
	{"gone", http.StatusServiceUnavailable, model.ErrGone},
	{"events_missing", http.StatusServiceUnavailable, model.ErrAhead},
	{"no_store", http.StatusServiceUnavailable, model.ErrNoStore},
	{"no_keyset", http.StatusServiceUnavailable, model.ErrNoKeyset},
	{"not_a_store", http.StatusServiceUnavailable, model.ErrDirectory},
	{"exists", http.StatusConflict, model.ErrExists},
	{"timed_out", http.StatusServiceUnavailable, context.DeadlineExceeded},
	{"canceled", http.StatusServiceUnavailable, context.Canceled},
}

// Codes lists every code there is.
func Codes() []string {
	out := []string{CodeNoPath, CodeNoMethod, CodeSlowDown, CodeInternal}
	for _, c := range codes {
		out = append(out, c.name)
	}
	return out
}

// ProblemOf is the form of an error. What it does not know is a failure of the store.
func ProblemOf(err error) Problem {
	p := Problem{Detail: err.Error()}
	p.members(err)
	for _, c := range codes {
		if c.err != nil && errors.Is(err, c.err) || c.err == nil && p.has(c.name) {
			p.add(c)
		}
	}
	if p.Code == "" {
		p.Code, p.Status = CodeInternal, http.StatusInternalServerError
	}
	p.Title = http.StatusText(p.Status)
	return p
}

func (p *Problem) add(c code) {
	if p.Code == "" {
		p.Code, p.Status = c.name, c.status
		return
	}
	p.Also = append(p.Also, c.name)
}

// members fills in what errors of the types there are know.
func (p *Problem) members(err error) {
	if e := as[*InputError](err); e != nil {
		p.Input = &Input{e.Input, e.Reason}
	}
	if e := as[*model.TextError](err); e != nil {
		p.Text = &Text{e.What, e.Reason}
	}
	if e := as[*model.RuleError](err); e != nil {
		p.Rule = e.Reason
	}
	if e := as[*model.RefusedError](err); e != nil {
		p.Refused = &Refusal{Action(e.Action), e.Reason}
	}
	if e := as[*model.ConflictError](err); e != nil {
		p.Conflict = &Conflict{e.What, e.By, RecordOf(e.Now, Names{})}
	}
	if e := as[*model.UnknownUserError](err); e != nil {
		p.Stranger = &Stranger{e.Account, e.Organization, append([]string{}, e.Admins...), e.Deactivated}
	}
	if e := as[*model.DamageError](err); e != nil {
		p.Damage = &Damage{e.What, e.Next}
	}
	if e := as[*model.LockedError](err); e != nil {
		p.Locked = &Locked{e.Path, e.PID, e.User, e.Since, e.Terminal}
	}
}

func as[T error](err error) (found T) {
	errors.As(err, &found)
	return found
}

func (p *Problem) has(name string) bool { return p.typed(name) != nil }

// typed is the error of a type that the problem carries under a code.
func (p *Problem) typed(name string) error {
	switch {
	case name == CodeInput && p.Input != nil:
		return &InputError{p.Input.Name, p.Input.Reason}
	case name == CodeText && p.Text != nil:
		return &model.TextError{What: p.Text.What, Reason: p.Text.Reason}
	case name == CodeRule && p.Rule != "":
		return &model.RuleError{Reason: p.Rule}
	case name == CodeRefused && p.Refused != nil:
		return &model.RefusedError{Action: model.Action(p.Refused.Action), Reason: p.Refused.Reason}
	case name == CodeConflict && p.Conflict != nil:
		now, err := p.Conflict.Now.Model()
		if err != nil {
			return nil
		}
		return &model.ConflictError{What: p.Conflict.What, By: p.Conflict.By, Now: now}
	case name == CodeStranger && p.Stranger != nil:
		s := p.Stranger
		return &model.UnknownUserError{Account: s.Account, Organization: s.Organization, Admins: s.Admins, Deactivated: s.Deactivated}
	case name == CodeDamage && p.Damage != nil:
		return &model.DamageError{What: p.Damage.What, Next: p.Damage.Next}
	case name == CodeLocked && p.Locked != nil:
		l := p.Locked
		return &model.LockedError{Path: l.Path, PID: l.PID, User: l.User, Since: l.Since, Terminal: l.Terminal}
	}
	return nil
}

// Err is the error that the problem was made of, as far as it is one of those that cross:
// with the same text, and the same under errors.Is and errors.As.
func (p *Problem) Err() error {
	var causes []error
	for _, name := range append([]string{p.Code}, p.Also...) {
		for _, c := range codes {
			if c.name != name {
				continue
			}
			err := c.err
			if err == nil {
				err = p.typed(name)
			}
			if err != nil {
				causes = append(causes, err)
			}
		}
	}
	if len(causes) == 1 && causes[0].Error() == p.Detail {
		return causes[0]
	}
	return &Error{p.Detail, causes}
}

// Error is an error from the other end that says more than the errors it is made of.
type Error struct {
	text   string
	causes []error
}

func (e *Error) Error() string { return e.text }

// Unwrap gives what it is made of.
func (e *Error) Unwrap() []error { return e.causes }
