package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
	"jeton/store/use"
)

// putEvery is how long uses wait in memory, about: what a crash may lose.
const putEvery = 5 * time.Second

// putMost is how many tokens' uses are put into state at once: the committer waits for
// that, some milliseconds.
const putMost = 256

// putUsesAlong puts uses into state now and then, until the store is closed.
func (s *Store) putUsesAlong() {
	defer s.caught()
	tick := time.NewTicker(putEvery)
	defer tick.Stop()
	full := s.uses.book.Full()
	for {
		select {
		case <-tick.C:
			full = s.uses.book.Full()
		case <-full:
		case <-s.closing:
			return
		}
		if !s.putUses() {
			full = nil // it is tried again, and no sooner than usual
		}
	}
}

// putUses puts into state what waits now, and reports whether it could. While state must not
// be written everything goes on waiting, as far as there is room. After a failure nothing is
// put there any more: it is named, and the next opening finds out what is wrong.
func (s *Store) putUses() bool {
	left := s.uses.book.Len()
	for first := true; first || left > 0; first = false {
		n, err := s.putSome(min(left, putMost))
		if errors.Is(s.suspectIf(err), errNotNow) {
			return false
		}
		if err != nil {
			s.setNotice(fmt.Sprintf("how tokens were used in the last seconds could not be kept: %v", err))
			s.uses.failed = true
			return false
		}
		left -= n
		if n == 0 {
			break
		}
	}
	return left <= 0
}

// errNotNow is a state that must not be written now.
var errNotNow = errors.New("state is not written now")

// puttable tells whether state may be written: a state that was not compared yet may be
// damaged where Badger merges it, and one that is wrong is made again. The caller has entered.
func (s *Store) puttable() error {
	if s.uses.failed || !s.compared.Load() || s.low.Load() || s.readOnly || s.inMemory || s.suspect() || s.brokenErr() != nil {
		return errNotNow
	}
	return nil
}

// putSome puts the uses of some tokens into state, and what is known of all of them.
func (s *Store) putSome(most int) (int, error) {
	leave, err := s.enter()
	if err != nil {
		return 0, errNotNow
	}
	defer leave()
	if err := s.puttable(); err != nil {
		return 0, err
	}
	all := s.uses.book.Leave(most)
	writes, err := s.useWrites(all)
	now := all[:len(writes)]
	if err == nil {
		err = s.putNow(now, writes)
	}
	if err != nil {
		now = nil
	}
	s.uses.book.Back(all[len(now):])
	return len(now), err
}

// useWrites adds what leaves the book to what state has, and seals it: of the first ones,
// as many as one commit takes.
func (s *Store) useWrites(all []use.Leaving) (writes []state.Write, err error) {
	v := s.db.View()
	defer v.Close()
	size := 0
	for _, l := range all {
		if size > state.MaxBatchBytes/2 {
			break
		}
		known, err := kept[use.Token](s, v, l.ID)
		if err != nil {
			return nil, err
		}
		known.Add(l.Use)
		w, err := s.sealUse(l.ID, &known)
		if err != nil {
			return nil, err
		}
		size += len(w.Key) + len(w.Value)
		writes = append(writes, w)
	}
	return writes, nil
}

// putNow is the committer for a moment: only one writes state.
func (s *Store) putNow(all []use.Leaving, writes []state.Write) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	defer s.stir()
	s.measure()
	if err := s.puttable(); err != nil {
		return err
	}
	head := s.uses.head
	head.Knocking = s.uses.knocking.list(model.TimeOf(s.opts.Clock()) - knocksFor)
	if !s.uses.kept || !slices.Equal(head.Knocking, s.uses.head.Knocking) {
		w, err := s.headWrite(head)
		if err != nil {
			return err
		}
		writes = append(writes, w)
	}
	if len(writes) == 0 {
		return nil
	}
	s.uses.moving.Lock()
	defer s.uses.moving.Unlock()
	err := s.unclean()
	if err == nil {
		err = s.db.Commit(writes)
	}
	if errors.Is(err, state.ErrNoRoom) || journal.NoRoom(err) {
		s.low.Store(true) // the room went after it was measured
		return errNotNow
	}
	if err != nil {
		return err
	}
	s.uses.head.Knocking, s.uses.kept = head.Knocking, true
	s.uses.book.Gone(all)
	return nil
}

// unclean takes back what the journal's mark says of a state that was closed in order.
func (s *Store) unclean() error {
	m := s.log.Mark()
	if m.Clean {
		m.Clean = false
		if err := s.log.SetMark(m); err != nil && !errors.Is(err, journal.ErrDamaged) {
			return err
		}
	}
	s.setUnclean()
	return nil
}
