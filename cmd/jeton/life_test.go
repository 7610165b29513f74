package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// founded creates an organization by command and returns its environment.
func founded(t *testing.T) []string {
	t.Helper()
	env := home(t)
	out, errs, code := command(t, env, "init", "--organization", "acme", "--deployment", "prod", "--deployment", "staging", "--login", "ana")
	if code != 0 || errs != "" || !strings.Contains(out, "Created acme") {
		t.Fatalf("init: exit code %d, said %q and %q", code, out, errs)
	}
	return env
}

// value finds a token value.
var value = regexp.MustCompile(`jt[aus]_[0-9A-Za-z]{49}`)

func TestInitCreatesOnce(t *testing.T) {
	env := founded(t)
	for _, name := range []string{".local/share/jeton", ".config/jeton/keyset"} {
		info, err := os.Stat(filepath.Join(strings.TrimPrefix(env[0], "HOME="), name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v: it is not the user's alone", name, info.Mode())
		}
	}
	_, errs, code := command(t, env, "init", "--organization", "other")
	if code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "an organization already") || !strings.Contains(errs, "jeton --store") {
		t.Errorf("the second init: exit code %d, said %q", code, errs)
	}
}

func TestAFailedInitLeavesNothing(t *testing.T) {
	env := home(t)
	_, errs, code := command(t, env, "init", "--organization", "acme", "--deployment", "not a name")
	if code != 1 || !strings.Contains(errs, "deployment name not kept") {
		t.Errorf("exit code %d, said %q", code, errs)
	}
	err := filepath.WalkDir(strings.TrimPrefix(env[0], "HOME="), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("left %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFirstRunByKeys(t *testing.T) {
	env := home(t)
	c := start(t, 80, 24, env, jeton(t))
	if os.Geteuid() == 0 {
		c.until("No organization here, and you are root")
		c.press("c")
	}
	c.until("Create the organization", "prod, staging", ".local/share/jeton")
	c.write("acme")
	c.until("acme")
	c.press(tab)
	c.press(enter)
	c.until("No agent tokens yet", "Organization Admin", "acme")
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, c.stderr.String())
	}
	c.restored()
}

// TestGuide walks through the guide: create, describe, reveal, copy, assign permissions,
// revoke, user tokens, and those of somebody else.
func TestGuide(t *testing.T) {
	env := founded(t)
	env = append(env, "SSH_CONNECTION=10.0.0.7 51234 10.0.0.1 22") // so that copying goes to this terminal
	c := start(t, 100, 30, env, jeton(t), "--theme", "dark")
	c.until("No agent tokens yet")

	c.press("n")
	c.until("Created agent token 1, Org Agent.")
	c.write("staging runner, blue")
	c.press(enter)
	c.until("staging runner, blue", "Description saved", "Org Agent")

	c.press("r")
	c.until("hides in")
	shown := value.FindString(c.screen())
	if shown == "" {
		t.Fatalf("no value is shown:\n%s", c.screen())
	}
	c.press("y")
	c.until("Sent to your terminal's clipboard")
	c.mu.Lock()
	copies := len(c.vt.copies)
	c.mu.Unlock()
	if copies == 0 {
		t.Error("the terminal was sent nothing to copy")
	}
	c.press(escape)
	c.gone("jta_")
	c.until("••••" + shown[len(shown)-4:])

	c.press("e")
	c.until("Org Agent reaches every deployment")
	c.press("o")
	c.until("Deployments this token may reach", "[x] prod")
	c.press("x")
	c.until("[ ] prod")
	c.press(enter)
	c.until("Permissions saved")

	c.press("X")
	c.until("Revoke agent token 1", "It stops working at once. This cannot be undone.")
	c.press(enter)
	c.until("type 4 more")
	c.write(shown[len(shown)-4:])
	c.gone("type 1 more")
	c.press(enter)
	c.until("Revoked agent token 1", "No agent tokens yet")

	c.press(tab)
	c.until("No user tokens yet", "Manage tokens for ana (you)")
	c.press("n")
	c.until("Created user token 2")
	c.press(escape)
	c.until("(no description)")
	c.press("q")
	c.until("is on the clipboard")
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, c.stderr.String())
	}
	c.restored()
	c.spilled(shown)
}

// spilled fails the test if a secret is where it outlives the screens.
func (c *console) spilled(secret string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if strings.Contains(c.vt.normal.String(), secret) || value.MatchString(c.vt.normal.String()) {
		c.t.Error("a secret is in the normal screen's text, which scrollback keeps")
	}
	if strings.Contains(c.stderr.String(), secret) {
		c.t.Error("a secret was printed to standard error")
	}
}

// revealed starts the screens with a token and shows its value.
func revealed(t *testing.T) (c *console, shown string) {
	t.Helper()
	c = start(t, 100, 30, append(founded(t), "SSH_CONNECTION=10.0.0.7 51234 10.0.0.1 22"), jeton(t))
	c.until("No agent tokens yet")
	c.press("n")
	c.until("Created agent token 1")
	c.press(escape)
	c.until("(no description)", "r Reveal")
	c.press("r")
	c.until("hides in")
	return c, value.FindString(c.screen())
}

func TestSignalsLeaveInOrder(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGABRT, syscall.SIGSYS} {
		t.Run(s.String(), func(t *testing.T) {
			c, shown := revealed(t)
			c.press("y")
			c.until("Sent to your terminal's clipboard")
			c.signal(s)
			if code := c.wait(); code != 128+int(s) {
				t.Errorf("ended with %d, want %d: %s", code, 128+int(s), c.stderr.String())
			}
			c.restored()
			c.spilled(shown)
			c.when("the copy to be cleared", func(string) bool {
				n := len(c.vt.copies)
				return n >= 2 && c.vt.copies[n-1] != c.vt.copies[0]
			})
			reopens(t, c.cmd.Env, "(no description)")
		})
	}
}

func TestOtherSignalsDoNothing(t *testing.T) {
	c, shown := revealed(t)
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGPIPE, syscall.SIGALRM} {
		c.signal(s)
	}
	c.press(escape)
	c.gone(shown)
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, c.stderr.String())
	}
	c.restored()
}

// reopens opens the store again, sees what is there, and leaves.
func reopens(t *testing.T, env []string, what string) {
	t.Helper()
	c := start(t, 100, 30, env, jeton(t))
	c.until(what)
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Errorf("ended with %d after reopening: %s", code, c.stderr.String())
	}
}

func TestADroppedConnectionEndsTheProgram(t *testing.T) {
	c, _ := revealed(t)
	if err := c.tty.Close(); err != nil {
		t.Fatal(err)
	}
	if code := c.wait(); code == 0 {
		t.Error("ended as if somebody had quit")
	}
	reopens(t, c.cmd.Env, "(no description)")
}

func TestKillLosesNothing(t *testing.T) {
	c, _ := revealed(t)
	c.press(escape)
	c.press("d")
	c.until("Description  0 of 256")
	c.write("kept")
	c.press(enter)
	c.until("Description saved")
	c.signal(syscall.SIGKILL)
	c.wait()
	reopens(t, c.cmd.Env, "kept")
}

func TestDemoLeavesNothingBehind(t *testing.T) {
	leave := map[string]func(*console){
		"quit":    func(c *console) { c.press("q") },
		"ctrl+c":  func(c *console) { c.press("\x03") },
		"SIGTERM": func(c *console) { c.signal(syscall.SIGTERM) },
		"SIGHUP":  func(c *console) { c.signal(syscall.SIGHUP) },
	}
	for name, how := range leave {
		t.Run(name, func(t *testing.T) {
			env := home(t)
			c := start(t, 120, 40, env, jeton(t), "demo", "--as", "ben")
			c.until("データ基盤チームの夜間バッチ", "ben", "acme", "2026-03-07")
			how(c)
			c.wait()
			c.restored()
			left, err := filepath.Glob(filepath.Join(strings.TrimPrefix(env[0], "HOME="), "*"))
			if err != nil || len(left) != 0 {
				t.Errorf("left %v (%v)", left, err)
			}
		})
	}
}
