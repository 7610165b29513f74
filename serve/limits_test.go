package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"jeton/store/remote/wire"
)

// clock is a time that stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func slowly(w *world) *clock {
	c := &clock{at: time.Unix(1_700_000_000, 0)}
	w.doors.failures.now = c.now
	return c
}

func (w *world) authFrom(t *testing.T, peer, value string) int {
	t.Helper()
	r := request("GET", "/auth", "", "Authorization", "Bearer "+value)
	r.RemoteAddr = peer
	return w.do(t, r).Code
}

func TestFailuresAreSlowedAndGoodTokensAreNot(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	c := slowly(w)
	const nat, other = "192.0.2.1:9", "192.0.2.2:9"
	for i := range slowAfter {
		if got := w.authFrom(t, nat, w.revoked); got != 401 {
			t.Fatalf("failure %d: %d", i+1, got)
		}
	}
	for range 100 {
		if got := w.authFrom(t, nat, w.unknown); got != 429 {
			t.Fatalf("slowed: %d", got)
		}
	}
	if good, elsewhere := w.authFrom(t, nat, w.org), w.authFrom(t, other, w.unknown); good != 204 || elsewhere != 401 {
		t.Errorf("a good token there %d, a bad one elsewhere %d", good, elsewhere)
	}
	r := request("GET", "/auth", "", "Authorization", "Bearer "+w.unknown)
	r.RemoteAddr = nat
	out := w.do(t, r)
	wait, err := strconv.Atoi(out.Header().Get("Retry-After"))
	if err != nil || wait < 1 || out.Code != 429 {
		t.Fatalf("%d, Retry-After %q", out.Code, out.Header().Get("Retry-After"))
	}
	c.at = c.at.Add(time.Duration(wait) * time.Second)
	if got := w.authFrom(t, nat, w.unknown); got != 401 {
		t.Errorf("after the wait: %d", got)
	}
}

func TestAFloodIsShutOut(t *testing.T) {
	w := newWorld(t, DoorOptions{API: http.NotFoundHandler()})
	c := slowly(w)
	const flood = "[2001:db8:1:2::5]:9"
	for range shutAfter + 1 {
		w.doors.failures.failed(source{addr: netip.MustParseAddr("2001:db8:1:2:3::1")}) // another of the same /64
	}
	if got := w.authFrom(t, flood, w.org); got != 429 {
		t.Errorf("shut: %d", got)
	}
	manage := httptest.NewRequest(http.MethodGet, "/v1/session", nil)
	manage.RemoteAddr = flood
	if out := w.do(t, manage); out.Code != 429 || out.Header().Get("Content-Type") != wire.ProblemJSON || out.Header().Get("Retry-After") == "" ||
		!strings.Contains(out.Body.String(), `"code":"slow_down"`) {
		t.Errorf("/v1/session: %d %v %s", out.Code, out.Header(), out.Body)
	}
	for _, r := range []*http.Request{introspection1(w.service, "token=x"), review1(w.service, w.org)} {
		r.RemoteAddr = flood
		if out := w.do(t, r); out.Code != 429 {
			t.Errorf("%s: %d", r.URL.Path, out.Code)
		}
	}
	if got := w.authFrom(t, "[2001:db8:1:3::5]:9", w.org); got != 204 {
		t.Errorf("another /64: %d", got)
	}
	c.at = c.at.Add(time.Second)
	if got := w.authFrom(t, flood, w.org); got != 204 {
		t.Errorf("a second later: %d", got)
	}
}

func TestAnAgentThatRetriesForEverShutsNobodyOut(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	c := slowly(w)
	const node = "192.0.2.1:9"
	for i := range 10 * 60 * 60 { // ten of them, each every half second, for half an hour
		w.doors.failures.failed(source{addr: netip.MustParseAddr("192.0.2.1")})
		c.at = c.at.Add(50 * time.Millisecond)
		if i%5000 == 0 {
			if got := w.authFrom(t, node, w.org); got != 204 {
				t.Fatalf("after %d failures: %d", i, got)
			}
		}
	}
}

func TestAProxyThatDoesNotSayForWhomIsNeverShut(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	slowly(w)
	for range 2 * shutAfter {
		w.doors.failures.failed(source{addr: netip.MustParseAddr("127.0.0.1"), behind: true})
	}
	if good, bad := w.authFrom(t, "127.0.0.1:9", w.org), w.authFrom(t, "127.0.0.1:9", w.unknown); good != 204 || bad != 429 {
		t.Errorf("good %d, bad %d", good, bad)
	}
}

func TestBadServiceCredentialsAreLimited(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	slowly(w)
	var last int
	for range slowAfter + 1 {
		r := introspection1(w.oldService, "token="+w.org)
		r.RemoteAddr = "192.0.2.1:9"
		last = w.do(t, r).Code
	}
	if last != 429 {
		t.Errorf("%d", last)
	}
	// Tokens that are not active are no failures of the service that asks.
	for range 2 * slowAfter {
		r := introspection1(w.service, "token="+w.unknown)
		r.RemoteAddr = "192.0.2.2:9"
		if out := w.do(t, r); out.Code != 200 {
			t.Fatalf("%d %s", out.Code, out.Body)
		}
	}
}

func TestTheManagementAPIIsLimited(t *testing.T) {
	asked := 0
	api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusUnauthorized)
	})
	w := newWorld(t, DoorOptions{API: api})
	slowly(w)
	for range shutAfter + 50 {
		r := request("GET", "/v1/tokens", "", "Authorization", "Bearer x")
		r.RemoteAddr = "192.0.2.1:9"
		w.doors.ServeHTTP(discarded{}, r)
	}
	if asked != shutAfter {
		t.Errorf("asked %d times, want %d", asked, shutAfter)
	}
}

// discarded is an answer nobody reads.
type discarded struct{}

func (discarded) Header() http.Header         { return http.Header{} }
func (discarded) Write(p []byte) (int, error) { return len(p), nil }
func (discarded) WriteHeader(int)             {}

func TestFailuresAreForgottenBeforeThereAreTooMany(t *testing.T) {
	f := newFailures()
	worst := source{addr: netip.MustParseAddr("10.0.0.1")}
	for range 5 * slowAfter {
		f.failed(worst)
	}
	for i := range 60_000 {
		f.failed(source{addr: netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)})})
	}
	held := 0
	for i := range f.shards {
		held += len(f.shards[i].by)
	}
	if limit := len(f.shards) * failingAddresses; held > limit || held < limit/2 {
		t.Errorf("%d addresses are held, at most %d", held, limit)
	}
	if f.failed(worst) == 0 {
		t.Error("the worst was forgotten for those that failed once")
	}
}

func TestTheLogIsBounded(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	slowly(w)
	c := &clock{at: time.Unix(1_700_000_000, 0)}
	w.doors.log.now = c.now
	w.doors.log.at = c.at
	for i := range 1000 {
		w.authFrom(t, fmt.Sprintf("192.0.2.%d:9", i%250), w.revoked)
	}
	if n := strings.Count(w.log.String(), "refused"); n < logBurst/2 || n > logBurst {
		t.Errorf("%d lines", n)
	}
	c.at = c.at.Add(time.Second)
	w.authFrom(t, "192.0.2.1:9", w.revoked)
	if !strings.Contains(w.log.String(), `"lines_left_out":950`) {
		t.Errorf("log does not say what it left out")
	}
	if want := `"door":"auth","status":401,"from":"192.0.2.1","token":5,"because":"revoked"`; !strings.Contains(w.log.String(), want) {
		t.Errorf("no line with %s", want)
	}
}

func TestWhatIsTurnedAwayIsLogged(t *testing.T) {
	w := newWorld(t, DoorOptions{})
	for _, r := range []*http.Request{
		request("GET", "/auth?x="+w.org, ""), request("GET", "/auth", ""), request("POST", "/introspect", "token="+w.org),
		request("GET", "/auth", "", "Authorization", "Bearer "+w.org, "Authorization", "Bearer "+w.bens),
	} {
		w.do(t, r)
	}
	for range shutAfter {
		w.doors.failures.failed(source{addr: netip.MustParseAddr("192.0.2.1")})
	}
	w.authFrom(t, "192.0.2.1:9", w.org)
	for _, want := range []string{tokenInURL.text, noToken.text, noService.text, twoCredentials.text, `"msg":"shut out","door":"auth","from":"192.0.2.1"`} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the log has no %s", want)
		}
	}
}
