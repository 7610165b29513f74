package serve

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"jeton/model"
)

func TestHealth(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	damage := &model.DamageError{What: "journal/000001 at byte 77", Next: "restore"}
	for name, test := range map[string]struct {
		health model.Health
		status int
		says   string
	}{
		"well":            {model.Health{Compared: true}, 200, "ready\n"},
		"checking":        {model.Health{Compared: true, Checking: true}, 200, "ready\n"},
		"journal damaged": {model.Health{Compared: true, Damage: damage}, 200, "ready\n"},
		"not compared":    {model.Health{}, 503, "being compared"},
		"disk full":       {model.Health{LowSpace: true}, 503, "free some space"},
		"state damaged":   {model.Health{Damage: damage}, 503, "open it again"},
	} {
		w.setHealth(test.health)
		w.doors.Look()
		out := w.do(t, request("GET", "/readyz", ""))
		if out.Code != test.status || !strings.Contains(out.Body.String(), test.says) || strings.Contains(out.Body.String(), "000001") {
			t.Errorf("%s: %d %s", name, out.Code, out.Body)
		}
		if (out.Header().Get("Retry-After") != "") != (out.Code == 503) {
			t.Errorf("%s: Retry-After %q", name, out.Header().Get("Retry-After"))
		}
		if out := w.do(t, request("GET", "/healthz", "")); out.Code != 200 {
			t.Errorf("%s: healthz %d", name, out.Code)
		}
	}
	if n := strings.Count(w.log.String(), "ready"); n < 2 {
		t.Errorf("the log does not say when it was ready: %s", w.log)
	}
}

func TestPathsAndMethods(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	for target, want := range map[string]int{
		"GET /": 404, "GET /auth/": 404, "GET /auth/x": 404, "GET //auth": 404, "GET /AUTH": 404, "GET /%61uth": 401, "OPTIONS *": 404,
		"GET /v1": 404, "GET /v1/": 404, "GET /v1/tokens": 404, "GET /metrics/": 404, "POST /healthz": 405, "DELETE /readyz": 405,
		"POST /metrics": 405, "HEAD /readyz": 200, "HEAD /metrics": 200, "GET /introspect": 405, "GET /token-review": 405,
	} {
		method, path, _ := strings.Cut(target, " ")
		out := w.do(t, request(method, path, ""))
		if out.Code != want || (out.Header().Get("Allow") != "") != (want == 405) {
			t.Errorf("%s: %d, Allow %q, want %d", target, out.Code, out.Header().Get("Allow"), want)
		}
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t, DoorOptions{API: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })})
	for _, value := range []string{w.org, w.org, w.revoked, w.unknown, "nonsense"} {
		w.do(t, request("GET", "/auth", "", "Authorization", "Bearer "+value))
	}
	w.do(t, introspection1(w.service, "token="+w.limited+"&deployment=staging"))
	w.do(t, request("GET", "/"+w.org[:8], ""))
	w.do(t, request("GET", "/v1/tokens", ""))
	w.setHealth(model.Health{Compared: true, LowSpace: true, Events: 41, Damage: &model.DamageError{}})
	page := w.do(t, request("GET", "/metrics", "")).Body.String()
	for _, want := range []string{
		`jeton_requests_total{door="auth",status="204"} 2`, `jeton_requests_total{door="auth",status="401"} 3`,
		`jeton_requests_total{door="introspect",status="200"} 1`, `jeton_requests_total{door="none",status="404"} 1`,
		`jeton_requests_total{door="api",status="other"} 1`, `jeton_request_duration_seconds_count{door="auth"} 5`,
		`jeton_verdicts_total{standing="good"} 2`, `jeton_verdicts_total{standing="revoked"} 1`, `jeton_verdicts_total{standing="unknown"} 2`,
		`jeton_verdicts_total{standing="out of reach"} 1`, `jeton_limited_total{step="slowed"} 0`, "jeton_ready 1", "jeton_store_low_space 1",
		"jeton_store_damaged 1", "jeton_store_checking 0", "jeton_store_events_total 41", "go_goroutines ", "process_open_fds ",
	} {
		if !strings.Contains(page, "\n"+want) {
			t.Errorf("no line %s", want)
		}
	}
	for label := range regexpLabels(page) {
		switch label {
		case "door", "status", "standing", "step", "le", "quantile", "version":
		default:
			t.Errorf("label %s", label)
		}
	}
}

func regexpLabels(page string) map[string]bool {
	out := map[string]bool{}
	for _, found := range regexp.MustCompile(`[{,]([a-z_]+)="`).FindAllStringSubmatch(page, -1) {
		out[found[1]] = true
	}
	return out
}

func TestAMistakeIsOneAnswer(t *testing.T) {
	w := newWorld(t, DoorOptions{API: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("with a secret in it") })})
	out := w.do(t, request("GET", "/v1/tokens", ""))
	log := w.log.String()
	if out.Code != 503 || !strings.Contains(log, "a mistake in jeton") || strings.Contains(log, "with a secret") {
		t.Errorf("%d %s", out.Code, log)
	}
	s := httptest.NewServer(NewDoors(newFake(), DoorOptions{API: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })}))
	defer s.Close()
	if r, err := http.Get(s.URL + "/v1/tokens"); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close() // it was not meant to come
		t.Errorf("answered %s, want a connection that breaks off", r.Status)
	}
}
