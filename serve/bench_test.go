package serve

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"jeton/model"
)

const benchConnections = 64

// BenchmarkAuth asks /auth over keep-alive connections, and in turns a handler that answers
// 204 to the same request and does nothing else. It reports requests a second as a part of
// those of that handler (limit: at least 0.8), and the 99th percentile as a multiple of its
// (limit: at most 1.5).
func BenchmarkAuth(b *testing.B) {
	k := newKept(b)
	_, value := k.create(model.AgentToken)
	ask := "GET /auth HTTP/1.1\r\nHost: jeton\r\nAuthorization: Bearer " + value + "\r\nJeton-Deployment: prod\r\nJeton-Agent: agent-1\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	compare(b, bare, k.doors, ask)
}

// BenchmarkIntrospect does the same with /introspect and a handler that reads the same form
// and writes the same JSON (limit: at least 0.7).
func BenchmarkIntrospect(b *testing.B) {
	k := newKept(b)
	_, service := k.create(model.ServiceToken)
	_, value := k.create(model.AgentToken)
	form := "token=" + value
	ask := fmt.Sprintf("POST /introspect HTTP/1.1\r\nHost: jeton\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", service, formType, len(form), form)
	said := httptest.NewRecorder()
	k.doors.ServeHTTP(said, introspection1(service, form))
	if said.Code != 200 || said.Body.Len() < 50 {
		b.Fatalf("%d %s", said.Code, said.Body)
	}
	body := said.Body.Bytes()
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.PostForm.Get("token") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})
	compare(b, bare, k.doors, ask)
}

// compare asks both in turns, so that what else the machine does is in both.
func compare(b *testing.B, bare, doors http.Handler, ask string) {
	b.Helper()
	var all [2]measured
	var urls [2]string
	for i, h := range []http.Handler{bare, doors} {
		s := httptest.NewServer(h)
		defer s.Close()
		urls[i] = s.Listener.Addr().String()
		load(b, urls[i], ask, 2000) // the first connections, and what is kept after the first time
	}
	b.ResetTimer()
	const turns = 20
	var rates, tails, work []float64 // of each turn, as a part of the bare ones
	for turn := range turns {
		var now [2]measured
		for i := range urls {
			at := (turn + i) % 2
			now[at] = load(b, urls[at], ask, max(b.N/turns, 64))
			all[at].add(now[at])
		}
		rates = append(rates, now[1].rate()/now[0].rate())
		tails = append(tails, float64(now[1].p99())/float64(now[0].p99()))
		work = append(work, now[0].each()/now[1].each())
	}
	b.ReportMetric(all[0].rate(), "bare/s")
	b.ReportMetric(all[1].rate(), "doors/s")
	b.ReportMetric(median(rates), "of-bare")
	b.ReportMetric(median(tails), "p99-of-bare")
	b.ReportMetric(median(work), "of-bare-by-cpu")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// measured is how long requests took.
type measured struct {
	took  []time.Duration
	total time.Duration
	cpu   time.Duration // of this process, which is the client too
}

func (m *measured) add(o measured) { m.took, m.total = append(m.took, o.took...), m.total+o.total }

// each is the processor time of one request. On a machine that does something else as well
// it says what the rate would be without.
func (m *measured) each() float64 { return float64(m.cpu) / float64(len(m.took)) }

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (m *measured) rate() float64 { return float64(len(m.took)) / m.total.Seconds() }

func (m *measured) p99() time.Duration {
	slices.Sort(m.took)
	return m.took[len(m.took)*99/100]
}

// load asks n times over connections that are kept.
func load(b *testing.B, addr, ask string, n int) measured {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	took := make([][]time.Duration, benchConnections)
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	conns := make([]net.Conn, benchConnections)
	for i := range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		conns[i] = c
	}
	began, worked := time.Now(), processorTime(b)
	for i, c := range conns {
		all.Go(func() {
			var err error
			if took[i], err = askOn(c, []byte(ask), &left); err != nil {
				failed.Store(&err)
			}
		})
	}
	all.Wait()
	total, cpu := time.Since(began), processorTime(b)-worked
	for _, c := range conns {
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	return measured{took: slices.Concat(took...), total: total, cpu: cpu}
}

// askOn asks on one connection while there is something left to ask. It reads answers as
// cheaply as it can: what it costs is in both figures.
func askOn(c net.Conn, ask []byte, left *atomic.Int64) (took []time.Duration, err error) {
	r := bufio.NewReaderSize(c, 4<<10)
	for left.Add(-1) >= 0 {
		began := time.Now()
		if _, err := c.Write(ask); err != nil {
			return nil, err
		}
		if err := skipAnswer(r); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

func skipAnswer(r *bufio.Reader) error {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 20")) {
			return fmt.Errorf("answered %q", line)
		}
		if n, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if _, err := fmt.Sscan(string(n), &length); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err := io.CopyN(io.Discard, r, int64(length))
			return err
		}
	}
}
