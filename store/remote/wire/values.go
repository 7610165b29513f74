// Package wire is what crosses between a jeton that has a store open and whoever asks it,
// over a socket or HTTP: the routes, the JSON forms of what is asked and answered, and
// errors. Server, client and the OpenAPI document read the same tables, so they cannot
// disagree.
//
// The forms are for people and scripts as well. Numbers are JSON numbers under names that
// end in "id"; beside them, under the plain name, stands what people call the thing, for
// reading only: "owner": "ana", "owner_id": 3. Times are RFC 3339 in UTC with milliseconds,
// null for never. Words stand for kinds, roles and the like; a number in quotes stands for
// one that has no word. Only the answer to a reveal has a secret in it.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"jeton/model"
)

// Time is a moment: RFC 3339 in UTC with milliseconds, null for never.
type Time model.Time

const timeForm = "2006-01-02T15:04:05.000Z07:00"

var null = []byte("null")

// MarshalJSON writes the moment.
func (t Time) MarshalJSON() ([]byte, error) {
	return appendTime(make([]byte, 0, len(timeForm)+2), t), nil
}

// UnmarshalJSON reads a moment.
func (t *Time) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, null) {
		*t = 0
		return nil
	}
	if len(raw) < 2 || raw[0] != '"' {
		return &json.UnmarshalTypeError{Value: "what is there", Type: reflect.TypeFor[string]()}
	}
	at, err := time.Parse(time.RFC3339, string(raw[1:len(raw)-1])) // a time has nothing that JSON escapes
	if err != nil {
		return fmt.Errorf("a time is written like 2026-03-01T12:00:00.000Z")
	}
	*t = Time(model.TimeOf(at))
	return nil
}

// Name is what people call something, null where there is nothing to name.
type Name string

// MarshalJSON writes the name.
func (n Name) MarshalJSON() ([]byte, error) {
	if n == "" {
		return null, nil
	}
	return quoted(string(n))
}

// quoted is a text in JSON.
func quoted(s string) ([]byte, error) {
	return appendText(make([]byte, 0, len(s)+2), s), nil
}

// Value is a token's value. It is written and read as it is.
type Value struct{ model.Secret }

// MarshalJSON writes the value: the answer to a reveal is where it leaves.
func (v Value) MarshalJSON() ([]byte, error) { return quoted(v.Expose()) }

// AppendJSON appends the value.
func (v Value) AppendJSON(b []byte) []byte { return appendText(b, v.Expose()) }

// UnmarshalJSON reads the value.
func (v *Value) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	v.Secret = model.SecretOf(text)
	return nil
}

// marshal is json.Marshal without escaping what only HTML needs escaped.
func marshal(v any) ([]byte, error) {
	out, err := Append(nil, v)
	return bytes.TrimSuffix(out, []byte("\n")), err
}

// words are what the values of a type are called.
type words[T ~uint8] map[T]string

func (w words[T]) text(v T) string {
	if s, ok := w[v]; ok {
		return s
	}
	return strconv.Itoa(int(v))
}

// value finds a word. A number stands for itself unless it has a word.
func (w words[T]) value(text string) (T, error) {
	for v, s := range w {
		if s == text {
			return v, nil
		}
	}
	if n, err := strconv.ParseUint(text, 10, 8); err == nil {
		if _, ok := w[T(n)]; !ok && strconv.FormatUint(n, 10) == text {
			return T(n), nil
		}
	}
	return 0, fmt.Errorf("it is none of %s", w)
}

// String lists the words in order of their numbers.
func (w words[T]) String() string {
	return strings.Join(w.list(), ", ")
}

func (w words[T]) list() []string {
	var numbers []T
	for v := range w {
		numbers = append(numbers, v)
	}
	slices.Sort(numbers)
	out := make([]string, len(numbers))
	for i, v := range numbers {
		out[i] = w[v]
	}
	return out
}
