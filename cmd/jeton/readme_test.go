package main

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jeton/keymap"
)

var update = flag.Bool("update", false, "write the README's table of keys anew")

const (
	keysBegin = "-update -->\n"
	keysEnd   = "<!-- end of keys -->"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestREADMEHasTheKeys(t *testing.T) {
	text := readme(t)
	before, rest, found := strings.Cut(text, keysBegin)
	_, after, ended := strings.Cut(rest, keysEnd)
	if !found || !ended {
		t.Fatal("README.md has lost the comments around its table of keys")
	}
	want := before + keysBegin + "\n" + keymap.Markdown(keymap.Default()) + "\n" + keysEnd + after
	if *update {
		if err := os.WriteFile("../../README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != want {
		t.Error("README.md has other keys than the program: go test ./cmd/jeton -run README -update")
	}
}

// TestREADMEIsTrue holds every command, flag, variable and make target the README names
// against the program.
func TestREADMEIsTrue(t *testing.T) {
	text := readme(t)
	root := newRoot(&program{getenv: os.Getenv})
	root.InitDefaultHelpCmd()
	for _, m := range regexp.MustCompile("(?m)(?:^|[`(])jeton ([a-z]+)([^`\n#]*)").FindAllStringSubmatch(text, -1) {
		cmd, _, err := root.Find(append([]string{m[1]}, strings.Fields(m[2])...))
		if err != nil || cmd == root {
			t.Errorf("README.md names the command jeton %s, which there is not", m[1])
			continue
		}
		for _, flag := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(m[2], -1) {
			if cmd.Flag(flag[1]) == nil && root.PersistentFlags().Lookup(flag[1]) == nil {
				t.Errorf("README.md gives jeton %s the flag --%s, which it does not take", m[1], flag[1])
			}
		}
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)(?:^|[`])make ([a-z0-9 ]+)").FindAllStringSubmatch(text, -1) {
		for _, target := range strings.Fields(m[1]) {
			if !strings.Contains(string(makefile), "\n"+target+":") {
				t.Errorf("README.md names make %s, which there is not", target)
			}
		}
	}
	known := []string{"JETON_STORE", "JETON_KEYSET", "JETON_CONFIG", "JETON_SERVER", "JETON_TOKEN_FILE", "JETON_BENCH_TOKENS"}
	for _, name := range regexp.MustCompile(`JETON_[A-Z_]+`).FindAllString(text, -1) {
		if !slices.Contains(known, name) {
			t.Errorf("README.md names the variable %s", name)
		}
	}
}

// TestREADMEConfigurationIsTaken reads the README's example as a configuration file.
func TestREADMEConfigurationIsTaken(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "```toml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("README.md has no example of a configuration")
	}
	if _, err := parseConfig("README.md", []byte(example)); err != nil {
		t.Error(err)
	}
}

func TestMakeAloneListsEveryTarget(t *testing.T) {
	out, err := exec.Command("make", "-C", "../..", "--no-print-directory").CombinedOutput()
	if err != nil {
		t.Skipf("no make here: %v", err)
	}
	for _, target := range []string{"run", "demo", "build", "test", "race", "lint", "bench", "torture", "install", "clean"} {
		if !strings.Contains(string(out), "make "+target+" ") {
			t.Errorf("make does not list %s:\n%s", target, out)
		}
	}
}
