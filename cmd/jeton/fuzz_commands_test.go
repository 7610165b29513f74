package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// commandLines are seeds: an argument a line. VALUE stands for the value of token 1.
var commandLines = []string{
	"token\nlist\n--all\n--revoked\n--json", "token\nlist\n--user\nana\n--limit\n2", "token\nlist\n--filter\nstaging x", "token\nlist\n--user=VALUE",
	"token\ncreate\n--agent\n--description\nstaging runner", "token\ncreate\n--user\n--json", "token\ncreate\n--agent\n--output-file\nvalue",
	"token\nshow\n1\n2\n--json", "token\nshow\nVALUE", "token\nshow\n99999999999999999999", "token\nreveal\n1\n--output-file\nvalue",
	"token\ndescribe\n1\n\x1b]52;c;aGk=\a", "token\ndescribe\n1\nVALUE\nVALUE", "token\npermissions\n1\n--org-agent\noff\n--deployment\nprod\n--all-branch-deployments=on",
	"token\npermissions\n2\n--no-deployment", "token\nrevoke\n2\n3\n--yes", "token\nrevoke\n1", "token\ncheck\n--deployment\nprod", "token\ncheck\n--offline\n--json",
	"token\ncheck\n--last-four\nVALUE", "token\ncheck\n--sha256\nVALUE", "token\ncheck\nVALUE", "token\n--VALUE", "token\n-VALUE", "token\n-\x91", "token\nlist\n--limit=VALUE",
	"user\nlist\n--json", "user\nadd\nben\n--name\nBen\n--role\nprod=editor\n--account\n4711", "user\nroles\nben\n--role\nprod=none\n--org-admin=on",
	"user\nrename\nben\nbenjamin\n--name\n", "user\naccounts\nben\n--bind\nVALUE\n--unbind\n4711", "user\ndeactivate\nben\n--yes", "user\nreactivate\nben\nVALUE",
	"deployment\nlist\n--removed", "deployment\nadd\nVALUE", "deployment\nrename\nprod\nprod2", "deployment\nremove\nstaging\n--yes",
	"setting\nlist\n--json", "setting\nset\nprivate-user-tokens\non", "setting\nset\norganization\nVALUE", "setting\nset\nVALUE\nVALUE",
	"service\ncreate\n--reveal", "service\nlist", "service\nshow\n1", "service\nrevoke\n2\n--yes", "completion\nVALUE", "help\ntoken\nVALUE", "help\nexit-codes",
}

// FuzzCommandLine runs any command line on a store: each ends with a code that is documented,
// a failure is said in words that a terminal only draws, nothing panics, and no value is
// repeated that was not asked for.
func FuzzCommandLine(f *testing.F) {
	for _, text := range commandLines {
		f.Add(text, "VALUE\n")
	}
	env := map[string]string{"HOME": f.TempDir(), "LANG": "C.UTF-8"}
	if _, errs, code := lineWith(f, env, "", "init", "--organization", "acme", "--deployment", "prod", "--deployment", "staging", "--login", "ana"); code != 0 {
		f.Fatal(errs)
	}
	shown, errs, code := lineWith(f, env, "", "token", "create", "--agent", "--reveal")
	if code != 0 {
		f.Fatal(errs)
	}
	secret := strings.TrimSpace(shown)
	marks := newValueMarks(secret)
	f.Fuzz(func(t *testing.T, text, in string) {
		args := strings.Split(strings.ReplaceAll(text, "VALUE", secret), "\n")
		if !slices.Contains([]string{"token", "user", "deployment", "setting", "service", "completion", "help"}, args[0]) || strings.Contains(text, "/") {
			t.Skip("other commands write to places that are given")
		}
		t.Chdir(env["HOME"]) // files with values go there
		out, errs, code := lineWith(t, env, strings.ReplaceAll(in, "VALUE", secret), args...)
		if code < 0 || code > exitUndecided || strings.Contains(errs, "mistake in jeton") {
			t.Fatalf("%q ended with %d: %s", args, code, errs)
		}
		if !printable(strings.ReplaceAll(errs, "\n", "")) || strings.Count(errs, "\n") > len(args)+2 {
			t.Fatalf("%q said %q", args, errs)
		}
		asked := strings.Contains(text, "VALUE") || slices.Contains(args, "reveal") || strings.Contains(text, "--reveal")
		if what := marks.in(errs); what != "" || !asked && marks.in(out) != "" {
			t.Fatalf("%q repeats a value: %s", args, what)
		}
		if code > exitFailed && errs == "" {
			t.Fatalf("%q ended with %d and not a word", args, code)
		}
	})
}

// lineWith runs a command line in this process, with something on its standard input.
func lineWith(t testing.TB, env map[string]string, in string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	dir := t.TempDir()
	var files [3]*os.File
	for i, name := range []string{"in", "out", "err"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	if _, err := files[0].WriteString(in); err != nil {
		t.Fatal(err)
	}
	if _, err := files[0].Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	code = run(args, func(name string) string { return env[name] }, streams{files[0], files[1], files[2]})
	var texts [2]string
	for i, f := range files[1:] {
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	return texts[0], texts[1], code
}

// valueMarks are the parts of a value that count as having been repeated.
type valueMarks []string

const markLength = 12 // the last four are shown everywhere

func newValueMarks(secret string) (marks valueMarks) {
	for i := 0; i+markLength <= model.ValueLen; i++ {
		marks = append(marks, secret[i:i+markLength])
	}
	return marks
}

func (m valueMarks) in(text string) string {
	for _, mark := range m {
		if strings.Contains(text, mark) {
			return "some of it"
		}
	}
	return ""
}
