package wire

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"jeton/model"
)

// InputError tells which input of a request is refused and why. It never repeats it.
type InputError struct {
	Input  string // "limit", "body", "permissions.deployment_ids"
	Reason string
}

func (e *InputError) Error() string { return fmt.Sprintf("%s not understood: %s", e.Input, e.Reason) }

// Query is the question part of a request, taken apart one parameter after the other.
type Query struct {
	values url.Values
	known  []string
	err    error
}

// ParseQuery takes a raw query.
func ParseQuery(raw string) *Query {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return &Query{err: &InputError{"query", "it is not key=value pairs joined by &, percent-encoded"}}
	}
	return &Query{values: values}
}

// Err is what was wrong first, or that something is there that nobody asked about.
func (q *Query) Err() error {
	if q.err != nil {
		return q.err
	}
	for key := range q.values {
		if !slices.Contains(q.known, key) {
			if len(q.known) == 0 {
				return &InputError{"query", "this takes no parameters"}
			}
			slices.Sort(q.known)
			return &InputError{"query", "it has a parameter that is not taken here; there are: " + strings.Join(q.known, ", ")}
		}
	}
	return nil
}

func (q *Query) refuse(key, reason string) {
	if q.err == nil {
		q.err = &InputError{key, reason}
	}
}

// one returns a parameter that may be given once.
func (q *Query) one(key string) (string, bool) {
	q.known = append(q.known, key)
	switch v := q.values[key]; len(v) {
	case 0:
		return "", false
	case 1:
		return v[0], true
	}
	q.refuse(key, "it is given more than once")
	return "", false
}

// number is a whole number from lo to hi.
func (q *Query) number(key string, byDefault, lo, hi int64) int64 {
	text, ok := q.one(key)
	if !ok {
		return byDefault
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < lo || n > hi || strconv.FormatInt(n, 10) != text {
		q.refuse(key, fmt.Sprintf("it is no whole number from %d to %d", lo, hi))
	}
	return n
}

func (q *Query) unsigned(key string, bits int) uint64 {
	text, ok := q.one(key)
	if !ok {
		return 0
	}
	n, err := ParseNumber(text, bits)
	if err != nil {
		q.refuse(key, err.Error())
	}
	return n
}

// ParseNumber reads a number as this package writes it.
func ParseNumber(text string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0, fmt.Errorf("it is no whole number of at most %d bits", bits)
	}
	return n, nil
}

func (q *Query) yes(key string) bool {
	text, ok := q.one(key)
	if ok && text != "true" && text != "false" {
		q.refuse(key, "it is neither true nor false")
	}
	return text == "true"
}

func word[T ~uint8](q *Query, key string, w words[T]) (v T) {
	text, ok := q.one(key)
	if !ok {
		return 0
	}
	v, err := w.value(text)
	if err != nil {
		q.refuse(key, err.Error())
	}
	return v
}

// farAway bounds offsets.
const farAway = 1 << 53

// TokenQuery reads which list is meant.
func (q *Query) TokenQuery() model.TokenQuery {
	if len(q.values["kind"]) == 0 {
		q.refuse("kind", "it is missing: say which list, "+strings.Join(kinds.list(), ", "))
	}
	out := model.TokenQuery{Kind: word(q, "kind", kinds), Owner: model.UserID(q.unsigned("owner", 32)), Revoked: q.yes("revoked"),
		Deployment: model.DeploymentID(q.unsigned("deployment", 32)), Sort: word(q, "sort", sorts)}
	out.Filter, _ = q.one("filter")
	return out
}

// TokenQueryOf writes which list is meant.
func TokenQueryOf(t model.TokenQuery) url.Values {
	v := url.Values{}
	v.Set("kind", kinds.text(t.Kind))
	set(v, "owner", uint64(t.Owner))
	set(v, "deployment", uint64(t.Deployment))
	if t.Revoked {
		v.Set("revoked", "true")
	}
	if t.Sort != model.NewestFirst {
		v.Set("sort", sorts.text(t.Sort))
	}
	if t.Filter != "" {
		v.Set("filter", t.Filter)
	}
	return v
}

func set(v url.Values, key string, n uint64) {
	if n != 0 {
		v.Set(key, strconv.FormatUint(n, 10))
	}
}

// usualLimit is how many rows are answered when nothing else is asked for.
const usualLimit = 100

// Window reads which part of a list is meant.
func (q *Query) Window() model.Window {
	return model.Window{Offset: int(q.number("offset", 0, -farAway, farAway)), Limit: int(q.number("limit", usualLimit, 0, MaxRows)),
		Anchor: model.TokenID(q.unsigned("anchor", 64))}
}

// WindowInto writes which part of a list is meant.
func WindowInto(v url.Values, w model.Window) {
	v.Set("offset", strconv.Itoa(max(-farAway, min(w.Offset, farAway))))
	v.Set("limit", strconv.Itoa(max(0, min(w.Limit, MaxRows))))
	set(v, "anchor", uint64(w.Anchor))
}

// After reads where a step goes on.
func (q *Query) After() model.TokenID { return model.TokenID(q.unsigned("after", 64)) }

// AfterInto writes where a step goes on.
func AfterInto(v url.Values, after model.TokenID) { set(v, "after", uint64(after)) }

// IDs reads numbers of tokens.
func (q *Query) IDs() []model.TokenID {
	q.known = append(q.known, "id")
	out := make([]model.TokenID, 0, len(q.values["id"]))
	for _, text := range q.values["id"] {
		n, err := ParseNumber(text, 64)
		if err != nil {
			q.refuse("id", err.Error())
		}
		out = append(out, model.TokenID(n))
	}
	return out
}

// IDsOf writes numbers of tokens.
func IDsOf(ids []model.TokenID) url.Values {
	v := url.Values{}
	for _, id := range ids {
		v.Add("id", id.String())
	}
	return v
}

// EventQuery reads which events are meant.
func (q *Query) EventQuery() model.EventQuery {
	out := model.EventQuery{Before: q.unsigned("before", 64), Limit: int(q.number("limit", usualLimit, 1, MaxRows)),
		Actor: model.UserID(q.unsigned("actor", 32)), Outcome: word(q, "outcome", outcomes),
		Target: model.Target{Kind: word(q, "target", targets), ID: q.unsigned("target_id", 64)}}
	out.Filter, _ = q.one("filter")
	return out
}

// EventQueryOf writes which events are meant.
func EventQueryOf(e model.EventQuery) url.Values {
	v := url.Values{}
	v.Set("limit", strconv.Itoa(max(1, min(e.Limit, MaxRows))))
	set(v, "before", e.Before)
	set(v, "actor", uint64(e.Actor))
	set(v, "target_id", e.Target.ID)
	if e.Outcome != 0 {
		v.Set("outcome", outcomes.text(e.Outcome))
	}
	if e.Target.Kind != 0 {
		v.Set("target", targets.text(e.Target.Kind))
	}
	if e.Filter != "" {
		v.Set("filter", e.Filter)
	}
	return v
}
