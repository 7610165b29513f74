package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jeton/store"
	"jeton/store/seal"
	"jeton/store/storetest"
)

// TestCommandsAtOnce: each has its turn, and none is lost.
func TestCommandsAtOnce(t *testing.T) {
	s := steps{t, founded(t)}
	const each = 4
	var wait sync.WaitGroup
	for range each {
		wait.Go(func() {
			if _, errs, code := command(t, s.env, "token", "create", "--agent"); code != 0 && code != exitUnavailable {
				t.Errorf("exit code %d, said %q", code, errs)
			}
		})
	}
	wait.Wait()
	list, _ := s.run(0, "", "token", "list", "--json")
	events, _ := s.run(0, "", "audit", "list", "--action", "CREATE_AGENT_TOKEN")
	if n := strings.Count(list, "\n"); n == 0 || n != strings.Count(events, "\n") {
		t.Errorf("%d tokens are there, and the history has\n%s", n, events)
	}
}

// TestTextFromPeopleIsHarmless keeps what the rules let nobody keep, and prints it.
func TestTextFromPeopleIsHarmless(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent")
	s.run(0, "", "token", "create", "--agent", "--description", "データ基盤")
	dir := strings.TrimPrefix(s.env[0], "HOME=")
	k, err := seal.Load(filepath.Join(dir, ".config/jeton/keyset"))
	if err != nil {
		t.Fatal(err)
	}
	evil := "a\x1b]52;c;aGk=\a\u202e\u009b2J\r\nb\xff"
	o := store.Options{Dir: filepath.Join(dir, ".local/share/jeton"), Keyset: k}
	if err := storetest.Describe(context.Background(), o, 1, evil); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"list", "--json"}, {"show", "1"}, {"show", "1", "--json"}, {"permissions", "1", "--org-agent", "off"},
		{"check", "--last-four", lastFour(t, s, "1")}, {"revoke", "1", "--yes", "--json"}} {
		out, errs := s.run(0, "", append([]string{"token"}, args...)...)
		if strings.Contains(args[0], "permissions") {
			continue // says nothing of the description
		}
		if !printable(strings.ReplaceAll(out, "\n", "")) || strings.Count(out, "\n") > 12 || errs != "" {
			t.Errorf("%q printed %q and %q", args, out, errs)
		}
		if !strings.Contains(out, "52;c;aGk=") {
			t.Errorf("%q left out what is not drawn: %q", args, out)
		}
	}
	s.run(0, `\u30c7`, "token", "show", "2", "--ascii")
	c := start(t, 100, 24, append(s.env, "LC_ALL=C"), jeton(t), "token", "show", "2")
	c.until(`\u30c7`) // the terminal does not read UTF-8
	if code := c.wait(); code != 0 {
		t.Error(code)
	}
}

// lastFour finds how the value of a token ends.
func lastFour(t *testing.T, s steps, number string) string {
	t.Helper()
	out, _ := s.run(0, "", "token", "show", number, "--json")
	_, rest, found := strings.Cut(out, `"last_four":"`)
	if !found || len(rest) < 4 {
		t.Fatal(out)
	}
	return rest[:4]
}

// TestNobodyReadsTheOutput: the store is closed in order, and nothing is said of it.
func TestNobodyReadsTheOutput(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	for _, args := range [][]string{{"token", "list"}, {"token", "list", "--json"}, {"token", "show", "1"}, {"user", "list"}} {
		if errs, code := commandInto(t, write, s.env, args...); code != 141 || errs != "" {
			t.Errorf("%q: exit code %d, said %q", args, code, errs)
		}
	}
	if errs, code := commandInto(t, write, s.env, "token", "create", "--agent", "--reveal"); code != 1 || !strings.Contains(errs, "agent token 2, ending in") {
		t.Errorf("a token that is there is not said to be: exit code %d, said %q", code, errs)
	}
	s.run(0, "State is what the events came to", "audit", "verify")
}

// TestDamageIsSaidBesideLists: a list that may lack what was damaged says so, once, and is no
// error.
func TestDamageIsSaidBesideLists(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent")
	files, err := filepath.Glob(filepath.Join(strings.TrimPrefix(s.env[0], "HOME="), ".local/share/jeton/journal/*.segment"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	b[len(bytes.TrimRight(b, "\x00"))-9] ^= 1 // of the newest event
	if err := os.WriteFile(files[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"show", "1", "--json"}, {"revoke", "1", "--yes"}} {
		out, errs := s.run(0, "", append([]string{"token"}, args...)...)
		if out == "" || strings.Count(errs, "damaged") != 1 || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q printed %q and %q", args, out, errs)
		}
	}
	if _, errs := s.run(exitDamaged, "", "token", "reveal", "1"); strings.Contains(errs, "listed") {
		t.Errorf("said twice: %q", errs)
	}
}

// TestNotAskingOpensOnce: who does not ask has the store once, from looking to doing.
func TestNotAskingOpensOnce(t *testing.T) {
	env := founded(t)
	p := &program{std: streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}, getenv: func(name string) string {
		if name == "HOME" {
			return strings.TrimPrefix(env[0], "HOME=")
		}
		return ""
	}}
	did := false
	err := afterAsking(context.Background(), p, []string{"it"}, true, func(looked *office, _ string) (doable, error) {
		return doable{do: func(_ context.Context, o *office) error {
			did = o == looked
			return nil
		}}, nil
	})
	if err != nil || !did {
		t.Errorf("done in the store it was looked at in: %v (%v)", did, err)
	}
}
