package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandsBesideTheScreens: what a command does shows on the screens that have the store
// open, and every command says the same as with the store to itself.
func TestCommandsBesideTheScreens(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent", "--description", "before")
	s.run(0, "", "token", "create", "--user")
	s.run(0, "", "user", "add", "ben", "--role", "prod=editor")
	shown, _ := s.run(0, "", "token", "reveal", "1")
	look := [][]string{{"token", "list"}, {"token", "list", "--all", "--json"}, {"token", "list", "--filter", "BEFORE", "--json"}, {"token", "show", "1", "2", "--json"},
		{"user", "list"}, {"user", "list", "--json"}, {"deployment", "list", "--json"}, {"setting", "list", "--json"}, {"service", "list"}, {"token", "check", "--last-four", lastFour(t, s, "2"), "--json"}}
	var alone []string
	for _, args := range look {
		out, _ := s.run(0, "", args...)
		alone = append(alone, out)
	}
	fails := [][]string{{"token", "show", "99"}, {"token", "describe", "1", "a\u202e"}, {"user", "add", "ana"}, {"user", "roles", "ana", "--org-admin", "off"}, {"deployment", "add", "a b"}}
	type ending struct {
		errs string
		code int
	}
	var failed []ending
	for _, args := range fails {
		_, errs, code := command(t, s.env, args...)
		failed = append(failed, ending{errs, code})
	}
	c := start(t, 100, 30, s.env, jeton(t))
	c.until("before")
	for i, args := range look {
		if out, _ := s.run(0, "", args...); out != alone[i] {
			t.Errorf("%q prints\n%sand alone\n%s", args, out, alone[i])
		}
	}
	for i, args := range fails {
		if _, errs, code := command(t, s.env, args...); (ending{errs, code}) != failed[i] {
			t.Errorf("%q ends with %d and %q, and alone with %d and %q", args, code, errs, failed[i].code, failed[i].errs)
		}
	}
	s.run(0, "described", "token", "describe", "1", "beside")
	c.until("beside")
	if out, _, code := commandGiven(t, s.env, shown, "token", "check", "--deployment", "prod"); code != 0 || !strings.Contains(out, "deployment prod: allowed") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if again, _ := s.run(0, "", "token", "reveal", "1"); again != shown {
		t.Error("another value was revealed")
	}
	s.run(0, "revoked", "token", "revoke", "1", "--yes")
	c.gone("beside")
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d", code)
	}
}

// TestLongListsBesideTheScreens reads lists of several pages, whole and each token once.
func TestLongListsBesideTheScreens(t *testing.T) {
	env := home(t)
	at := filepath.Join(strings.TrimPrefix(env[0], "HOME="), "filled")
	of := []string{"--store", at, "--keyset", at + ".keyset"}
	s := steps{t, env}
	s.run(0, "", "demo", "--fill", "5000", "--store", at)
	var alone []string
	lists := [][]string{{"--all", "--revoked"}, {"--json"}, {"--all", "--json", "--limit", "2345"}, {"--json", "--filter", "re"}, {"--json", "--filter", "re", "--limit", "7"}}
	for _, more := range lists {
		out, _ := s.run(0, "", append(append([]string{"token", "list"}, more...), of...)...)
		alone = append(alone, out)
	}
	if n := strings.Count(alone[0], "\n"); n != 5001 {
		t.Errorf("%d lines", n)
	}
	seen := map[string]bool{}
	for _, line := range strings.Split(alone[2], "\n") {
		id, _, _ := strings.Cut(line, ",")
		if seen[id] && line != "" {
			t.Errorf("%s is listed twice", id)
		}
		seen[id] = true
	}
	if n := strings.Count(alone[2], "\n"); n != 2345 {
		t.Errorf("%d lines, want 2345", n)
	}
	if n := strings.Count(alone[4], "\n"); n != 7 || !strings.HasPrefix(alone[3], alone[4]) {
		t.Errorf("%d lines, want the first 7 of those found", n)
	}
	c := start(t, 100, 30, env, jeton(t), of...)
	c.until("1 of ")
	for i, more := range lists {
		if out, _ := s.run(0, "", append(append([]string{"token", "list"}, more...), of...)...); out != alone[i] {
			t.Errorf("%q prints %d bytes, and alone %d", more, len(out), len(alone[i]))
		}
	}
	c.press("q")
	c.wait()
}
