package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditByCommand keeps a head elsewhere, and verifies: a good history, one that was
// cut, one that was written to, and none.
func TestAuditByCommand(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	kept := filepath.Join(dir, "kept")
	step := func(want int, says string, args ...string) string {
		t.Helper()
		out, errs, code := command(t, env, args...)
		if code != want || !strings.Contains(out+errs, says) {
			t.Fatalf("%v: exit code %d, want %d and %q:\n%s%s", args, code, want, says, out, errs)
		}
		return out
	}
	if err := os.WriteFile(filepath.Join(dir, ".config/jeton/config.toml"), []byte("[audit]\nanchor = \"~/anchor\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, 80, 24, env, jeton(t))
	c.until("No agent tokens yet")
	c.press("n")
	c.until("Created agent token 1")
	c.press(enter)
	step(0, "not compared", "audit", "verify") // beside an open store
	c.press("q")
	c.wait()
	head := step(0, "jeton/", "audit", "head")
	if err := os.WriteFile(kept, []byte(head+"\n"+head), 0o600); err != nil {
		t.Fatal(err)
	}
	key := step(0, "jeton/", "audit", "key")
	if origin, _, _ := strings.Cut(head, "\n"); !strings.HasPrefix(key, origin+"+") {
		t.Errorf("the key %q is not of the log %q", key, origin)
	}
	step(0, "State is what the events came to", "audit", "verify")
	step(0, "2 are of this history", "audit", "verify", "--since", kept)
	step(0, "are of this history", "audit", "verify", "--since", filepath.Join(dir, "anchor"))
	step(3, "", "audit", "verify", "--since", filepath.Join(dir, "nowhere"))
	for _, wrong := range []string{"more", "--more"} { // 2 says that it is cut short
		step(3, "cannot be read", "audit", "verify", wrong)
	}
	step(3, "unknown flag", "audit", "verify", "--nonsense")
	step(3, "no organization here", "audit", "verify", "--store", filepath.Join(dir, "nothing"))

	public := filepath.Join(dir, "public")
	export := filepath.Join(dir, "export")
	for _, args := range [][]string{{"export"}, {"export", "--user", "ana"}, {"prove", "2"}, {"export", "--since", "2026-01-01", "--action", "CREATE_AGENT_TOKEN"}} {
		out := step(0, `"head"`, append([]string{"audit"}, args...)...)
		if err := os.WriteFile(export, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(public, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
		step(0, "the history", "audit", "check", export, "--key", public)
		if err := os.WriteFile(export, []byte(strings.Replace(out, `"outcome":"done"`, `"outcome":"gone"`, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		step(1, "not what was recorded", "audit", "check", export, "--key", public)
	}
	step(0, "create an agent token", "audit", "list", "--token", "1")
	if out, _, _ := command(t, env, "audit", "list"); strings.Contains(out, "null") {
		t.Errorf("what runs without a terminal came from one:\n%s", out)
	}
	step(1, "there is no event 99", "audit", "prove", "99")
	step(2, "takes one argument", "audit", "prove")
	step(2, "is no time", "audit", "list", "--since", "yesterday")
	step(2, "shows them as \"action\"; see jeton audit export --help", "audit", "export", "--action", "X")
	step(2, "--user needs a value", "audit", "export", "--user", "")
	step(2, "--since needs a value", "audit", "list", "--since=")

	segments, err := filepath.Glob(filepath.Join(dir, ".local/share/jeton/journal/*.segment"))
	if err != nil || len(segments) != 1 {
		t.Fatalf("%v (%v)", segments, err)
	}
	text, err := os.ReadFile(segments[0])
	if err != nil {
		t.Fatal(err)
	}
	end := len(strings.TrimRight(string(text), "\x00"))
	flipped := append([]byte(nil), text...)
	flipped[end-20] ^= 1
	if err := os.WriteFile(segments[0], flipped, 0o600); err != nil {
		t.Fatal(err)
	}
	step(1, "tampered with at event", "audit", "verify")
	if err := os.WriteFile(segments[0], text[:8192], 0o600); err != nil {
		t.Fatal(err)
	}
	step(2, "cut short at event 1", "audit", "verify")
}

// TestAFullOutputIsSaidOnce: what ended a list and ends its last writing, too, is one error.
func TestAFullOutputIsSaidOnce(t *testing.T) {
	full := errors.New("no space left")
	read := func(out *bufio.Writer) error {
		for range 5000 {
			if _, err := out.WriteString("event"); err != nil {
				return fmt.Errorf("event 49: %w", err)
			}
		}
		return nil
	}
	out := bufio.NewWriter(fullWriter{full})
	if err := flushed(read(out), out); err == nil || err.Error() != "event 49: no space left" {
		t.Errorf("said %v", err)
	}
	damage := errors.New("event 3 is damaged")
	out = bufio.NewWriter(fullWriter{full})
	_, _ = out.WriteString("event") // fits
	if err := flushed(damage, out); !errors.Is(err, damage) || !errors.Is(err, full) {
		t.Errorf("said %v", err)
	}
	if err := flushed(damage, bufio.NewWriter(io.Discard)); !errors.Is(err, damage) {
		t.Errorf("said %v", err)
	}
}

type fullWriter struct{ err error }

func (w fullWriter) Write([]byte) (int, error) { return 0, w.err }
