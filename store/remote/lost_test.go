package remote_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/remote"
)

var (
	ana      = model.Actor{User: 1, Source: model.Source{Door: model.DoorTerminal}}
	adding   = model.AddDeployment{Name: "prod"}
	patience = 20 * time.Second
)

// gone checks that a call ended because nobody answered, and what is known of a change.
func gone(t *testing.T, what string, err error, sent bool) {
	t.Helper()
	var g *model.GoneError
	if !errors.As(err, &g) || !errors.Is(err, model.ErrGone) || g.Sent != sent {
		t.Errorf("%s: %#v %v, want sent: %v", what, err, err, sent)
	}
}

func both(t *testing.T, far *remote.Store, sent bool) {
	t.Helper()
	_, err := far.Session(context.Background(), ana)
	gone(t, "read", err, false)
	_, _, err = far.Change(context.Background(), ana, model.Request{1}, adding)
	gone(t, "change", err, sent)
	_, err = far.Reveal(context.Background(), ana, model.Request{1}, model.Reveal{Token: 1})
	gone(t, "reveal", err, sent)
}

func TestNobodyThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	far := remote.New(remote.SocketClient(path), remote.SocketBase, remote.Options{})
	both(t, far, false)
	if h := far.Health(); h.Seq != 0 || h.Notice == "" {
		t.Errorf("%+v", h)
	}
	for range far.Follow(context.Background()) { // it ends, or the test does not
	}
}

// raw answers each connection with a function, once the request was read, and hangs up.
func raw(t *testing.T, answer func(net.Conn)) *remote.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err == nil {
					_, err = io.Copy(io.Discard, r.Body)
				}
				if err == nil {
					answer(c)
				}
			}()
		}
	}()
	return remote.New(remote.SocketClient(path), remote.SocketBase, remote.Options{})
}

func TestHangsUp(t *testing.T) {
	both(t, raw(t, func(net.Conn) {}), true)
}

func TestBreaksOff(t *testing.T) {
	both(t, raw(t, func(c net.Conn) {
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"event\":")
	}), true)
}

// What is not jeton's answer leaves open what became of a change, and is not shown.
func TestSomethingElseAnswers(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"a proxy's page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "\x1b[2Jbad gateway")
		},
		"another program's JSON": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `["\u001b[2J"]`)
		},
		"no record": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"event":{"door":"\u001b[2J"},"user":7}`)
		},
		"a broken problem": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"detail":["\u001b[2J"`)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/v1/session", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(h)
			defer srv.Close()
			far := remote.New(srv.Client(), srv.URL, remote.Options{})
			both(t, far, true)
			if _, _, err := far.Change(context.Background(), ana, model.Request{1}, adding); strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%q", err)
			}
		})
	}
}

// TestShutOut is refused before anything is done, by jeton or what stands before it.
func TestShutOut(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":"slow_down","error_description":"wait"}`)
	}))
	defer srv.Close()
	far := remote.New(srv.Client(), srv.URL, remote.Options{})
	both(t, far, false)
	if _, err := far.Session(context.Background(), ana); err == nil || !strings.Contains(err.Error(), "from this address that was refused: wait") {
		t.Errorf("said %v", err)
	}
}

// A redirect is not followed: it would carry the token to somewhere else.
func TestRedirectsKeepTheToken(t *testing.T) {
	followed := make(chan struct{}, 9)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed <- struct{}{} }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	far := remote.New(srv.Client(), srv.URL, remote.Options{Token: model.SecretOf("jtu_x")})
	both(t, far, true)
	if len(followed) > 0 {
		t.Error("it was followed")
	}
}

// Giving a store up ends everything that waits for it.
func TestCloseEndsWhatWaits(t *testing.T) {
	asked := make(chan struct{}, 9)
	stuck := make(chan struct{})
	far := raw(t, func(net.Conn) { asked <- struct{}{}; <-stuck })
	defer close(stuck)
	failed := make(chan error, 2)
	go func() { _, err := far.Session(context.Background(), ana); failed <- err }()
	go func() { _, _, err := far.Change(context.Background(), ana, model.Request{1}, adding); failed <- err }()
	news := far.Follow(context.Background())
	for range 3 {
		<-asked
	}
	if err := far.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		select {
		case err := <-failed:
			if !errors.Is(err, model.ErrGone) {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatal("it still waits")
		}
	}
	for range news { // it ends, or the test does not
	}
}

// A context that ends while a change is on its way leaves its outcome unknown, as in a
// store here.
func TestCanceledOnTheWay(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	stuck := make(chan struct{})
	far := raw(t, func(net.Conn) { cancel(); <-stuck })
	defer close(stuck)
	_, _, err := far.Change(ctx, ana, model.Request{1}, adding)
	if !errors.Is(err, model.ErrUnknown) || !errors.Is(err, context.Canceled) || errors.Is(err, model.ErrGone) {
		t.Errorf("change: %v", err)
	}
	if _, err := far.Session(ctx, ana); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
}

// A value that somebody typed into a filter goes nowhere: addresses are written down.
func TestValuesStayOutOfAddresses(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }))
	defer srv.Close()
	far := remote.New(srv.Client(), srv.URL, remote.Options{})
	typed := "x jta_" + strings.Repeat("0", 49)
	var rule *model.RuleError
	if _, err := far.FindTokens(context.Background(), ana, model.TokenQuery{Kind: model.AgentToken, Filter: typed}, 0); !errors.As(err, &rule) {
		t.Errorf("tokens: %v", err)
	}
	if _, err := far.Events(context.Background(), ana, model.EventQuery{Filter: typed}); !errors.As(err, &rule) {
		t.Errorf("events: %v", err)
	}
}
