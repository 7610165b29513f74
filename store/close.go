package store

import (
	"errors"
	"fmt"
	"path/filepath"

	"jeton/store/journal"
	"jeton/store/state"
)

// Close writes down what was counted, refusals and uses, makes state durable, and gives the store up.
// Changes that wait for the committer are answered with model.ErrClosed.
func (s *Store) Close() error {
	s.closeOne.Do(func() {
		close(s.closing)
		<-s.done
		s.uses.putting.Wait()
		s.putUses()
		s.marking.Wait()
		s.followers.close()
		s.notary.close()
		s.alive.Lock()
		defer s.alive.Unlock()
		s.gone = true
		s.closeErr = s.closeFiles()
	})
	return s.closeErr
}

// closeFiles closes in the order that keeps the mark true: state is closed and synced
// before the mark says clean. After a failure, and with the disk almost full, when changes
// are held in memory, the mark stays where it was: the next opening replays.
func (s *Store) closeFiles() error {
	var err error
	switch {
	case s.readOnly:
		err = s.db.Close()
	case s.low.Load() || s.brokenErr() != nil:
		_ = s.db.Close() // what it could not write is in the journal
	default:
		err = s.closeClean()
	}
	err = errors.Join(err, s.log.Close(), s.unlock())
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// unlock gives the store up, unless Badger still waits to write there: then it is given up
// once that ended, if the process lives so long.
func (s *Store) unlock() error {
	waiting := unclosed(s.opts.Dir)
	if len(waiting) == 0 {
		return s.lock.Close()
	}
	go func() {
		for _, ended := range waiting {
			<-ended
		}
		_ = s.lock.Close()
	}()
	return nil
}

// unclosed are the states of a store that this process could not close yet: they are closed
// when the disk has room for what they would write, all of which is in the journal.
func unclosed(dir string) (waiting []<-chan struct{}) {
	for _, name := range []string{stateName, buildName} {
		if ended := state.Unclosed(filepath.Join(dir, name)); ended != nil {
			waiting = append(waiting, ended)
		}
	}
	return waiting
}

func (s *Store) closeClean() error {
	if s.suspect() {
		if err := s.condemn(); err != nil {
			return err
		}
	}
	if err := s.db.Close(); errors.Is(err, state.ErrNoRoom) {
		return nil // the mark stays where it was
	} else if err != nil {
		return err
	}
	if s.marked == s.applied && s.end == s.log.End() && s.cleanAlready() {
		return nil
	}
	if err := state.SyncDir(s.path(stateName)); err != nil {
		return err
	}
	if s.applied == s.log.Last() {
		s.end = s.log.End() // a segment may have been begun for an event that never came
	}
	err := s.log.SetMark(journal.Mark{Seq: s.applied, End: s.end, Clean: true})
	if errors.Is(err, journal.ErrDamaged) {
		return nil // the mark stays where it was: more is replayed than needed, nothing less
	}
	return err
}

// condemn marks a state that gave something damaged, so that the next opening makes
// it again.
func (s *Store) condemn() error {
	return s.db.Commit([]state.Write{s.appliedWrite(applied{Format: condemned, Store: s.id, Seq: s.applied})})
}
