package model_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"strings"
	"testing"

	"jeton/model"
)

// seeded is reproducible randomness for token values.
func seeded(n int64) io.Reader { return rand.New(rand.NewSource(n)) }

func newValue(t testing.TB, kind model.TokenKind, r io.Reader) model.Secret {
	t.Helper()
	s, err := model.NewValue(kind, r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// leaks reports a part of the value, six characters or more, that out holds as it is, in
// hexadecimal or as decimal bytes.
func leaks(out, value string) (string, bool) {
	const run = 6
	low := strings.ToLower(out)
	for i := 0; i+run <= len(value); i++ {
		part := value[i : i+run]
		decimal := strings.Trim(fmt.Sprint([]byte(part)), "[]")
		if strings.Contains(out, part) || strings.Contains(low, hex.EncodeToString([]byte(part))) || strings.Contains(out, decimal) {
			return part, true
		}
	}
	return "", false
}

func TestLeaksFindsALeak(t *testing.T) {
	value := newValue(t, model.AgentToken, seeded(1)).Expose()
	for _, out := range []string{"x" + value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value), fmt.Sprint([]byte(value)), value[20:26]} {
		if _, found := leaks(out, value); !found {
			t.Errorf("%q is a leak that was not found", out)
		}
	}
	if _, found := leaks("[redacted] "+value[:5], value); found {
		t.Error("found a leak where there is none")
	}
}

type exported struct{ Value model.Secret }

type hidden struct{ value model.Secret }

type deep struct {
	name  string
	inner *hidden
	list  []hidden
	by    map[string]hidden
	any   any
}

// secretHolders are the ways in which a program comes to hold a secret.
func secretHolders(s model.Secret) map[string]any {
	var asAny any = s
	h := hidden{s}
	return map[string]any{
		"value":            s,
		"pointer":          &s,
		"interface":        &asAny,
		"exported":         exported{s},
		"pointer exported": &exported{s},
		"hidden":           h,
		"pointer hidden":   &h,
		"deep":             deep{"n", &h, []hidden{h}, map[string]hidden{"k": h}, h},
		"slice":            []model.Secret{s},
		"array":            [1]model.Secret{s},
		"hidden slice":     []hidden{h},
		"map value":        map[string]model.Secret{"k": s},
		"map key":          map[model.Secret]int{s: 1},
		"hidden map key":   map[hidden]int{h: 1},
		"credential":       model.Credential{Token: 1, Kind: model.AgentToken, Value: s},
		"record":           []model.Record{model.Credential{Value: s}},
		"decision":         model.Decision{Records: []model.Record{model.Credential{Value: s}}},
		"case":             model.Case{Value: s},
		"function result":  func() any { return &deep{any: &h} }(),
	}
}

func TestSecretNeverPrints(t *testing.T) {
	s := newValue(t, model.AgentToken, seeded(2))
	verbs := strings.Split("v +v #v s q x X d b o O c U e g t p T w #x +q #q -20s 060d .2s", " ")
	for name, holder := range secretHolders(s) {
		for _, verb := range verbs {
			format := "%" + verb // a variable: vet would rightly object to some of these
			if part, found := leaks(fmt.Sprintf(format, holder), s.Expose()); found {
				t.Errorf("%s under %s shows %s", name, format, part)
			}
			if part, found := leaks(fmt.Errorf("wrapped: "+format, holder).Error(), s.Expose()); found {
				t.Errorf("%s in an error under %s shows %s", name, format, part)
			}
		}
		out := fmt.Sprint(holder) + fmt.Sprintln(holder) + fmt.Errorf("a: %w", fmt.Errorf("b: %v", holder)).Error()
		unused := strings.Clone("no verb") // vet would rightly object to the constant
		out += fmt.Sprintf(unused, holder) + errors.Join(fmt.Errorf("%v", holder), io.EOF).Error()
		if part, found := leaks(out, s.Expose()); found {
			t.Errorf("%s printed shows %s", name, part)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, s); got != "[redacted]" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if s.String() != "[redacted]" || s.GoString() != "[redacted]" {
		t.Errorf("String and GoString give %s and %s", s.String(), s.GoString())
	}
}

func TestSecretNeverMarshals(t *testing.T) {
	s := newValue(t, model.UserToken, seeded(3))
	for name, holder := range secretHolders(s) {
		for _, marshal := range []func(any) ([]byte, error){json.Marshal, xml.Marshal} {
			out, err := marshal(holder)
			if err != nil {
				out = []byte(err.Error())
			}
			if part, found := leaks(string(out), s.Expose()); found {
				t.Errorf("%s marshals as %s", name, part)
			}
		}
	}
	out, err := json.Marshal(map[model.Secret]exported{s: {s}})
	if want := `{"[redacted]":{"Value":"[redacted]"}}`; err != nil || string(out) != want {
		t.Errorf("JSON is %s, %v; want %s", out, err, want)
	}
	var back exported
	err = json.Unmarshal([]byte(`{"Value":"`+s.Expose()+`"}`), &back)
	if part, found := leaks(fmt.Sprint(err), s.Expose()); found || !back.Value.Empty() {
		t.Errorf("reading JSON: %s in the error, secret set: %t", part, !back.Value.Empty())
	}
}

func TestSecretNeverLogs(t *testing.T) {
	s := newValue(t, model.AgentToken, seeded(4))
	var out bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, options), slog.NewJSONHandler(&out, options)} {
		log := slog.New(h)
		for name, holder := range secretHolders(s) {
			out.Reset()
			log.Info("m", "k", holder)
			log.With("with", holder).WithGroup("g").Debug("m", slog.Group("h", slog.Any("a", holder)))
			log.Error("m", "err", fmt.Errorf("wrapped: %v", holder))
			if part, found := leaks(out.String(), s.Expose()); found {
				t.Errorf("%T logs %s as %s", h, name, part)
			}
		}
		out.Reset()
		log.Info("m", "token", s)
		if !strings.Contains(out.String(), "[redacted]") {
			t.Errorf("%T: %s", h, out.String())
		}
	}
}

func TestSecretComparesByValue(t *testing.T) {
	a, b := model.SecretOf("one two"), model.SecretOf("one "+strings.Repeat("two", 1))
	if a != b || a == model.SecretOf("one") {
		t.Error("== does not follow the value")
	}
	if a.Expose() != "one two" || a.Empty() {
		t.Errorf("holds %q", a.Expose())
	}
	var none model.Secret
	if !none.Empty() || none.Expose() != "" || none.LastFour() != "" || none != model.SecretOf("") {
		t.Error("the zero secret is not empty")
	}
}

func TestLastFour(t *testing.T) {
	value := newValue(t, model.AgentToken, seeded(5))
	if got := value.LastFour(); got != value.Expose()[model.ValueLen-4:] {
		t.Errorf("last four is %q", got)
	}
	for _, short := range []string{"", "abc", "abcd", value.Expose()[1:]} {
		if got := model.SecretOf(short).LastFour(); got != "" {
			t.Errorf("of %d characters it shows %d", len(short), len(got))
		}
	}
}
