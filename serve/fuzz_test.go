package serve

import (
	"bufio"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// FuzzRequests throws raw requests at the doors. In them, $0 to $11 are values of tokens of
// every sort. Whatever comes, it is answered with one of the statuses that are known, without
// a panic, and without a value in the answer, its headers or the log.
func FuzzRequests(f *testing.F) {
	const bearer = "Authorization: Bearer "
	for _, seed := range []string{
		"GET /auth HTTP/1.1\r\nHost: j\r\n" + bearer + "$0\r\n\r\n",
		"HEAD /auth?deployment=prod HTTP/1.1\r\nHost: j\r\nDagster-Cloud-Api-Token: $1\r\nX-Forwarded-For: 10.0.0.1, x\r\n\r\n",
		"GET /auth?token=$2&branch_deployment=x%00 HTTP/1.1\r\nHost: j\r\nJeton-Agent: $3\r\n" + bearer + "$4\r\n\r\n",
		"PUT http://$5/auth HTTP/1.1\r\nHost: $5\r\nX-Original-URI: /%24%2\r\nJeton-Deployment: $6\r\n" + bearer + "$7\r\n" + bearer + "$7\r\n\r\n",
		"POST /introspect HTTP/1.1\r\nHost: j\r\nContent-Type: application/x-www-form-urlencoded\r\n" + bearer + "$9\r\nContent-Length: 8\r\n\r\ntoken=$0",
		"POST /introspect HTTP/1.1\r\nHost: j\r\nContent-Type: application/x-www-form-urlencoded; x=$1\r\nAuthorization: Basic $9\r\nContent-Length: 30\r\n\r\ntoken=$0&deployment=$1&token=x",
		"POST /token-review HTTP/1.1\r\nHost: j\r\nContent-Type: application/json\r\n" + bearer + "$9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n0\r\n\r\n",
		"POST /token-review HTTP/1.1\r\nHost: j\r\nContent-Type: application/json\r\n" + bearer + "$9\r\nContent-Length: 90\r\n\r\n" +
			`{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"$8"}}      `,
		"GET /readyz HTTP/1.0\r\n\r\n", "GET /v1/$10 HTTP/1.1\r\nHost: j\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: j\r\n\r\n",
	} {
		f.Add(seed, "192.0.2.1:9")
	}
	w := newWorld(f, DoorOptions{Trusted: prefixes("10.0.0.0/8"), Issuer: "https://jeton.example"})
	values := w.values()
	f.Fuzz(func(t *testing.T, raw, peer string) {
		for i, value := range slices.Backward(values) { // $11 before $1
			raw = strings.ReplaceAll(raw, "$"+strconv.Itoa(i), value)
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
		if err != nil {
			return // net/http answers it
		}
		r.RemoteAddr = peer
		w.doors.failures = newFailures()
		w.log.reset()
		w.doors.log.room = logBurst
		out := w.do(t, r)
		if out.Code == 0 || !slices.Contains(statuses[:], out.Code) {
			t.Errorf("status %d", out.Code)
		}
		if strings.Contains(w.log.String(), "a mistake in jeton") {
			t.Errorf("panicked: %s", w.log)
		}
	})
}
