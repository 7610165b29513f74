package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// everyCommand calls f with each command there is.
func everyCommand(f func(*cobra.Command)) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		f(c)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(&program{getenv: os.Getenv}))
}

// TestManual: every command has a page, and nothing in it is read as anything but text.
func TestManual(t *testing.T) {
	dir := t.TempDir()
	if _, errs, code := line(t, nil, "man", dir); code != 0 || errs != "" {
		t.Fatalf("exit code %d, said %q", code, errs)
	}
	request := regexp.MustCompile(`^\.(TH|SH|B|TP|nf|fi|PP)\b`)
	everyCommand(func(c *cobra.Command) {
		text, err := os.ReadFile(filepath.Join(dir, pageName(c)+".1"))
		if err != nil {
			t.Error(err)
			return
		}
		for _, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			odd := strings.HasPrefix(l, "'") || strings.HasPrefix(l, ".") && !request.MatchString(l)
			if odd || l == "" || strings.Contains(strings.NewReplacer(`\-`, "", `\e`, "", `\&`, "").Replace(l), `\`) {
				t.Errorf("%s: the line %q", pageName(c), l)
			}
		}
		for _, want := range []string{".SH NAME\n", ".SH DESCRIPTION\n"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: there is no %q", pageName(c), want)
			}
		}
	})
	text, err := os.ReadFile(filepath.Join(dir, "jeton-token-revoke.1"))
	if err != nil || !strings.Contains(string(text), ".TP\n.B \\-\\-yes\ndo not ask\n") {
		t.Errorf("%s (%v)", text, err)
	}
}

// TestEveryCommandExplainsItself: in a line that is listed, and in lines that fit a terminal.
func TestEveryCommandExplainsItself(t *testing.T) {
	everyCommand(func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s says nothing of itself", c.CommandPath())
		}
		for _, l := range strings.Split(c.Long, "\n") {
			if len(l) > 105 {
				t.Errorf("%s: a line of %d characters: %s", c.CommandPath(), len(l), l)
			}
		}
	})
}

func TestCompletion(t *testing.T) {
	for _, shell := range shells {
		if out, errs, code := line(t, nil, "completion", shell); code != 0 || errs != "" || !strings.Contains(out, "jeton") {
			t.Errorf("%s: exit code %d, said %q", shell, code, errs)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"token", "re"}, "reveal\tPrint the value of a token\nrevoke\tStop a token at once and for good\n:4\n"},
		{[]string{"token", "permissions", "--org-agent", ""}, "on\noff\n:4\n"},
		{[]string{"setting", "set", ""}, "organization\nprivate-user-tokens\n:4\n"},
		{[]string{"token", "show", ""}, ":4\n"}, // and no store was opened: there is none
		{[]string{"backup", "verify", ""}, ":0\n"},
	} {
		out, _, code := line(t, map[string]string{"HOME": t.TempDir()}, append([]string{cobra.ShellCompRequestCmd}, c.args...)...)
		if code != 0 || out != c.want {
			t.Errorf("%q: exit code %d, completed %q, want %q", c.args, code, out, c.want)
		}
	}
}

// TestExitCodesAreDocumented: what help says is what scripts get.
func TestExitCodesAreDocumented(t *testing.T) {
	out, _, code := line(t, nil, "help", "exit-codes")
	if code != 0 {
		t.Fatal(code)
	}
	for _, n := range []int{0, exitFailed, exitUsage, exitNotFound, exitRefused, exitConflict, exitUnavailable, exitDamaged, exitUnknown, exitUndecided} {
		if !strings.Contains(out, "\n  "+strconv.Itoa(n)+"     ") {
			t.Errorf("code %d is not in\n%s", n, out)
		}
	}
}
