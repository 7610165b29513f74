package model_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"jeton/model"
)

func TestCleanName(t *testing.T) {
	for _, what := range []string{"organization", "name"} {
		for _, tt := range []struct {
			in, want  string
			empty, ok bool
		}{
			{"acme", "acme", false, true}, {"  Ana Maria  ", "Ana Maria", true, true}, {"", "", true, true}, {" ", "", true, true}, {"", "", false, false},
			{" \u3000", "", false, false}, {strings.Repeat("é", 64), strings.Repeat("é", 64), false, true}, {strings.Repeat("é", 65), "", false, false},
			{"a\u202eb", "", true, false}, {"a\xff", "", true, false},
		} {
			got, err := model.CleanName(what, tt.in, tt.empty)
			var refused *model.TextError
			if got != tt.want || (err == nil) != tt.ok || err != nil && (!errors.As(err, &refused) || refused.What != what) {
				t.Errorf("%s %+q, empty allowed %t: %q, %v", what, tt.in, tt.empty, got, err)
			}
		}
	}
}

func TestCleanIdentifiers(t *testing.T) {
	both := map[string]bool{
		"a": true, "0": true, "ana": true, "prod-eu": true, "a.b_c-d": true, "a--": true, "9lives": true, strings.Repeat("a", 64): true,
		strings.Repeat("a", 65): false, "": false, "  ": false, "-a": false, ".a": false, "_a": false, "a b": false, "a/b": false, "a\\b": false, "../x": false,
		"a\x00b": false, "a\nb": false, "á": false, "añb": false, "ａ": false, "а": false, "K": false, "a\u200bb": false, "a\xffb": false, "\xff": false, "a:b": false,
		"a'b": false, "a$b": false, "@a": false, "+a": false,
	}
	tables := map[string]struct {
		clean func(string) (string, error)
		also  map[string]bool
	}{
		"login":           {model.CleanLogin, map[string]bool{"ana@acme.com": true, "ci+prod@x": true, "Ana": false, "aNa": false}},
		"deployment name": {model.CleanDeploymentName, map[string]bool{"Prod": true, "STAGING": true, "a@b": false, "a+b": false}},
	}
	for what, table := range tables {
		for _, cases := range []map[string]bool{both, table.also} {
			for in, want := range cases {
				if what == "deployment name" && in == "K" {
					continue // a capital letter, allowed there
				}
				checkIdentifier(t, what, table.clean, in, want)
				checkIdentifier(t, what, table.clean, " "+in+"\n", want)
			}
		}
	}
}

func checkIdentifier(t *testing.T, what string, clean func(string) (string, error), in string, want bool) {
	t.Helper()
	got, err := clean(in)
	if want {
		if err != nil || got != strings.TrimSpace(in) {
			t.Errorf("%s %+q became %+q, %v", what, in, got, err)
		}
		return
	}
	var refused *model.TextError
	if !errors.As(err, &refused) || got != "" || refused.What != what {
		t.Errorf("%s %+q: %+q, %v; want a *TextError", what, in, got, err)
		return
	}
	for _, r := range err.Error() {
		if r < ' ' || r > '~' {
			t.Errorf("%s %+q: the error contains %U", what, in, r)
		}
	}
}

// identifierForm is what logins and names of deployments look like, whatever was typed.
var identifierForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._@+-]{0,63}$`)

// FuzzNames gives any text as each kind of name. What is kept stays as it is when cleaned
// again, and has the form of its kind; what is refused is not repeated raw.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"acme", "Ana Maria", "ana@acme.com", "prod-eu", " a ", "", "á", "a\u202eb", "a\x1b[31m", "\xff", strings.Repeat("é", 65), "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for what, clean := range map[string]func(string) (string, error){
			"name":            func(s string) (string, error) { return model.CleanName("name", s, true) },
			"organization":    func(s string) (string, error) { return model.CleanName("organization", s, false) },
			"login":           model.CleanLogin,
			"deployment name": model.CleanDeploymentName,
		} {
			got, err := clean(s)
			if err != nil {
				var refused *model.TextError
				if got != "" || !errors.As(err, &refused) || refused.What != what || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Fatalf("%s %+q: %+q, %+q", what, s, got, err)
				}
				continue
			}
			if again, err := clean(got); err != nil || again != got {
				t.Fatalf("%s %+q became %+q, and that %+q (%v)", what, s, got, again, err)
			}
			if utf8.RuneCountInString(got) > model.MaxName || got == "" && what != "name" || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) {
				t.Fatalf("%s %+q became %+q", what, s, got)
			}
			if (what == "login" || what == "deployment name") && (!identifierForm.MatchString(got) || got != strings.TrimSpace(s)) {
				t.Fatalf("%s %+q became %+q", what, s, got)
			}
			if what == "login" && model.FoldName(got) != got {
				t.Fatalf("the login %q has two forms", got)
			}
		}
	})
}

// FuzzFilter looks for any text in any other: what is found lies on whole characters of
// the text, and who types what is there finds it.
func FuzzFilter(f *testing.F) {
	f.Add("bätch 夜間", "データ基盤チームの夜間 BÄTCH")
	f.Add("ß \xff", "STRASSE \xff\xfe")
	f.Add("ı", "İIi")
	f.Fuzz(func(t *testing.T, typed, text string) {
		filter := model.NewFilter(typed)
		spans, last := filter.Spans(text), 0
		for _, s := range spans {
			if s.Start < last || s.End <= s.Start || s.End > len(text) || !utf8.RuneStart(text[s.Start]) && utf8.ValidString(text) {
				t.Fatalf("%+q in %+q: %v", typed, text, spans)
			}
			last = s.End
		}
		if match := filter.Match(text); match != naiveMatch(typed, []string{text}) && utf8.ValidString(typed) && utf8.ValidString(text) || match && !filter.Empty() && len(spans) == 0 {
			t.Fatalf("%+q in %+q: %t, at %v", typed, text, match, spans)
		}
		if clean, err := model.CleanDescription(text); err == nil && !model.NewFilter(clean).Match(clean) {
			t.Fatalf("%+q is not in itself", clean)
		}
	})
}
