package serve

import (
	"net/http"
	"time"

	"jeton/store/remote/wire"
)

// manage lets the management API answer, under the limits on failures: a token that it
// refuses counts as one.
func (d *Doors) manage(w http.ResponseWriter, r *http.Request) {
	from := d.trusted.sourceOf(r)
	if wait := d.failures.shut(from); wait > 0 {
		d.counts.shut.Inc()
		d.log.shutOut(doorAPI, from)
		d.counts.requested(doorAPI, slowDown(w, wait))
		return
	}
	noted := &noting{ResponseWriter: w, status: http.StatusOK}
	d.api.ServeHTTP(noted, r)
	if noted.status == http.StatusUnauthorized && r.Header["Authorization"] != nil {
		d.failures.failed(from)
	}
	d.counts.requested(doorAPI, noted.status)
}

// slowDown answers 429 in the form of the management API.
func slowDown(w http.ResponseWriter, wait time.Duration) int {
	const status = http.StatusTooManyRequests
	h := w.Header()
	h["Cache-Control"], h["Retry-After"] = noStore, []string{seconds(wait)}
	(&call{w: w}).problem(wire.Problem{Status: status, Detail: shutOut, Code: wire.CodeSlowDown})
	return status
}

// noting notes the status that is answered.
type noting struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (n *noting) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is beneath.
func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }
