package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"jeton/model"
	"jeton/store/share"
)

// office is an organization that is open for one command, and who acts in it.
type office struct {
	*share.Store
	actor model.Actor
}

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
	o.server = p.server()
	o.source.Door = model.DoorCommand
	if err := p.unlock(ctx, o); err != nil {
		return err
	}
	stop := hearPipes()
	defer stop()
	o.alone = true // it is over before anybody could be served
	opened, actor, err := o.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	err = f(&office{opened, actor})
	if ctx.Err() == nil {
		p.warn(ctx, opened.Health().Damage, err)
	}
	return err
}

// warn names damage beside what a command printed, which may lack what was damaged: once, and
// unless that is what the command ended with.
func (p *program) warn(ctx context.Context, d *model.DamageError, ended error) {
	if d == nil || p.warned || kindOf(ended) == exitDamaged {
		return
	}
	p.warned = true
	complain(ctx, p.std.err, fmt.Errorf("this store is damaged, and what is listed may not be all: %w", d))
}

// hearPipes makes it an error, and not the end of the process with the store open, to write
// to a reader that has gone.
func hearPipes() (stop func()) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGPIPE)
	return func() { signal.Stop(heard) }
}

// change asks for a change. Who shares the store numbers the request.
func (o *office) change(ctx context.Context, c model.Change) (model.Record, error) {
	_, record, err := o.Change(ctx, o.actor, model.Request{}, c)
	return record, err
}

// reveal asks for a value.
func (o *office) reveal(ctx context.Context, id model.TokenID) (model.Secret, error) {
	return o.Reveal(ctx, o.actor, model.Request{}, model.Reveal{Token: id})
}
