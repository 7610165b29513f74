package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/remote/wire"
)

// Whatever is sent to the management API, it does not panic, blames the store for nothing,
// answers as it says it does, and has no secret in an answer but that to a reveal.
func FuzzAPI(f *testing.F) {
	for _, a := range everyRoute {
		method, path, body := a.split()
		path, query, _ := strings.Cut(path, "?")
		f.Add(uint8(a.who), method, path, query, body, wire.JSON, "")
	}
	f.Add(uint8(1), "POST", "/v1/tokens", "", `{"kind":"agent"}`, "application/json;charset=utf-8", strings.Repeat("12", 16))
	f.Add(uint8(2), "GET", "/v1/follow", "", "", "", "")
	f.Add(uint8(1), "GET", "/v1/tokens/find", "kind=agent&sort=description&filter=%f0%9f%98%80", "", "", "")
	m := newManaged(f)
	m.change(model.CreateToken{Kind: model.AgentToken})
	var log bytes.Buffer
	fuzzed := API(m.store, fuzzedDoor{}, slog.New(slog.NewTextHandler(&log, nil))).(*api)
	fuzzed.beat = time.Millisecond
	f.Fuzz(func(t *testing.T, who uint8, method, path, query, body, kind, number string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if path == wire.Follow.Pattern {
			ctx, cancel = context.WithTimeout(t.Context(), 3*time.Millisecond)
			defer cancel()
		}
		r := (&http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}, Host: "x",
			Body: io.NopCloser(strings.NewReader(body))}).WithContext(ctx)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Who", string(rune('0'+who%4)))
		if number != "" {
			r.Header[wire.RequestHeader] = []string{number}
		}
		w := httptest.NewRecorder()
		fuzzed.ServeHTTP(w, r)
		m.answeredWell(t, path, w, &log)
	})
}

// answeredWell looks at an answer.
func (m *managed) answeredWell(t *testing.T, path string, w *httptest.ResponseRecorder, log *bytes.Buffer) {
	t.Helper()
	got := w.Body.String()
	if w.Code >= 500 || log.Len() > 0 {
		t.Fatalf("%d %s\n%s", w.Code, got, log)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", w.Header())
	}
	if w.Code >= 400 {
		var p wire.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Detail == "" || w.Header().Get("Content-Type") != wire.ProblemJSON {
			t.Errorf("%d %s, %v", w.Code, got, err)
		}
	}
	if strings.HasSuffix(path, "/reveal") && w.Code == http.StatusOK {
		return
	}
	for _, value := range m.values {
		if strings.Contains(got, value) {
			t.Errorf("a secret is in the answer: %s", strings.ReplaceAll(got, value, "[here]"))
		}
	}
}

// fuzzedDoor believes what a header says.
type fuzzedDoor struct{}

func (fuzzedDoor) Who(r *http.Request) (model.Actor, error) {
	who := model.UserID(r.Header.Get("Who")[0] - '0')
	if who == 0 {
		return model.Actor{}, model.ErrCredential
	}
	return actor(who), nil
}

func (d fuzzedDoor) Still(r *http.Request) (model.Actor, error) { return d.Who(r) }
