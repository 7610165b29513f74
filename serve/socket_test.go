package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/remote"
)

// atSocket is a handler at a socket.
func atSocket(t testing.TB, path string, h http.Handler, o SocketOptions) *Socket {
	t.Helper()
	s, err := Listen(path, h, o)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve() }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-ended); err != nil {
			t.Error(err)
		}
	})
	return s
}

// who answers with the peer's account and process.
var who = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if p, ok := PeerOf(r.Context()); !ok || p.UID != uint32(os.Geteuid()) || p.PID != os.Getpid() {
		w.WriteHeader(http.StatusTeapot)
	}
})

func get(t testing.TB, path string) (int, error) {
	t.Helper()
	c := remote.SocketClient(path)
	defer c.CloseIdleConnections()
	res, err := c.Get(remote.SocketBase + "/")
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

func TestSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	s := atSocket(t, path, who, SocketOptions{})
	if status, err := get(t, path); status != http.StatusOK || err != nil {
		t.Errorf("%d, %v: the kernel says another account or process", status, err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("more than the socket is there: %v", names)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after closing: %v", err)
	}
}

func TestSocketForAGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	atSocket(t, path, who, SocketOptions{Mode: 0o660})
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A holder that was killed leaves its socket; whoever comes next replaces it. The one
// before, should it still be there, does not take the new one away.
func TestSocketLeftBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	first := atSocket(t, path, http.NotFoundHandler(), SocketOptions{})
	atSocket(t, path, who, SocketOptions{})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if status, err := get(t, path); status != http.StatusOK || err != nil {
		t.Errorf("%d, %v", status, err)
	}
}

func TestSocketWhereSomethingElseIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Listen(path, who, SocketOptions{}); err == nil {
		t.Error("it was replaced", s.Close())
	}
	if kept, err := os.ReadFile(path); string(kept) != "precious" {
		t.Errorf("%q, %v", kept, err)
	}
}

func TestSocketAtALongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "socket")
	atSocket(t, path, who, SocketOptions{})
	if status, err := get(t, path); status != http.StatusOK || err != nil {
		t.Errorf("%d, %v", status, err)
	}
}

func TestSocketCountsOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	told := make(chan int, 16)
	s := atSocket(t, path, who, SocketOptions{Others: func(n int) { told <- n }})
	first, second := dial(t, path), dial(t, path)
	next := func(want int) {
		t.Helper()
		select {
		case n := <-told:
			if n != want || len(s.Attached()) != want {
				t.Errorf("told of %d, and %v are there; want %d", n, s.Attached(), want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("not told of %d", want)
		}
	}
	next(1) // both are this process
	first.Close()
	second.Close()
	next(0)
}

func dial(t testing.TB, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// What is being answered when the socket is closed is answered.
func TestSocketClosesGracefully(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	began, finish := make(chan struct{}), make(chan struct{})
	var ended atomic.Bool
	s := atSocket(t, path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		ended.Store(r.Context().Err() != nil)
	}), SocketOptions{})
	answered := make(chan int, 1)
	go func() {
		status, _ := get(t, path)
		answered <- status
	}()
	<-began
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := os.Lstat(path); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the socket stayed")
		}
	}
	close(finish)
	if status := <-answered; status != http.StatusOK || ended.Load() {
		t.Errorf("%d, its context ended: %v", status, ended.Load())
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// accounts binds accounts to users, as a store does.
type accounts map[uint32]model.UserID

func (a accounts) Identify(uid uint32, source model.Source, account string) (model.Actor, error) {
	if id, ok := a[uid]; ok {
		return model.Actor{User: id, Source: source}, nil
	}
	return model.Actor{}, &model.UnknownUserError{Account: account, Organization: "acme"}
}

func TestPeersAreIdentified(t *testing.T) {
	bound := accounts{1000: 3}
	looked := 0
	door := Peers(bound, func(uint32) string { looked++; return "somebody" })
	as := func(uid uint32, source string) (model.Actor, error) {
		r, err := http.NewRequestWithContext(context.WithValue(t.Context(), peerKey{}, Peer{UID: uid, PID: 7}), http.MethodGet, "/v1/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Jeton-Source", source)
		return door.Who(r)
	}
	for header, want := range map[string]model.Source{
		"terminal pts%2F3 from 10.0.0.7":       {Door: model.DoorTerminal, Origin: "pts/3 from 10.0.0.7"},
		"ssh":                                  {Door: model.DoorSSH},
		"":                                     {Door: model.DoorCommand},
		"http pts%2F3":                         {Door: model.DoorCommand, Origin: "pts/3"},
		"program x":                            {Door: model.DoorCommand, Origin: "x"},
		"terminal %1b]52;c;aGk=%07":            {Door: model.DoorTerminal},
		"terminal %zz":                         {Door: model.DoorTerminal},
		"terminal " + strings.Repeat("x", 300): {Door: model.DoorTerminal},
	} {
		if got, err := as(1000, header); got != (model.Actor{User: 3, Source: want}) || err != nil {
			t.Errorf("%q: %+v, %v", header, got, err)
		}
	}
	if looked > 0 {
		t.Errorf("the account of somebody known was looked up %d times", looked)
	}
	for _, header := range []string{"Authorization", "Dagster-Cloud-Api-Token"} {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), peerKey{}, Peer{UID: 1000, PID: 7}), http.MethodGet, "/v1/session", nil)
		r.Header.Set(header, "Bearer x")
		if a, err := door.Who(r); !errors.Is(err, model.ErrCredential) || !strings.Contains(err.Error(), "send no token") {
			t.Errorf("with %s: %+v, %v", header, a, err)
		}
	}
	var unknown *model.UnknownUserError
	if _, err := as(0, "terminal"); !errors.As(err, &unknown) || unknown.Account != "somebody" {
		t.Errorf("root: %v", err)
	}
	delete(bound, 1000) // by an Organization Admin, while the peer is connected
	if _, err := as(1000, "terminal"); !errors.As(err, &unknown) {
		t.Errorf("no longer bound: %v", err)
	}
	r, _ := http.NewRequest(http.MethodGet, "/v1/session", nil)
	if _, err := door.Who(r); !errors.Is(err, model.ErrCredential) {
		t.Errorf("no peer: %v", err)
	}
}
