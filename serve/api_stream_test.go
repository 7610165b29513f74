package serve

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/remote/wire"
)

// following reads the stream of changes, line by line.
func following(t *testing.T, m *managed, u model.UserID) <-chan string {
	t.Helper()
	res := m.ask(u, http.MethodGet, "/v1/follow", "")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != wire.JSONLines {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			lines <- in.Text()
		}
	}()
	return lines
}

func next(t *testing.T, lines <-chan string) (string, bool) {
	t.Helper()
	select {
	case line, open := <-lines:
		return line, open
	case <-time.After(20 * time.Second):
		t.Fatal("nothing comes")
	}
	return "", false
}

// until reads on to a line, or to the end when that is wanted.
func until(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	for {
		switch line, open := next(t, lines); {
		case !open && want == "":
			return
		case !open:
			t.Fatalf("it ended before %s", want)
		case line == want && want != "":
			return
		}
	}
}

func TestAPIFollow(t *testing.T) {
	m := newManaged(t)
	lines := following(t, m, apiBen)
	until(t, lines, fmt.Sprintf(`{"seq":%d}`, m.store.Health().Seq))
	m.change(model.CreateToken{Kind: model.AgentToken})
	until(t, lines, fmt.Sprintf(`{"seq":%d}`, m.store.Health().Seq))
	m.change(model.Revoke{Token: 2}) // by which ben came
	until(t, lines, "")
}

func TestAPIFollowBeatsAndEnds(t *testing.T) {
	m := newManaged(t)
	a := API(m.store, Bearers(m.store, nil), nil).(*api)
	a.beat = 10 * time.Millisecond
	end := make(chan struct{})
	m.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.ServeHTTP(w, r.WithContext(WithEnd(r.Context(), end)))
	})
	lines := following(t, m, apiEva)
	next(t, lines)
	for range 3 {
		if line, open := next(t, lines); line != "" || !open {
			t.Errorf("%q, %v: no beat", line, open)
		}
	}
	close(end)
	until(t, lines, "")
	used, err := m.store.Usage(t.Context(), actor(apiAna), 3)
	if err != nil || used.All.Count != 1 {
		t.Errorf("following counts as %d uses, %v", used.All.Count, err)
	}
}

// slow is a store whose history is read until it is told to be done.
type slow struct {
	*store.Store
	reads   atomic.Int32
	reading chan struct{}
	done    chan struct{}
	checked atomic.Bool
}

func (s *slow) CheckHistory(context.Context) error {
	s.reads.Add(1)
	s.reading <- struct{}{}
	<-s.done
	s.checked.Store(true)
	return nil
}

func (s *slow) Health() model.Health { return model.Health{Checking: !s.checked.Load()} }

// Every screen asks for the history to be checked; it is read once for all of them.
func TestAPIReadsHistoryOnce(t *testing.T) {
	m := newManaged(t)
	s := &slow{Store: m.store, reading: make(chan struct{}, 9), done: make(chan struct{})}
	a := API(s, known(apiBen), nil)
	answered := make(chan int, 3)
	for range 3 {
		go func() {
			w := httptest.NewRecorder()
			a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/history/check", nil))
			answered <- w.Code
		}()
	}
	<-s.reading
	close(s.done)
	for range 3 {
		if code := <-answered; code != http.StatusOK {
			t.Error(code)
		}
	}
	if n := s.reads.Load(); n != 1 {
		t.Errorf("it was read %d times", n)
	}
}
