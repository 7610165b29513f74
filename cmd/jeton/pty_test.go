package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// patience is how long a test waits for what must happen. It is a limit for hanging,
// not a measure.
const patience = 30 * time.Second

// console is a program on a terminal.
type console struct {
	t   testing.TB
	cmd *exec.Cmd
	tty *os.File

	mu     sync.Mutex
	more   *sync.Cond
	vt     *vt
	all    bytes.Buffer // everything the program sent
	chunks []chunk
	ended  bool
	stderr safeBuffer
	done   chan struct{} // closed when the process is gone
}

// safeBuffer is read while it may still be written.
type safeBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// chunk is what one read brought.
type chunk struct {
	at    time.Time
	bytes int
}

// home is an environment of its own for the programs of one test.
func home(t testing.TB) []string {
	dir := t.TempDir()
	return []string{"HOME=" + dir, "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8",
		"XDG_RUNTIME_DIR=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
}

// binary builds a program once for all tests; JETON_BIN is used instead if it is set.
var binary = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("JETON_BIN"); given != "" {
		return filepath.Abs(given)
	}
	return build(".")
})

// build builds the program in a directory.
func build(from string) (string, error) {
	dir, err := os.MkdirTemp("", "jeton-test-")
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "program")
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, ".")
	cmd.Dir = from
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(text))
	}
	return out, nil
}

func jeton(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// command runs a command without a terminal.
func command(t testing.TB, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(jeton(t), args...)
	cmd.Env = env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// commandInto runs a command with its output going to a file.
func commandInto(t testing.TB, out *os.File, env []string, args ...string) (stderr string, code int) {
	t.Helper()
	cmd := exec.Command(jeton(t), args...)
	cmd.Env = env
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return errs.String(), cmd.ProcessState.ExitCode()
}

// start runs a program on a terminal of this size.
func start(t testing.TB, width, height int, env []string, path string, args ...string) *console {
	t.Helper()
	return startOn(t, func(tty *os.File) *vt {
		return newVT(width, height, func(s string) { _, _ = tty.WriteString(s) })
	}, env, path, args...)
}

// startOn runs a program on a terminal that is made for it.
func startOn(t testing.TB, terminal func(tty *os.File) *vt, env []string, path string, args ...string) *console {
	t.Helper()
	c := &console{t: t, cmd: exec.Command(path, args...), done: make(chan struct{})}
	c.more = sync.NewCond(&c.mu)
	c.cmd.Env = env
	c.cmd.Stderr = &c.stderr
	tty, child, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	c.tty, c.vt = tty, terminal(tty)
	c.cmd.Stdin, c.cmd.Stdout = child, child
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = pty.Setsize(tty, &pty.Winsize{Rows: uint16(c.vt.height), Cols: uint16(c.vt.width)})
	if err == nil {
		err = c.cmd.Start()
	}
	if err = errors.Join(err, child.Close()); err != nil {
		t.Fatal(err)
	}
	go c.read()
	go func() {
		_ = c.cmd.Wait()
		close(c.done)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ended = true
		c.more.Broadcast()
	}()
	t.Cleanup(c.kill)
	return c
}

func (c *console) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.tty.Read(buf)
		now := time.Now()
		c.mu.Lock()
		if n > 0 {
			c.vt.write(buf[:n])
			c.all.Write(buf[:n])
			c.chunks = append(c.chunks, chunk{now, n})
		}
		c.more.Broadcast()
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *console) kill() {
	_ = c.cmd.Process.Kill()
	<-c.done
	_ = c.tty.Close()
}

// when waits until the screen is as wanted and returns the moment of the read that made
// it so. It fails the test when that does not happen.
func (c *console) when(what string, wanted func(screen string) bool) time.Time {
	c.t.Helper()
	stop := time.AfterFunc(patience, func() { c.more.Broadcast() })
	defer stop.Stop()
	deadline := time.Now().Add(patience)
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if wanted(c.vt.text()) {
			if n := len(c.chunks); n > 0 {
				return c.chunks[n-1].at
			}
			return time.Now()
		}
		if c.ended || time.Now().After(deadline) {
			c.t.Fatalf("waited for %s; ended: %v; on the screen:\n%s\nstandard error: %s", what, c.ended, c.vt.text(), c.stderr.String())
		}
		c.more.Wait()
	}
}

// until waits for texts, all on the screen at once.
func (c *console) until(texts ...string) {
	c.t.Helper()
	c.when(strings.Join(texts, " and "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// gone waits until a text is not on the screen.
func (c *console) gone(text string) {
	c.t.Helper()
	c.when("no "+text, func(screen string) bool { return !strings.Contains(screen, text) })
}

// press sends keys, one write each.
func (c *console) press(keys ...string) {
	c.t.Helper()
	for _, k := range keys {
		if _, err := c.tty.WriteString(k); err != nil {
			c.t.Fatal(err)
		}
	}
}

// write sends each character of a text by itself.
func (c *console) write(text string) {
	for _, r := range text {
		c.press(string(r))
	}
}

// wait waits for the end of the program and returns its exit code, -1 for a signal.
func (c *console) wait() int {
	c.t.Helper()
	select {
	case <-c.done:
		return c.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		c.t.Fatalf("did not end; on the screen:\n%s", c.screen())
		return 0
	}
}

func (c *console) screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.vt.text()
}

// signal sends the process a signal.
func (c *console) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// restored fails the test unless the terminal is as it was found.
func (c *console) restored() {
	c.t.Helper()
	c.when("the normal screen, a cursor, and no mouse, paste or focus reports", func(string) bool {
		for name, on := range c.vt.modes {
			if on != (name == "25") {
				return false
			}
		}
		return !c.vt.alt
	})
}

const (
	enter  = "\r"
	escape = "\x1b"
	down   = "\x1b[B"
	tab    = "\t"
)
