package state

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// closeWithin is how long Close waits for tables that wait for room.
const closeWithin = 2 * time.Second

// Close flushes Badger's memory and closes it. Panics of Badger are errors. ErrNoRoom: it
// cannot be closed before there is room; it goes on trying as long as the process lives,
// and [DB.Closed] tells when nobody writes to the directory any more.
func (d *DB) Close() error {
	if err := d.there(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- d.closeBadger() }()
	look := time.NewTicker(closeWithin / 20)
	defer look.Stop()
	for stuck := 0; stuck < 20; {
		select {
		case err := <-ended:
			return err
		case <-look.C:
			if stuck++; waiting.Load() == 0 {
				stuck = 0
			}
		}
	}
	return fmt.Errorf("%w: close: what was not written is in the journal", ErrNoRoom)
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

// Closed is closed once Badger is.
func (d *DB) Closed() <-chan struct{} { return d.closed }

func (d *DB) closeBadger() (err error) {
	defer close(d.closed)
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
