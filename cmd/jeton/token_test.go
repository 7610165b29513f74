package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jeton/model"
)

// steps runs commands on an organization, each held against its exit code and a text.
type steps struct {
	t   *testing.T
	env []string
}

func (s steps) run(want int, says string, args ...string) (stdout, stderr string) {
	s.t.Helper()
	out, errs, code := command(s.t, s.env, args...)
	if code != want || !strings.Contains(out+errs, says) {
		s.t.Fatalf("jeton %q: exit code %d, want %d and %q:\n%s%s", args, code, want, says, out, errs)
	}
	if value.MatchString(errs) {
		s.t.Fatalf("jeton %q: a value on standard error", args)
	}
	return out, errs
}

// moments finds the times in an output.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// tidy makes an output the same on every day and with every value.
func tidy(out string) string {
	out = moments.ReplaceAllString(out, "TIME")
	out = value.ReplaceAllString(out, "VALUE")
	return regexp.MustCompile(`"last_four":"[0-9A-Za-z]{4}"`).ReplaceAllString(out, `"last_four":"FOUR"`)
}

func TestTokensByCommand(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "Created agent token 1, ending in ", "token", "create", "--agent", "--description", "staging runner, blue")
	s.run(0, "Created user token 2", "token", "create", "--user")
	s.run(0, "Created user token 3", "token", "create", "--user", "ana", "--description", "データ基盤")
	shown, said := s.run(0, "", "token", "create", "--agent", "--reveal")
	if !value.MatchString(shown) || strings.Count(shown, "\n") != 1 || !strings.Contains(said, "Created agent token 4") {
		t.Errorf("revealed %q, said %q", tidy(shown), said)
	}
	again, _ := s.run(0, "", "token", "reveal", "4", "4")
	if again != shown {
		t.Error("token 4 was revealed as something else, or twice")
	}
	list, _ := s.run(0, "", "token", "list")
	if lines := strings.Split(strings.TrimSpace(list), "\n"); len(lines) != 3 || value.MatchString(list) ||
		!strings.HasPrefix(lines[1], "     4  agent  ") || !strings.HasSuffix(lines[2], "Org Agent       staging runner, blue") {
		t.Errorf("the list is\n%s", list)
	}
	s.run(0, "データ基盤", "token", "list", "--user", "ana")
	s.run(0, "Last four", "token", "show", "1")
	s.run(0, "agent token 1: described", "token", "describe", "1", "blue")
	s.run(0, "agent token 1: nothing to change", "token", "describe", "1", "blue")
	s.run(0, "it reaches prod.", "token", "permissions", "1", "--org-agent", "off", "--deployment", "PROD")
	s.run(0, "it reaches prod, all branch deployments.", "token", "permissions", "1", "--all-branch-deployments", "on")
	s.run(0, "it reaches staging, all branch deployments.", "token", "permissions", "1", "--deployment", "staging")
	s.run(0, "it reaches all branch deployments.", "token", "permissions", "1", "--no-deployment")
	s.run(0, "it reaches nothing.", "token", "permissions", "1", "--all-branch-deployments", "off")
	s.run(0, "agent token 1: revoked", "token", "revoke", "1", "--yes")
	s.run(5, "already revoked by ana", "token", "revoke", "1", "2", "--yes")
	if list, _ = s.run(0, "", "token", "list", "--all"); strings.Contains(list, "blue") || strings.Count(list, "\n") != 3 {
		t.Errorf("tokens that work:\n%s", list)
	}
	s.run(0, "blue", "token", "list", "--all", "--revoked")
}

// TestTokensAsJSON holds the forms that scripts rely on against what is documented.
func TestTokensAsJSON(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent", "--description", "a & <b>")
	s.run(0, "", "token", "permissions", "1", "--org-agent", "off", "--deployment", "staging", "--deployment", "prod")
	s.run(0, "", "token", "create", "--user")
	s.run(0, "", "token", "revoke", "2", "--yes")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"list"}, agent1},
		{[]string{"list", "--all", "--revoked"}, agent1 + user2},
		{[]string{"list", "--all", "--revoked", "--limit", "1"}, agent1},
		{[]string{"list", "--filter", "PROD a"}, agent1},
		{[]string{"list", "--filter", "nothing like it"}, ""},
		{[]string{"show", "2", "1"}, user2 + agent1},
		{[]string{"describe", "1", "a & <b>"}, agent1},
		{[]string{"reveal", "1"}, strings.NewReplacer(`"revealed_at":null,"revealed_by":null`, `"revealed_at":"TIME","revealed_by":"ana","revealed_by_id":1`, "}\n", `,"secret":"VALUE"}`+"\n").Replace(agent1)},
	} {
		out, _ := s.run(0, "", append(append([]string{"token"}, c.args...), "--json")...)
		if tidy(out) != c.want {
			t.Errorf("jeton token %q prints\n%swant\n%s", c.args, tidy(out), c.want)
		}
	}
	out, _ := s.run(0, "", "token", "create", "--agent", "--json", "--reveal")
	var made struct {
		ID     int
		Secret string
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.ID != 3 || !value.MatchString(made.Secret) {
		t.Errorf("made %q: %v", tidy(out), err)
	}
}

const (
	agent1 = `{"id":1,"kind":"agent","description":"a & <b>","owner":null,` +
		`"permissions":{"org_agent":false,"deployments":["prod","staging"],"deployment_ids":[1,2],"all_branch_deployments":false},` +
		`"created_at":"TIME","created_by":"ana","created_by_id":1,"revoked_at":null,"revoked_by":null,"last_used_at":null,"last_four":"FOUR",` +
		`"revealed_at":null,"revealed_by":null,"revision":3,"edited_by":"ana","edited_by_id":1}` + "\n"
	user2 = `{"id":2,"kind":"user","description":"","owner":"ana","owner_id":1,"permissions":null,` +
		`"created_at":"TIME","created_by":"ana","created_by_id":1,"revoked_at":"TIME","revoked_by":"ana","revoked_by_id":1,"last_used_at":null,"last_four":"FOUR",` +
		`"revealed_at":null,"revealed_by":null,"revision":5,"edited_by":"ana","edited_by_id":1}` + "\n"
)

// TestTokenCommandsThatFail has each mistake named, with the next step and a code of its own.
func TestTokenCommandsThatFail(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent")
	s.run(0, "", "token", "create", "--user")
	there := filepath.Join(strings.TrimPrefix(s.env[0], "HOME="), "there")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := "jta_0123456789ABCDEFGHIJabcdefghijKLMNOPQRSTklmnopqrstUVW"
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{2, `jeton token has no command "nonsense"; see`, []string{"nonsense"}},
		{2, `no command "crate", did you mean create?; see`, []string{"crate"}},
		{2, "say which kind", []string{"create"}},
		{2, "--agent and --user", []string{"create", "--agent", "--user"}},
		{2, "takes no argument", []string{"create", "--agent", "ben"}},
		{2, "--reveal and --output-file", []string{"create", "--agent", "--reveal", "--output-file", "x"}},
		{2, "needs the name of a file", []string{"create", "--agent", "--output-file", ""}},
		{3, "jeton user list", []string{"create", "--user", "ben"}},
		{2, "--user has an empty login behind it", []string{"create", "--user", ""}},
		{2, "--user has an empty login behind it", []string{"list", "--user="}},
		{1, "description not kept", []string{"create", "--agent", "--description", "a\u202eb"}},
		{1, "choose a file that is not there", []string{"create", "--agent", "--output-file", there}},
		{1, "choose a file that is not there", []string{"reveal", "1", "--output-file", there}},
		{2, "--output-file takes one value", []string{"reveal", "1", "2", "--output-file", "x"}},
		{2, "needs the number", []string{"show"}},
		{2, "not the number", []string{"show", "one"}},
		{2, "not the number", []string{"show", "0"}},
		{2, "[redacted]", []string{"show", secret}},
		{2, "[redacted]", []string{"list", secret}},
		{2, "[redacted]", []string{"list", "--" + secret}},
		{3, "[redacted]", []string{"list", "--user", secret}},
		{3, "token 99: not found; jeton token list", []string{"show", "99"}},
		{3, "token 99: not found; jeton token list", []string{"reveal", "99"}},
		{2, "--limit", []string{"list", "--limit", "0"}},
		{2, "give a number in digits", []string{"list", "--limit", "many"}},
		{2, "--agent and --all", []string{"list", "--agent", "--all"}},
		{2, "needs a number and a text", []string{"describe", "1", "two", "words"}},
		{2, "say what is to change", []string{"permissions", "1"}},
		{2, "say on or off", []string{"permissions", "1", "--org-agent", "yes"}},
		{2, "--deployment and --no-deployment", []string{"permissions", "1", "--deployment", "prod", "--no-deployment"}},
		{3, `deployment "nowhere": not found; jeton deployment list`, []string{"permissions", "1", "--deployment", "nowhere"}},
		{1, "its owner's roles decide", []string{"permissions", "2", "--org-agent", "on"}},
		{2, "give --yes", []string{"revoke", "1"}},
		{3, "not found", []string{"revoke", "99", "--yes"}},
	} {
		out, errs := s.run(c.code, c.says, append([]string{"token"}, c.args...)...)
		if out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "jeton: ") {
			t.Errorf("jeton token %q: printed %q, said %q", c.args, out, errs)
		}
	}
	if list, _ := s.run(0, "", "token", "list", "--all"); strings.Count(list, "\n") != 3 {
		t.Errorf("a refused command left something:\n%s", list)
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "mine" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

// TestValuesInFiles: what is written is the value, for the user alone, and a token whose
// value could not be written is said to be there.
func TestValuesInFiles(t *testing.T) {
	s := steps{t, founded(t)}
	dir := strings.TrimPrefix(s.env[0], "HOME=")
	for n, args := range [][]string{{"create", "--agent"}, {"reveal", "1"}} {
		path := filepath.Join(dir, fmt.Sprint("value", n))
		out, _ := s.run(0, "ending in", append(append([]string{"token"}, args...), "--output-file", path)...)
		text, err := os.ReadFile(path)
		if err != nil || !value.Match(text) || len(text) != model.ValueLen+1 || value.MatchString(out) {
			t.Errorf("the file has %d bytes, %v; printed %q", len(text), err, tidy(out))
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	errs, code := commandInto(t, full, s.env, "token", "create", "--agent", "--reveal")
	if code != 1 || !strings.Contains(errs, "agent token 2, ending in") || !strings.Contains(errs, "exists, and its value was not handed out") ||
		!strings.Contains(errs, "jeton token reveal 2") {
		t.Errorf("exit code %d, said %q", code, errs)
	}
	path := filepath.Join(dir, "kept")
	errs, code = commandInto(t, full, s.env, "token", "create", "--agent", "--output-file", path)
	if text, err := os.ReadFile(path); code != 1 || !strings.Contains(errs, "exists, and its value is in "+path) || err != nil || !value.Match(text) {
		t.Errorf("exit code %d, said %q; the file has %d bytes, %v", code, errs, len(text), err)
	}
	for want, args := range map[string][]string{
		"agent token 2: revoked; that could not be printed: ":          {"token", "revoke", "2", "--yes"},
		"user ana: renamed; that could not be printed: ":               {"user", "rename", "ana", "--name", "Ana"},
		"deployment qa: added; that could not be printed: ":            {"deployment", "add", "qa"},
		"private-user-tokens = on: saved; that could not be printed: ": {"setting", "set", "private-user-tokens", "on"},
	} {
		if errs, code := commandInto(t, full, s.env, args...); code != 1 || !strings.Contains(errs, want) {
			t.Errorf("jeton %q: exit code %d, said %q", args, code, errs)
		}
	}
}

// TestRevokeAsks: the last four characters, and nothing else, revoke on a terminal.
func TestRevokeAsks(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "token", "create", "--agent", "--description", "staging runner")
	shown, _ := s.run(0, "", "token", "reveal", "1")
	four := strings.TrimSpace(shown)[model.ValueLen-4:]
	c := start(t, 100, 24, s.env, jeton(t), "token", "revoke", "1")
	c.until("Revoke agent token 1: staging runner", "It reaches Org Agent.", "Never used since it was created.", "No other agent token reaches prod, staging, branch deployments.", "This cannot be undone", "Type "+four+" to revoke:")
	s.run(0, "staging runner", "token", "list") // the store is nobody's while it asks
	c.press("n", "o", "\r")
	if code := c.wait(); code != 1 || !strings.Contains(c.stderr.String(), "agent token 1 stays as it is") {
		t.Errorf("ended with %d, said %q", code, c.stderr.String())
	}
	c = start(t, 100, 24, s.env, jeton(t), "token", "revoke", "1")
	c.until("to revoke:")
	c.press("\x03")
	if code := c.wait(); code != 130 {
		t.Errorf("ctrl+c ended with %d", code)
	}
	c = start(t, 100, 24, s.env, jeton(t), "token", "revoke", "1", "9")
	c.until("to revoke:")
	c.write(strings.ToLower(four) + "\r")
	c.until("agent token 1: revoked.")
	if code := c.wait(); code != 3 || !strings.Contains(c.stderr.String(), "token 9: not found") {
		t.Errorf("ended with %d, said %q", code, c.stderr.String())
	}
}
