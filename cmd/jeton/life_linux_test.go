package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// TestATerminalThatReadsNothingKeepsNobody sends signals while nothing the program
// writes is taken, as after ctrl+s: the second one must end it all the same.
func TestATerminalThatReadsNothingKeepsNobody(t *testing.T) {
	env := append(home(t), "TERM=tmux-256color") // not asked anything at start
	cmd := exec.Command(jeton(t), "demo")
	cmd.Env = env
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 60, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	raw := func() bool {
		state, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
		return err == nil && state.Lflag&unix.ICANON == 0
	}
	for deadline := time.Now().Add(patience); !raw(); {
		if time.Now().After(deadline) {
			t.Fatal("the screens did not begin")
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for waiting := true; waiting; {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
			waiting = false
		case <-time.After(100 * time.Millisecond):
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("ended with %d", code)
	}
	if raw() {
		t.Error("the terminal was left raw")
	}
	left, err := filepath.Glob(filepath.Join(strings.TrimPrefix(env[0], "HOME="), "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left %v (%v)", left, err)
	}
}
