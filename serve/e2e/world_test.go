//go:build linux

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jeton/model"
)

// built is the program under test.
var built struct {
	sync.Once
	dir, path string
	err       error
}

// TestMain confines itself when the tests start themselves for that, and else removes in the
// end what was built for the tests.
func TestMain(m *testing.M) {
	if calls := os.Getenv(launchVariable); calls != "" {
		become(calls, os.Args[1:])
	}
	code := m.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// jeton returns the program: JETON_BIN, or one that is built once for all tests.
func jeton(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		if given := os.Getenv("JETON_BIN"); given != "" {
			built.path, built.err = filepath.Abs(given)
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "jeton-e2e-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "jeton")
		cmd := exec.Command("go", "build", "-trimpath", "-o", built.path, "jeton/cmd/jeton")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			built.err = errors.New(string(text))
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// world is an organization with the deployments prod and staging, whose doors are open. ana
// is its Organization Admin, and ben is Viewer of staging.
type world struct {
	dir, addr string
	serve     *process
	tokens    int
}

// newWorld creates an organization and serves it, with more flags of jeton serve.
func newWorld(t *testing.T, flags ...string) *world {
	t.Helper()
	return newWorldAs(t, launch{}, flags...)
}

func newWorldAs(t *testing.T, by launch, flags ...string) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), addr: freeAddr(t)}
	w.run(t, "init", "--organization", "acme", "--login", "ana", "--deployment", "prod", "--deployment", "staging")
	args := append([]string{jeton(t), "serve", "--http", w.addr}, flags...)
	if by.path != "" {
		args = append([]string{by.path}, args...)
	}
	w.serve = start(t, w.dir, append(w.environment(t), by.env...), args[0], args[1:]...)
	w.serve.listens(t, w.addr)
	w.run(t, "user", "add", "ben", "--role", "staging=viewer")
	return w
}

func (w *world) environment(t *testing.T) []string {
	t.Helper()
	return environment(t, w.dir, "JETON_STORE="+filepath.Join(w.dir, "store"), "JETON_KEYSET="+filepath.Join(w.dir, "keyset"))
}

// run runs a command of jeton to its end and returns what it wrote to standard output.
func (w *world) run(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, jeton(t), args...)
	cmd.Env, cmd.Dir = w.environment(t), w.dir
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("jeton %q: %v: %s", args, err, said.String())
	}
	return string(out)
}

// create runs a command that creates a token, and reads its value from the file it was
// written to.
func (w *world) create(t *testing.T, args ...string) token {
	t.Helper()
	w.tokens++
	file := filepath.Join(w.dir, fmt.Sprintf("value-%d", w.tokens))
	var created struct{ ID model.TokenID }
	if err := json.Unmarshal([]byte(w.run(t, append(args, "--json", "--output-file", file)...)), &created); err != nil {
		t.Fatal(err)
	}
	value, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return token{created.ID.String(), model.SecretOf(strings.TrimSpace(string(value)))}
}

// agent is a token of an agent that reaches one deployment.
func (w *world) agent(t *testing.T, deployment string) token {
	t.Helper()
	v := w.create(t, "token", "create", "--agent")
	w.run(t, "token", "permissions", v.number, "--org-agent", "off", "--deployment", deployment)
	return v
}

func (w *world) user(t *testing.T, login string) token {
	t.Helper()
	return w.create(t, "token", "create", "--user", login)
}

func (w *world) credential(t *testing.T) token {
	t.Helper()
	return w.create(t, "service", "create")
}

func (w *world) revoke(t *testing.T, v token) {
	t.Helper()
	w.run(t, "token", "revoke", v.number, "--yes")
}

// ready waits until jeton lets anyone in: until then it answers 503.
func (w *world) ready(t *testing.T, c *http.Client, scheme string) {
	t.Helper()
	w.serve.answers(t, func() error {
		res, err := c.Get(scheme + "://" + w.addr + "/readyz")
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			err = fmt.Errorf("/readyz answers %s", res.Status)
		}
		return errors.Join(err, res.Body.Close())
	})
}

// caller is who used a token, as the management API tells it.
type caller struct {
	Agent, Address, Deployment string
	Count, Refused             int
}

// usage asks the management API, as ana, who used a token.
func (w *world) usage(t *testing.T, v token) []caller {
	t.Helper()
	c := &client{t: t, http: http.DefaultClient, url: "http://" + w.addr}
	a := c.get("/v1/tokens/"+v.number+"/usage", bearer(w.user(t, "ana")))
	var usage struct{ Callers []caller }
	if err := json.Unmarshal([]byte(a.body), &usage); err != nil || a.status != http.StatusOK {
		t.Fatalf("answered %d %s: %v", a.status, a.body, err)
	}
	return usage.Callers
}
