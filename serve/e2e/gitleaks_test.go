//go:build linux

package e2e

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

// finding is one of gitleaks' report.
type finding struct {
	RuleID, Secret, File string
}

// scan runs gitleaks and returns what it found.
func scan(t *testing.T, args ...string) []finding {
	t.Helper()
	dir := t.TempDir()
	report := filepath.Join(dir, "report.json")
	args = append(args, "--no-banner", "--report-format", "json", "--report-path", report, "--exit-code", "7")
	cmd := exec.Command(filepath.Join(installed(t), "bin", "gitleaks"), args...)
	cmd.Env = environment(t, dir)
	said, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 7) {
		t.Fatalf("gitleaks: %v: %s", err, said)
	}
	raw, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("%v; gitleaks said: %s", err, said)
	}
	var found []finding
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// rules tells which rule finds values of a kind.
var rules = map[string]string{"jta_": "jeton-agent-token", "jtu_": "jeton-user-token", "jts_": "jeton-service-credential"}

func newValue(t *testing.T, kind model.TokenKind) string {
	t.Helper()
	v, err := model.NewValue(kind, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return v.Expose()
}

// plant writes a sample and returns its tokens.
func plant(t *testing.T, dir string, s sample, kind model.TokenKind, code func(string) string) (values []string) {
	t.Helper()
	var out strings.Builder
	for i, part := range strings.Split(s.text, "¤") {
		if i > 0 {
			values = append(values, newValue(t, kind))
			out.WriteString(code(values[len(values)-1]))
		}
		out.WriteString(part)
	}
	path := filepath.Join(dir, fmt.Sprintf("kind%d", kind), s.name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Dir(path), filepath.Base(path), out.String())
	return values
}

// TestGitleaks has gitleaks look through a tree of samples: it must find every token in it,
// once at least and by the right rule, and nothing else. What is not coded as a whole it must
// find without decoding, too, which can be turned off.
func TestGitleaks(t *testing.T) {
	installed(t)
	dir, where, hidden := t.TempDir(), map[string]string{}, map[string]bool{}
	for _, kind := range model.Kinds() {
		for _, s := range samples() {
			for _, v := range plant(t, dir, s, kind, func(v string) string { return v }) {
				where[v] = s.name
			}
		}
		for _, s := range coded() {
			for _, v := range plant(t, dir, s.sample, kind, s.code) {
				where[v], hidden[v] = s.name, true
			}
		}
	}
	compare(t, scan(t, "dir", "--config", shipped(t, "gitleaks.toml"), dir), where, nil)
	compare(t, scan(t, "dir", "--max-decode-depth", "0", "--config", shipped(t, "gitleaks.toml"), dir), where, hidden)
	t.Logf("%d tokens", len(where))
}

// compare fails the test unless just the tokens were found that are somewhere, those that
// need not be left out.
func compare(t *testing.T, found []finding, where map[string]string, needNot map[string]bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range found {
		if where[f.Secret] == "" {
			t.Errorf("%s: found %q, which is no token", f.File, f.Secret)
		} else if f.RuleID != rules[f.Secret[:4]] {
			t.Errorf("%s: %s was found by %s", f.File, f.Secret[:4], f.RuleID)
		}
		seen[f.Secret] = true
	}
	for v, name := range where {
		if !seen[v] && !needNot[v] {
			t.Errorf("%s: a token was not found", name)
		}
	}
}

// TestGitleaksLookAlikes has gitleaks look through what is no token, in as many ways as there are.
func TestGitleaksLookAlikes(t *testing.T) {
	installed(t)
	dir := t.TempDir()
	for _, kind := range model.Kinds() {
		for range 20 {
			for why, text := range lookAlikes(newValue(t, kind)) {
				name := filepath.Join(dir, why)
				f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
				if err != nil {
					t.Fatal(err)
				}
				_, err = fmt.Fprintf(f, "%s\ntoken=%s\n\"%s\"\n", text, text, text)
				if err := errors.Join(err, f.Close()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, f := range scan(t, "dir", "--config", shipped(t, "gitleaks.toml"), dir) {
		if !seen[f.File] {
			t.Errorf("%s: found %q", filepath.Base(f.File), f.Secret)
		}
		seen[f.File] = true
	}
}

// TestGitleaksHistory has gitleaks find a token that a later commit removed, by a
// configuration that extends the one that is shipped, as README.md says.
func TestGitleaksHistory(t *testing.T) {
	installed(t)
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=ana", "-c", "user.email=ana@x.example"}, args...)...)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, said)
		}
	}
	value := newValue(t, model.UserToken)
	git("init", "-q")
	write(t, dir, ".gitleaks.toml", fmt.Sprintf("[extend]\npath = %q\n", shipped(t, "gitleaks.toml")))
	for _, text := range []string{"token = " + value + "\n", "token = $TOKEN\n"} {
		write(t, dir, "settings", text)
		git("add", ".")
		git("commit", "-q", "-m", "settings")
	}
	if found := scan(t, "git", dir); len(found) != 1 || found[0].Secret != value {
		t.Errorf("found %d tokens, want the one that was removed", len(found))
	}
	if found := scan(t, "dir", dir); len(found) != 0 {
		t.Errorf("found %d tokens where there are none any more", len(found))
	}
}
