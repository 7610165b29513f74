package serve

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/remote/wire"
	"jeton/store/seal"
)

// managed is a store behind the management API over HTTP.
type managed struct {
	t      testing.TB
	store  *store.Store
	server *httptest.Server
	values map[model.UserID]string // user tokens by which users come
}

const (
	apiAna model.UserID = 1 // Organization Admin
	apiBen model.UserID = 2 // Editor in prod
	apiEva model.UserID = 3 // no roles
)

func newManaged(t testing.TB) *managed {
	t.Helper()
	dir := t.TempDir()
	k, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	var passed atomic.Int64 // no minute ends by itself: refusals are counted by the minute
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return noon.Add(time.Duration(passed.Add(1)) * time.Microsecond) }
	o := store.Options{Dir: filepath.Join(dir, "store"), Keyset: k, Clock: clock}
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "staging"}}
	if err := store.Create(t.Context(), o, found, model.Source{Door: model.DoorProgram}); err != nil {
		t.Fatal(err)
	}
	m := &managed{t: t, values: map[model.UserID]string{}}
	if m.store, err = store.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	m.change(model.AddPerson{Login: "ben", Grants: []model.Grant{{Deployment: 1, Role: model.Editor}}})
	m.change(model.AddPerson{Login: "eva"})
	for _, u := range []model.UserID{apiAna, apiBen, apiEva} {
		m.values[u] = m.reveal(m.change(model.CreateToken{Kind: model.UserToken, Owner: u}).(model.Token).ID)
	}
	m.server = httptest.NewServer(API(m.store, Bearers(m.store, nil), nil))
	t.Cleanup(func() {
		m.server.Close()
		if err := m.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func actor(u model.UserID) model.Actor {
	return model.Actor{User: u, Source: model.Source{Door: model.DoorTerminal}}
}

func (m *managed) change(c model.Change) model.Record {
	m.t.Helper()
	_, record, err := m.store.Change(context.Background(), actor(apiAna), model.Request{}, c)
	if err != nil {
		m.t.Fatalf("%T: %v", c, err)
	}
	return record
}

func (m *managed) reveal(id model.TokenID) string {
	m.t.Helper()
	value, err := m.store.Reveal(context.Background(), actor(apiAna), model.Request{}, model.Reveal{Token: id})
	if err != nil {
		m.t.Fatal(err)
	}
	return value.Expose()
}

// ask sends a request as a user, with headers as "Name: value".
func (m *managed) ask(u model.UserID, method, path, body string, headers ...string) *http.Response {
	m.t.Helper()
	r, err := http.NewRequest(method, m.server.URL+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	if u != 0 {
		r.Header.Set("Authorization", "Bearer "+m.values[u])
	}
	if body != "" {
		r.Header.Set("Content-Type", wire.JSON)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	res, err := m.server.Client().Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// read reads an answer, which must not be kept by anyone.
func read(t testing.TB, res *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
	return string(body)
}

// problem reads an answer that is a problem.
func problem(t testing.TB, res *http.Response) (p wire.Problem) {
	t.Helper()
	body := read(t, res)
	if kind := res.Header.Get("Content-Type"); kind != wire.ProblemJSON {
		t.Fatalf("%d %s: %s", res.StatusCode, kind, body)
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != res.StatusCode || p.Title == "" || p.Detail == "" || p.Code == "" {
		t.Errorf("%d: %+v", res.StatusCode, p)
	}
	return p
}

func TestAPIRefusesWhatItDoesNotUnderstand(t *testing.T) {
	m := newManaged(t)
	value := m.values[apiAna]
	for _, c := range []struct {
		ask    string // method, path and body
		header string
		status int
		detail string // the beginning of it
	}{
		{"GET /v1", "", 404, "path not understood"},
		{"GET /v1/nothing", "", 404, "path not understood"},
		{"GET /v1/tokens/", "", 404, "path not understood"},
		{"GET //v1/tokens", "", 404, "path not understood"},
		{"GET /v1/tokens/1/../1", "", 404, "path not understood"},
		{"PUT /v1/tokens/1", "", 405, "method not understood: this path takes GET, PATCH"},
		{"BREW /v1/session", "", 405, "method not understood: this path takes GET"},
		{"GET /v1/tokens/one", "", 400, "number in the path not understood: it is no whole number of at most 64 bits"},
		{"GET /v1/tokens/01", "", 400, "number in the path not understood"},
		{"GET /v1/tokens/99999999999999999999", "", 400, "number in the path not understood"},
		{"PUT /v1/users/4294967296/active {\"active\":true}", "", 400, "number in the path not understood: it is no whole number of at most 32 bits"},
		{"GET /v1/session?x=1", "", 400, "query not understood: this takes no parameters"},
		{"GET /v1/tokens?kind=agent&limit=1001", "", 400, "limit not understood"},
		{"GET /v1/tokens?kind=agent&filter=x", "", 422, "list tokens: a filtered or sorted list has no windows: find its numbers (GET /v1/tokens/find)"},
		{"GET /v1/tokens", "", 400, "kind not understood: it is missing"},
		{"GET /v1/session?token=x", "", 400, "address not understood"},
		{"GET /v1/session?x=" + value, "", 400, "address not understood"},
		{"GET /v1/tokens/find?kind=agent&filter=a%20%6a" + value[1:], "", 400, "address not understood"},
		{"GET /v1/" + value, "", 400, "address not understood"},
		{"POST /v1/tokens {\"kind\":\"agent\"}", "Content-Type: text/plain", 415, "Content-Type not understood"},
		{"POST /v1/tokens {\"kind\":\"agent\"}", "Content-Type: application/json; charset=latin1", 415, "Content-Type not understood"},
		{"POST /v1/tokens {\"kind\":\"agents\"}", "", 400, "kind not understood"},
		{"POST /v1/tokens {}", "", 400, "kind not understood: it is missing"},
		{"POST /v1/tokens", "", 400, "kind not understood: it is missing"},
		{"POST /v1/tokens {\"kind\":\"agent\"} {}", "", 400, "body not understood"},
		{"POST /v1/tokens {\"kind\":\"agent\",\"description\":\"" + strings.Repeat("x", wire.MaxBody) + "\"}", "", 413, "body not understood"},
		{"POST /v1/tokens {\"kind\":\"agent\"}", "Idempotency-Key: 1", 400, "Idempotency-Key not understood"},
		{"POST /v1/tokens {\"kind\":\"agent\"}", "Idempotency-Key: " + strings.Repeat("0", 32), 400, "Idempotency-Key not understood"},
		{"POST /v1/tokens/1/revoke {\"yes\":true}", "", 400, "body not understood: it has a member that is not taken here: send none"},
		{"POST /v1/check {\"value\":7}", "", 400, "value not understood: it is not text"},
		{"POST /v1/check {\"value\":\"x\",\"deployment\":\"a\",\"branch_deployment\":\"b\"}", "", 400, "branch_deployment not understood"},
		{"POST /v1/check {\"value\":\"x\"}", "", 422, "not a token value"},
		{"POST /v1/whose {\"sha256\":\"abc\"}", "", 400, "sha256 not understood"},
		{"POST /v1/whose {\"last_four\":\"abcde\"}", "", 422, "find a token"},
	} {
		parts := strings.SplitN(c.ask, " ", 3)
		body := ""
		if len(parts) == 3 {
			body = parts[2]
		}
		var headers []string
		if c.header != "" {
			headers = append(headers, c.header)
		}
		p := problem(t, m.ask(apiAna, parts[0], parts[1], body, headers...))
		if p.Status != c.status || !strings.HasPrefix(p.Detail, c.detail) || strings.Contains(p.Detail, value[4:]) {
			t.Errorf("%.80s %s: %d %s, want %d %s", c.ask, c.header, p.Status, p.Detail, c.status, c.detail)
		}
	}
}

func TestAPIBearers(t *testing.T) {
	m := newManaged(t)
	agent := m.change(model.CreateToken{Kind: model.AgentToken}).(model.Token)
	revoked := m.change(model.CreateToken{Kind: model.UserToken, Owner: apiAna}).(model.Token)
	revokedValue := m.reveal(revoked.ID)
	m.change(model.Revoke{Token: revoked.ID})
	service := m.change(model.CreateToken{Kind: model.ServiceToken}).(model.Token)
	for _, header := range []string{"", "Bearer", "Bearer x", "Basic " + m.values[apiAna], "Bearer " + m.values[apiAna] + "x",
		"Bearer " + m.reveal(agent.ID), "Bearer " + m.reveal(service.ID), "Bearer " + revokedValue} {
		res := m.ask(0, http.MethodGet, "/v1/session", "", "Authorization: "+header)
		if p := problem(t, res); p.Status != http.StatusUnauthorized || p.Code != "bad_credential" || !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%.10s: %+v, %v", header, p, res.Header)
		}
	}
	if res := m.ask(apiBen, http.MethodGet, "/v1/session", "", "Jeton-Source: terminal elsewhere"); res.StatusCode != http.StatusOK {
		t.Error(read(t, res))
	}
	// What a member is refused is an event with the door and the peer's address in it.
	problem(t, m.ask(apiBen, http.MethodGet, "/v1/users", "", "Jeton-Source: terminal elsewhere"))
	page, err := m.store.Events(t.Context(), actor(apiBen), model.EventQuery{Limit: 1})
	if e := page.Events[0]; err != nil || e.Door != model.DoorHTTP || e.Details.Origin != "127.0.0.1" || e.Outcome != model.Refused {
		t.Errorf("%+v, %v", e, err)
	}
	m.change(model.SetActive{User: apiBen})
	if p := problem(t, m.ask(apiBen, http.MethodGet, "/v1/session", "")); p.Status != http.StatusUnauthorized {
		t.Errorf("deactivated: %+v", p)
	}
	used, err := m.store.Usage(t.Context(), actor(apiAna), 2)
	if err != nil || used.All.Count != 2 || used.All.Refused != 1 || used.Callers[0].Addr != "127.0.0.1" {
		t.Errorf("use: %+v, %v", used, err)
	}
}

func TestAPIRepeatsARequest(t *testing.T) {
	m := newManaged(t)
	again := func(path, body, number string) string {
		return read(t, m.ask(apiAna, http.MethodPost, path, body, "Idempotency-Key: "+number))
	}
	one, two := strings.Repeat("1", 32), strings.Repeat("2", 32)
	first := again("/v1/tokens", `{"kind":"agent","description":"once"}`, one)
	if second := again("/v1/tokens", `{"kind":"agent","description":"once"}`, one); second != first {
		t.Errorf("first %s then %s", first, second)
	}
	p := problem(t, m.ask(apiAna, http.MethodPost, "/v1/tokens", `{"kind":"agent","description":"other"}`, "Idempotency-Key: "+one))
	if p.Code != "request_reused" {
		t.Errorf("%+v", p)
	}
	var shown wire.Changed
	if err := json.Unmarshal([]byte(again("/v1/tokens/4/reveal", "", two)), &shown); err != nil || shown.Secret == nil || shown.Token.LastFour != shown.Secret.LastFour() {
		t.Errorf("%+v, %v", shown, err)
	}
	before := m.store.Health().Seq
	if again("/v1/tokens/4/reveal", "", two); m.store.Health().Seq != before {
		t.Error("a repeated reveal is another event")
	}
	if again("/v1/tokens/4/reveal", "", strings.Repeat("3", 32)); m.store.Health().Seq != before+1 {
		t.Error("a reveal is not one event")
	}
}

// A panic on the way is answered without a word of what it was.
func TestAPIPanics(t *testing.T) {
	a := API(nil, known(1), nil) // every read panics
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/users", nil))
	if p := problem(t, w.Result()); p.Status != 500 || p.Code != wire.CodeInternal || strings.Contains(p.Detail, "nil") {
		t.Errorf("%+v", p)
	}
}

// known is a door by which one user comes.
type known model.UserID

func (k known) Who(*http.Request) (model.Actor, error)   { return actor(model.UserID(k)), nil }
func (k known) Still(*http.Request) (model.Actor, error) { return actor(model.UserID(k)), nil }

// People may name what has a number; a number that is given counts.
func TestAPINames(t *testing.T) {
	m := newManaged(t)
	m.change(model.CreateToken{Kind: model.AgentToken})
	for _, c := range []struct {
		who        model.UserID
		ask        string
		status     int
		in, detail string
	}{
		{apiAna, `POST /v1/tokens {"kind":"user"}`, 201, `"owner":"ana","owner_id":1`, ""},
		{apiAna, `POST /v1/tokens {"kind":"user","owner":"ben"}`, 201, `"owner":"ben","owner_id":2`, ""},
		{apiAna, `POST /v1/tokens {"kind":"user","owner":"ben","owner_id":3}`, 201, `"owner":"eva","owner_id":3`, ""},
		{apiAna, `POST /v1/tokens {"kind":"user","owner":"zoe"}`, 404, "", "user zoe: not found"},
		{apiAna, `POST /v1/tokens {"kind":"user","owner":"\u001b[2J"}`, 404, "", "user: not found"},
		{apiAna, `POST /v1/tokens {"kind":"user","owner_id":0}`, 404, "", "user 0: not found"},
		{apiBen, `POST /v1/tokens {"kind":"user"}`, 201, `"owner":"ben","owner_id":2`, ""},
		{apiBen, `POST /v1/tokens {"kind":"user","owner":"eva"}`, 403, "", "refused to create a user token"},
		{apiBen, `POST /v1/tokens {"kind":"user","owner":"zoe"}`, 403, "", "refused to create a user token"},
		{apiAna, `PUT /v1/tokens/4/permissions {"org_agent":false,"deployments":["Prod"],"all_branch_deployments":true}`, 200, `{"org_agent":false,"deployments":["prod"],"deployment_ids":[1],"all_branch_deployments":true}`, ""},
		{apiAna, `PUT /v1/tokens/4/permissions {"org_agent":false,"deployments":["gone"],"deployment_ids":[2],"all_branch_deployments":true}`, 200, `"deployments":["staging"]`, ""},
		{apiAna, `PUT /v1/tokens/4/permissions {"org_agent":false,"deployments":["gone"],"all_branch_deployments":true}`, 404, "", "deployment gone: not found"},
		{apiBen, `PUT /v1/tokens/4/permissions {"org_agent":false,"deployments":["staging"],"all_branch_deployments":true}`, 403, "", "refused to edit"},
		{apiAna, `PUT /v1/users/3/roles {"org_admin":false,"roles":[{"deployment":"staging","role":"launcher"}]}`, 200, `"roles":[{"deployment":"staging","deployment_id":2,"role":"launcher"}]`, ""},
		{apiAna, `POST /v1/users {"login":"zoe","roles":[{"deployment":"gone","role":"viewer"}]}`, 404, "", "deployment gone: not found"},
	} {
		parts := strings.SplitN(c.ask, " ", 3)
		res := m.ask(c.who, parts[0], parts[1], parts[2])
		if c.detail != "" {
			if p := problem(t, res); p.Status != c.status || !strings.HasPrefix(p.Detail, c.detail) {
				t.Errorf("%s: %d %s", c.ask, p.Status, p.Detail)
			}
		} else if body := read(t, res); res.StatusCode != c.status || !strings.Contains(body, c.in) {
			t.Errorf("%s: %d %s", c.ask, res.StatusCode, body)
		}
	}
}
