package clip

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// server starts a tmux server of our own with default options and returns the
// TMUX variable a program in it would have.
func server(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	t.Setenv("TMUX", "")
	t.Setenv("TMUX_TMPDIR", t.TempDir())
	name := fmt.Sprintf("jeton-test-%d", os.Getpid())
	tmux := func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-L", name, "-f", "/dev/null"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	tmux("new-session", "-d", "-s", "test", "-x", "80", "-y", "24", "cat")
	t.Cleanup(func() { tmux("kill-server") })
	return tmux("display-message", "-p", "#{socket_path},#{pid},0")
}

func TestRealTmux(t *testing.T) {
	variable := server(t)
	var out bytes.Buffer
	c := New(Options{
		Out: &out, IsTerminal: true,
		Getenv: func(k string) string { return map[string]string{"TMUX": variable, "TERM": "screen"}[k] },
	})
	socket, _, _ := strings.Cut(variable, ",")
	if _, err := os.Stat(filepath.Clean(socket)); err != nil {
		t.Fatal(err)
	}
	show := func() string {
		b, err := exec.Command("tmux", "-S", socket, "show-buffer", "-b", "jeton").Output()
		if err != nil {
			return "none"
		}
		return string(b)
	}
	want(t, c.Copy(ctx, secret), Sent, routeTmux)
	if got := show(); got != secret {
		t.Fatalf("tmux's buffer holds %q", got)
	}
	if !c.Holding() || out.Len() > 0 {
		t.Fatalf("holding %v, wrote %q", c.Holding(), &out)
	}
	want(t, c.Clear(ctx), Sent, routeTmux)
	if got := show(); got != "none" {
		t.Fatalf("after clearing tmux's buffer holds %q", got)
	}
	c.Copy(ctx, secret)
	if err := exec.Command("tmux", "-S", socket, "set-buffer", "-b", "jeton", "another's").Run(); err != nil {
		t.Fatal(err)
	}
	want(t, c.Clear(ctx), Kept, routeTmux)
	if got := show(); got != "another's" {
		t.Fatalf("clearing took another's copy: %q", got)
	}
}

// A tool's own words reach the screen in one line of printable ASCII.
func TestRealError(t *testing.T) {
	_, err := execute(ctx, secret, "sh", "-c", `printf 'no \033[31mway\nsecond line\n' >&2; exit 3`)
	if err == nil || err.Error() != "no ?[31mway (exit status 3)" {
		t.Fatalf("got %v", err)
	}
}
