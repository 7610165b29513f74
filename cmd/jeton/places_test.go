package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlacesThatCannotBe has every refusal of a place name what was typed, and what to do.
func TestPlacesThatCannotBe(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.WriteFile(at("file"), nil, 0o600), os.Mkdir(at("directory"), 0o700)); err != nil {
		t.Fatal(err)
	}
	create := []string{"init", "--organization", "other", "--login", "ben"}
	fill := []string{"demo", "--fill", "4"}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{append(create, "--store", at("file")), []string{at("file"), "is a file", "choose another"}},
		{append(create, "--store", "/proc/foo"), []string{"/proc/foo", "choose another"}},
		{append(create, "--store", at("s1"), "--keyset", "/proc/ks"), []string{"/proc/ks", "choose another place with --keyset"}},
		{append(create, "--store", at("s1"), "--keyset", at("directory")), []string{at("directory") + " is a directory", "--keyset"}},
		{append(create, "--store", at("s1"), "--keyset", at("file")), []string{at("file"), "damaged", "choose another place with --keyset"}},
		{append(create, "--store", at("s1"), "--keyset", at("s1/keyset")), []string{at("s1/keyset"), "kept in the store", "--keyset"}},
		{append(create, "--store", at("s1"), "--keyset", at("s1")), []string{at("s1"), "kept in the store", "--keyset"}},
		{append(create, "--store", at("s1"), "--deployment", ""), []string{"deployment name not kept"}},
		{append(fill, "--store", at(".local/share/jeton")), []string{at(".local/share/jeton"), "jeton --store", "choose another directory"}},
		{[]string{"demo", "--fill", "abc"}, []string{"--fill", `"abc"`, "give a number"}},
	} {
		_, errs, code := command(t, env, c.args...)
		if code == 0 || strings.Count(errs, "\n") != 1 || strings.Contains(errs, ".new-") || strings.Contains(errs, "strconv") {
			t.Errorf("%q: exit code %d, said %q", c.args, code, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(errs, want) {
				t.Errorf("%q: said %q, without %q", c.args, errs, want)
			}
		}
		if _, err := os.Lstat(at("s1")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q left something: %v", c.args, err)
		}
	}
}

func TestInitTakesAnEmptyDirectory(t *testing.T) {
	env := home(t)
	dir := filepath.Join(strings.TrimPrefix(env[0], "HOME="), "e")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := command(t, env, "init", "--organization", "acme", "--login", "ana", "--store", dir); code != 0 || errs != "" {
		t.Errorf("exit code %d, said %q", code, errs)
	}
}

// TestScreensSayWhatCannotBeOpened looks at the places that are wrong when the screens open.
func TestScreensSayWhatCannotBeOpened(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	other := append(home(t), "JETON_STORE="+filepath.Join(dir, "s2"), "JETON_KEYSET="+filepath.Join(dir, "k2"))
	if _, errs, code := command(t, other, "init", "--organization", "other", "--login", "ben"); code != 0 {
		t.Fatal(errs)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ args, want []string }{
		"no keyset":    {[]string{"--keyset", dir + "/gone"}, []string{"The keyset is missing", dir + "/gone"}},
		"its keyset":   {[]string{"--keyset", dir + "/k2"}, []string{"/k2 is that of", "another store", "--keyset"}},
		"a directory":  {[]string{"--keyset", dir}, []string{"directory; name the file with --keyset"}},
		"no directory": {[]string{"--store", dir + "/file"}, []string{dir + "/file", "it is a file", "--store"}},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := start(t, 200, 30, env, jeton(t), c.args...)
			c2.until(c.want...)
		})
	}
}

func TestKeysetTrouble(t *testing.T) {
	err := keysetTrouble("/k", fmt.Errorf("read keyset: %w", &fs.PathError{Op: "open", Path: "/k", Err: fs.ErrPermission}))
	if err == nil || !strings.Contains(err.Error(), "/k: permission denied") || !strings.Contains(err.Error(), "--keyset") {
		t.Errorf("unreadable: %v", err)
	}
	if err := keysetTrouble("/k", nil); err != nil {
		t.Errorf("no trouble: %v", err)
	}
}
