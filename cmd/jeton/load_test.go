package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jeton/store/sample"
)

// loading runs a load for a few changes, ends it by a signal, and returns what it said.
func loading(t *testing.T, env []string, args ...string) []sample.Line {
	t.Helper()
	cmd := exec.Command(jeton(t), append([]string{"demo", "--load", "3"}, args...)...)
	cmd.Env = env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer stop.Stop()
	var lines []sample.Line
	for d := json.NewDecoder(out); ; {
		var l sample.Line
		if err := d.Decode(&l); err != nil {
			break // the end
		}
		if lines = append(lines, l); len(lines) == 200 {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil || errs.Len() > 0 {
		t.Fatalf("ended with %v: %s", err, errs.String())
	}
	return lines
}

// TestLoadSaysWhatItDoes has every change said twice, and goes on in the same store.
func TestLoadSaysWhatItDoes(t *testing.T) {
	env := home(t)
	dir := filepath.Join(t.TempDir(), "store")
	for range 2 {
		lines := loading(t, env, "--store", dir)
		if len(lines) < 200 || lines[0].Says != "opened" {
			t.Fatalf("%d lines, the first is %+v", len(lines), lines[:min(1, len(lines))])
		}
		asked, actions := map[string]bool{}, map[string]int{}
		for _, l := range lines[1:] {
			switch l.Says {
			case "asks":
				asked[l.Request] = true
			case "done":
				if !asked[l.Request] || l.Event == 0 && l.Action != "reveal" || l.Token == 0 {
					t.Fatalf("answered %+v", l)
				}
				delete(asked, l.Request)
				actions[l.Action]++
			default:
				t.Fatalf("said %+v", l)
			}
		}
		if len(asked) != 0 || len(actions) != 5 {
			t.Errorf("%d changes were not answered before the end in order; the others were %v", len(asked), actions)
		}
	}
	if out, errs, code := command(t, env, "audit", "verify", "--store", dir, "--keyset", dir+".keyset"); code != 0 {
		t.Errorf("audit verify ends with %d: %s%s", code, out, errs)
	}
}

// TestLoadLeavesPeopleAlone refuses a store that demo did not make, and one it cannot tell.
func TestLoadLeavesPeopleAlone(t *testing.T) {
	env := home(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	own := filepath.Join(dir, "own")
	if _, errs, code := command(t, env, "init", "--organization", "acme", "--login", "ana", "--store", own, "--keyset", own+".keyset"); code != 0 {
		t.Fatal(errs)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ store, want string }{
		{own, "an organization of people"},
		{dir, "not a directory of jeton's"},
		{filepath.Join(dir, "file"), "not a directory of jeton's"},
	} {
		out, errs, code := command(t, env, "demo", "--load", "2", "--store", c.store)
		if code != 1 || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, said %q and %q", c.store, code, out, errs)
		}
	}
	out, errs, code := command(t, env, "audit", "list", "--store", own, "--keyset", own+".keyset")
	if code != 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("the history of people has more than its first event: %s%s", out, errs)
	}
}
