package serve

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"jeton/model"
)

// Verifier tells what a presented value is.
type Verifier interface {
	// Check is Checker's: it counts.
	Check(ctx context.Context, value string, at model.Place, from model.Caller) (model.Verdict, error)
	// Verify counts nothing.
	Verify(ctx context.Context, value string) (model.Verdict, error)
}

// Bearers is the door of the management API over HTTP: the owner of a user token that works
// is there. trusted are proxies that are believed whom they ask for, as in DoorOptions.
func Bearers(store Verifier, trusted []netip.Prefix) Door {
	return bearers{store, trusted}
}

type bearers struct {
	store Verifier
	from  proxies
}

// Who finds the owner of the token that was presented, which counts as a use of it.
func (d bearers) Who(r *http.Request) (model.Actor, error) {
	addr := d.from.sourceOf(r).String()
	return d.owner(r, addr, func(value string) (model.Verdict, error) {
		return d.store.Check(r.Context(), value, model.Place{}, model.Caller{Addr: addr, Agent: labelOf(r.Header)})
	})
}

// Still finds the owner again.
func (d bearers) Still(r *http.Request) (model.Actor, error) {
	return d.owner(r, d.from.sourceOf(r).String(), func(value string) (model.Verdict, error) {
		return d.store.Verify(r.Context(), value)
	})
}

func (d bearers) owner(r *http.Request, addr string, look func(string) (model.Verdict, error)) (model.Actor, error) {
	sent := r.Header["Authorization"]
	if len(sent) != 1 {
		return model.Actor{}, model.ErrCredential
	}
	value, ok := afterScheme(sent[0], "bearer")
	if !ok {
		return model.Actor{}, model.ErrCredential
	}
	v, err := look(value)
	if errors.Is(err, model.ErrNotAToken) {
		return model.Actor{}, model.ErrCredential
	}
	if err != nil {
		return model.Actor{}, err
	}
	if v.Standing != model.Good || v.Token.Kind != model.UserToken {
		return model.Actor{}, model.ErrCredential
	}
	return model.Actor{User: v.Owner.ID, Source: model.Source{Door: model.DoorHTTP, Origin: addr}}, nil
}
