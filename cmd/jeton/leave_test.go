package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestOneSignalTwice sends what timeout sends, a signal to the process and at once another by
// way of its group: jeton serve ends in order all the same, and keeps what it has counted.
func TestOneSignalTwice(t *testing.T) {
	env := founded(t)
	out, errs, code := command(t, env, "token", "create", "--agent", "--reveal")
	if code != 0 {
		t.Fatal(errs)
	}
	addr := freeAddr(t)
	server := start(t, 200, 24, env, jeton(t), "serve", "--http", addr)
	await(t, "it is ready", patience, func() bool { return strings.Contains(server.stderr.String(), "ready: tokens are checked") })
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/auth", nil)
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Authorization", "Bearer "+strings.TrimSpace(out))
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("answered %s", answer.Status)
	}
	server.signal(syscall.SIGTERM)
	server.signal(syscall.SIGINT) // another: two of the same may arrive as one
	if code := server.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, server.stderr.String())
	}
	if out, _, _ := command(t, env, "token", "list", "--json"); !strings.Contains(out, `"last_used_at":"`) {
		t.Errorf("that it was used is forgotten: %s", out)
	}
}
