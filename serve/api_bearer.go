package serve

import (
	"context"
	"net"
	"net/http"
	"strings"

	"jeton/model"
)

// Verifier tells what a presented value is.
type Verifier interface {
	Verify(ctx context.Context, value string) (model.Verdict, error)
}

// Bearers is the door of the management API over HTTP: the owner of a user token that works
// is there.
func Bearers(store Verifier) Door { return bearers{store} }

type bearers struct{ store Verifier }

// Who finds the owner of the token that was presented.
func (d bearers) Who(r *http.Request) (model.Actor, error) {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(r.Header.Values("Authorization")) != 1 {
		return model.Actor{}, model.ErrCredential
	}
	if _, err := model.ParseValue(value); err != nil {
		return model.Actor{}, model.ErrCredential
	}
	v, err := d.store.Verify(r.Context(), value)
	if err != nil {
		return model.Actor{}, err
	}
	if v.Standing != model.Good || v.Token.Kind != model.UserToken {
		return model.Actor{}, model.ErrCredential
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = ""
	}
	return model.Actor{User: v.Owner.ID, Source: model.Source{Door: model.DoorHTTP, Origin: host}}, nil
}

func (d bearers) Still(r *http.Request) (model.Actor, error) { return d.Who(r) }
