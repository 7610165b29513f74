package serve

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func prefixes(all ...string) (out []netip.Prefix) {
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

const formType = "application/x-www-form-urlencoded"

// introspection1 asks with a service credential.
func introspection1(service, form string) *http.Request {
	return request("POST", "/introspect", form, "Content-Type", formType, "Authorization", "Bearer "+service)
}

func TestIntrospectActive(t *testing.T) {
	w := newWorld(t, DoorOptions{Issuer: "https://jeton.example"})
	for name, test := range map[string]struct{ form, want string }{
		"org agent": {"token=" + w.org, `{"active":true,"scope":"agent org-agent","client_id":"1","username":"agent:1","token_type":"Bearer",
			"iat":1700000000,"sub":"agent:1","iss":"https://jeton.example","permissions":{"org_agent":true,"deployments":[],"all_branch_deployments":true}}`},
		"limited agent, removed deployment left out": {"token_type_hint=refresh_token&token=" + w.limited, `{"active":true,"scope":"agent deployment:prod","client_id":"2",
			"username":"agent:2","token_type":"Bearer","iat":1700000000,"sub":"agent:2","iss":"https://jeton.example",
			"permissions":{"org_agent":false,"deployments":["prod"],"all_branch_deployments":false}}`},
		"agent that reaches nothing": {"token=" + w.nothing, `{"active":true,"scope":"agent","client_id":"4","username":"agent:4","token_type":"Bearer",
			"iat":1700000000,"sub":"agent:4","iss":"https://jeton.example","permissions":{"org_agent":false,"deployments":[],"all_branch_deployments":false}}`},
		"agent at a branch": {"branch_deployment=x&token=" + w.branches, `{"active":true,"scope":"agent branch-deployments","client_id":"3","username":"agent:3",
			"token_type":"Bearer","iat":1700000000,"sub":"agent:3","iss":"https://jeton.example","permissions":{"org_agent":false,"deployments":[],"all_branch_deployments":true}}`},
		"user": {"deployment=prod&token=" + w.bens, `{"active":true,"scope":"user role:prod:editor","client_id":"7","username":"ben","token_type":"Bearer",
			"iat":1700000000,"sub":"user:2","iss":"https://jeton.example","organization_admin":false,"roles":{"prod":"editor"}}`},
		"organization admin": {"token=" + w.anas, `{"active":true,"scope":"user organization-admin","client_id":"6","username":"ana","token_type":"Bearer",
			"iat":1700000000,"sub":"user:1","iss":"https://jeton.example","organization_admin":true,"roles":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			out := w.do(t, introspection1(w.service, test.form))
			if out.Code != 200 || !sameJSON(t, out.Body.Bytes(), []byte(test.want)) {
				t.Fatalf("%d %s\nwant %s", out.Code, out.Body, test.want)
			}
			if h := out.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestIntrospectInactiveSaysNothingMore(t *testing.T) {
	w := newWorld(t, DoorOptions{Issuer: "https://jeton.example"})
	for name, form := range map[string]string{
		"unknown": "token=" + w.unknown, "revoked": "token=" + w.revoked, "owner deactivated": "token=" + w.dans,
		"malformed": "token=x", "service credential": "token=" + w.service, "escape": "token=%00",
		"out of reach": "deployment=staging&token=" + w.limited, "no role": "deployment=prod&token=" + w.cleos,
		"no such deployment": "deployment=nowhere&token=" + w.org,
	} {
		out := w.do(t, introspection1(w.service, form))
		if out.Code != 200 || out.Body.String() != `{"active":false}` || out.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s %v", name, out.Code, out.Body, out.Header())
		}
	}
}

// TestIntrospectPlaceBesideTheForm asks as mod_oauth2 does, which can put nothing into the
// form: a place in the URL must not be passed over, or a token would be good everywhere.
func TestIntrospectPlaceBesideTheForm(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	for name, test := range map[string]struct {
		query, form, header string
		status              int
		active              bool
	}{
		"reached":                        {"?deployment=prod", "", "", 200, true},
		"out of reach":                   {"?deployment=staging", "", "", 200, false},
		"no branches":                    {"?branch_deployment=x", "", "", 200, false},
		"out of reach, said in a header": {"", "", "staging", 200, false},
		"said twice":                     {"?deployment=prod", "&deployment=staging", "", 400, false},
		"hostile":                        {"?deployment=%0a", "", "", 400, false},
		"not to be read":                 {"?deployment=%zz", "", "", 400, false},
	} {
		r := introspection1(w.service, "token="+w.limited+test.form)
		r.URL.RawQuery = strings.TrimPrefix(test.query, "?")
		if test.header != "" {
			r.Header.Set("Jeton-Deployment", test.header)
		}
		out := w.do(t, r)
		if active := strings.Contains(out.Body.String(), `"active":true`); out.Code != test.status || active != test.active {
			t.Errorf("%s: %d %s", name, out.Code, out.Body)
		}
	}
}

func TestIntrospectForms(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	with := func(method, body, contentType string) *http.Request {
		return request(method, "/introspect", body, "Content-Type", contentType, "Authorization", "Bearer "+w.service)
	}
	for name, test := range map[string]struct {
		r      *http.Request
		status int
	}{
		"charset":              {with("POST", "token="+w.org, formType+"; charset=UTF-8"), 200},
		"JSON":                 {with("POST", `{"token":"x"}`, "application/json"), 415},
		"no type":              {request("POST", "/introspect", "token=x", "Authorization", "Bearer "+w.service), 415},
		"multipart":            {with("POST", "token=x", "multipart/form-data; boundary=x"), 415},
		"GET":                  {with("GET", "", formType), 405},
		"PUT":                  {with("PUT", "token="+w.org, formType), 405},
		"no token":             {with("POST", "x=y", formType), 400},
		"empty token":          {with("POST", "token=", formType), 400},
		"empty body":           {with("POST", "", formType), 400},
		"token twice":          {with("POST", "token="+w.org+"&token="+w.org, formType), 400},
		"not encoded":          {with("POST", "token=%zz", formType), 400},
		"misspelt deployment":  {with("POST", "token="+w.org+"&DEPLOYMENT=prod", formType), 400},
		"two deployments":      {with("POST", "token="+w.org+"&deployment=prod&branch_deployment=x", formType), 400},
		"hostile deployment":   {with("POST", "token="+w.org+"&deployment=%0a", formType), 400},
		"64 KiB":               {with("POST", "token=x&y="+strings.Repeat("y", maxBody-10), formType), 200},
		"more":                 {with("POST", "token=x&y="+strings.Repeat("y", maxBody), formType), 413},
		"more, without length": {unsized(with("POST", "token=x&y="+strings.Repeat("y", maxBody), formType)), 413},
	} {
		out := w.do(t, test.r)
		if out.Code != test.status {
			t.Errorf("%s: %d %s, want %d", name, out.Code, out.Body, test.status)
		}
		if allow := out.Header().Get("Allow"); (allow == "POST") != (out.Code == 405) {
			t.Errorf("%s: Allow %q", name, allow)
		}
	}
}

func unsized(r *http.Request) *http.Request {
	r.ContentLength = -1
	return r
}

func TestWhoMayIntrospect(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	basic := func(user, password string) string {
		r := request("GET", "/", "")
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for name, test := range map[string]struct {
		headers []string
		status  int
	}{
		"bearer":             {[]string{"Authorization", "bearer " + w.service}, 200},
		"basic, any user":    {[]string{"Authorization", basic("nginx", w.service)}, 200},
		"basic, its number":  {[]string{"Authorization", basic("10", w.service)}, 200},
		"basic, no user":     {[]string{"Authorization", basic("", w.service)}, 200},
		"basic, encoded":     {[]string{"Authorization", basic("a%3Ab", "%6"+"a"+w.service[1:])}, 200},
		"basic, badly":       {[]string{"Authorization", basic("a", "%zz")}, 401},
		"basic, bad user":    {[]string{"Authorization", basic("%zz", w.service)}, 401},
		"basic, not base64":  {[]string{"Authorization", "Basic !!"}, 401},
		"basic, no colon":    {[]string{"Authorization", "Basic eHl6"}, 401},
		"nothing":            {nil, 401},
		"another scheme":     {[]string{"Authorization", "Digest " + w.service}, 401},
		"revoked":            {[]string{"Authorization", "Bearer " + w.oldService}, 401},
		"an agent token":     {[]string{"Authorization", "Bearer " + w.org}, 401},
		"a user token":       {[]string{"Authorization", "Bearer " + w.anas}, 401},
		"unknown":            {[]string{"Authorization", "Bearer " + w.unknown}, 401},
		"malformed":          {[]string{"Authorization", "Bearer x"}, 401},
		"two":                {[]string{"Authorization", "Bearer " + w.service, "Authorization", "Bearer " + w.service}, 400},
		"in the platform's":  {[]string{"Dagster-Cloud-Api-Token", w.service}, 401},
		"in the form as RFC": {[]string{"X", "client_secret"}, 401},
	} {
		r := request("POST", "/introspect", url.Values{"token": {w.org}, "client_secret": {w.service}}.Encode(), append(test.headers, "Content-Type", formType)...)
		out := w.do(t, r)
		if out.Code != test.status {
			t.Errorf("%s: %d %s, want %d", name, out.Code, out.Body, test.status)
		}
		challenge := strings.Join(out.Header()["Www-Authenticate"], ", ")
		if test.status == 401 && (!strings.Contains(challenge, "Bearer realm=") || !strings.Contains(challenge, "Basic realm=")) {
			t.Errorf("%s: challenge %q", name, challenge)
		}
		if test.status != 200 && strings.Contains(out.Body.String(), "active") {
			t.Errorf("%s: tells %s", name, out.Body)
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("%v: %s", err, a)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	xs, errX := json.Marshal(x)
	ys, errY := json.Marshal(y)
	return errX == nil && errY == nil && string(xs) == string(ys)
}
