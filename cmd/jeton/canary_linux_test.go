package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// canary is a secret that is searched for. The shortest part that counts as having leaked is
// twelve characters: the last four are shown everywhere.
type canary struct{ parts [][]byte }

const canaryPart = 12

func newCanary(secret string) canary {
	var c canary
	add := func(text string, n int) {
		for i := 0; i+n <= len(text); i++ {
			c.parts = append(c.parts, []byte(text[i:i+n]))
		}
	}
	add(secret, canaryPart)
	add(hex.EncodeToString([]byte(secret)), 2*canaryPart)
	add(strings.ToUpper(hex.EncodeToString([]byte(secret))), 2*canaryPart)
	for start := range 3 { // how base64 looks depends on what stands before
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := e.EncodeToString([]byte(secret[start:]))
			add(text[:len(text)-1], canaryPart*4/3)
		}
	}
	return c
}

// in returns where text has some of the secret, in words without it; "" when it has nothing.
func (c canary) in(text []byte) string {
	for _, p := range c.parts {
		if at := bytes.Index(text, p); at >= 0 {
			return fmt.Sprintf("%d characters of the secret at byte %d of %d", len(p), at, len(text))
		}
	}
	return ""
}

// below fails the test for every file below dir that has some of the secret, and returns how
// many it read.
func (c canary) below(t *testing.T, dir string) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if what := c.in(b); what != "" {
			t.Errorf("%s: %s", path, what)
		}
		if what := c.in([]byte(path)); what != "" {
			t.Errorf("the name of %s: %s", filepath.Dir(path), what)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestCanaryIsFound: the search finds what it is for, or finding nothing proves nothing.
func TestCanaryIsFound(t *testing.T) {
	secret := "jta_0123456789ABCDEFGHIJabcdefghijKLMNOPQRSTklmnopqrstUVW"
	c := newCanary(secret)
	for _, text := range []string{
		secret, "x" + secret[:26], secret[26:] + "\n", secret[20:32],
		hex.EncodeToString([]byte(secret[3:20])), strings.ToUpper(hex.EncodeToString([]byte(secret[3:20]))),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("x" + secret)),
		base64.URLEncoding.EncodeToString([]byte("xy" + secret[5:40])),
	} {
		if c.in([]byte("before "+text+" behind")) == "" {
			t.Errorf("%q is not found", text)
		}
	}
	if what := c.in([]byte("token ••••" + secret[len(secret)-4:] + " jta_ " + secret[10:21])); what != "" {
		t.Errorf("found in what is shown everywhere: %s", what)
	}
}

// canaries starts the screens where a core file would be written, and reveals a token.
func canaries(t *testing.T, more ...string) (con *console, c canary, dir string) {
	t.Helper()
	env := append(append(founded(t), "SSH_CONNECTION=10.0.0.7 51234 10.0.0.1 22"), more...)
	dir = strings.TrimPrefix(env[0], "HOME=")
	// A core file goes to the working directory, and as large as it comes.
	con = start(t, 100, 30, env, "/bin/sh", "-c", `cd "$HOME" && ulimit -c unlimited && exec "$0"`, jeton(t))
	con.until("No agent tokens yet")
	con.press("n")
	con.until("Created agent token 1")
	con.write("canary")
	con.press(enter)
	con.until("Description saved", "r Reveal")
	before := con.sent()
	con.press("r")
	con.until("hides in")
	shown := value.FindString(con.screen())
	if shown == "" {
		t.Fatalf("no value is shown:\n%s", con.screen())
	}
	c = newCanary(shown)
	if c.in([]byte(con.screen())) == "" {
		t.Fatal("the search does not find the value on the screen")
	}
	if what := c.in(before); what != "" {
		t.Errorf("before anything was revealed the terminal was sent %s", what)
	}
	return con, c, dir
}

// sent is everything the terminal was sent so far.
func (c *console) sent() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.all.Bytes())
}

// TestCanary creates, reveals, copies and hides a token and quits, and looks for its value
// where it must not be: in every file, in what is printed while it is not shown, and in what
// others see of the process.
func TestCanary(t *testing.T) {
	con, c, dir := canaries(t)
	c.processes(t, con.cmd.Process.Pid, dir)
	con.press("y")
	con.until("Sent to your terminal's clipboard")
	c.processes(t, con.cmd.Process.Pid, dir)
	con.press(escape)
	con.gone("jta_")
	con.until("••••")
	hidden := len(con.sent())
	con.press(enter) // the token's details, and the activity with its reveals
	con.until("canary")
	con.press(escape)
	con.press("4")
	con.until("Activity")
	c.processes(t, con.cmd.Process.Pid, dir)
	con.press("q")
	con.until("is on the clipboard")
	con.press("q")
	if code := con.wait(); code != 0 {
		t.Errorf("ended with %d", code)
	}
	con.restored()
	if what := c.in(con.sent()[hidden:]); what != "" {
		t.Errorf("after it was hidden the terminal was sent %s", what)
	}
	c.printed(t, con)
	c.commands(t, con.cmd.Env, dir)
	if n := c.below(t, dir); n < 12 {
		t.Errorf("only %d files were read", n)
	}
}

// printed looks at what scrollback and a log of standard error keep.
func (c canary) printed(t *testing.T, con *console) {
	t.Helper()
	con.mu.Lock()
	defer con.mu.Unlock()
	if what := c.in([]byte(con.vt.normal.String())); what != "" {
		t.Errorf("scrollback: %s", what)
	}
	if what := c.in([]byte(con.stderr.String())); what != "" {
		t.Errorf("standard error: %s", what)
	}
}

// commands has everything else printed and written that a store's owner prints and writes.
func (c canary) commands(t *testing.T, env []string, dir string) {
	t.Helper()
	for _, args := range [][]string{
		{"backup", filepath.Join(dir, "backup")}, {"backup", "verify", filepath.Join(dir, "backup")},
		{"--store", filepath.Join(dir, "restored"), "restore", filepath.Join(dir, "backup")},
		{"audit", "list"}, {"audit", "export"}, {"audit", "prove", "2"}, {"audit", "head"}, {"audit", "key"},
		{"audit", "verify"}, {"doctor", "--json"}, {"config"},
		{"token", "list", "--json"}, {"token", "show", "1"}, {"token", "describe", "1", "again"}, {"token", "permissions", "1", "--all-branch-deployments", "on"},
		{"user", "list", "--json"}, {"deployment", "list"}, {"setting", "list"}, {"service", "create"}, {"service", "list"},
		{"token", "revoke", "1", "--yes"}, {"token", "list", "--all", "--revoked"},
	} {
		out, errs, code := command(t, env, args...)
		if code != 0 && args[0] != "doctor" {
			t.Errorf("jeton %s ended with %d: %s", strings.Join(args, " "), code, errs)
		}
		if what := c.in([]byte(out + errs)); what != "" {
			t.Errorf("jeton %s printed %s", strings.Join(args, " "), what)
		}
	}
}

// processes looks at what others see of the program and everything it started: arguments,
// environment, and the files that are open, which all have to be looked at later.
func (c canary) processes(t *testing.T, pid int, dir string) {
	t.Helper()
	for _, p := range family(t, pid) {
		for _, name := range []string{"cmdline", "environ", "comm", "stat"} {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p, name))
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				continue // gone, or kept from everybody
			}
			if err != nil {
				t.Fatal(err)
			}
			if what := c.in(b); what != "" {
				t.Errorf("/proc/%d/%s: %s", p, name, what)
			}
		}
		c.open(t, p, dir)
	}
}

// open fails the test for a regular file that is open and will not be looked at.
func (c canary) open(t *testing.T, pid int, dir string) {
	t.Helper()
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		path, err := os.Readlink(fd)
		if err != nil || strings.HasPrefix(path, dir) || strings.HasPrefix(path, "/sys/") || strings.HasPrefix(path, "/proc/") {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			t.Errorf("process %d has %s open", pid, path)
		}
	}
}

// family is a process and all that came from it.
func family(t *testing.T, pid int) []int {
	t.Helper()
	out := []int{pid}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tasks {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // the thread is gone
		}
		for _, child := range strings.Fields(string(b)) {
			var n int
			if _, err := fmt.Sscan(child, &n); err == nil {
				out = append(out, family(t, n)...)
			}
		}
	}
	return out
}

// dumps tells whether a program that does nothing about it leaves a core file in its working
// directory here.
func dumps(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("/bin/sh", "-c", "ulimit -c unlimited && kill -QUIT $$")
	cmd.Dir = dir
	_ = cmd.Run() // it ends by the signal
	left, err := filepath.Glob(filepath.Join(dir, "*core*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(left) > 0
}

// TestCanaryInCrashes ends the program while a secret is on the screen, by every signal that
// would have others leave a core file, or the runtime a traceback: no file and nothing that is
// printed has any of it.
func TestCanaryInCrashes(t *testing.T) {
	if !dumps(t) {
		t.Log("core files are not left in the working directory here: only what is printed and written is looked at")
	}
	for _, s := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGBUS,
		syscall.SIGTRAP, syscall.SIGKILL} {
		t.Run(s.String(), func(t *testing.T) {
			// With this the runtime prints everything and then asks for a core file, whatever
			// the program says: what keeps it from that is the limit alone.
			con, c, dir := canaries(t, "GOTRACEBACK=crash")
			shown := len(con.sent())
			con.signal(s)
			if code := con.wait(); code == 0 {
				t.Error("ended as if somebody had quit")
			}
			if status, ok := con.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.CoreDump() {
				t.Error("a core file was written")
			}
			con.drained()
			if what := c.in(con.sent()[shown:]); what != "" {
				t.Errorf("at its end the terminal was sent %s", what)
			}
			c.printed(t, con)
			c.below(t, dir)
			if cores, err := filepath.Glob(filepath.Join(dir, "*core*")); err != nil || len(cores) > 0 {
				t.Errorf("left %v (%v)", cores, err)
			}
		})
	}
}

// drained waits until everything that was sent was read.
func (c *console) drained() {
	for n, same := len(c.sent()), 0; same < 5; {
		time.Sleep(10 * time.Millisecond) // polling: a terminal does not say that it has no more
		if now := len(c.sent()); now == n {
			same++
		} else {
			n, same = now, 0
		}
	}
}

// TestCanaryOfManyTokens looks for the values of all tokens of both kinds, revealed and not, in
// a store that was killed: what was on its way to the disk is there as it was.
func TestCanaryOfManyTokens(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	con := start(t, 100, 30, env, jeton(t))
	con.until("No agent tokens yet")
	var all []canary
	reveal := func() {
		con.press("r")
		con.until("hides in")
		all = append(all, newCanary(value.FindString(con.screen())))
		con.press(escape)
		con.gone("hides in")
	}
	for n := 1; n <= 3; n++ {
		con.press("n")
		con.until(fmt.Sprintf("Created agent token %d", n))
		con.press(escape)
		con.until("r Reveal")
		reveal()
	}
	con.press(tab)
	con.until("No user tokens yet")
	con.press("n")
	con.until("Created user token 4")
	con.press(escape)
	con.until("r Reveal")
	reveal()
	con.signal(syscall.SIGKILL)
	con.wait()
	if len(all) != 4 || slices.ContainsFunc(all, func(c canary) bool { return len(c.parts) < 100 }) {
		t.Fatalf("%d values were shown", len(all))
	}
	for _, c := range all {
		c.below(t, dir)
		c.printed(t, con)
	}
}

// TestCanaryOfCommands has values made, revealed and checked by command, and looks for them in
// every file, in what is printed besides them, and in what others see while one is waited for.
func TestCanaryOfCommands(t *testing.T) {
	s := steps{t, founded(t)}
	dir := strings.TrimPrefix(s.env[0], "HOME=")
	for n, args := range [][]string{{"token", "create", "--agent"}, {"token", "create", "--user"}, {"service", "create"}} {
		shown, errs := s.run(0, "", append(args, "--reveal")...)
		secret := strings.TrimSpace(shown)
		c, number := newCanary(secret), fmt.Sprint(n+1)
		if what := c.in([]byte(errs)); what != "" {
			t.Errorf("%q said %s", args, what)
		}
		file := filepath.Join(t.TempDir(), "value")
		for _, more := range [][]string{{args[0], "reveal", number, "--output-file", file}, {args[0], "show", number, "--json"},
			{args[0], "show", secret}, {args[0], "list", secret}, {args[0], "revoke", secret, "--yes"}, {"token", "check", "--sha256", secret}} {
			out, errs, _ := command(t, s.env, more...)
			if what := c.in([]byte(out + errs)); what != "" {
				t.Errorf("%q printed %s", more[:2], what)
			}
		}
		for _, more := range [][]string{nil, {"--json"}, {"--deployment", "prod"}, {"--offline"}} {
			out, errs, _ := commandGiven(t, s.env, shown, append([]string{"token", "check"}, more...)...)
			if what := c.in([]byte(out + errs)); what != "" {
				t.Errorf("check %q printed %s", more, what)
			}
		}
		con := start(t, 100, 24, s.env, jeton(t), "token", "check")
		con.until("not shown:")
		con.write(secret)
		c.processes(t, con.cmd.Process.Pid, dir)
		con.press("\r")
		con.wait()
		if what := c.in(con.sent()); what != "" {
			t.Errorf("the terminal was sent %s", what)
		}
		if n := c.below(t, dir); n < 8 {
			t.Errorf("only %d files were read", n)
		}
	}
}
