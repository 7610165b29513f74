package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"jeton/store/doctor"
)

// tree is every name under an environment's home, with mode, size and time.
func tree(t *testing.T, env []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(strings.TrimPrefix(env[0], "HOME="), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			out[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// diagnose runs doctor, which must write nothing.
func diagnose(t *testing.T, env []string, args ...string) (stdout string, code int) {
	t.Helper()
	before := tree(t, env)
	out, errs, code := command(t, env, append([]string{"doctor", "--allow-network-filesystem"}, args...)...)
	if errs != "" {
		t.Errorf("standard error: %s", errs)
	}
	if after := tree(t, env); !maps.Equal(before, after) {
		t.Errorf("doctor changed something:\nbefore %v\nafter  %v", before, after)
	}
	return out, code
}

func storeOf(env []string, name ...string) string {
	return filepath.Join(append([]string{strings.TrimPrefix(env[0], "HOME="), ".local", "share", "jeton"}, name...)...)
}

func TestDoctorExitCodes(t *testing.T) {
	for _, c := range []struct {
		name   string
		breaks func(env []string) error
		code   int
		want   string
	}{
		{"well", func([]string) error { return nil }, 0, "applied up to event"},
		{"missing", func(env []string) error { return os.RemoveAll(storeOf(env)) }, 0, "jeton init"},
		{"without state", func(env []string) error { return os.RemoveAll(storeOf(env, "state")) }, 0, "--repair"},
		{"open to others", func(env []string) error { return os.Chmod(storeOf(env), 0o755) }, 1, "chmod -R go= "},
		{"refused configuration", func(env []string) error {
			return os.WriteFile(filepath.Join(strings.TrimPrefix(env[0], "HOME="), ".config", "jeton", "config.toml"), []byte("theme = \"blue\"\n"), 0o600)
		}, 1, "must be one of auto, dark, light"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := founded(t)
			if err := c.breaks(env); err != nil {
				t.Fatal(err)
			}
			out, code := diagnose(t, env)
			if code != c.code || !strings.Contains(out, c.want) || strings.Contains(out, "\x1b") {
				t.Errorf("exit code %d, want %d with %q:\n%s", code, c.code, c.want, out)
			}
			if bad := strings.Contains(out, "\nbad "); bad != (c.code == 1) {
				t.Errorf("exit code %d, and bad: %v\n%s", code, bad, out)
			}
		})
	}
}

func TestDoctorJSON(t *testing.T) {
	out, code := diagnose(t, founded(t), "--json", "--deep")
	var r struct {
		Verdicts []struct{ Check, Verdict, Says, Next string }
		Worst    string
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	seen := map[string]bool{}
	for _, v := range r.Verdicts {
		seen[v.Check] = true
		if v.Says == "" || (v.Next == "") != (v.Verdict == "good") {
			t.Errorf("verdict %+v", v)
		}
	}
	for _, check := range []string{"store", "permissions", "filesystem", "space", "lock", "journal", "state", "keyset", "clock", "configuration", "terminal", "clipboard", "process"} {
		if !seen[check] {
			t.Errorf("no verdict on %s", check)
		}
	}
	if code != 0 || r.Worst != "good" && r.Worst != "warning" {
		t.Errorf("exit code %d, worst %s\n%s", code, r.Worst, out)
	}
}

// TestDoctorBesideTheScreens: a live holder is no fault, and nothing is repaired under it.
func TestDoctorBesideTheScreens(t *testing.T) {
	env := founded(t)
	c := start(t, 80, 24, env, jeton(t))
	c.until("No agent tokens yet")
	out, _, code := command(t, env, "doctor", "--deep")
	if code != 0 || !strings.Contains(out, fmt.Sprintf("open in a jeton: pid %d, ", c.cmd.Process.Pid)) || !strings.Contains(out, "its holder may be writing") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	out, errs, code := command(t, env, "doctor", "--repair")
	if code != 6 || out != "" || !strings.Contains(errs, fmt.Sprintf("is open in another jeton: pid %d, ", c.cmd.Process.Pid)) {
		t.Errorf("repair under a holder: exit code %d, printed %q, said %q", code, out, errs)
	}
	c.press("q")
	c.wait()
}

func TestDoctorRepairs(t *testing.T) {
	env := founded(t)
	if err := os.RemoveAll(storeOf(env, "state")); err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, env, "doctor", "--repair")
	if code != 0 || errs != "" || !strings.Contains(out, "nothing is due at the next opening") {
		t.Errorf("exit code %d, said %q:\n%s", code, errs, out)
	}
	_, errs, code = command(t, home(t), "doctor", "--repair")
	if code != 3 || !strings.Contains(errs, "no organization here; create one with jeton init") {
		t.Errorf("repairing nothing: exit code %d, said %q", code, errs)
	}
}

func TestDoctorOnATerminal(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     []string
		width   int
		code    int
		want    string
		colours bool
	}{
		{"colours", nil, 200, 0, "xterm-256color, 200x50, 24-bit colours, mouse on, UTF-8", true},
		{"none wanted", []string{"NO_COLOR=1"}, 200, 0, "no colours", false},
		{"tmux over ssh", []string{"TMUX=/nowhere,1,0", "SSH_TTY=/dev/pts/9"}, 200, 0, "in tmux, over SSH", true},
		{"no UTF-8", []string{"LANG=C"}, 200, 0, "export LANG=C.UTF-8", true},
		{"narrow", nil, 39, 0, "make it 40x10 or larger", true},
		{"dumb", []string{"TERM=dumb"}, 200, 1, "TERM is dumb or not set", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := start(t, c.width, 50, append(founded(t), c.set...), jeton(t), "doctor")
			code, all := d.wait(), printed(d)
			if code != c.code || !strings.Contains(all, c.want) || strings.Contains(all, "\x1b[38") != c.colours {
				t.Errorf("exit code %d, want %q, colours %v:\n%q", code, c.want, c.colours, all)
			}
		})
	}
}

// printed waits for the last line of a program that has ended: the terminal may still
// have it.
func printed(c *console) string {
	c.t.Helper()
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		c.mu.Lock()
		all := c.all.String()
		c.mu.Unlock()
		if strings.HasSuffix(all, ".\r\n") {
			return all
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("no last line in %q", all)
		}
	}
}

func TestClipboardVerdict(t *testing.T) {
	for _, c := range []struct {
		mode  string
		env   map[string]string
		level doctor.Level
		want  string
	}{
		{"off", nil, doctor.Good, "turned off"},
		{"auto", map[string]string{"SSH_TTY": "/dev/pts/3"}, doctor.Good, "OSC 52"},
		{"auto", map[string]string{"STY": "1.pts"}, doctor.Good, "OSC 52 through screen"},
		{"native", map[string]string{"SSH_TTY": "/dev/pts/3"}, doctor.Warning, "over SSH"},
		{"tmux", nil, doctor.Warning, "not inside tmux"},
	} {
		config := defaultConfig()
		config.ClipboardMode = c.mode
		v := clipboardVerdict(func(name string) string { return c.env[name] }, config)
		if v.Level != c.level || !strings.Contains(v.Says, c.want) || strings.Contains(v.Says, "rehearsal") {
			t.Errorf("%s %v: %+v", c.mode, c.env, v)
		}
	}
}
