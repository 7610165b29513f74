package model_test

import (
	"errors"
	"strings"
	"testing"

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
