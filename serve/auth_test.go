package serve

import (
	"net/http"
	"strings"
	"testing"

	"jeton/model"
)

// asks is a request to /auth and what is answered.
type asks struct {
	target  string
	headers []string
	status  int
	says    string // in WWW-Authenticate when refused, in Jeton-* when not
}

func bearer(value string) []string { return []string{"Authorization", "Bearer " + value} }

func TestAuthLetsIn(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	w.auths(t, map[string]asks{
		"agent, anywhere":            {"/auth", bearer(w.org), 204, "1 agent"},
		"agent, its platform header": {"/auth", []string{"Dagster-Cloud-Api-Token", w.org}, 204, "1 agent"},
		"both headers, one value":    {"/auth", append(bearer(w.org), "Dagster-Cloud-Api-Token", w.org), 204, "1 agent"},
		"scheme in capitals":         {"/auth", []string{"Authorization", "BEARER  " + w.org}, 204, "1 agent"},
		"another scheme besides":     {"/auth", []string{"Authorization", "Basic eDp5", "Dagster-Cloud-Api-Token", w.org}, 204, "1 agent"},
		"agent at its deployment":    {"/auth?deployment=prod", bearer(w.limited), 204, "2 agent its permissions name prod"},
		"agent by header":            {"/auth", append(bearer(w.limited), "Jeton-Deployment", "PROD"), 204, "its permissions name prod"},
		"agent at a branch":          {"/auth?branch_deployment=feature/x", bearer(w.branches), 204, "all branch deployments"},
		"branch by header":           {"/auth", append(bearer(w.branches), "Jeton-Branch-Deployment", "feature/x"), 204, "all branch deployments"},
		"user with a role":           {"/auth?deployment=prod", bearer(w.bens), 204, "7 user ben Editor its owner is Editor in prod"},
		"organization admin":         {"/auth?deployment=staging", bearer(w.anas), 204, "6 user ana Admin"},
		"login that is encoded":      {"/auth", bearer(w.cleos), 204, "cleo+x@acme.example"},
	})
}

func TestAuthKeepsOut(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	w.auths(t, map[string]asks{
		"agent at another":           {"/auth?deployment=staging", bearer(w.limited), 403, "insufficient_scope"},
		"agent at a removed one":     {"/auth?deployment=gone", bearer(w.limited), 403, "insufficient_scope"},
		"agent at none there is":     {"/auth?deployment=nowhere", bearer(w.org), 403, "insufficient_scope"},
		"agent without branches":     {"/auth?branch_deployment=x", bearer(w.limited), 403, "insufficient_scope"},
		"agent that reaches nothing": {"/auth?deployment=prod", bearer(w.nothing), 403, "insufficient_scope"},
		"revoked":                    {"/auth", bearer(w.revoked), 401, "invalid_token"},
		"unknown":                    {"/auth", bearer(w.unknown), 401, "invalid_token"},
		"malformed":                  {"/auth", bearer("jta_short"), 401, "invalid_token"},
		"two in one header":          {"/auth", bearer(w.org + ", Bearer " + w.anas), 401, "invalid_token"},
		"service credential":         {"/auth", bearer(w.service), 401, "invalid_token"},
		"owner deactivated":          {"/auth", bearer(w.dans), 401, "invalid_token"},
		"user without":               {"/auth?deployment=staging", bearer(w.bens), 403, "insufficient_scope"},
		"nothing sent":               {"/auth", nil, 401, `Bearer realm="jeton"`},
		"empty bearer":               {"/auth", bearer(" "), 401, `Bearer realm="jeton"`},
		"basic":                      {"/auth", []string{"Authorization", "Basic eDp5"}, 401, `Bearer realm="jeton"`},
		"two Authorization":          {"/auth", append(bearer(w.org), bearer(w.org)...), 400, "invalid_request"},
		"two platform headers":       {"/auth", []string{"Dagster-Cloud-Api-Token", w.org, "Dagster-Cloud-Api-Token", w.org}, 400, "invalid_request"},
		"two different":              {"/auth", append(bearer(w.org), "Dagster-Cloud-Api-Token", w.anas), 400, "invalid_request"},
		"deployment twice":           {"/auth?deployment=prod&deployment=prod", bearer(w.org), 400, "invalid_request"},
		"query and header":           {"/auth?deployment=prod", append(bearer(w.org), "Jeton-Deployment", "prod"), 400, "invalid_request"},
		"branch and deployment":      {"/auth?deployment=prod", append(bearer(w.org), "Jeton-Branch-Deployment", "x"), 400, "invalid_request"},
		"empty deployment":           {"/auth?deployment=", bearer(w.org), 400, "invalid_request"},
		"empty header":               {"/auth", append(bearer(w.org), "Jeton-Deployment", ""), 400, "invalid_request"},
		"hostile deployment":         {"/auth?deployment=%1b%5b2J", bearer(w.org), 400, "invalid_request"},
		"misspelt deployment":        {"/auth?Deployment=prod", bearer(w.org), 400, "it is deployment or branch_deployment"},
		"misspelt branch":            {"/auth?x=1&branch-deployment=b", bearer(w.branches), 400, "it is deployment or branch_deployment"},
		"one misspelt":               {"/auth?deployment=prod&branchDeployment=b", bearer(w.org), 400, "it is deployment or branch_deployment"},
		"another parameter":          {"/auth?deployments=prod", bearer(w.org), 204, "no deployment was asked about"},
		"hostile branch":             {"/auth?branch_deployment=%e2%80%ae", bearer(w.org), 400, "invalid_request"},
		"query that is none":         {"/auth?deployment=%zz", bearer(w.org), 400, "invalid_request"},
		"token as a deployment":      {"/auth", append(bearer(w.org), "Jeton-Deployment", w.unknown), 400, "invalid_request"},
	})
}

// auths asks by every method: proxies send that of the request they ask about.
func (w *world) auths(t *testing.T, all map[string]asks) {
	for name, test := range all {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "PROPFIND"} {
				w.doors.failures = newFailures()
				out := w.do(t, request(method, test.target, "", test.headers...))
				if out.Code != test.status {
					t.Fatalf("%s: %d %s, want %d", method, out.Code, out.Body, test.status)
				}
				said := out.Header().Get("Www-Authenticate")
				if test.status == 204 {
					said = told(out.Header())
				}
				if !strings.Contains(said, test.says) {
					t.Fatalf("%s: says %q, want %q in it", method, said, test.says)
				}
				if out.Header().Get("Cache-Control") != "no-store" {
					t.Fatalf("%s: may be cached: %v", method, out.Header())
				}
			}
		})
	}
}

// told is what the answer says of a good token.
func told(h http.Header) string {
	var out []string
	for _, name := range []string{"Jeton-Token", "Jeton-Kind", "Jeton-User", "Jeton-Role", "Jeton-Rule"} {
		if v := h.Get(name); v != "" {
			out = append(out, v)
		}
	}
	return strings.Join(out, " ")
}

func TestUnknownAndRevokedReadTheSame(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	want := w.do(t, request("GET", "/auth", "", "Authorization", "Bearer "+w.unknown))
	for _, value := range []string{w.revoked, w.dans, w.service, "jta_x"} {
		got := w.do(t, request("GET", "/auth", "", "Authorization", "Bearer "+value))
		if got.Code != want.Code || got.Body.String() != want.Body.String() || got.Header().Get("Www-Authenticate") != want.Header().Get("Www-Authenticate") {
			t.Errorf("%d %v %s, want %d %v %s", got.Code, got.Header(), got.Body, want.Code, want.Header(), want.Body)
		}
	}
}

func TestClosedNeverOpen(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	ask := func() map[string]int {
		return map[string]int{
			"auth":       w.do(t, request("GET", "/auth", "", "Authorization", "Bearer "+w.org)).Code,
			"introspect": w.do(t, introspection1(w.service, "token="+w.org)).Code,
			"review":     w.do(t, review1(w.service, w.org)).Code,
			"readyz":     w.do(t, request("GET", "/readyz", "")).Code,
		}
	}
	all := func(what string, want int) {
		t.Helper()
		for at, got := range ask() {
			if got != want && !(at == "auth" && want == 200 && got == 204) {
				t.Errorf("%s: %s answers %d, want %d", what, at, got, want)
			}
		}
	}
	all("ready", 200)
	w.setBroken(errBroken)
	for at, got := range ask() {
		if at != "readyz" && got != 503 {
			t.Errorf("store broken: %s answers %d", at, got)
		}
	}
	w.setBroken(nil)
	for _, h := range []model.Health{{}, {LowSpace: true}, {Damage: &model.DamageError{What: "state", Next: "open it again"}}} {
		w.setHealth(h)
		w.doors.Look()
		all("not compared", 503)
	}
	w.setHealth(model.Health{Compared: true, LowSpace: true, Damage: &model.DamageError{What: "journal", Next: "restore"}})
	w.doors.Look()
	all("journal damaged, state compared", 200)
	if out := w.do(t, request("GET", "/healthz", "")); out.Code != 200 {
		t.Errorf("alive: %d", out.Code)
	}
}

func TestTokensInURLsAreRefused(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	hex := "%6" + "a" + w.org[1:] // the j
	for name, r := range map[string]*http.Request{
		"access_token":        request("GET", "/auth?access_token=x", ""),
		"token":               request("GET", "/auth?Token=x", ""),
		"escaped key":         request("GET", "/auth?t%6fken=x", ""),
		"any name":            request("GET", "/auth?a=1&b="+w.org, ""),
		"escaped value":       request("GET", "/auth?b="+hex, ""),
		"forwarded":           request("GET", "/auth", "", "X-Forwarded-Uri", "/x?y="+w.bens),
		"original":            request("GET", "/auth", "", "X-Original-URI", "/x?y="+hex),
		"original URL":        request("GET", "/auth", "", "X-Original-URL", "https://a.example/"+w.service),
		"forwarded parameter": request("GET", "/auth", "", "X-Forwarded-Uri", "/x?access_token=y"),
		"introspect":          introspection1(w.service, "token="+w.org),
		"review":              review1(w.service, w.org),
	} {
		if name == "introspect" || name == "review" {
			r.URL.RawQuery = "token=" + w.org
		} else {
			r.Header.Set("Authorization", "Bearer "+w.org)
		}
		out := w.do(t, r)
		if out.Code != 400 || !strings.Contains(out.Body.String(), "URL") {
			t.Errorf("%s: %d %s", name, out.Code, out.Body)
		}
	}
	for _, uri := range []string{"/x?token=page2", "/jta_x?y=100%", "/x?jta_" + strings.Repeat("a", 48) + "-", "/" + strings.Repeat("jt", 99)} {
		if out := w.do(t, request("GET", "/auth", "", "X-Forwarded-Uri", uri, "Authorization", "Bearer "+w.org)); out.Code != 204 {
			t.Errorf("%s: %d %s", uri, out.Code, out.Body)
		}
	}
}

func TestWhoIsAsking(t *testing.T) {
	trusted := DoorOptions{Trusted: prefixes("10.0.0.0/8", "fd00::/8")}
	tests := map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"peer":                     {"192.0.2.7:4000", nil, "192.0.2.7"},
		"peer does not count":      {"192.0.2.7:4000", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.7"},
		"IPv4 in IPv6":             {"[::ffff:192.0.2.7]:4000", nil, "192.0.2.7"},
		"zone":                     {"[fe80::1%eth0]:4000", nil, "fe80::1"},
		"loopback":                 {"127.0.0.1:4000", nil, "127.0.0.1"},
		"socket":                   {"@", nil, ""},
		"through a socket":         {"@", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		"through loopback":         {"[::1]:4000", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		"through a proxy":          {"10.1.1.1:4000", []string{"X-Forwarded-For", "2001:db8::1"}, "2001:db8::1"},
		"nearest that is not ours": {"10.1.1.1:4000", []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.1, 10.2.2.2,fd00::1"}, "198.51.100.1"},
		"two headers":              {"10.1.1.1:4000", []string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-For", "10.2.2.2"}, "203.0.113.9"},
		"all ours":                 {"10.1.1.1:4000", []string{"X-Forwarded-For", "10.3.3.3, 10.2.2.2"}, "10.3.3.3"},
		"with a port":              {"127.0.0.1:1", []string{"X-Forwarded-For", "198.51.100.1:555"}, "198.51.100.1"},
		"in brackets":              {"127.0.0.1:1", []string{"X-Forwarded-For", "[2001:db8::1]"}, "2001:db8::1"},
		"half in brackets":         {"127.0.0.1:1", []string{"X-Forwarded-For", "198.51.100.1]"}, "198.51.100.1"},
		"nonsense stops":           {"127.0.0.1:1", []string{"X-Forwarded-For", "198.51.100.1, x, 10.2.2.2"}, "10.2.2.2"},
		"real IP":                  {"127.0.0.1:1", []string{"X-Real-IP", "198.51.100.1"}, "198.51.100.1"},
		"real IP comes second":     {"127.0.0.1:1", []string{"X-Real-IP", "198.51.100.1", "X-Forwarded-For", "203.0.113.9"}, "203.0.113.9"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, trusted)
			r := request("GET", "/auth?deployment=prod", "", append(test.headers, "Authorization", "Bearer "+w.org, "Jeton-Agent", "agent-7")...)
			r.RemoteAddr = test.peer
			w.do(t, r)
			want := model.Caller{Addr: test.want, Agent: "agent-7", Place: model.Place{Name: "prod"}}
			if got := w.last(); got != want {
				t.Errorf("asked by %+v, want %+v", got, want)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	for label, want := range map[string]string{"agent-1": "agent-1", w.unknown: "", "my " + w.org: "", "jta_is_a_name": "jta_is_a_name"} {
		r := request("GET", "/auth", "", "Authorization", "Bearer "+w.org, "Jeton-Agent", label)
		if out := w.do(t, r); out.Code != 204 || w.last().Agent != want {
			t.Errorf("label %q: %d, kept %q", label, out.Code, w.last().Agent)
		}
	}
	w.do(t, request("GET", "/auth", "", "Authorization", "Bearer "+w.org, "Jeton-Agent", "a", "Jeton-Agent", "b"))
	if got := w.last().Agent; got != "" {
		t.Errorf("of two labels one was chosen: %q", got)
	}
}
