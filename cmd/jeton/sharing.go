package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"jeton/model"
	"jeton/serve"
	"jeton/store"
	"jeton/store/remote"
	"jeton/store/share"
)

// sharePatience is how long another jeton is waited for that has the store open and serves
// nobody, as commands do: most are over at once.
const sharePatience = 10 * time.Second

// commandWait is how long a command waits in the middle for somebody to open the store again:
// nobody may be there to see that it waits.
const commandWait = time.Minute

// dialWithin is how long who has the store open may take to answer at all.
const dialWithin = 5 * time.Second

// connect reaches the organization: it opens the store here, and lets others work on it, or
// works through the one that has it open. It tells who is acting.
func (o *opener) connect(ctx context.Context) (*share.Store, model.Actor, error) {
	s, err := share.Connect(ctx, o.ways())
	if err != nil {
		return nil, model.Actor{}, err
	}
	self, err := o.session(ctx, s)
	if err != nil {
		return nil, model.Actor{}, errors.Join(err, s.Close())
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = s
	return s, model.Actor{User: self.User.ID, Source: o.source}, nil
}

// session asks who is acting. While it asks, who has the store open may have gone and the
// store be opened here, by somebody it did not know of when it began: then it asks again.
func (o *opener) session(ctx context.Context, s *share.Store) (self model.Session, err error) {
	for asked := o.actor(); ; {
		self, err = s.Session(ctx, asked)
		now := o.actor()
		if err == nil || now == asked {
			return self, err
		}
		asked = now
	}
}

// actor is who acts where the store is open here; elsewhere the other end knows.
func (o *opener) actor() model.Actor {
	o.mu.Lock()
	defer o.mu.Unlock()
	return model.Actor{User: o.self, Source: o.source}
}

// ways are how this process gets at the organization.
func (o *opener) ways() share.Ways {
	var wait time.Duration
	if o.alone {
		wait = commandWait
	}
	if s := o.server; s != nil {
		return share.Ways{Dial: func(ctx context.Context) (share.Opened, error) { return s.reach(ctx, o.source) },
			Holder: func() string { return "the server" }, Patience: sharePatience, Wait: wait}
	}
	w := share.Ways{Open: o.openHere, Dial: o.dial, Holder: o.holder, Patience: sharePatience, Wait: wait}
	if !o.alone {
		w.Serve = o.serve
	}
	return w
}

// openHere opens the store, if whoever runs this is somebody in it.
func (o *opener) openHere(ctx context.Context) (share.Opened, error) {
	s, actor, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.self = actor.User
	return s, nil
}

// where is where the organization is, for people.
func (o *opener) where(store string) string {
	if o.server != nil {
		return o.server.address
	}
	return store
}

// keysetShown is the keyset that opens the organization from here, "" for none.
func (o *opener) keysetShown() string {
	if o.server != nil {
		return ""
	}
	return o.keyset
}

func (o *opener) socketPath() string { return filepath.Join(o.options.Dir, serve.SocketName) }

// holder says who has the store open.
func (o *opener) holder() string {
	f, err := os.Open(filepath.Join(o.options.Dir, store.LockName))
	if err != nil {
		return ""
	}
	defer f.Close()
	h, ok := store.ReadHolder(f)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("pid %d, user %s", h.PID, h.User)
	if h.Terminal != "" {
		text += ", on " + h.Terminal
	}
	return text
}

// dial reaches who has the store open.
func (o *opener) dial(ctx context.Context) (share.Opened, error) {
	far := remote.New(remote.SocketClient(o.socketPath()), remote.SocketBase, remote.Options{})
	return answering(ctx, far, o.source, dialWithin)
}

// answering returns what is there if anybody answers. Any answer is one, and what is wrong is
// said to who asks next, but that a token lets nobody in: so it would be of all that is asked.
func answering(ctx context.Context, far *remote.Store, source model.Source, within time.Duration) (share.Opened, error) {
	asking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err := far.Session(asking, model.Actor{Source: source})
	switch {
	case err == nil: // also when the time was over just then
		return far, nil
	case ctx.Err() == nil && asking.Err() != nil:
		err = &model.GoneError{Cause: fmt.Errorf("there was no answer within %s: try again, or look at what runs there", within)}
	case errors.Is(err, model.ErrGone), errors.Is(err, model.ErrClosed), errors.Is(err, model.ErrCredential), ctx.Err() != nil:
	default:
		return far, nil
	}
	return nil, errors.Join(err, far.Close())
}

// serve lets others work on the store.
func (o *opener) serve(opened share.Opened, others func(int)) (share.Service, error) {
	s := opened.(*store.Store)
	api := serve.API(s, serve.Peers(s, store.AccountName), nil)
	socket, err := serve.Listen(o.socketPath(), serve.Claims(o.yield, api), serve.SocketOptions{Others: others, Grace: time.Second})
	if err != nil {
		return nil, err
	}
	go func() { _ = socket.Serve() }() // what ends it early ends it for others, who then open the store
	return socket, nil
}

// yield gives the store up to another process.
func (o *opener) yield() error {
	o.mu.Lock()
	s := o.opened
	o.mu.Unlock()
	if s == nil {
		return errors.New("it is just being opened: try again")
	}
	return s.Yield()
}
