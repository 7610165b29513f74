package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// inStore does something in a store of a test's home, as ana.
func inStore(t *testing.T, dir string, changes ...model.Change) {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{Dir: filepath.Join(dir, ".local/share/jeton"), KeysetPath: filepath.Join(dir, ".config/jeton/keyset")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if _, _, err := s.Change(context.Background(), model.Actor{User: 1, Source: model.Source{Door: model.DoorProgram}}, model.Request{}, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestBackupByCommand takes backups of an open and of a closed store, and verifies good
// and bad ones.
func TestBackupByCommand(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	kept := filepath.Join(dir, "kept")
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(kept, name) }
	step := func(want int, says string, args ...string) {
		t.Helper()
		out, errs, code := command(t, env, args...)
		if code != want || !strings.Contains(out+errs, says) || want != 0 && strings.Count(errs, "\n") != 1 {
			t.Fatalf("%v: exit code %d, want %d and %q:\n%s%s", args, code, want, says, out, errs)
		}
	}
	inStore(t, dir, model.CreateToken{Kind: model.AgentToken}, model.CreateToken{Kind: model.UserToken, Owner: 1})
	c := start(t, 80, 24, env, jeton(t))
	c.until("Agent tokens 1")
	step(0, "open in another jeton", "backup", at("open"))
	c.press("q")
	c.wait()
	step(0, "3 events up to", "backup", at("closed"))
	step(1, "never replaces a file", "backup", at("closed"))
	step(1, "not to standard output", "backup", "-")
	step(2, "needs the name of a file", "backup")
	step(2, "is another argument", "restore", "a", "b")
	step(3, "no organization here", "backup", at("a"), "--store", at("nothing"))

	step(0, "of acme: 1 user, 1 agent token and 1 user token", "backup", "verify", at("closed"))
	step(0, "The backup is good", "backup", "verify", at("open"), "--scratch", dir)
	good, err := os.ReadFile(at("closed"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), good...)
	flipped[len(flipped)/2] ^= 1
	_, other := seal.Create(at("other"))
	if err := errors.Join(other, os.WriteFile(at("flipped"), flipped, 0o600), os.WriteFile(at("cut"), good[:len(good)-1], 0o600),
		os.WriteFile(at("empty"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"flipped", "cut", "empty"} {
		step(1, "damaged or cut short", "backup", "verify", at(name))
		step(1, "damaged or cut short", "restore", at(name), "--store", at("new"))
	}
	step(1, "another keyset", "backup", "verify", at("closed"), "--keyset", at("other"))
	step(3, "give the file it was made with", "backup", "verify", at("closed"), "--keyset", at("nowhere"))
	step(1, "no such file", "backup", "verify", at("none"))
	if left, err := os.ReadDir(kept); err != nil || len(left) != 6 {
		t.Fatalf("left %v, %v", left, err)
	}
}

// TestRestoreByCommand restores in place of a store that went on after its backup.
func TestRestoreByCommand(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	home, file := filepath.Join(dir, ".local/share/jeton"), filepath.Join(dir, "backup")
	step := func(want int, says, warns string, args ...string) {
		t.Helper()
		out, errs, code := command(t, env, args...)
		if code != want || !strings.Contains(out, says) || !strings.Contains(errs, warns) || warns == "" && errs != "" || value.MatchString(out+errs) {
			t.Fatalf("%v: exit code %d, want %d, %q and %q:\n%s%s", args, code, want, says, warns, out, errs)
		}
	}
	inStore(t, dir, model.CreateToken{Kind: model.AgentToken, Description: "stolen"}, model.CreateToken{Kind: model.AgentToken})
	step(0, "3 events", "", "backup", file)
	inStore(t, dir, model.Revoke{Token: 1}, model.CreateToken{Kind: model.AgentToken, Description: "newer"})
	step(1, "", "rename it to jeton.before", "restore", file)
	step(0, "epoch 2", "no old store was looked at", "restore", file, "--store", filepath.Join(dir, "a"))
	step(2, "", "say where with --old", "restore", file, "--store", filepath.Join(dir, "b"), "--revoke-again")
	step(0, "agent token 3", "WORKING AGAIN:\n  agent token 1", "restore", file, "--store", filepath.Join(dir, "b"), "--old", home)
	if err := os.Rename(home, home+".before"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".config/jeton/config.toml"), []byte("[audit]\nanchor = \"~/anchor\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	step(0, "2 events are given up", "now revoked again:\n  agent token 1", "restore", file, "--revoke-again")
	if anchored, err := os.ReadFile(filepath.Join(dir, "anchor")); err != nil || !strings.Contains(string(anchored), "\nepoch 2\n") {
		t.Errorf("the anchor has %q, %v", anchored, err)
	}
	step(0, "(epoch 2)", "", "audit", "verify")
	c := start(t, 80, 24, env, jeton(t))
	c.until("Agent tokens 1")
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d", code)
	}
}
