package serve

import (
	"net/http"
	"strings"
	"testing"
)

func reviewBody(token string) string {
	return `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","metadata":{"creationTimestamp":null},
		"spec":{"token":"` + token + `","audiences":["https://kubernetes.default.svc"]},"status":{"user":{}}}`
}

func review1(service, token string) *http.Request {
	return request("POST", "/token-review", reviewBody(token), "Content-Type", "application/json", "Authorization", "Bearer "+service)
}

func TestTokenReview(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	const no = `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","status":{"authenticated":false}}`
	yes := func(user string) string {
		return `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","status":{"authenticated":true,"user":` + user + `}}`
	}
	for name, test := range map[string]struct{ query, token, want string }{
		"agent": {"", w.org, yes(`{"username":"jeton:agent:1","uid":"agent:1","groups":["jeton:agent","jeton:org-agent"],"extra":{"jeton/token":["1"]}}`)},
		"agent at its deployment": {"deployment=prod", w.limited, yes(`{"username":"jeton:agent:2","uid":"agent:2",
			"groups":["jeton:agent","jeton:deployment:prod"],"extra":{"jeton/token":["2"]}}`)},
		"agent at another":   {"deployment=staging", w.limited, no},
		"user":               {"", w.bens, yes(`{"username":"jeton:user:ben","uid":"user:2","groups":["jeton:user","jeton:role:prod:editor"],"extra":{"jeton/token":["7"]}}`)},
		"organization admin": {"", w.anas, yes(`{"username":"jeton:user:ana","uid":"user:1","groups":["jeton:user","jeton:organization-admin"],"extra":{"jeton/token":["6"]}}`)},
		"revoked":            {"", w.revoked, no},
		"unknown":            {"", w.unknown, no},
		"malformed":          {"", "eyJhbGciOi", no},
		"owner deactivated":  {"", w.dans, no},
		"service credential": {"", w.service, no},
	} {
		t.Run(name, func(t *testing.T) {
			r := review1(w.service, test.token)
			r.URL.RawQuery = test.query
			out := w.do(t, r)
			if out.Code != 200 || !sameJSON(t, out.Body.Bytes(), []byte(test.want)) {
				t.Errorf("%d %s\nwant %s", out.Code, out.Body, test.want)
			}
		})
	}
}

func TestTokenReviewForms(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	ask := func(body string) *http.Request {
		return request("POST", "/token-review", body, "Content-Type", "application/json", "Authorization", "Bearer "+w.service)
	}
	good := reviewBody(w.org)
	for name, test := range map[string]struct {
		r      *http.Request
		status int
	}{
		"v1beta1":         {ask(strings.Replace(good, "/v1", "/v1beta1", 1)), 200},
		"another version": {ask(strings.Replace(good, "/v1", "/v2", 1)), 400},
		"another kind":    {ask(strings.Replace(good, "TokenReview", "Pod", 1)), 400},
		"no token":        {ask(reviewBody("")), 400},
		"no spec":         {ask(`{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview"}`), 400},
		"no JSON":         {ask("token=" + w.org), 400},
		"more than one":   {ask(good + good), 400},
		"empty":           {ask(""), 400},
		"too large":       {ask(good + strings.Repeat(" ", maxBody)), 413},
		"GET":             {request("GET", "/token-review", ""), 405},
		"a form":          {request("POST", "/token-review", good, "Content-Type", formType, "Authorization", "Bearer "+w.service), 415},
		"nobody":          {request("POST", "/token-review", good, "Content-Type", "application/json"), 401},
		"an agent":        {request("POST", "/token-review", good, "Content-Type", "application/json", "Authorization", "Bearer "+w.org), 401},
	} {
		if out := w.do(t, test.r); out.Code != test.status {
			t.Errorf("%s: %d %s, want %d", name, out.Code, out.Body, test.status)
		}
	}
}
