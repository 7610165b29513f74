//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. It is a limit for hanging, not a
// measure.
const patience = 60 * time.Second

// installed returns the directory of the programs, and skips the test where there is none.
func installed(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("JETON_E2E")
	if dir == "" {
		t.Skip("make e2e installs what this runs, and sets JETON_E2E")
	}
	return dir
}

// debian returns where a file of a Debian package is: unpacked, or in the system.
func debian(t *testing.T, path string) string {
	t.Helper()
	for _, file := range []string{filepath.Join(installed(t), "debian", path), path} {
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Fatalf("%s is missing: run serve/e2e/install, or install it", path)
	return ""
}

// shipped returns the path of a file of serve/deploy.
func shipped(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// write writes a file into a directory of the test and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// environment is one of its own for the programs of a test, in a directory of the test.
func environment(t *testing.T, dir string, more ...string) []string {
	t.Helper()
	libraries, err := filepath.Glob(filepath.Join(installed(t), "debian", "usr", "lib", "*-linux-gnu"))
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8", "TZ=UTC", "PATH=" + os.Getenv("PATH"),
		"LD_LIBRARY_PATH=" + strings.Join(libraries, ":")}, more...)
}

// process is a program that runs.
type process struct {
	name string
	cmd  *exec.Cmd
	log  string // file of what it said
	done chan struct{}
}

// start starts a program in a directory of the test, and ends it with the test.
func start(t *testing.T, dir string, env []string, path string, args ...string) *process {
	t.Helper()
	p := &process{name: filepath.Base(path), cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.log = filepath.Join(dir, p.name+".said")
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = dir, env, out, out
	// Should the test be killed, the program ends too, and its workers with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.done)
	}()
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("%s said:\n%s", p.name, p.said(t))
		}
	})
	return p
}

// said is what the program wrote so far.
func (p *process) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stop asks the program to end and waits for it.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill() // it may have ended by itself
		<-p.done
		t.Errorf("%s did not end when asked to", p.name)
	}
}

// answers waits until the program answers, or fails the test when it ended before.
func (p *process) answers(t *testing.T, answers func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if err = answers(); err == nil {
			return
		}
		select {
		case <-p.done:
			t.Fatalf("%s ended: %v", p.name, p.cmd.ProcessState)
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not answer: %v", p.name, err)
}

// listens waits until the program takes connections.
func (p *process) listens(t *testing.T, addr string) {
	t.Helper()
	p.answers(t, func() error {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// freeAddr returns an address on loopback that nobody listens at. Its port is below those
// that the kernel gives to connections, so that none of these takes it meanwhile.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000))
		l, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return addr
	}
	t.Fatal("no free port")
	return ""
}
