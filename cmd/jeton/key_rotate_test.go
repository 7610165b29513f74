package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

// TestRotateByCommand rotates a wrapped keyset, asked for its passphrase once, and lets an
// auditor who knows the first public key alone follow.
func TestRotateByCommand(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	at := func(name string) string { return filepath.Join(dir, name) }
	step := func(want int, says string, args ...string) string {
		t.Helper()
		out, errs, code := command(t, env, args...)
		if code != want || !strings.Contains(out+errs, says) {
			t.Fatalf("%v: exit code %d, want %d and %q:\n%s%s", args, code, want, says, out, errs)
		}
		return out
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keyset := at(".config/jeton/keyset")
	inStore(t, dir, model.CreateToken{Kind: model.AgentToken})
	write(".config/jeton/config.toml", "[audit]\nanchor = \"~/anchor\"\n")
	write("first", step(0, "jeton/", "audit", "key"))
	step(0, "", "key", "export", at("old"))

	open := start(t, 80, 24, env, jeton(t))
	open.until("Agent tokens 1")
	step(6, "open in another jeton", "key", "rotate")
	open.press("q")
	open.wait()

	step(0, "wrapping key 2, signing key 2, lookup key 1", "key", "rotate")
	step(0, "wrapping key 3, signing key 3, lookup key 2", "key", "rotate", "--lookup", "--retire")
	step(0, "State is what the events came to", "audit", "verify", "--since", at("anchor"))
	step(1, "give a newer copy", "backup", at("backup"), "--keyset", at("old"))
	step(0, "rotate the keyset", "audit", "list")
	refused := start(t, 100, 24, env, jeton(t), "--keyset", at("old"))
	refused.until("not the newest copy")
	refused.press("q")
	refused.wait()
	anchored, err := os.ReadFile(at("anchor"))
	if err != nil || strings.Count(string(anchored), "\nnext-key ") < 2 {
		t.Errorf("the anchor has %q, %v", anchored, err)
	}

	write("export", step(0, `"head"`, "audit", "export"))
	write("announced", step(0, "next-key", "audit", "key", "--announced"))
	step(1, "signed by no key given", "audit", "check", at("export"), "--key", at("first"))
	step(0, "all 4 events", "audit", "check", at("export"), "--key", at("first"), "--announced", at("announced"))
	write("forged", strings.Replace(step(0, "", "audit", "key", "--announced"), "next-key jeton/", "next-key jeton/0", 1))
	step(1, "head 1", "audit", "check", at("export"), "--key", at("first"), "--announced", at("forged"))

	const phrase = "correct horse"
	talk := func(says string, typed []string, args ...string) {
		t.Helper()
		c := start(t, 100, 24, env, jeton(t), args...)
		for i := 0; i < len(typed); i += 2 {
			c.until(typed[i])
			c.press(typed[i+1] + enter)
		}
		c.until(says)
		c.wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		if shown := c.all.String(); strings.Contains(shown, phrase) || strings.Count(shown, "Passphrase of the keyset") > 1 {
			t.Errorf("%v shows %q", args, shown)
		}
	}
	talk("is wrapped by", []string{"New passphrase", phrase, "The same again", phrase}, "key", "passphrase")
	talk("wrapping key 4", []string{"Passphrase of the keyset", phrase}, "key", "rotate")
	if text, err := os.ReadFile(keyset); err != nil || !strings.Contains(string(text), "AGE ENCRYPTED FILE") {
		t.Errorf("the keyset is not wrapped any more: %v", err)
	}
}
