package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"jeton/store/remote"
)

var sharedCommands = flag.Int("commands", 40, "commands that run beside two screens in TestManyShareOneStore")

// await waits until something is so, of which nothing tells.
func await(t testing.TB, what string, limit time.Duration, so func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// holderOf is the process that has the store open.
func holderOf(t testing.TB, env []string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(storeOf(env), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	var h struct{ PID int }
	if err := json.Unmarshal(raw, &h); err != nil {
		t.Fatal(err)
	}
	return h.PID
}

// TestScreensShare has a second screen work through the first, and go on alone when that is
// killed.
func TestScreensShare(t *testing.T) {
	env := founded(t)
	first := start(t, 80, 24, env, jeton(t))
	first.until("No agent tokens yet")
	second := start(t, 80, 24, env, jeton(t))
	second.until("No agent tokens yet")
	second.press("n")
	second.until("Created agent token 1")
	first.until("Agent tokens 1")
	second.press(escape)
	second.press("5")
	second.until("Store open in", fmt.Sprintf("pid %d, user ", first.cmd.Process.Pid), "on pts/")
	first.press("\x1a")
	first.until("works on the store through this one")
	first.signal(syscall.SIGTSTP)
	first.press("5")
	first.until("this jeton, and 1 other through it")
	first.signal(syscall.SIGKILL)
	first.wait()
	second.until("Store open in          this jeton")
	second.press("1")
	second.press("n")
	second.until("Created agent token 2")
	second.press(escape)
	second.press("q")
	if code := second.wait(); code != 0 {
		t.Errorf("ended with %d", code)
	}
	reopens(t, env, "Agent tokens 2")
}

// TestServeClaimsTheStore takes the store from a screen, which goes on through it, and gives
// it back by ending.
func TestServeClaimsTheStore(t *testing.T) {
	env := founded(t)
	screen := start(t, 80, 24, env, jeton(t))
	screen.until("No agent tokens yet")
	server := start(t, 200, 24, env, jeton(t), "serve", "--http", "off")
	screen.press("5")
	screen.until(fmt.Sprintf("pid %d, user ", server.cmd.Process.Pid))
	if _, errs, code := command(t, env, "serve", "--http", "off"); code == 0 || !strings.Contains(errs, "a jeton serve has it open") {
		t.Errorf("a second one ended with %d: %s", code, errs)
	}
	screen.press("1")
	screen.press("n")
	screen.until("Created agent token 1")
	screen.press(escape)
	server.signal(syscall.SIGHUP)
	if _, errs, code := command(t, env, "token", "list"); code != 0 {
		t.Errorf("a command after SIGHUP ended with %d: %s", code, errs)
	}
	server.signal(syscall.SIGTERM)
	if code := server.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, server.stderr.String())
	}
	screen.press("5")
	screen.until("Store open in          this jeton")
	screen.press("q")
	screen.wait()
}

// TestManyShareOneStore runs commands beside two screens and kills whoever has the store
// open in the middle: every command ends well, and what it made is there.
func TestManyShareOneStore(t *testing.T) {
	env := founded(t)
	var screens []*console
	for range 2 {
		c := start(t, 80, 24, env, jeton(t))
		c.until("No agent tokens yet")
		screens = append(screens, c)
	}
	const writers = 4
	var done atomic.Int32
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for n := range *sharedCommands / writers {
				_, errs, code := command(t, env, "token", "create", "--agent", "--description", fmt.Sprintf("by %d, number %d", w, n))
				if code != 0 {
					t.Errorf("command %d of %d ended with %d: %s", n, w, code, errs)
				}
				done.Add(1)
			}
		})
	}
	await(t, "half of the commands have ended", patience*10, func() bool { return int(done.Load()) >= *sharedCommands/2 })
	killed := holderOf(t, env)
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	made := *sharedCommands / writers * writers
	out, errs, code := command(t, env, "token", "list", "--json")
	if n := strings.Count(out, "\n"); code != 0 || n != made {
		t.Fatalf("%d tokens of %d, exit code %d: %s", n, made, code, errs)
	}
	for w := range writers {
		for n := range *sharedCommands / writers {
			if text := fmt.Sprintf(`"by %d, number %d"`, w, n); strings.Count(out, text) != 1 {
				t.Errorf("%s is there %d times", text, strings.Count(out, text))
			}
		}
	}
	for _, c := range screens {
		if c.cmd.Process.Pid == killed {
			c.wait()
			continue
		}
		c.until(fmt.Sprintf("Agent tokens %d", strings.Count(out, "\n")))
		c.press("q")
		if code := c.wait(); code != 0 {
			t.Errorf("ended with %d", code)
		}
	}
}

// TestServer works on an organization through jeton serve: with a user token over HTTP, and
// at a socket, where the kernel says who is there.
func TestServer(t *testing.T) {
	env := founded(t)
	dir := t.TempDir()
	token := filepath.Join(dir, "token")
	if _, errs, code := command(t, env, "token", "create", "--user", "--output-file", token); code != 0 {
		t.Fatal(errs)
	}
	addr, socket := freeAddr(t), filepath.Join(dir, "group")
	server := start(t, 200, 24, env, jeton(t), "serve", "--http", addr, "--socket", socket)
	await(t, "it is ready", patience, func() bool { return strings.Contains(server.stderr.String(), "ready: tokens are checked") })
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	elsewhere := home(t)
	far := []string{"--server", "http://" + addr, "--token-file", token}
	for _, where := range [][]string{far, {"--server", "unix:" + socket}} {
		if out, errs, code := command(t, elsewhere, append(where, "token", "create", "--agent", "--description", "from there")...); code != 0 {
			t.Errorf("%v: %d, %s%s", where, code, out, errs)
		}
	}
	screen := start(t, 80, 24, elsewhere, jeton(t), far...)
	screen.until("Agent tokens 2", "from there")
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{2, "works on the files of a store on this host", append(far, "backup", filepath.Join(dir, "b"))},
		{2, "--server, which is not given", []string{"--token-file", token, "token", "list"}},
		{1, "asked for on a terminal", []string{"--server", "http://" + addr, "token", "list"}},
		{1, "use https://", []string{"--server", "http://jeton.example", "--token-file", token, "token", "list"}},
		{6, "does not answer", []string{"--server", "http://" + freeAddr(t), "--token-file", token, "token", "list"}},
		{2, "at a socket your account says who you are", []string{"--server", "unix:" + socket, "--token-file", token, "token", "list"}},
		{6, "no such file", []string{"--server", "unix:" + filepath.Join(dir, "none"), "token", "list"}},
	} {
		if out, errs, code := command(t, elsewhere, c.args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%q: exit code %d, %s%s", c.args, code, out, errs)
		}
	}
	if err := os.Chmod(token, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := command(t, elsewhere, append(far, "token", "list")...); code == 0 || !strings.Contains(errs, "can be read by others") {
		t.Errorf("a token that others can read: %d, %s", code, errs)
	}
	if _, errs, code := command(t, env, "token", "revoke", "1", "--yes"); code != 0 {
		t.Fatal(errs)
	}
	screen.until("Waiting for the store: not signed in")
	if _, errs, code := command(t, env, "setting", "list"); code != 0 {
		t.Error(errs)
	}
	server.signal(syscall.SIGTERM)
	server.wait()
	screen.until("Waiting for the store")
	screen.press("\x03")
	screen.wait()
}

// TestServeIsNoClient serves the store here, also where commands are told to work on another:
// who serves signs in nowhere.
func TestServeIsNoClient(t *testing.T) {
	env := founded(t)
	server := start(t, 200, 24, append(env, "JETON_SERVER=http://"+freeAddr(t)), jeton(t), "serve", "--http", "off")
	await(t, "it serves", patience, func() bool {
		_, err := os.Stat(storeOf(env, "socket"))
		return err == nil
	})
	here := remote.New(remote.SocketClient(storeOf(env, "socket")), remote.SocketBase, remote.Options{})
	defer here.Close()
	await(t, "the history is checked, though no service asks", patience, func() bool {
		h := here.Health()
		return h.Compared && !h.Checking
	})
	server.signal(syscall.SIGTERM)
	if code := server.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, server.stderr.String())
	}
}

// TestServeWithoutItsSocket answers services, and says that nobody else can work on the store.
func TestServeWithoutItsSocket(t *testing.T) {
	env := founded(t)
	if err := os.WriteFile(storeOf(env, "socket"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	server := start(t, 200, 24, env, jeton(t), "serve", "--http", freeAddr(t))
	await(t, "it is ready", patience, func() bool { return strings.Contains(server.stderr.String(), "ready: tokens are checked") })
	server.signal(syscall.SIGTERM)
	if code := server.wait(); code != 0 || !strings.Contains(server.stderr.String(), "there is something else at this path: move it away") {
		t.Errorf("ended with %d: %s", code, server.stderr.String())
	}
}

// freeAddr is an address on this host where nothing listens.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
