//go:build linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestUnit has systemd look at the unit, with a drop-in that says where jeton is, as
// README.md has it.
func TestUnit(t *testing.T) {
	installed(t)
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd here")
	}
	dir := t.TempDir()
	raw, err := os.ReadFile(shipped(t, "jeton.service"))
	if err != nil {
		t.Fatal(err)
	}
	unit := write(t, dir, "jeton.service", string(raw))
	drop := filepath.Join(dir, "jeton.service.d")
	if err := os.Mkdir(drop, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, drop, "binary.conf", fmt.Sprintf("[Service]\nExecStart=\nExecStart=%s serve\n", jeton(t)))
	for _, args := range [][]string{
		{"verify", "--man=no", unit},
		{"security", "--offline=true", "--no-pager", "--threshold=12", unit}, // of 100; 12 is an exposure of 1.2
	} {
		cmd := exec.Command(analyze, args...)
		cmd.Env = environment(t, dir)
		said, err := cmd.CombinedOutput()
		if err != nil || args[0] == "verify" && len(said) > 0 {
			t.Errorf("systemd-analyze %q: %v\n%s", args, err, said)
		}
	}
}

// TestUnitConfinement runs jeton serve under what the unit lets it do: the system calls, the
// families of sockets and no writable memory that is executed. It must answer, be told to
// load its certificate again, tell the service manager how it is, and stop.
func TestUnitConfinement(t *testing.T) {
	installed(t)
	calls, err := json.Marshal(allowed(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	w := newWorldAs(t, launcher(t, write(t, dir, "calls", string(calls)), "NOTIFY_SOCKET="+filepath.Join(dir, "notify")))
	told(t, manager, "READY=1")
	w.ready(t, http.DefaultClient, "http")
	client := &client{t: t, http: http.DefaultClient, url: "http://" + w.addr}
	agent := w.agent(t, "prod")
	for range 2 {
		if a := client.get("/auth?deployment=prod", bearer(agent)); a.status != http.StatusNoContent {
			t.Fatalf("answered %d to a good token", a.status)
		}
		if err := w.serve.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	w.revoke(t, agent)
	if a := client.get("/auth?deployment=prod", bearer(agent)); a.status != http.StatusUnauthorized {
		t.Errorf("answered %d to a token that was revoked", a.status)
	}
	w.serve.stop(t)
	told(t, manager, "STOPPING=1")
	if code := w.serve.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("ended with %d", code)
	}
}

// told waits for what the service manager is told.
func told(t *testing.T, manager *net.UnixConn, want string) {
	t.Helper()
	if err := manager.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 256)
	n, err := manager.Read(buf)
	if got := strings.TrimSpace(string(buf[:n])); err != nil || got != want {
		t.Errorf("the service manager was told %q, want %q: %v", got, want, err)
	}
}

// allowed returns the numbers of the system calls that the unit lets through.
func allowed(t *testing.T) (calls []uint32) {
	t.Helper()
	raw, err := os.ReadFile(shipped(t, "jeton.service"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^SystemCallFilter=(~?)(.*)$`).FindAllStringSubmatch(string(raw), -1) {
		for _, name := range strings.Fields(line[2]) {
			for _, call := range grouped(t, name) {
				names[call] = line[1] == ""
			}
		}
	}
	// systemd always lets through what a program needs to begin.
	for _, call := range grouped(t, "@default") {
		names[call] = true
	}
	numbers := numbers(t)
	for name, yes := range names {
		if number, known := numbers[name]; known && yes {
			calls = append(calls, number)
		}
	}
	if len(calls) < 100 {
		t.Fatalf("only %d system calls are allowed", len(calls))
	}
	return calls
}

// grouped returns the system calls of a group as systemd has it, or the one of that name.
func grouped(t *testing.T, name string) (calls []string) {
	t.Helper()
	if !strings.HasPrefix(name, "@") {
		return []string{name}
	}
	out, err := exec.Command("systemd-analyze", "syscall-filter", "--no-pager", name).Output()
	var missing *exec.Error
	if errors.As(err, &missing) {
		t.Skip("no systemd here")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(out), "\n")[1:] {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			calls = append(calls, grouped(t, line)...)
		}
	}
	return calls
}

// numbers returns the numbers of all system calls, as golang.org/x/sys has them.
func numbers(t *testing.T) map[string]uint32 {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "unix", "zsysnum_linux_"+runtime.GOARCH+".go"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]uint32{}
	for _, m := range regexp.MustCompile(`(?m)^\s+SYS_(\w+)\s+= (\d+)$`).FindAllStringSubmatch(string(raw), -1) {
		number, err := strconv.ParseUint(m[2], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.ToLower(m[1])] = uint32(number)
	}
	return all
}
