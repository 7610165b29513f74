package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
	"jeton/store/share"
	"jeton/ui"
)

// opener opens and creates the store behind the screens, and knows which one to close.
// The actor is the effective user id that the kernel reports for this process, which no
// flag and no variable can change.
type opener struct {
	options store.Options // without a keyset
	keyset  string
	source  model.Source
	uid     uint32

	unlocked *seal.Keyset // opened by its passphrase before the screens began; may be nil

	alone  bool    // others are not served
	server *server // that is asked instead; nil for the store here

	mu     sync.Mutex
	self   model.UserID // who runs this, once the store was open here
	opened *share.Store
	early  chan opening // of open, once
	tell   func(model.Progress)
}

// opening is how opening ended.
type opening struct {
	store *share.Store
	actor model.Actor
	err   error
}

func newOpener(dir, keyset string, source model.Source, clock func() time.Time) *opener {
	o := &opener{keyset: keyset, source: source, uid: uint32(os.Geteuid())}
	o.options = store.Options{Dir: dir, Clock: clock, Origin: source.Origin, Progress: o.progress}
	return o
}

// opener is one for the store that is configured, with everything it is kept with.
func (p *program) opener(s setup) (*opener, error) {
	o := newOpener(s.store, s.keyset, source(p.getenv, ttyName()), time.Now)
	var err error
	o.options.Anchor, err = anchorFile(p.getenv, s.config)
	return o, err
}

// start begins to open the store, before anybody asks: while the terminal is being set
// up, the disk can work.
func (o *opener) start(ctx context.Context) {
	o.early = make(chan opening, 1)
	early := o.early
	go func() {
		s, actor, err := o.connect(ctx)
		early <- opening{s, actor, err}
	}()
}

// Open opens the store and tells who is acting.
func (o *opener) Open(ctx context.Context, progress func(model.Progress)) (ui.Store, model.Actor, error) {
	o.mu.Lock()
	early := o.early
	o.early, o.tell = nil, progress
	o.mu.Unlock()
	defer o.hush()
	if early == nil {
		return asStore(o.connect(ctx))
	}
	select {
	case r := <-early:
		return asStore(r.store, r.actor, r.err)
	case <-ctx.Done():
		o.mu.Lock()
		defer o.mu.Unlock()
		o.early = early // it may open all the same: close waits for it
		return nil, model.Actor{}, ctx.Err()
	}
}

// asStore keeps a failed opening from looking like a store.
func asStore(s *share.Store, actor model.Actor, err error) (ui.Store, model.Actor, error) {
	if err != nil {
		return nil, actor, err
	}
	return s, actor, nil
}

// progress hands on how far the store is, as long as somebody waits for it.
func (o *opener) progress(p model.Progress) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tell != nil {
		o.tell(p)
	}
}

func (o *opener) hush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tell = nil
}

func (o *opener) openKeyset() (*seal.Keyset, error) {
	if o.unlocked != nil {
		return o.unlocked, nil
	}
	return openKeyset(o.keyset)
}

// openStore opens the store here.
func (o *opener) openStore(ctx context.Context) (*store.Store, error) {
	options := o.options
	options.KeysetPath = o.keyset // to be named when it is missing
	var err error
	// Without a keyset the store still says whether there is anything to open.
	if options.Keyset, err = o.openKeyset(); err != nil && !errors.Is(err, model.ErrNoKeyset) {
		return nil, err
	}
	s, err := store.Open(ctx, options)
	if err != nil {
		return nil, fits(err, options.Dir, o.keyset)
	}
	return s, nil
}

// open opens the store here, and tells who runs this.
func (o *opener) open(ctx context.Context) (*store.Store, model.Actor, error) {
	s, err := o.openStore(ctx)
	if err != nil {
		return nil, model.Actor{}, err
	}
	actor, err := s.Identify(o.uid, o.source, store.AccountName(o.uid))
	if err != nil {
		return nil, actor, errors.Join(err, s.Close())
	}
	return s, actor, nil
}

// Create creates the organization with whoever runs this as its first user, and opens it.
func (o *opener) Create(ctx context.Context, organization string, deployments []string) (ui.Store, model.Actor, error) {
	found := model.Found{Organization: organization, Deployments: deployments, Login: store.AccountName(o.uid), Account: o.uid}
	if err := o.create(ctx, found); err != nil {
		return nil, model.Actor{}, err
	}
	return asStore(o.connect(ctx))
}

// create writes a new keyset, unless there is one, and the store. On an error neither
// stays: a keyset that opens nothing would only be mistaken for one that does.
func (o *opener) create(ctx context.Context, found model.Found) error {
	options := o.options
	err := store.Vacant(options.Dir)
	if errors.Is(err, model.ErrExists) {
		return fmt.Errorf("%w: open it with jeton --store %s, or choose another directory", err, options.Dir)
	}
	if err != nil {
		return err
	}
	if err := apart(options.Dir, o.keyset); err != nil {
		return err
	}
	var made bool
	if options.Keyset, made, err = ensureKeyset(o.keyset); err != nil {
		return err
	}
	if err := store.Create(ctx, options, found, o.source); err != nil {
		if made {
			err = errors.Join(err, os.Remove(o.keyset))
		}
		return err
	}
	return nil
}

// close gives the store up.
func (o *opener) close() error {
	o.mu.Lock()
	early, s := o.early, o.opened
	o.early = nil
	o.mu.Unlock()
	if early != nil { // the screens ended before they asked for it
		s = (<-early).store
	}
	if s == nil {
		return nil
	}
	return s.Close()
}

// hostName is what this machine calls itself, empty if it does not say.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// organizationOf suggests a name for the organization of a host: that of its domain, or
// of the host itself where it has no domain of its own.
func organizationOf(host string) string {
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(host, ".")), ".")
	name := labels[0]
	if n := len(labels); n > 2 {
		name = labels[n-2]
	}
	if name == "localhost" {
		return ""
	}
	name, err := model.CleanName("organization", name, false)
	if err != nil {
		return ""
	}
	return name
}
