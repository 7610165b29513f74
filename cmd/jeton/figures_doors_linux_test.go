package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"jeton/model"
	"jeton/serve"
	"jeton/serve/servetest"
	"jeton/store"
)

const (
	doorConnections = 64
	doorTurns       = 12
	doorRequests    = 20_000 // in a turn
)

// answering measures the doors, on a copy of the large store, beside handlers that do
// nothing but read the same request and write the same answer.
func (f *figures) answering() {
	path := filepath.Join(f.dir, strconv.Itoa(f.count))
	dir := filepath.Join(f.dir, "doors")
	defer os.RemoveAll(dir)
	f.shell("rm", "-rf", dir)
	f.shell("mkdir", dir)
	f.shell("cp", "--archive", "--sparse=always", path, filepath.Join(dir, "store"))

	ctx := context.Background()
	began := time.Now()
	s, err := store.Open(ctx, store.Options{Dir: filepath.Join(dir, "store"), KeysetPath: path + ".keyset"})
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			f.t.Error(err)
		}
	}()
	addr, stop := f.open(s)
	defer stop()
	f.until(addr)
	f.add(fmt.Sprintf("doors ready, %d tokens", f.count), "ms", ms(time.Since(began)), 2000*max(1, float64(f.count)/1e6), "2 s a million")

	service, values := f.presented(s)
	tail := f.asked(addr, "/auth", 0.8, authAsks(values), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	f.add("/auth, 99th percentile", "x", tail, 1.5, "of the bare handler's, median of the turns")
	f.asked(addr, "/introspect", 0.7, introspectAsks(service, values), f.sameAnswer(addr, service, values[0]))
}

// open opens the doors.
func (f *figures) open(s *store.Store) (addr string, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	at, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- serve.Run(ctx, serve.Options{Store: s, Addr: "127.0.0.1:0", Started: func(a net.Addr) { at <- a }})
	}()
	select {
	case a := <-at:
		return a.String(), func() {
			cancel()
			if err := <-ended; err != nil {
				f.t.Error(err)
			}
		}
	case err := <-ended:
		cancel()
		f.t.Fatal(err)
	}
	return "", nil
}

// until waits until tokens are checked.
func (f *figures) until(addr string) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		r, err := http.Get("http://" + addr + "/readyz")
		if err != nil {
			f.t.Fatal(err)
		}
		if err := r.Body.Close(); err != nil {
			f.t.Fatal(err)
		}
		if r.StatusCode == http.StatusOK {
			return
		}
	}
	f.t.Fatal("not ready within a minute")
}

// presented makes the tokens that are presented, one for each connection.
func (f *figures) presented(s *store.Store) (service string, values []string) {
	ctx := context.Background()
	actor, err := s.Identify(uint32(os.Getuid()), model.Source{Door: model.DoorProgram}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	make1 := func(kind model.TokenKind) string {
		var number model.Request
		if _, err := rand.Read(number[:]); err != nil {
			f.t.Fatal(err)
		}
		_, made, err := s.Change(ctx, actor, number, model.CreateToken{Kind: kind})
		if err != nil {
			f.t.Fatal(err)
		}
		value, err := s.Reveal(ctx, actor, model.Request{}, model.Reveal{Token: made.(model.Token).ID})
		if err != nil {
			f.t.Fatal(err)
		}
		return value.Expose()
	}
	for range doorConnections {
		values = append(values, make1(model.AgentToken))
	}
	return make1(model.ServiceToken), values
}

func authAsks(values []string) (asks []string) {
	for i, value := range values {
		asks = append(asks, fmt.Sprintf("GET /auth HTTP/1.1\r\nHost: jeton\r\nAuthorization: Bearer %s\r\nJeton-Branch-Deployment: pr-1\r\nJeton-Agent: agent-%d\r\nX-Forwarded-For: 192.0.2.%d\r\n\r\n", value, i, i))
	}
	return asks
}

func introspectAsks(service string, values []string) (asks []string) {
	for _, value := range values {
		form := "token=" + value
		asks = append(asks, fmt.Sprintf("POST /introspect HTTP/1.1\r\nHost: jeton\r\nAuthorization: Bearer %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", service, len(form), form))
	}
	return asks
}

// sameAnswer reads the form and writes what the door answered once.
func (f *figures) sameAnswer(addr, service, value string) http.HandlerFunc {
	body := f.introspected(addr, service, value)
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.PostForm.Get("token") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // who asked reads it, or the figure is none
	}
}

// introspected is what the door answers.
func (f *figures) introspected(addr, service, value string) []byte {
	r, err := http.NewRequest(http.MethodPost, "http://"+addr+"/introspect", strings.NewReader("token="+value))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+service)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		f.t.Fatal(err)
	}
	if !strings.Contains(string(body), `"active":true`) {
		f.t.Fatalf("introspection answers %s %s", answer.Status, body)
	}
	return body
}

// asked asks the door and the bare handler in turns. It returns the 99th percentile of the
// door as a multiple of that of the other.
func (f *figures) asked(addr, path string, least float64, asks []string, bare http.HandlerFunc) (tail float64) {
	beside := httptest.NewServer(bare)
	defer beside.Close()
	addrs := []string{beside.Listener.Addr().String(), addr}
	var all [2]servetest.Load
	var tails []float64
	for turn := range doorTurns {
		var now [2]servetest.Load
		for i := range addrs {
			at := (turn + i) % 2
			l, err := servetest.Ask(addrs[at], asks, doorRequests)
			if err != nil {
				f.t.Fatalf("%s: %v", path, err)
			}
			now[at] = l
			all[at].Add(l)
		}
		tails = append(tails, float64(now[1].P99())/float64(now[0].P99()))
	}
	slices.Sort(tails)
	f.least(path+", 64 connections", "/s", all[1].Rate(), least*all[0].Rate(), fmt.Sprintf("%.1f x bare handler, %.0f/s", least, all[0].Rate()))
	f.t.Logf("%s: %v of processor time a request, bare handler %v, client in both", path, all[1].Work(), all[0].Work())
	return tails[len(tails)/2]
}
