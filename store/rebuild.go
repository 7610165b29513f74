package store

import (
	"context"
	"errors"
)

// Rebuild makes the state of a store anew from its journal, whatever state there is now,
// and closes the store again. Errors are those of Open; nothing is changed while another
// process has the store. Damage in the journal, which then remains, is a
// *model.DamageError.
func Rebuild(ctx context.Context, o Options) error {
	s, err := openFiles(ctx, o)
	if err != nil {
		return err
	}
	if !s.rebuilt {
		if err := s.rebuild(ctx, errAsked); err != nil {
			return errors.Join(err, s.abandon())
		}
	}
	go s.run() // closing waits for it
	if d := s.damage(); err == nil && d != nil {
		err = d
	}
	return errors.Join(err, s.Close())
}

// errAsked is why state is made again when nothing is wrong with it.
var errAsked = errors.New("it was asked for")
