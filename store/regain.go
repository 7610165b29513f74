package store

import (
	"context"
	"errors"

	"jeton/store/journal"
	"jeton/store/state"
)

// errBusy: somebody reads; it is tried again.
var errBusy = errors.New("the store is being read")

// regain opens for writing a state that was opened on a full disk, now that there is room,
// as an opening would. Who reads is not waited for, since who reads may wait for the
// committer, which this is. On an error all stays as it was.
func (s *Store) regain() error {
	if !s.alive.TryLock() {
		return errBusy
	}
	defer s.alive.Unlock()
	if !s.notary.mu.TryLock() {
		return errBusy
	}
	defer s.notary.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	old, back := s.db, s.standing()
	s.readOnly, s.inMemory, s.opened, s.db = false, false, false, nil
	s.people, s.lastToken, s.applied = newPeople(), 0, 0
	s.low.Store(false)
	err := s.reload()
	s.opened = true
	if err != nil {
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		back()
		s.low.Store(true)
		return err
	}
	return old.Close() // it was only read, or in memory
}

// standing returns what brings the store back to what it is now.
func (s *Store) standing() func() {
	db, sets, copies, people, last := s.db, s.sets, s.keys.copies, s.people, s.lastToken
	applied, end, digest, known := s.applied, s.end, s.digest, s.digestKnown
	readOnly, inMemory := s.readOnly, s.inMemory
	return func() {
		s.db, s.sets, s.keys.copies, s.people, s.lastToken = db, sets, copies, people, last
		s.applied, s.end, s.digest, s.digestKnown = applied, end, digest, known
		s.readOnly, s.inMemory = readOnly, inMemory
	}
}

// reload opens state and brings it to where the journal ends.
func (s *Store) reload() error {
	mark := s.log.Mark()
	have, doubt := s.openState(mark)
	report := journal.Report{Mark: mark, Last: s.log.Last()}
	if err := s.upToDate(context.Background(), have, report, doubt); err != nil {
		return err
	}
	s.marked = mark.Seq
	if err := s.settle(context.Background()); err != nil {
		return err
	}
	return s.loadUses()
}

// noRoom reports whether a state could not be opened for want of room, and no more is known
// of it.
func (s *Store) noRoom(doubt error) bool { return errors.Is(doubt, state.ErrNoRoom) && !s.readOnly }
