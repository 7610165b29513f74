package main

import (
	"context"
	"errors"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/sample"
)

// reopenAfter is how long a load waits before it opens a store again that could not be
// opened, or that wrote nothing more.
const reopenAfter = 500 * time.Millisecond

// load changes a store until a signal comes. Where the disk left an outcome unknown it
// does what people are told to: it opens the store again and looks.
func (p *program) load(ctx context.Context, writers int) error {
	if writers < 1 || writers > 1000 {
		return &usageError{"--load needs a number of writers, 1 to 1000", "jeton demo"}
	}
	if p.flags.store == "" {
		return &usageError{"--load changes a store as long as it runs: say where with --store", "jeton demo"}
	}
	s, o, err := p.elsewhere()
	if err != nil {
		return err
	}
	if err = store.Vacant(s.store); err == nil {
		err = o.create(ctx, sample.Found(o.uid))
	}
	if err != nil && !errors.Is(err, model.ErrExists) {
		return err
	}
	l, err := sample.NewLoad(writers, p.std.out)
	if err != nil {
		return err
	}
	return o.load(ctx, l)
}

// load runs a load, and again after an outcome that is unknown, if the store could be opened
// at first.
func (o *opener) load(ctx context.Context, l *sample.Load) error {
	for first := true; ; first = false {
		opened := false
		err := o.with(ctx, func(s *store.Store) error {
			opened = true
			return loaded(ctx, l, s)
		})
		switch {
		case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
			return errEnded
		case ctx.Err() != nil, opened && !errors.Is(err, model.ErrUnknown), first && !opened:
			return err
		}
		if err := l.Say(sample.Line{Says: "failed", Action: "open", Error: err.Error()}); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(reopenAfter):
		}
	}
}

// errEnded: a signal ended what goes on until one comes, and it ended in order.
var errEnded = errors.New("ended as it was told to")

// loaded runs the load on a store, if it is one to be treated like that.
func loaded(ctx context.Context, l *sample.Load, s *store.Store) error {
	made, err := sample.Demonstration(ctx, s)
	if err != nil {
		return err
	}
	if !made {
		return errors.New("refused: this is an organization of people and not one that jeton demo made, and its tokens would be revoked; give another --store")
	}
	return l.Run(ctx, s)
}
