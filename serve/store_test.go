package serve

import (
	"context"
	"crypto/rand"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// The doors ask a real store what they ask the fake.
var _ Store = (*store.Store)(nil)

// kept is doors to a store on disk.
type kept struct {
	t     testing.TB
	store *store.Store
	doors *Doors
	ana   model.Actor
}

func newKept(t testing.TB) *kept {
	t.Helper()
	dir := t.TempDir()
	keyset, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	o := store.Options{Dir: filepath.Join(dir, "store"), Keyset: keyset}
	source := model.Source{Door: model.DoorProgram}
	found := model.Found{Organization: "acme", Deployments: []string{"prod", "staging"}, Login: "ana", Account: 1000}
	if err := store.Create(t.Context(), o, found, source); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Compare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &kept{t: t, store: s, doors: NewDoors(s, DoorOptions{}), ana: model.Actor{User: 1, Source: source}}
}

func (k *kept) change(c model.Change) model.Record {
	k.t.Helper()
	var number model.Request
	if _, err := rand.Read(number[:]); err != nil {
		k.t.Fatal(err)
	}
	_, record, err := k.store.Change(context.Background(), k.ana, number, c)
	if err != nil {
		k.t.Fatal(err)
	}
	return record
}

// create makes a token and returns it with its value.
func (k *kept) create(kind model.TokenKind) (model.Token, string) {
	k.t.Helper()
	c := model.CreateToken{Kind: kind}
	if kind == model.UserToken {
		c.Owner = k.ana.User
	}
	t := k.change(c).(model.Token)
	secret, err := k.store.Reveal(context.Background(), k.ana, model.Request{}, model.Reveal{Token: t.ID})
	if err != nil {
		k.t.Fatal(err)
	}
	return t, secret.Expose()
}

// works reports whether both doors let a value in.
func (k *kept) works(service, value string) (auth, introspect bool) {
	out := httptest.NewRecorder()
	k.doors.ServeHTTP(out, request("GET", "/auth", "", "Authorization", "Bearer "+value))
	auth = out.Code == 204
	out = httptest.NewRecorder()
	k.doors.ServeHTTP(out, introspection1(service, "token="+value))
	return auth, strings.Contains(out.Body.String(), `"active":true`)
}

func TestRevocationHoldsFromTheNextRequest(t *testing.T) {
	k := newKept(t)
	_, service := k.create(model.ServiceToken)
	for range 20 {
		k.doors.failures = newFailures() // of one address, by the hundred
		token, value := k.create(model.AgentToken)
		if auth, introspect := k.works(service, value); !auth || !introspect {
			t.Fatalf("a new token: auth %v, introspect %v", auth, introspect)
		}
		var acknowledged atomic.Bool
		var asking sync.WaitGroup
		for range 4 {
			asking.Go(func() {
				for after := 0; after < 20; {
					before := acknowledged.Load()
					auth, introspect := k.works(service, value)
					if before && (auth || introspect) {
						t.Errorf("after the revocation was acknowledged: auth %v, introspect %v", auth, introspect)
						return
					}
					if before {
						after++
					}
				}
			})
		}
		k.change(model.Revoke{Token: token.ID})
		acknowledged.Store(true)
		asking.Wait()
	}
}

func TestRevokedServiceCredentialsAskNothingMore(t *testing.T) {
	k := newKept(t)
	credential, service := k.create(model.ServiceToken)
	_, value := k.create(model.UserToken)
	ask := func() int {
		out := httptest.NewRecorder()
		k.doors.ServeHTTP(out, introspection1(service, "token="+value))
		return out.Code
	}
	if got := ask(); got != 200 {
		t.Fatalf("before: %d", got)
	}
	k.change(model.Revoke{Token: credential.ID})
	if got := ask(); got != 401 {
		t.Errorf("after: %d", got)
	}
}

func TestAClosedStoreLetsNobodyIn(t *testing.T) {
	k := newKept(t)
	_, value := k.create(model.AgentToken)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	out := httptest.NewRecorder()
	k.doors.ServeHTTP(out, request("GET", "/auth", "", "Authorization", "Bearer "+value))
	if out.Code != 503 || out.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", out.Code, out.Header())
	}
}
