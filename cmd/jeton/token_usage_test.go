package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store"
)

// TestUsageByCommand presents values as a door does and has the commands tell of exactly that.
func TestUsageByCommand(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent", "--description", "データ基盤")
	s.run(0, "", "token", "create", "--agent", "--description", "old")
	s.run(0, "", "token", "create", "--agent")
	values, _ := s.run(0, "", "token", "reveal", "1", "2")
	one, two, _ := strings.Cut(strings.TrimSpace(values), "\n")
	prod := model.Place{Name: "prod"}
	present(t, s.env, two, prod, model.Caller{Addr: "10.2.0.99"})
	s.run(0, "", "token", "revoke", "2", "--yes")
	present(t, s.env, one, prod, model.Caller{Addr: "10.2.0.14", Agent: "runner-7", Place: prod})
	present(t, s.env, one, prod, model.Caller{Addr: "10.2.0.14", Agent: "runner-7", Place: prod})
	present(t, s.env, two, prod, model.Caller{Place: model.Place{Name: "pr-1", Branch: true}})
	present(t, s.env, two, prod, model.Caller{Addr: "10.2.0.99"})

	usage, _ := s.run(0, "", "token", "usage", "1", "3")
	want := "Number         1\n" +
		"Description    データ基盤\n" +
		"Used           2 times, last TIME; 2 times in the last hour\n" +
		"Counted since  TIME\n\n" +
		"USED  LAST HOUR  LAST USED             REFUSED  LAST REFUSED  FROM\n" +
		"   2          2  TIME  0                      runner-7 10.2.0.14 for prod\n\n" +
		"Number         3\n" +
		"Used           never\n" +
		"Counted since  TIME\n"
	if got := tidy(usage); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	s.run(0, `"token_id":1,`, "token", "usage", "1", "--json")
	s.run(3, "token 9: not found", "token", "usage", "9")
	s.run(0, "Refused        2 times, last", "token", "usage", "2")

	knocking, _ := s.run(0, "", "token", "knocking")
	lines := strings.Split(tidy(knocking), "\n")
	if len(lines) != 3 || !strings.Contains(lines[1], "     2        2  agent ") || !strings.Contains(lines[1], "10.2.0.99 for prod, and 1 more  old") {
		t.Errorf("printed\n%s", knocking)
	}
	if said, _ := s.run(0, `"refused":2,`, "token", "knocking", "--json"); !strings.Contains(said, `"last_used_at":"`) {
		t.Errorf("it was used before it was revoked: %s", said)
	}
}

// present asks about a value where the store of a home is.
func present(t *testing.T, env []string, value string, at model.Place, from model.Caller) {
	t.Helper()
	home := strings.TrimPrefix(env[0], "HOME=")
	s, err := store.Open(context.Background(), store.Options{Dir: filepath.Join(home, ".local/share/jeton"), KeysetPath: filepath.Join(home, ".config/jeton/keyset")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(context.Background(), value, at, from); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCalledFrom names callers by what is known of them.
func TestCalledFrom(t *testing.T) {
	for want, c := range map[string]model.Caller{
		"others":    {},
		"runner-7":  {Agent: "runner-7"},
		"10.2.0.14": {Addr: "10.2.0.14"},
		"for prod":  {Place: model.Place{Name: "prod"}},
		"runner-7 10.2.0.14 for branch deployment pr-1": {Agent: "runner-7", Addr: "10.2.0.14", Place: model.Place{Name: "pr-1", Branch: true}},
	} {
		if got := calledFrom(c); got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}
