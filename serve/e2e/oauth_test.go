//go:build linux

package e2e

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"jeton/model"
)

// question is one about a token.
type question struct {
	Token      string            `json:"token"`
	Parameters map[string]string `json:"parameters,omitempty"`
}

// response is what oauth4webapi made of the answer.
type response struct {
	Cache  string
	Claims struct {
		Active               bool
		Sub, Username, Scope string
		TokenType            string `json:"token_type"`
		ClientID             string `json:"client_id"`
		IssuedAt             int64  `json:"iat"`
	}
	Error  string
	Status int
}

// asker is a program that asks through oauth4webapi, a line for a line.
type asker struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Scanner
}

// newAsker starts it as a service that has a credential.
func newAsker(t *testing.T, w *world, c certificate, credential token) *asker {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no node here: install Node.js 20 or later")
	}
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join("oauth", "introspect.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "introspect.mjs", string(script))
	if err := os.Symlink(filepath.Join(installed(t), "npm", "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "introspect.mjs")
	cmd.Dir, cmd.Env, cmd.Stderr = dir, environment(t, dir, "NODE_EXTRA_CA_CERTS="+c.authority), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // its end, after which it ends too
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	a := &asker{t, in, bufio.NewScanner(out)}
	a.write(map[string]string{"issuer": "https://" + w.addr, "endpoint": "https://" + w.addr + "/introspect",
		"client": "the service", "secret": credential.value.Expose()})
	return a
}

func (a *asker) write(line any) {
	a.t.Helper()
	if err := json.NewEncoder(a.in).Encode(line); err != nil {
		a.t.Fatal(err)
	}
}

// ask asks about a value, at a deployment if that is not empty.
func (a *asker) ask(value, deployment string) response {
	a.t.Helper()
	q := question{Token: value}
	if deployment != "" {
		q.Parameters = map[string]string{"deployment": deployment}
	}
	a.write(q)
	var r response
	if !a.out.Scan() {
		a.t.Fatalf("node ended: %v", a.out.Err())
	}
	if err := json.Unmarshal(a.out.Bytes(), &r); err != nil {
		a.t.Fatal(err)
	}
	return r
}

// TestOAuthClient has oauth4webapi ask over TLS, as RFC 7662 says.
func TestOAuthClient(t *testing.T) {
	installed(t)
	c := newCertificate(t, t.TempDir())
	w := newWorld(t, "--tls-cert", c.cert, "--tls-key", c.key)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.pool}}
	defer transport.CloseIdleConnections()
	w.ready(t, &http.Client{Transport: transport, Timeout: patience}, "https")
	credential := w.credential(t)
	a := newAsker(t, w, c, credential)
	agent, user := w.agent(t, "prod"), w.user(t, "ben")
	active(t, a.ask(agent.value.Expose(), ""), agent, "agent:"+agent.number, "agent deployment:prod")
	active(t, a.ask(agent.value.Expose(), "prod"), agent, "agent:"+agent.number, "agent deployment:prod")
	active(t, a.ask(user.value.Expose(), "staging"), user, "ben", "user role:staging:viewer")
	for why, r := range map[string]response{
		"unknown":         a.ask(newValue(t, model.UserToken), ""),
		"malformed":       a.ask("letmein", ""),
		"truncated":       a.ask(agent.value.Expose()[:40], ""),
		"out of reach":    a.ask(agent.value.Expose(), "staging"),
		"no role":         a.ask(user.value.Expose(), "prod"),
		"no deployment":   a.ask(agent.value.Expose(), "nowhere"),
		"a service's own": a.ask(credential.value.Expose(), ""),
	} {
		inactive(t, r, why)
	}
	for _, v := range []token{agent, user} {
		w.revoke(t, v)
		inactive(t, a.ask(v.value.Expose(), ""), "just revoked")
	}
	w.run(t, "service", "revoke", credential.number, "--yes")
	if r := a.ask(w.user(t, "ana").value.Expose(), ""); r.Error == "" || r.Status != http.StatusUnauthorized {
		t.Errorf("a service whose credential was revoked is answered: %+v", r)
	}
}

// active fails the test unless the answer says whose token it is.
func active(t *testing.T, r response, v token, username, scope string) {
	t.Helper()
	got := []string{r.Error, r.Claims.ClientID, r.Claims.Username, r.Claims.Scope, r.Claims.TokenType, r.Cache}
	if want := []string{"", v.number, username, scope, "Bearer", "no-store"}; !r.Claims.Active || !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q and active", username, got, want)
	}
	if r.Claims.Sub == "" || r.Claims.IssuedAt == 0 {
		t.Errorf("%s: sub is %q and iat %d", username, r.Claims.Sub, r.Claims.IssuedAt)
	}
}

// inactive fails the test unless the answer says nothing but that.
func inactive(t *testing.T, r response, why string) {
	t.Helper()
	want := response{Cache: "no-store"}
	if r != want {
		t.Errorf("%s: %+v, want an answer that is not active and says nothing else", why, r)
	}
}
