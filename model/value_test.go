package model_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"jeton/model"
)

var valueForm = regexp.MustCompile(`^jt[aus]_[0-9A-Za-z]{49}$`)

func TestNewValueForm(t *testing.T) {
	r, seen := seeded(6), map[model.Secret]bool{}
	for range 2000 {
		for kind, prefix := range map[model.TokenKind]string{model.AgentToken: "jta_", model.UserToken: "jtu_", model.ServiceToken: "jts_"} {
			s := newValue(t, kind, r)
			if !valueForm.MatchString(s.Expose()) || !strings.HasPrefix(s.Expose(), prefix) {
				t.Fatalf("%s has the form %q", kind, s.Expose())
			}
			if got, err := model.ParseValue(s.Expose()); err != nil || got != kind {
				t.Fatalf("parses as %v, %v", got, err)
			}
			if seen[s] {
				t.Fatal("the same value twice")
			}
			seen[s] = true
		}
	}
}

// TestKnownValue pins the format: values given out must be good in later versions too.
func TestKnownValue(t *testing.T) {
	const zeros = "jta_0000000000000000000000000000000000000000000"
	s := newValue(t, model.AgentToken, bytes.NewReader(make([]byte, 64)))
	if body, sum := s.Expose()[:47], s.Expose()[47:]; body != zeros || sum != "3dDq0q" {
		t.Errorf("zero randomness gives %s and checksum %s", body, sum)
	}
}

func TestNewValueSkipsWhatWouldFavour(t *testing.T) {
	// Bytes of 248 and more are skipped, so that a block of them costs another read.
	blocks := append(bytes.Repeat([]byte{248, 255}, 32), bytes.Repeat([]byte{61, 247}, 32)...)
	s := newValue(t, model.UserToken, bytes.NewReader(blocks))
	if got := s.Expose()[4:47]; got != strings.Repeat("z", 43) {
		t.Errorf("body is %s", got)
	}
}

func TestNewValueNeedsRandomness(t *testing.T) {
	broken := errors.New("no entropy")
	for _, r := range []io.Reader{bytes.NewReader(nil), bytes.NewReader(make([]byte, 20)), io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{255}, 64)), errReader{broken})} {
		s, err := model.NewValue(model.AgentToken, r)
		if err == nil || !s.Empty() {
			t.Errorf("made a value of too little randomness: %v", err)
		}
	}
	if _, err := model.NewValue(model.AgentToken, errReader{broken}); !errors.Is(err, broken) {
		t.Errorf("%v does not wrap its cause", err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// TestNewValueIsUniform: chi-square over 62 characters; with 61 degrees of freedom 120 is
// passed by chance less than once in 100,000. Taking bytes modulo 62 gives more than 900
// here: the first eight characters would come a quarter too often.
func TestNewValueIsUniform(t *testing.T) {
	const values, limit = 4000, 120.0
	r, fair, biased := seeded(7), map[byte]float64{}, map[byte]float64{}
	for range values {
		for _, c := range []byte(newValue(t, model.AgentToken, r).Expose()[4:47]) {
			fair[c]++
		}
		var raw [43]byte
		if _, err := io.ReadFull(r, raw[:]); err != nil {
			t.Fatal(err)
		}
		for _, b := range raw {
			biased[b%62]++
		}
	}
	chi := func(counts map[byte]float64) float64 {
		sum, want := 0.0, values*43/62.0
		for _, n := range counts {
			sum += (n - want) * (n - want) / want
		}
		return sum
	}
	if got := chi(fair); len(fair) != 62 || got > limit {
		t.Errorf("chi-square is %.1f over %d characters, more than %.0f", got, len(fair), limit)
	}
	if got := chi(biased); got < 5*limit {
		t.Errorf("the test cannot tell bias: chi-square of a biased choice is %.1f", got)
	}
}

// parseErrors are the four messages of ParseValue. Only a length differs in them, so they
// show nothing of any value.
var parseErrors = regexp.MustCompile(`^not a token value: (it has \d+ characters, a token has 53|it starts with none of jta_, jtu_ and jts_|` +
	`it has a character other than 0-9, A-Z and a-z|its checksum is wrong, a character is missing or mistyped)$`)

func mustNotParse(t *testing.T, what, changed string) {
	t.Helper()
	kind, err := model.ParseValue(changed)
	if !errors.Is(err, model.ErrNotAToken) || kind != 0 {
		t.Fatalf("%s: kind %d, error %v", what, kind, err)
	}
	if !parseErrors.MatchString(err.Error()) {
		t.Fatalf("%s: the error %q could show the value", what, err)
	}
}

func TestParseValueRefusesEveryChangedCharacter(t *testing.T) {
	for seed := range int64(3) {
		for _, kind := range []model.TokenKind{model.AgentToken, model.UserToken} {
			value := newValue(t, kind, seeded(8+seed)).Expose()
			for i := range len(value) {
				for c := range 256 {
					if byte(c) != value[i] {
						changed := value[:i] + string([]byte{byte(c)}) + value[i+1:]
						mustNotParse(t, fmt.Sprintf("byte %d to %#x", i, c), changed)
					}
				}
			}
		}
	}
}

func TestParseValueRefusesTranspositions(t *testing.T) {
	r, tried := seeded(20), 0
	for range 2000 {
		value := newValue(t, model.AgentToken, r).Expose()
		for i := range len(value) - 1 {
			if value[i] != value[i+1] {
				swapped := value[:i] + string([]byte{value[i+1], value[i]}) + value[i+2:]
				mustNotParse(t, fmt.Sprintf("bytes %d and %d swapped", i, i+1), swapped)
				tried++
			}
		}
	}
	if tried < 90_000 {
		t.Errorf("only %d were tried", tried)
	}
}

func TestParseValueRefusesWrongForms(t *testing.T) {
	value := newValue(t, model.AgentToken, seeded(21)).Expose()
	table := map[string]string{
		"empty": "", "space": " ", "one short": value[:52], "first missing": value[1:], "one long": value + "0",
		"newline at the end": value + "\n", "space before": " " + value, "newline instead": value[:52] + "\n",
		"other prefix": "jts_" + value[4:], "upper prefix": "JTA_" + value[4:], "no underscore": "jta-" + value[4:],
		"lower": strings.ToLower(value), "twice": value + value, "wide digit": value[:50] + "０", "null": value[:10] + "\x00" + value[11:],
		"other kind": "jtu_" + value[4:], "a bearer": "Bearer " + value, "very long": strings.Repeat(value, 1000),
	}
	for name, changed := range table {
		mustNotParse(t, name, changed)
		if _, err := model.ParseValue(changed); err != nil {
			if part, found := leaks(err.Error(), value); found {
				t.Errorf("%s: the error shows %s", name, part)
			}
		}
	}
}

// summed is the text with the checksum it would have as the beginning of a value, worked
// out a second way.
func summed(body string) string {
	n, digits := big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), ""
	for range 6 {
		var d big.Int
		n.DivMod(n, big.NewInt(62), &d)
		digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[d.Int64():][:1] + digits
	}
	return body + digits
}

// FuzzParseValue gives any text as a value, as it is and with a checksum that is right: it
// is taken only if form and checksum are, and a refusal shows nothing of it.
func FuzzParseValue(f *testing.F) {
	f.Add("")
	f.Add(newValue(f, model.AgentToken, seeded(22)).Expose())
	f.Add(newValue(f, model.UserToken, seeded(23)).Expose())
	f.Add("jta_" + strings.Repeat("0", 49))
	f.Add("jtu_" + strings.Repeat("\xff", 49))
	f.Add("jts_" + strings.Repeat("a", 43))
	f.Fuzz(func(t *testing.T, text string) {
		for _, value := range []string{text, summed(text), summed(text[:min(len(text), 47)])} {
			kind, err := model.ParseValue(value)
			if good := valueForm.MatchString(value) && summed(value[:47]) == value; good != (err == nil) {
				t.Fatalf("%q: %v", value, err)
			}
			if err != nil {
				if kind != 0 || !errors.Is(err, model.ErrNotAToken) || !parseErrors.MatchString(err.Error()) {
					t.Fatalf("kind %d, error %q", kind, err)
				}
				continue
			}
			if want := map[string]model.TokenKind{"jta_": model.AgentToken, "jtu_": model.UserToken, "jts_": model.ServiceToken}[value[:4]]; kind != want {
				t.Fatalf("kind is %v", kind)
			}
			if s := model.SecretOf(value); s.Expose() != value || s.LastFour() != value[len(value)-4:] {
				t.Fatal("it is not kept as it is")
			}
		}
	})
}

func TestHoldsValue(t *testing.T) {
	for _, k := range model.Kinds() {
		value := newValue(t, k, seeded(7)).Expose()
		for _, text := range []string{value, "x " + value, value + "x", "jtjt" + value, "jta_" + value, "ö" + value + "\n"} {
			if !model.HoldsValue(text) {
				t.Errorf("%.4s… is not found", text)
			}
		}
		for _, text := range []string{"", "jta_", value[1:], value[:model.ValueLen-1], value[:20] + "-" + value[20:]} {
			if model.HoldsValue(text) {
				t.Errorf("%.4s… is found in what holds none", text)
			}
		}
	}
}
