package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/serve"
	"jeton/store"
	"jeton/store/remote/wire"
)

// TestHolderGoesWhileAsked has the one that has the store open go just when it is asked who is
// acting: the store is opened here, as whoever runs this, and not as nobody.
func TestHolderGoesWhileAsked(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	o := newOpener(filepath.Join(dir, "store"), filepath.Join(dir, "keyset"), model.Source{Door: model.DoorCommand}, time.Now)
	if err := o.create(ctx, model.Found{Organization: "acme", Login: "ana", Account: uint32(os.Geteuid())}); err != nil {
		t.Fatal(err)
	}
	holder, err := o.openStore(ctx)
	if err != nil {
		t.Fatal(err)
	}
	api := serve.API(holder, serve.Peers(holder, store.AccountName), nil)
	var asked atomic.Int32
	var socket *serve.Socket
	gone := make(chan error, 2)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == wire.GetSession.Pattern && asked.Add(1) == 2 {
			go func() {
				gone <- socket.Close()
				gone <- holder.Close()
			}()
			panic(http.ErrAbortHandler)
		}
		api.ServeHTTP(w, r)
	})
	if socket, err = serve.Listen(o.socketPath(), handler, serve.SocketOptions{}); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- socket.Serve() }()
	s, actor, err := o.connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if actor.User != 1 || asked.Load() != 2 {
		t.Errorf("acting as user %d after %d questions", actor.User, asked.Load())
	}
	for _, ended := range []error{<-gone, <-gone, <-served, s.Close()} {
		if ended != nil {
			t.Error(ended)
		}
	}
}

// TestWhatOpensLateIsClosed: screens that end while the store is opened do not leave it open.
func TestWhatOpensLateIsClosed(t *testing.T) {
	late := make(chan opening, 1)
	o := &opener{early: late}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := o.Open(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	late <- opening{err: errors.New("it did not open")}
	if err := o.close(); err != nil || len(late) > 0 {
		t.Errorf("what was still to come is not waited for: %v", err)
	}
}
