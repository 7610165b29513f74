package serve

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"jeton/model"
)

// Refusals of those who ask about tokens of others.
var (
	noService  = serviceRefusal("", "a service credential is needed: send Authorization: Bearer, or Basic with it as the password")
	badService = serviceRefusal("invalid_token", "the service credential is unknown or was revoked")
	oneToken   = refused(http.StatusBadRequest, "invalid_request", "the form needs the parameter token, once")
)

// serviceRefusal challenges by both schemes that a service credential may come in.
func serviceRefusal(code, description string) *refusal {
	a := refused(http.StatusUnauthorized, "invalid_client", description).challenged(code, description)
	a.challenge = append(a.challenge, `Basic realm="jeton", charset="UTF-8"`)
	return a
}

// introspection is the answer of RFC 7662, section 2.2, and what else is known.
type introspection struct {
	Active    bool   `json:"active"`
	Scope     string `json:"scope"`
	ClientID  string `json:"client_id"`
	Username  string `json:"username"`
	TokenType string `json:"token_type"`
	IssuedAt  int64  `json:"iat"`
	Subject   string `json:"sub"`
	Issuer    string `json:"iss,omitempty"`

	Permissions *permissions      `json:"permissions,omitempty"` // of an agent token
	Admin       *bool             `json:"organization_admin,omitempty"`
	Roles       map[string]string `json:"roles,omitzero"` // of the owner of a user token, by deployment
}

type permissions struct {
	OrgAgent    bool     `json:"org_agent"`
	Deployments []string `json:"deployments"`
	AllBranches bool     `json:"all_branch_deployments"`
}

// introspect answers to RFC 7662. Of what is not active it says nothing else. The form may
// name a deployment or a branch_deployment, and so may the query and the headers of /auth,
// since there are clients that add nothing to the form: a token that does not reach it is
// then not active. Without, a token is active wherever it may be used, and who asks compares
// scope.
func (d *Doors) introspect(w http.ResponseWriter, r *http.Request) int {
	from, status := d.admit(w, r, doorIntrospect)
	if status != 0 {
		return status
	}
	form, no := formOf(w, r)
	if no != nil {
		return d.turnAway(w, r, doorIntrospect, no)
	}
	value, place, no := askedIn(r, form)
	if no != nil {
		return d.turnAway(w, r, doorIntrospect, no)
	}
	v, status := d.check(w, r, doorIntrospect, value, place, from)
	if status != 0 {
		return status
	}
	if !v.Allowed() || v.Token.Kind == model.ServiceToken {
		return d.sendInactive(w)
	}
	return d.sendJSON(w, d.introspectionOf(v))
}

// admit lets services in that ask by POST, and tells where from. When it returns a status,
// that was answered.
func (d *Doors) admit(w http.ResponseWriter, r *http.Request, at door) (source, int) {
	if leaks(r) {
		return source{}, d.turnAway(w, r, at, tokenInURL)
	}
	if r.Method != http.MethodPost {
		return source{}, d.refuseMethod(w, postOnly, "POST")
	}
	from := d.trusted.sourceOf(r)
	return from, d.known(w, r, at, from)
}

// known makes sure that who asks has a service credential. When it returns a status, that
// was answered.
func (d *Doors) known(w http.ResponseWriter, r *http.Request, at door, from source) int {
	credential, no := serviceCredential(r.Header)
	if no != nil && no != badService {
		return d.turnAway(w, r, at, no)
	}
	if status := d.barred(w, at, from); status != 0 {
		return status
	}
	if no != nil {
		return d.failed(w, no, at, from, model.Verdict{})
	}
	t, err := d.checker.Service(r.Context(), credential, model.Caller{Addr: from.String()})
	switch {
	case err == nil:
		return 0
	case errors.Is(err, model.ErrNotAToken), errors.Is(err, model.ErrNotFound), errors.Is(err, model.ErrRevoked):
		return d.failed(w, badService, at, from, model.Verdict{Token: t})
	}
	d.log.broken("a service credential could not be checked", err)
	return d.refuse(w, notAnswered)
}

// askedIn returns what a request and its form ask about. A hint of its type (token_type_hint)
// is not needed.
func askedIn(r *http.Request, form url.Values) (string, model.Place, *refusal) {
	values := form["token"]
	if len(values) != 1 || values[0] == "" {
		return "", model.Place{}, oneToken
	}
	var a asking
	a.sayRequest(r)
	a.sayParameters(form)
	return values[0], a.place, a.refusal
}

var (
	inactive       = []byte(`{"active":false}`)
	inactiveLength = []string{"16"}
)

func (d *Doors) sendInactive(w http.ResponseWriter) int {
	h := w.Header()
	h["Cache-Control"], h["Content-Type"], h["Content-Length"] = noStore, jsonType, inactiveLength
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(inactive) // who asked may be gone
	return http.StatusOK
}

func (d *Doors) introspectionOf(v model.Verdict) introspection {
	s := d.subjectOf(v)
	out := introspection{Active: true, Scope: strings.Join(s.scope, " "), ClientID: v.Token.ID.String(), Username: s.username,
		TokenType: "Bearer", IssuedAt: v.Token.CreatedAt.Std().Unix(), Subject: s.id, Issuer: d.issuer}
	if v.Token.Kind == model.UserToken {
		out.Admin, out.Roles = &v.Owner.OrgAdmin, s.roles
		return out
	}
	out.Permissions = &permissions{OrgAgent: v.Token.Permissions.OrgAgent, Deployments: s.deployments, AllBranches: v.Token.Permissions.ReachesBranches()}
	return out
}
