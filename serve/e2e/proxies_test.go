//go:build linux

package e2e

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// proxy is a server that asks jeton before it passes a request to a service.
type proxy struct {
	name string
	// label is whether it passes on what an agent calls itself.
	label bool
	// start starts it with the file as shipped, for the deployment prod, and returns where it listens.
	start func(t *testing.T, at setting) string
	// tells says whether it hands the answer of /auth to the service; else what introspection says.
	tells bool
	// Its statuses for a token that works elsewhere, for too many that do not work, and for no
	// answer from jeton, which is there or gone.
	outOfReach, slowed, unready, gone int
}

// setting is what is set in a file that is shipped.
type setting struct {
	dir         string
	jeton       string // address
	service     string // address
	certificate certificate
	credential  token // of a service; for introspection
}

func proxies() []proxy {
	return []proxy{
		{"nginx", true, startNginx, true, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusServiceUnavailable},
		{"Caddy", true, startCaddy, true, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway},
		{"Apache", false, startApache, false, http.StatusUnauthorized, http.StatusUnauthorized, http.StatusUnauthorized, http.StatusUnauthorized},
	}
}

// scene is a proxy in front of a service, and a client of it.
type scene struct {
	proxy
	*world
	*client
	t       *testing.T
	service *service
}

func TestProxies(t *testing.T) {
	installed(t)
	for _, p := range proxies() {
		t.Run(p.name, func(t *testing.T) {
			w, s := newWorld(t), newService(t)
			w.ready(t, http.DefaultClient, "http")
			at := setting{dir: t.TempDir(), jeton: w.addr, service: s.addr(), credential: w.credential(t)}
			at.certificate = newCertificate(t, at.dir)
			sc := &scene{p, w, newClient(t, p.start(t, at), at.certificate), t, s}
			sc.letsIn()
			sc.passesBodies()
			sc.keepsOut()
			sc.believesNoClient()
			sc.isCounted()
			sc.noticesRevocation()
			sc.slowsDown()
			sc.staysClosed()
			sc.wroteNoToken(at.dir, at.credential)
		})
	}
}

// TestProxiesWithoutAnswer has them ask what cannot answer, as jeton while it compares its
// state or when its store is closed: with 503, whatever the door.
func TestProxiesWithoutAnswer(t *testing.T) {
	installed(t)
	closed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer closed.Close()
	for _, p := range proxies() {
		t.Run(p.name, func(t *testing.T) {
			s, v := newService(t), token{"", model.SecretOf(newValue(t, model.AgentToken))}
			at := setting{dir: t.TempDir(), jeton: closed.Listener.Addr().String(), service: s.addr(), credential: v}
			at.certificate = newCertificate(t, at.dir)
			sc := &scene{p, nil, newClient(t, p.start(t, at), at.certificate), t, s}
			sc.kept(sc.get("/runs", bearer(v)), p.unready, "jeton cannot answer")
		})
	}
}

// served fails the test unless the request reached the service, and returns what it was.
func (s *scene) served(a answer) reached {
	s.t.Helper()
	all := s.service.take()
	if a.status != http.StatusOK || a.body != "served" || len(all) != 1 {
		s.t.Fatalf("answered %d %q, and %d requests reached the service", a.status, a.body, len(all))
	}
	return all[0]
}

// kept fails the test unless the request was refused with the status and did not reach the service.
func (s *scene) kept(a answer, status int, why string) {
	s.t.Helper()
	if all := s.service.take(); a.status != status || len(all) != 0 {
		s.t.Errorf("%s: answered %d, want %d; %d requests reached the service", why, a.status, status, len(all))
	}
	if status == http.StatusUnauthorized && !strings.HasPrefix(a.header.Get("Www-Authenticate"), "Bearer") {
		s.t.Errorf("%s: WWW-Authenticate is %q", why, a.header.Get("Www-Authenticate"))
	}
}

// said fails the test unless the service heard just this of jeton. Values are "Name: value".
func (s *scene) said(r reached, want ...string) {
	s.t.Helper()
	var got []string
	for name, values := range r.header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "jeton") || lower == "authorization" || lower == "dagster-cloud-api-token" {
			got = append(got, name+": "+strings.Join(values, "|"))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("the service heard %q, want %q", got, want)
	}
}

// heard is what the service must hear of a token of an agent, or of ana.
func (s *scene) heard(v token, user bool) []string {
	heard := []string{"Jeton-Token: " + v.number, "Jeton-Deployment: prod", "Jeton-Kind: agent"}
	rule := "Jeton-Rule: its permissions name prod"
	if user {
		heard[2], rule = "Jeton-Kind: user", "Jeton-Rule: its owner is an Organization Admin"
		heard = append(heard, "Jeton-User: ana")
	}
	if s.tells {
		heard = append(heard, rule)
	}
	if s.tells && user {
		heard = append(heard, "Jeton-Role: Admin")
	}
	return heard
}

func (s *scene) letsIn() {
	agent, user := s.agent(s.t, "prod"), s.user(s.t, "ana")
	s.said(s.served(s.get("/runs?limit=3", bearer(agent))), s.heard(agent, false)...)
	s.said(s.served(s.get("/runs", platform(agent))), s.heard(agent, false)...)
	s.said(s.served(s.get("/runs", bearer(user))), s.heard(user, true)...)
	s.said(s.served(s.get("/runs", platform(user))), s.heard(user, true)...)
}

func (s *scene) passesBodies() {
	body := strings.Repeat("a run, and what it made; ", 4000)
	r := s.served(s.send(http.MethodPost, "/graphql?op=launch", body, bearer(s.agent(s.t, "prod"))))
	if r.body != body || r.path != "/graphql?op=launch" {
		s.t.Errorf("%d of %d bytes reached %s", len(r.body), len(body), r.path)
	}
}

func (s *scene) keepsOut() {
	revoked, good := s.agent(s.t, "prod"), s.agent(s.t, "prod").value.Expose()
	s.revoke(s.t, revoked)
	for why, header := range map[string]string{
		"no token":             "Accept: */*",
		"an empty token":       "Authorization: Bearer ",
		"no Bearer":            "Authorization: Basic YW5hOmFuYQ==",
		"no token value":       "Authorization: Bearer letmein",
		"a truncated value":    "Authorization: Bearer " + good[:len(good)-1],
		"a longer value":       "Authorization: Bearer " + good + "x",
		"an unknown token":     "Authorization: Bearer " + newValue(s.t, model.AgentToken),
		"a revoked token":      bearer(revoked),
		"a service credential": bearer(s.credential(s.t)),
	} {
		s.kept(s.get("/runs", header), http.StatusUnauthorized, why)
	}
	s.kept(s.get("/runs", bearer(s.agent(s.t, "staging"))), s.outOfReach, "an agent token that does not reach prod")
	s.kept(s.get("/runs", bearer(s.user(s.t, "ben"))), s.outOfReach, "a user token whose owner has no role in prod")
	s.kept(s.get("/runs?access_token="+good), s.inURL(), "a token in the URL")
}

// inURL is what is answered to a token in a URL: whoever tells jeton of the URL refuses the
// request for it, whatever else it has.
func (s *scene) inURL() int {
	if s.tells {
		return http.StatusBadRequest
	}
	return http.StatusUnauthorized
}

// believesNoClient lets a client say what only jeton and the proxy may say.
func (s *scene) believesNoClient() {
	agent, elsewhere := s.agent(s.t, "prod"), s.agent(s.t, "staging")
	forged := []string{"Jeton-User: root", "Jeton-Role: Admin", "jeton-user: root", "JETON-KIND: user", "Jeton_User: root", "jeton_role: Admin",
		"Jeton-Token: 1", "Jeton-Rule: because", "Jeton-Agent: east-1", "Jeton_Branch-Deployment: fix-1"}
	s.said(s.served(s.get("/runs", append(forged, bearer(agent))...)), s.heard(agent, false)...)
	for _, place := range []string{"Jeton-Deployment: staging", "Jeton-Branch-Deployment: fix-1"} {
		s.kept(s.get("/runs?deployment=staging", append(forged, place, bearer(elsewhere))...), s.outOfReach, place)
		s.said(s.served(s.get("/runs?deployment=staging", place, bearer(agent))), s.heard(agent, false)...)
	}
}

// isCounted has jeton tell how a token was used: at the deployment that the proxy asks about,
// by the agent that says who it is, as often as it was presented and no more.
func (s *scene) isCounted() {
	agent, elsewhere := s.agent(s.t, "prod"), s.agent(s.t, "staging")
	for range 3 {
		s.served(s.get("/runs", "Jeton-Agent: east-1", bearer(agent)))
	}
	s.kept(s.get("/runs", "Jeton-Agent: east-1", bearer(elsewhere)), s.outOfReach, "a token that does not reach prod")
	want := caller{Agent: "east-1", Address: "127.0.0.1", Deployment: "prod"}
	if !s.label {
		want.Agent = ""
	}
	for v, counts := range map[token][2]int{agent: {3, 0}, elsewhere: {0, 1}} {
		want.Count, want.Refused = counts[0], counts[1]
		if got := s.usage(s.t, v); !slices.Equal(got, []caller{want}) {
			s.t.Errorf("used by %+v, want %+v", got, want)
		}
	}
}

// noticesRevocation has tokens work, also more than once, and not in the request after they
// were revoked, on the same connection.
func (s *scene) noticesRevocation() {
	for _, v := range []token{s.agent(s.t, "prod"), s.user(s.t, "ana")} {
		for range 3 {
			s.served(s.get("/runs", bearer(v)))
		}
		s.revoke(s.t, v)
		s.kept(s.get("/runs", bearer(v)), http.StatusUnauthorized, "a token that was just revoked")
		s.kept(s.get("/runs", platform(v)), http.StatusUnauthorized, "a token that was just revoked, in the other header")
	}
}

// slowsDown presents what does not work until jeton is tired of it. Who has a good token is
// let in all the same.
func (s *scene) slowsDown() {
	agent, refused := s.agent(s.t, "prod"), 0
	for range 60 {
		a := s.get("/runs", "Authorization: Bearer letmein")
		if a.status == s.slowed {
			refused++
		} else if a.status != http.StatusUnauthorized {
			s.t.Fatalf("answered %d to no token value", a.status)
		}
	}
	if refused == 0 {
		s.t.Errorf("none of 60 was answered %d", s.slowed)
	}
	s.served(s.get("/runs", bearer(agent)))
}

// staysClosed lets nobody in once jeton is gone.
func (s *scene) staysClosed() {
	agent := s.agent(s.t, "prod")
	s.served(s.get("/runs", bearer(agent)))
	s.serve.stop(s.t)
	s.kept(s.get("/runs", bearer(agent)), s.gone, "jeton is gone")
	s.kept(s.get("/runs", platform(agent)), s.gone, "jeton is gone, the other header")
}
