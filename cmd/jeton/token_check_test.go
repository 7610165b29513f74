package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

// commandGiven runs a command with something on its standard input.
func commandGiven(t testing.TB, env []string, in string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(jeton(t), args...)
	cmd.Env = env
	cmd.Stdin = strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestCheck(t *testing.T) {
	s := steps{t, founded(t)}
	reveal := func(args ...string) string {
		out, _ := s.run(0, "", append(args, "--reveal")...)
		return out
	}
	agent := reveal("token", "create", "--agent", "--description", "runner")
	own := reveal("token", "create", "--user")
	edge := reveal("service", "create")
	s.run(0, "", "token", "permissions", "1", "--org-agent", "off", "--deployment", "prod")
	unknown := "jta_" + strings.Repeat("0", 43)
	for _, c := range []struct {
		value string
		code  int
		says  string
		args  []string
	}{
		{agent, 0, "Token        good\n", nil},
		{strings.TrimSpace(agent), 0, "Description  runner\n", nil},
		{strings.TrimSpace(agent) + "\r\n", 0, "Number       1\n", nil},
		{agent, 0, "At           deployment prod: allowed\nBecause      its permissions name prod\n", []string{"--deployment", "PROD"}},
		{agent, 1, "At           deployment staging: not allowed\nBecause      its permissions do not name staging\n", []string{"--deployment", "staging"}},
		{agent, 1, "do not name branch deployments", []string{"--branch-deployment", "fix/this"}},
		{agent, 1, "there is no deployment nowhere", []string{"--deployment", "nowhere"}},
		{own, 0, "its owner is an Organization Admin", []string{"--branch-deployment", "fix/this"}},
		{edge, 1, "Token      a service credential\n", nil},
		{agent + "\n", 1, "not a token value", nil},
		{"hello", 1, "not a token value: it has 5 characters", nil},
		{"hello", 1, "not a token value: it has 5 characters", []string{"--offline"}},
		{agent, 0, "agent token; whether there is such a one was not asked", []string{"--offline"}},
		{"", 2, "there is no value", nil},
		{strings.Repeat("x", 10_000), 2, "more than 4096 bytes", nil},
		{unknown, 1, "not a token value", nil},
		{agent, 2, "--deployment and --offline", []string{"--offline", "--deployment", "prod"}},
		{agent, 2, "--deployment and --branch-deployment", []string{"--deployment", "a", "--branch-deployment", "b"}},
		{agent, 2, "--deployment needs a value", []string{"--deployment", ""}},
		{agent, 2, "comes from standard input", []string{strings.TrimSpace(agent)}},
		{"", 2, "more would spell a value out", []string{"--last-four", strings.TrimSpace(agent)[40:]}},
		{"", 2, "64 hexadecimal digits", []string{"--sha256", "00"}},
		{"", 1, "no token that you may list", []string{"--sha256", strings.Repeat("0f", 32)}},
	} {
		out, errs, code := commandGiven(t, s.env, c.value, append([]string{"token", "check"}, c.args...)...)
		if code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("check %q of %d characters: exit code %d, want %d and %q:\n%s%s", c.args, len(c.value), code, c.code, c.says, out, errs)
		}
		if value.MatchString(out + errs) {
			t.Errorf("check %q printed a value", c.args)
		}
	}
	sum := sha256.Sum256([]byte(strings.TrimSpace(own)))
	for _, args := range [][]string{{"--sha256", hex.EncodeToString(sum[:])}, {"--last-four", strings.TrimSpace(own)[model.ValueLen-4:]}} {
		if out, _, code := commandGiven(t, s.env, "", append([]string{"token", "check", "--json"}, args...)...); code != 0 || !strings.HasPrefix(out, `{"id":2,"kind":"user"`) {
			t.Errorf("%q found %q, exit code %d", args[0], out, code)
		}
	}
	s.run(0, "", "token", "revoke", "1", "--yes")
	out, _, code := commandGiven(t, s.env, agent, "token", "check", "--json", "--deployment", "prod")
	if want := `{"standing":"revoked","allowed":false,"owner":null,"deployment":"prod","role":"none","rule":"revoked","token":{"id":1,`; code != 1 || !strings.HasPrefix(out, want) {
		t.Errorf("exit code %d, printed %s", code, out)
	}
	if events, _ := s.run(0, "", "audit", "list"); strings.Contains(events, "check") {
		t.Errorf("a check is in the history:\n%s", events)
	}
}

// TestCheckThatCannotTell: no answer has another code than the answer no.
func TestCheckThatCannotTell(t *testing.T) {
	env := home(t)
	good, err := model.NewValue(model.AgentToken, bytes.NewReader(make([]byte, 64)))
	if err != nil {
		t.Fatal(err)
	}
	if _, errs, code := commandGiven(t, env, good.Expose(), "token", "check"); code != 3 || !strings.Contains(errs, "no organization here") {
		t.Errorf("without a store: exit code %d, said %q", code, errs)
	}
	if err := os.Mkdir(filepath.Join(strings.TrimPrefix(env[0], "HOME="), ".config"), 0o700); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(strings.TrimPrefix(env[0], "HOME="), "bad.toml")
	if err := os.WriteFile(bad, []byte("theme = 3"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := commandGiven(t, env, good.Expose(), "token", "check", "--config", bad); code != exitUndecided {
		t.Errorf("with a configuration that cannot be read: exit code %d, said %q", code, errs)
	}
	if _, errs, code := commandGiven(t, env, good.Expose(), "token", "check", "--offline"); code != 0 {
		t.Errorf("offline: exit code %d, said %q", code, errs)
	}
}

// TestCheckAsksUnseen types a value where a person is asked for it.
func TestCheckAsksUnseen(t *testing.T) {
	s := steps{t, founded(t)}
	shown, _ := s.run(0, "", "token", "create", "--agent", "--reveal")
	c := start(t, 100, 24, s.env, jeton(t), "token", "check")
	c.until("Value of the token, not shown:")
	c.write(strings.TrimSpace(shown) + "\r")
	c.until("Token      good", "Reaches    Org Agent")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d, said %q", code, c.stderr.String())
	}
	c.spilled(strings.TrimSpace(shown))
}
