package state

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Close flushes Badger's memory and closes it. Panics of Badger are errors. ErrNoRoom: it
// cannot be closed before there is room; it goes on trying as long as the process lives,
// [Unclosed] tells when it ended, and until then it is not opened again.
func (d *DB) Close() error {
	if err := d.there(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- d.closeBadger() }()
	err, ok := patiently(ended)
	if !ok {
		keep(d.dir, d.closed)
		err = fmt.Errorf("%w: close: what was not written is in the journal", ErrNoRoom)
	}
	return err
}

// settleWithin is how long Close lets Badger merge what is due, so that it is not read whole
// at the next opening.
const settleWithin = 5 * time.Second

// settle waits until nothing is to be merged, and tells whether something still is. Young
// tables are counted when it is opened again.
func (d *DB) settle() (merging bool) {
	due := func(from int) bool {
		return slices.ContainsFunc(d.db.Levels(), func(l badger.LevelInfo) bool { return l.Level >= from && l.Score > 0 })
	}
	for end := time.Now().Add(settleWithin); d.written.Load() && waiting.Load() == 0 && due(0) && time.Now().Before(end); {
		time.Sleep(settleWithin / 200)
	}
	return due(1)
}

func (d *DB) closeBadger() (err error) {
	defer drop(d.dir, d.closed)
	defer caught(&err)
	merging := d.settle()
	if err := d.db.Close(); err != nil {
		return fmt.Errorf("%w: close: %w", ErrDamaged, err)
	}
	if !d.noted() {
		return nil
	}
	leave := done
	if merging {
		leave = unmerged
	}
	if err := errors.Join(d.spare.drop(), leave(d.dir)); err != nil {
		return fmt.Errorf("close state: %w", err)
	}
	return nil
}
