package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"jeton/store/journal"
	"jeton/store/state"
)

// swap puts the new state in the old one's place. Interrupted, it leaves no state,
// which is made again.
//
// Over a damaged journal the old state may be all there is of some events: it gets a
// name of its own and is never removed.
func (s *Store) swap(keepOld bool) error {
	if err := state.SyncDir(s.path(buildName)); err != nil {
		return err
	}
	var err error
	away := s.path(oldName)
	if keepOld {
		away, err = s.freeAside()
	} else {
		err = s.removeOld()
	}
	if err == nil {
		if err = os.Rename(s.path(stateName), away); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(s.path(buildName), s.path(stateName))
	}
	if err == nil && !keepOld {
		err = s.removeOld()
	}
	if err != nil {
		return err
	}
	return syncDir(s.opts.Dir)
}

// removeOld removes a state that another took the place of: its files may be of use with an
// older keyset.
func (s *Store) removeOld() error {
	if err := os.RemoveAll(s.path(oldName)); err != nil {
		return fmt.Errorf("remove the state of before: %w", err)
	}
	return nil
}

// freeAside returns where a state is put that is kept.
func (s *Store) freeAside() (string, error) {
	path := s.path(asideName)
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
		path = fmt.Sprintf("%s.%d", s.path(asideName), n)
	}
}

// asides are the states that were kept.
func asides(dir string) (kept []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), asideName) {
			kept = append(kept, filepath.Join(dir, e.Name()))
		}
	}
	return kept, err
}

// adopt opens the state that was just made and moves the mark to it.
func (s *Store) adopt() error {
	db, err := state.Open(s.path(stateName), state.Normal)
	if err != nil {
		return err
	}
	s.use(db)
	if err := s.load(); err != nil {
		return err
	}
	err = s.log.SetMark(journal.Mark{Seq: s.applied, End: s.end})
	if errors.Is(err, journal.ErrDamaged) {
		return nil
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
