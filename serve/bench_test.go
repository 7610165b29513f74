package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"jeton/model"
	"jeton/serve/servetest"
)

// BenchmarkAuth asks /auth over 64 keep-alive connections, and in turns a handler that
// answers 204 to the same request and does nothing else. It reports requests a second as a
// part of those of that handler (limit: at least 0.8), the 99th percentile as a multiple of
// its (limit: at most 1.5), and requests by processor time as a part of those of that handler.
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
	asks := slices.Repeat([]string{ask}, 64)
	load := func(addr string, n int) servetest.Load {
		l, err := servetest.Ask(addr, asks, n)
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	var addrs [2]string
	for i, h := range []http.Handler{bare, doors} {
		s := httptest.NewServer(h)
		defer s.Close()
		addrs[i] = s.Listener.Addr().String()
		load(addrs[i], 2000) // what is kept after the first time
	}
	b.ResetTimer()
	const turns = 20
	var rates, tails, work []float64 // of each turn, as a part of the bare ones
	for turn := range turns {
		var now [2]servetest.Load
		for i := range addrs {
			at := (turn + i) % 2
			now[at] = load(addrs[at], max(b.N/turns, len(asks)))
		}
		rates = append(rates, now[1].Rate()/now[0].Rate())
		tails = append(tails, float64(now[1].P99())/float64(now[0].P99()))
		work = append(work, float64(now[0].Work())/float64(now[1].Work()))
	}
	b.ReportMetric(median(rates), "of-bare")
	b.ReportMetric(median(tails), "p99-of-bare")
	b.ReportMetric(median(work), "of-bare-by-cpu")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
