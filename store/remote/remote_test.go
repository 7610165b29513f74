package remote_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"jeton/model"
	"jeton/serve"
	"jeton/store"
	"jeton/store/remote"
	"jeton/store/remote/wire"
	"jeton/store/share"
	"jeton/store/storetest"
)

// known is a door by which one user comes, whoever it is in truth.
type known model.UserID

func (k known) Who(r *http.Request) (model.Actor, error) {
	return model.Actor{User: model.UserID(k), Source: wire.ParseSource(r.Header.Get(wire.SourceHeader))}, nil
}

func (k known) Still(r *http.Request) (model.Actor, error) { return k.Who(r) }

// at serves a handler at a socket, and returns the store that is there.
func at(t testing.TB, h http.Handler) *remote.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	socket, err := serve.Listen(path, h, serve.SocketOptions{})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- socket.Serve() }()
	far := remote.New(remote.SocketClient(path), remote.SocketBase, remote.Options{})
	t.Cleanup(func() {
		if err := errors.Join(far.Close(), socket.Close()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return far
}

func TestConform(t *testing.T) {
	storetest.Conform(t, func(t testing.TB, s *store.Store, user model.UserID) share.Organization {
		return at(t, serve.API(s, known(user), nil))
	})
}
