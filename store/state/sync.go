package state

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

// syncRounds is how often Sync follows a directory whose files change under it.
const syncRounds = 20

// Sync makes durable everything committed before it was called. It syncs every file,
// since Badger's own Sync leaves out all but the newest, and starts over while the
// list of files changes: what lay in one may have moved to another meanwhile.
func (d *DB) Sync() error { return SyncDir(d.dir) }

// SyncDir is Sync for a state that is closed.
func SyncDir(dir string) error {
	before, err := names(dir)
	for range syncRounds {
		if err != nil {
			return fmt.Errorf("sync state: %w", err)
		}
		if err := syncAll(dir, before); err != nil {
			return fmt.Errorf("sync state: %w", err)
		}
		var after []string
		if after, err = names(dir); err == nil && slices.Equal(before, after) {
			return nil
		}
		before = after
	}
	return errors.New("sync state: its files changed all the time; tried again later")
}

func syncAll(dir string, names []string) error {
	for _, name := range append(names, ".") {
		f, err := os.Open(dir + "/" + name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if name != "." {
			_ = f.Chmod(0o600) // Badger makes some readable for others; the directory keeps them out anyway
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}
