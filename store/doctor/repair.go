package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"jeton/store"
	"jeton/store/journal"
)

// ErrOnlyState: the journal is damaged, so state is not made again from it.
var ErrOnlyState = errors.New("the journal is damaged, and state may be all there is of what it lost: restore the journal's files from a backup first")

// Repair makes state again from the journal. It asks nothing. Errors are those of
// store.Rebuild, *model.LockedError among them while somebody has the store; and
// ErrOnlyState, with nothing changed, where there is a state and a damaged journal.
// Only Dir and Keyset of the options count; origin is as in store.Options.
func Repair(ctx context.Context, o Options, origin string) error {
	lock, err := hold(o.Dir)
	if err == nil && !lock.held {
		err = repairable(ctx, o.Dir)
		lock.release()
	}
	if err != nil {
		return fmt.Errorf("make state again: %w", err)
	}
	if err := store.Rebuild(ctx, store.Options{Dir: o.Dir, KeysetPath: o.Keyset, Origin: origin}); err != nil {
		return fmt.Errorf("make state again: %w", err)
	}
	return nil
}

// repairable refuses to replace what may be the only copy of something. What else is
// wrong, store.Rebuild says.
func repairable(ctx context.Context, dir string) error {
	if entries, err := os.ReadDir(filepath.Join(dir, stateName)); err != nil || len(entries) == 0 {
		return nil
	}
	found, err := journal.Examine(ctx, journal.Examination{Dir: filepath.Join(dir, journalName), Whole: true})
	if journal.IsDamage(err) || err == nil && len(found.Damage) > 0 {
		return ErrOnlyState
	}
	return ctx.Err()
}
