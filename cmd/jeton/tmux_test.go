package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tmux is a server of its own for one test.
type tmux struct {
	t      *testing.T
	socket string
	env    []string
}

func newTmux(t *testing.T, env []string) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	m := &tmux{t, filepath.Join(t.TempDir(), "tmux"), env}
	m.run("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-s", "jeton", "sh")
	t.Cleanup(func() { _ = m.command("kill-server").Run() })
	return m
}

func (m *tmux) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-S", m.socket}, args...)...)
	cmd.Env = m.env
	return cmd
}

func (m *tmux) run(args ...string) string {
	m.t.Helper()
	out, err := m.command(args...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// keys sends tmux's names of keys.
func (m *tmux) keys(names ...string) {
	m.t.Helper()
	m.run(append([]string{"send-keys", "-t", "jeton"}, names...)...)
}

func (m *tmux) screen() string { return m.run("capture-pane", "-p", "-t", "jeton") }

// until polls for a text on the screen.
func (m *tmux) until(text string) {
	m.t.Helper()
	m.poll(fmt.Sprintf("%q", text), func() bool { return strings.Contains(m.screen(), text) })
}

func (m *tmux) poll(what string, wanted func() bool) {
	m.t.Helper()
	for deadline := time.Now().Add(patience); !wanted(); {
		if time.Now().After(deadline) {
			m.t.Fatalf("waited for %s; on the screen:\n%s", what, m.screen())
		}
	}
}

func TestInTmuxTheSecretGoesToItsClipboardAndNowhereElse(t *testing.T) {
	env := founded(t)
	m := newTmux(t, env)
	m.keys(jeton(t)+"; echo $((40 + 2)) left", "Enter")
	m.until("No agent tokens yet")
	m.keys("n")
	m.until("Created agent token 1")
	m.keys("Escape")
	m.until("r Reveal")
	m.keys("r")
	m.until("hides in")
	shown := value.FindString(m.screen())
	m.keys("y")
	m.until("clipboard (tmux)")
	if copied := m.run("show-buffer", "-b", "jeton"); copied != shown {
		t.Error("the buffer of tmux does not hold the value that was shown")
	}
	m.keys("r")
	m.poll("the value to be hidden", func() bool { return !strings.Contains(m.screen(), "jta_") })
	m.keys("q")
	m.until("is on the clipboard")
	m.keys("q")
	m.until("42 left")
	if text := m.run("capture-pane", "-p", "-S", "-", "-t", "jeton"); value.MatchString(text) {
		t.Error("the value is in the scrollback")
	}
	if left := m.run("list-buffers"); strings.Contains(left, "jeton:") {
		t.Errorf("the buffer is still there: %s", left)
	}
}
