package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// started runs doors to a fake until the test ends.
type started struct {
	*world
	addr string
	stop func() error // stops it and returns what Run did
}

func start(t *testing.T, o Options) *started {
	t.Helper()
	w := newWorld(t, DoorOptions{})
	o.Store, o.Log = w.fake, slog.New(slog.NewJSONHandler(w.log, nil))
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	at := make(chan net.Addr, 1)
	o.Started = func(a net.Addr) { at <- a }
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	s := &started{world: w}
	stopped := false
	s.stop = func() error {
		cancel()
		if stopped {
			return nil
		}
		stopped = true
		return <-ended
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	select {
	case a := <-at:
		s.addr = a.String()
	case err := <-ended:
		stopped = true
		t.Fatalf("did not start: %v", err)
	case <-time.After(10 * time.Second):
		t.Fatal("did not start within 10 s")
	}
	return s
}

// eventually polls until what is true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-tick.C {
		if is() {
			return
		}
	}
	t.Fatalf("not within 10 s: %s", what)
}

func TestRunComparesThenIsReady(t *testing.T) {
	s := start(t, Options{})
	get := func(path string) int {
		r, err := http.Get("http://" + s.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if err := r.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return r.StatusCode
	}
	eventually(t, "ready", func() bool { return get("/readyz") == 200 })
	s.setBroken(errBroken) // the store still says it is well: only what asks it fails
	if got := get("/readyz"); got != 200 {
		t.Errorf("readyz %d", got)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"msg":"serving"`, `"msg":"stopping"`, `"msg":"stopped"`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("log has no %s: %s", want, s.log)
		}
	}
	if _, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
		t.Error("still accepts connections")
	}
}

// TestRunEndsWithItsListener has a listener fail: those who are connected do not stay behind.
func TestRunEndsWithItsListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, DoorOptions{})
	ended := make(chan error, 1)
	go func() { ended <- Run(t.Context(), Options{Store: w.fake, Listener: l}) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: jeton\r\n\r\n")
	r, err := http.ReadResponse(answers, nil)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(r, err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "serve on "+l.Addr().String()) {
		t.Errorf("ended with %v", err)
	}
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := answers.ReadByte(); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
}

func TestOnlyLoopbackWithoutTLS(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		err := Run(t.Context(), Options{Store: newFake(), Addr: addr})
		if err == nil || !strings.Contains(err.Error(), "--tls-cert") {
			t.Errorf("%s: %v", addr, err)
		}
	}
	s := start(t, Options{Addr: "0.0.0.0:0", Insecure: true})
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

// answer reads one answer of a connection, or says how it ended.
func answer(t *testing.T, c net.Conn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		if os.IsTimeout(err) {
			t.Fatal("neither answered nor closed within 10 s")
		}
		return "closed"
	}
	return fmt.Sprint(r.StatusCode)
}

func TestConnectionsThatAskTooMuch(t *testing.T) {
	s := start(t, Options{patience: patience{read: 150 * time.Millisecond, write: time.Second, idle: 150 * time.Millisecond}})
	eventually(t, "ready", func() bool { return s.doorsOpen(t) })
	auth := "GET /auth HTTP/1.1\r\nHost: jeton\r\nAuthorization: Bearer " + s.org + "\r\n"
	form := "POST /introspect HTTP/1.1\r\nHost: jeton\r\nContent-Type: " + formType + "\r\nAuthorization: Bearer " + s.service + "\r\n"
	for name, test := range map[string]struct {
		send string
		want string
	}{
		"good":                       {auth + "\r\n", "204"},
		"slow headers":               {auth, "closed"},
		"slow first line":            {"GET /au", "400"},
		"nothing":                    {"", "closed"},
		"headers of 1 MB":            {auth + "X: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "431"},
		"a body that never comes":    {strings.Replace(auth, "GET", "POST", 1) + "Content-Length: 5000\r\n\r\n", "204"},
		"a form that never comes":    {form + "Content-Length: 60\r\n\r\ntoken=", "400"},
		"a form too long":            {form + "Content-Length: 99999999\r\n\r\ntoken=", "413"},
		"a form too long, in chunks": {form + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("4000\r\n"+strings.Repeat("x", 0x4000)+"\r\n", 5) + "0\r\n\r\n", "413"},
		"both lengths":               {form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
		"not HTTP":                   {"\x16\x03\x01\x02\x00\x01\r\n\r\n", "400"},
		"no host":                    {"GET /auth HTTP/1.1\r\n\r\n", "400"},
		"a header on two lines":      {auth + " more\r\n\r\n", "401"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", s.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }() // it may be closed from the other side
			if _, err := io.WriteString(c, test.send); err != nil && test.want != "431" {
				t.Fatal(err)
			}
			if got := answer(t, c); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
	for _, value := range s.values() {
		if strings.Contains(s.log.String(), value) {
			t.Fatalf("a value is in the log: %s", s.log)
		}
	}
}

func (s *started) doorsOpen(t *testing.T) bool {
	t.Helper()
	r, err := http.Get("http://" + s.addr + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	if err := r.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode == 200
}

func TestStoppingFinishesWhatIsAnswered(t *testing.T) {
	came, goOn := make(chan struct{}), make(chan struct{})
	api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(came)
		<-goOn
		w.WriteHeader(http.StatusCreated)
	})
	s := start(t, Options{DoorOptions: DoorOptions{API: api}, Grace: 10 * time.Second})
	got := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + s.addr + "/v1/tokens")
		if err != nil {
			got <- err.Error()
			return
		}
		got <- r.Status
		_ = r.Body.Close() // it is empty
	}()
	<-came
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	eventually(t, "stopping", func() bool { return strings.Contains(s.log.String(), "stopping") })
	close(goOn)
	if status := <-got; status != "201 Created" {
		t.Errorf("answered %s", status)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStoppingEndsStreamsAtOnce(t *testing.T) {
	came := make(chan struct{})
	api := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(came)
		<-ended(r.Context())
	})
	s := start(t, Options{DoorOptions: DoorOptions{API: api}, Grace: time.Hour})
	got := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + s.addr + "/v1/follow")
		if err != nil {
			got <- err.Error()
			return
		}
		got <- r.Status
		_ = r.Body.Close() // it is empty
	}()
	<-came
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if status := <-got; status != "200 OK" {
		t.Errorf("answered %s", status)
	}
}

func TestStoppingEndsWhatGoesOn(t *testing.T) {
	came, ended := make(chan struct{}), make(chan struct{})
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
		close(came)
		<-r.Context().Done()
		close(ended)
	})
	s := start(t, Options{DoorOptions: DoorOptions{API: api}, Grace: 200 * time.Millisecond})
	r, err := http.Get("http://" + s.addr + "/v1/follow")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }() // it was cut off
	<-came
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}
