package serve

import (
	"errors"
	"net/http"
	"strings"

	"jeton/model"
)

// Refusals of /auth. That a token was revoked is not told from that there never was one.
var (
	badToken   = bearerRefusal(http.StatusUnauthorized, "invalid_token", "the token is unknown, was revoked, or its owner was deactivated")
	notReached = bearerRefusal(http.StatusForbidden, "insufficient_scope", "the token works and does not reach what was asked for")
)

// auth is asked by proxies before they let a request pass (nginx auth_request, Caddy
// forward_auth, Traefik forwardAuth). They send the headers of that request, by GET or by its
// own method, so every method is answered. The answer has no body when the token is good.
func (d *Doors) auth(w http.ResponseWriter, r *http.Request) int {
	if r.ContentLength != 0 {
		// A proxy that passes Content-Length on without the body would be waited for otherwise.
		w.Header()["Connection"] = closeWord
	}
	if leaks(r) {
		return d.turnAway(w, r, doorAuth, tokenInURL)
	}
	value, no := presented(r.Header)
	if no != nil {
		return d.turnAway(w, r, doorAuth, no)
	}
	place, no := placeOf(r)
	if no != nil {
		return d.turnAway(w, r, doorAuth, no)
	}
	from := d.trusted.sourceOf(r)
	v, status := d.check(w, r, doorAuth, value, place, from)
	if status != 0 {
		return status
	}
	if v.Active() && !v.Allowed() {
		d.log.refused(doorAuth, http.StatusForbidden, from, v)
		return d.refuse(w, notReached)
	}
	if !v.Allowed() {
		return d.failed(w, badToken, doorAuth, from, v)
	}
	tell(w.Header(), v)
	w.WriteHeader(http.StatusNoContent)
	return http.StatusNoContent
}

// check asks the store. When it returns a status, that was answered: 503 or 429.
func (d *Doors) check(w http.ResponseWriter, r *http.Request, at door, value string, place model.Place, from source) (model.Verdict, int) {
	if status := d.barred(w, at, from); status != 0 {
		return model.Verdict{}, status
	}
	v, err := d.checker.Check(r.Context(), value, place, model.Caller{Addr: from.String(), Agent: labelOf(r.Header), Place: place})
	if errors.Is(err, model.ErrNotAToken) {
		v, err = model.Verdict{}, nil
	}
	if err != nil {
		d.log.broken("a token could not be checked", err)
		return model.Verdict{}, d.refuse(w, notAnswered)
	}
	d.counts.verdict(v)
	return v, 0
}

// failed answers to a value or a credential that does not work: no, or 429 when that
// happened too often.
func (d *Doors) failed(w http.ResponseWriter, no *refusal, at door, from source, v model.Verdict) int {
	if wait := d.failures.failed(from); wait > 0 {
		d.counts.slowed.Inc()
		d.log.refused(at, http.StatusTooManyRequests, from, v)
		return d.refuseLater(w, wait)
	}
	d.log.refused(at, no.status, from, v)
	return d.refuse(w, no)
}

var (
	kindAgent = []string{"agent"}
	kindUser  = []string{"user"}
)

// tell says in headers who it is, for the proxy to pass on.
func tell(h http.Header, v model.Verdict) {
	h["Cache-Control"] = noStore
	values := make([]string, 0, 4) // one allocation for all of them
	set := func(key, value string) {
		values = append(values, value)
		h[key] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Jeton-Token", v.Token.ID.String())
	if v.Token.Kind == model.UserToken {
		h["Jeton-Kind"] = kindUser
		set("Jeton-User", encoded(v.Owner.Login))
		if v.Role != model.NoRole {
			set("Jeton-Role", v.Role.String())
		}
	} else {
		h["Jeton-Kind"] = kindAgent
	}
	set("Jeton-Rule", encoded(v.Rule))
}

// encoded returns a text as it may stand in a header: what is not visible ASCII or a space,
// and the percent sign, is percent-encoded UTF-8.
func encoded(s string) string { return percent(s, inHeader) }

func inHeader(c byte) bool { return ' ' <= c && c <= '~' && c != '%' }

// percent encodes every byte that is not plain.
func percent(s string, plain func(byte) bool) string {
	at := 0
	for at < len(s) && plain(s[at]) {
		at++
	}
	if at == len(s) {
		return s
	}
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for _, c := range []byte(s) {
		if plain(c) {
			out.WriteByte(c)
			continue
		}
		out.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return out.String()
}
