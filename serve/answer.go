package serve

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// refusal is an answer that says no, made once. Its texts are ours alone: nothing of a
// request is in them.
type refusal struct {
	status    int
	text      string
	challenge []string // WWW-Authenticate
	body      []byte
	retry     []string // Retry-After
}

// refused makes a refusal in the form of OAuth errors (RFC 6749, section 5.2), which
// RFC 7662 takes over and RFC 6750 has in a header.
func refused(status int, code, description string) *refusal {
	body, err := json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{code, description})
	if err != nil {
		panic("serve: a refusal cannot be written as JSON") // two texts of this file
	}
	return &refusal{status: status, text: description, body: append(body, '\n')}
}

// challenged is the refusal with the challenge of RFC 6750, section 3.
func (a *refusal) challenged(code, description string) *refusal {
	a.challenge = []string{bearerRealm}
	if code != "" {
		a.challenge[0] += `, error="` + code + `", error_description="` + description + `"`
	}
	return a
}

// bearerRefusal says in the body and the challenge the same.
func bearerRefusal(status int, code, description string) *refusal {
	return refused(status, code, description).challenged(code, description)
}

func (a *refusal) later(seconds string) *refusal {
	a.retry = []string{seconds}
	return a
}

const bearerRealm = `Bearer realm="jeton"`

// The refusals of every door.
var (
	notReady      = refused(http.StatusServiceUnavailable, "temporarily_unavailable", "jeton cannot answer now: nobody is let in; ask /readyz why").later("2")
	notAnswered   = refused(http.StatusServiceUnavailable, "temporarily_unavailable", "the store cannot answer: nobody is let in; look at jeton's log").later("5")
	shutOut       = "too many tokens that do not work came from this address: wait, and stop what retries them"
	tokenInURL    = bearerRefusal(http.StatusBadRequest, "invalid_request", "a token was sent in a URL, where it stays in logs: send it in the Authorization header, and revoke this one")
	unknownDoor   = refused(http.StatusNotFound, "not_found", "nothing is here: ask /auth, /introspect, /token-review, /healthz, /readyz or /metrics")
	postOnly      = refused(http.StatusMethodNotAllowed, "invalid_request", "this is asked by POST")
	getOnly       = refused(http.StatusMethodNotAllowed, "invalid_request", "this is asked by GET")
	tooLarge      = refused(http.StatusRequestEntityTooLarge, "invalid_request", "the body has more than 64 KiB")
	noBody        = refused(http.StatusBadRequest, "invalid_request", "the body did not come to its end")
	twoPlaces     = bearerRefusal(http.StatusBadRequest, "invalid_request", "more than one deployment is asked about: ask about one")
	unclearPlace  = bearerRefusal(http.StatusBadRequest, "invalid_request", "the name of the deployment is empty or not one that a deployment can have")
	misspeltPlace = bearerRefusal(http.StatusBadRequest, "invalid_request", "a parameter is nearly one that names a deployment: it is deployment or branch_deployment")
	unclearQuery  = bearerRefusal(http.StatusBadRequest, "invalid_request", "the query cannot be read: percent-encode it")
)

// Header values that are the same in every answer. They are shared and never written to.
var (
	noStore   = []string{"no-store"}
	jsonType  = []string{"application/json"}
	textType  = []string{"text/plain; charset=utf-8"}
	closeWord = []string{"close"}
)

// refuse answers with a refusal.
func (d *Doors) refuse(w http.ResponseWriter, a *refusal) int {
	h := w.Header()
	h["Cache-Control"], h["Content-Type"] = noStore, jsonType
	if a.challenge != nil {
		h["Www-Authenticate"] = a.challenge
	}
	if a.retry != nil {
		h["Retry-After"] = a.retry
	}
	return d.write(w, a.status, a.body)
}

// turnAway refuses what was not asked well, and writes that to the log.
func (d *Doors) turnAway(w http.ResponseWriter, r *http.Request, at door, no *refusal) int {
	d.log.turnedAway(at, no, d.trusted.sourceOf(r))
	return d.refuse(w, no)
}

// barred answers 503 while the store is not ready and 429 to who is shut out, and returns
// the status; 0 means that neither is so.
func (d *Doors) barred(w http.ResponseWriter, at door, from source) int {
	if !d.isReady() {
		return d.refuse(w, notReady)
	}
	wait := d.failures.shut(from)
	if wait == 0 {
		return 0
	}
	d.counts.shut.Inc()
	d.log.shutOut(at, from)
	return d.refuseLater(w, wait)
}

// refuseMethod answers that the door is asked by another method.
func (d *Doors) refuseMethod(w http.ResponseWriter, a *refusal, allow string) int {
	w.Header().Set("Allow", allow)
	return d.refuse(w, a)
}

// refuseLater answers 429 to who failed too often.
func (d *Doors) refuseLater(w http.ResponseWriter, wait time.Duration) int {
	return d.refuse(w, refused(http.StatusTooManyRequests, "slow_down", shutOut).later(seconds(wait)))
}

// seconds is a wait as Retry-After has it, at least one.
func seconds(wait time.Duration) string {
	return strconv.FormatInt(max(int64((wait+time.Second-1)/time.Second), 1), 10)
}

// sendJSON answers with a value as JSON.
func (d *Doors) sendJSON(w http.ResponseWriter, value any) int {
	body, err := json.Marshal(value)
	if err != nil {
		d.log.broken("an answer cannot be written as JSON", err)
		return d.refuse(w, notAnswered)
	}
	h := w.Header()
	h["Cache-Control"], h["Content-Type"] = noStore, jsonType
	return d.write(w, http.StatusOK, body)
}

// write sends the status and the body. Who asked may be gone: nothing is left to do then.
func (d *Doors) write(w http.ResponseWriter, status int, body []byte) int {
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return status
}

func (d *Doors) nowhere(w http.ResponseWriter, _ *http.Request) int { return d.refuse(w, unknownDoor) }
