package wire

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Strict reads a body into a pointer to one of the forms. Members that the form does not
// have, that come twice, that are missing or of another type are refused as an
// [*InputError], which names the member and never repeats what it held.
func Strict(raw []byte, into any) error {
	if err := strict(raw, reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return &InputError{"body", "it is not the JSON that is wanted"}
	}
	return nil
}

func wrong(at, reason string) error {
	if at == "" {
		at = "body"
	}
	return &InputError{at, reason}
}

// strict compares one value with the type it is for.
func strict(raw []byte, t reflect.Type, at string) error {
	if !json.Valid(raw) {
		return wrong(at, "it is not JSON")
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	raw = bytes.TrimSpace(raw)
	plain := !reflect.PointerTo(t).Implements(unmarshaler) && !reflect.PointerTo(t).Implements(textUnmarshaler)
	switch {
	case bytes.Equal(raw, null) && t != reflect.TypeFor[Name]():
		return wrong(at, "it is null: leave it out instead")
	case plain && t.Kind() == reflect.Struct:
		return strictObject(raw, t, at)
	case plain && t.Kind() == reflect.Slice:
		return strictList(raw, t, at)
	}
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if errors.As(err, &mistyped) && !plain {
		return wrong(at, "it is not text") // though it may be a number here
	}
	if errors.As(err, &mistyped) {
		return wrong(at, "it is not "+kindOf(t))
	}
	if err != nil {
		return wrong(at, err.Error())
	}
	return nil
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprintf("a whole number of at most %d bits", t.Bits())
	}
	return "text"
}

func strictObject(raw []byte, t reflect.Type, at string) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return wrong(at, "it is not an object")
	}
	known, seen := members(t), map[string]bool{}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return wrong(at, "it is not JSON")
		}
		i := slices.IndexFunc(known, func(m member) bool { return m.name == name })
		if i < 0 {
			return wrong(at, "it has a member that is not taken here"+listed(known))
		}
		if seen[name] {
			return wrong(under(at, name), "it is given twice")
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return wrong(at, "it is not JSON")
		}
		if err := strict(value, known[i].of, under(at, name)); err != nil {
			return err
		}
	}
	for _, m := range known {
		if !m.optional && !seen[m.name] {
			return wrong(under(at, m.name), "it is missing")
		}
	}
	return nil
}

func strictList(raw []byte, t reflect.Type, at string) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return wrong(at, "it is not a list")
	}
	for n := 0; d.More(); n++ {
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return wrong(at, "it is not JSON")
		}
		if err := strict(value, t.Elem(), fmt.Sprintf("%s[%d]", at, n)); err != nil {
			return err
		}
	}
	return nil
}

func under(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// member is a member of a form.
type member struct {
	name     string
	of       reflect.Type
	optional bool
}

func members(t reflect.Type) (out []member) {
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("json")
		if !ok || f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		out = append(out, member{name, f.Type, strings.Contains(options, "omitempty") || f.Tag.Get("asked") == "optional"})
	}
	return out
}

func listed(all []member) string {
	if len(all) == 0 {
		return ": send none, or no body"
	}
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.name
	}
	return "; there are: " + strings.Join(names, ", ")
}
