package serve

import (
	"encoding/json"
	"net/http"

	"jeton/model"
)

// tokenReview is the part of authentication.k8s.io/v1 TokenReview that the API server of
// Kubernetes sends to a webhook and reads from its answer. v1beta1 has the same form.
type tokenReview struct {
	APIVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"`
	Spec       *reviewSpec  `json:"spec,omitempty"`
	Status     reviewStatus `json:"status"`
}

type reviewSpec struct {
	Token string `json:"token"`
}

// reviewStatus names no audiences: the API server then takes the token as meant for itself.
type reviewStatus struct {
	Authenticated bool        `json:"authenticated"`
	User          *reviewUser `json:"user,omitempty"`
}

type reviewUser struct {
	Username string              `json:"username"`
	UID      string              `json:"uid"`
	Groups   []string            `json:"groups"`
	Extra    map[string][]string `json:"extra"`
}

var (
	unclearReview = refused(http.StatusBadRequest, "invalid_request", "the body is not a TokenReview of authentication.k8s.io/v1")
	emptyReview   = refused(http.StatusBadRequest, "invalid_request", "the TokenReview has no spec.token")
)

// review answers to TokenReview of Kubernetes. The API server's kubeconfig for the webhook has
// a service credential as its token, and may ask for a place in the query of its URL.
func (d *Doors) review(w http.ResponseWriter, r *http.Request) int {
	from, status := d.admit(w, r, doorReview)
	if status != 0 {
		return status
	}
	asked, no := reviewOf(w, r)
	if no != nil {
		return d.turnAway(w, r, doorReview, no)
	}
	place, no := placeOf(r)
	if no != nil {
		return d.turnAway(w, r, doorReview, no)
	}
	v, status := d.check(w, r, doorReview, asked.Spec.Token, place, from)
	if status != 0 {
		return status
	}
	answer := tokenReview{APIVersion: asked.APIVersion, Kind: asked.Kind}
	if v.Allowed() && v.Token.Kind != model.ServiceToken {
		answer.Status = reviewStatus{Authenticated: true, User: d.reviewUserOf(v)}
	}
	return d.sendJSON(w, answer)
}

// reviewOf reads a TokenReview. Members that it has and that are not known here are no fault:
// the form may grow.
func reviewOf(w http.ResponseWriter, r *http.Request) (out tokenReview, no *refusal) {
	if !hasType(r.Header, "application/json") {
		return out, jsonOnly
	}
	no = withBody(w, r, func(body []byte) *refusal {
		if err := json.Unmarshal(body, &out); err != nil || out.Kind != "TokenReview" {
			return unclearReview
		}
		if out.APIVersion != "authentication.k8s.io/v1" && out.APIVersion != "authentication.k8s.io/v1beta1" {
			return unclearReview
		}
		if out.Spec == nil || out.Spec.Token == "" {
			return emptyReview
		}
		return nil
	})
	return out, no
}

// reviewUserOf says who a token stands for. Everything begins with "jeton:", so that no name
// of ours can be one that Kubernetes gives a meaning to.
func (d *Doors) reviewUserOf(v model.Verdict) *reviewUser {
	s := d.subjectOf(v)
	u := &reviewUser{Username: "jeton:" + s.id, UID: s.id, Extra: map[string][]string{"jeton/token": {v.Token.ID.String()}}}
	if v.Token.Kind == model.UserToken {
		u.Username = "jeton:user:" + s.username
	}
	for _, scope := range s.scope {
		u.Groups = append(u.Groups, "jeton:"+scope)
	}
	return u
}
