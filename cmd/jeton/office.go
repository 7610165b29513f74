package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"jeton/model"
	"jeton/ui"
)

// organization is what the commands need of a store, wherever that is.
type organization interface {
	ui.Store
	Examine(ctx context.Context, actor model.Actor, value model.Secret, at model.Place) (model.Verdict, error)
	Whose(ctx context.Context, actor model.Actor, leak model.Leak) ([]model.Token, error)
}

// office is an organization that is open for one command, and who acts in it.
type office struct {
	organization
	actor model.Actor
}

// How long a command waits for another one that has the store open just now, and how often
// it looks. Nothing tells when a lock is let go.
const (
	lockPatience = 3 * time.Second
	lockPause    = 20 * time.Millisecond
)

// office opens the organization for f, as the one who runs this, and closes it again. It is
// the only place where a command on tokens, users, deployments or settings does.
func (p *program) office(ctx context.Context, f func(*office) error) (err error) {
	s, err := p.setup()
	if err != nil {
		return err
	}
	o, err := p.opener(s)
	if err != nil {
		return err
	}
	o.source.Door = model.DoorCommand
	if err := p.unlock(ctx, o); err != nil {
		return err
	}
	stop := hearPipes()
	defer stop()
	opened, actor, err := patiently(ctx, func() (organization, model.Actor, error) {
		s, actor, err := o.open(ctx)
		return s, actor, err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return f(&office{opened, actor})
}

// patiently opens, and tries again for a while where another jeton is in the way: most
// commands are over at once.
func patiently(ctx context.Context, open func() (organization, model.Actor, error)) (organization, model.Actor, error) {
	over := time.Now().Add(lockPatience)
	for {
		s, actor, err := open()
		var locked *model.LockedError
		if !errors.As(err, &locked) || time.Now().After(over) {
			return s, actor, err
		}
		select {
		case <-ctx.Done():
			return nil, actor, ctx.Err()
		case <-time.After(lockPause):
		}
	}
}

// hearPipes makes it an error, and not the end of the process with the store open, to write
// to a reader that has gone.
func hearPipes() (stop func()) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGPIPE)
	return func() { signal.Stop(heard) }
}

// change asks for a change under a number of its own.
func (o *office) change(ctx context.Context, c model.Change) (model.Record, error) {
	_, record, err := o.Change(ctx, o.actor, newRequest(), c)
	return record, err
}

// reveal asks for a value.
func (o *office) reveal(ctx context.Context, id model.TokenID) (model.Secret, error) {
	return o.Reveal(ctx, o.actor, newRequest(), model.Reveal{Token: id})
}

func newRequest() (r model.Request) {
	_, _ = rand.Read(r[:]) // never fails: crypto/rand ends the program instead
	return r
}
