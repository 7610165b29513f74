package store

import (
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// readJournal opens the journal for reading only, and the keys of its records: enough for
// what another process may have open.
func (s *Store) readJournal() error {
	log, err := journal.OpenReadOnly(s.path(journalName))
	if err != nil {
		return err
	}
	s.log = log
	s.identifyAs(log.StoreID())
	return s.keys.follow(log)
}

// place finds the journal frame that holds an event, by the last frame that begins at
// or below it.
func (s *Store) place(v *state.View, seq uint64) (first uint64, at journal.Position, err error) {
	err = v.Last(state.FrameKey(0)[:1], state.FrameKey(seq+1), func(key, raw []byte) error {
		value, err := s.signer.Signed(key, raw)
		if err != nil {
			return err
		}
		f, err := decodeFramePlace(value)
		first, _ = state.FrameOf(key)
		at = journal.Position{Segment: f.Segment, Offset: f.Offset}
		return err
	})
	return first, at, err
}

// eventsIn calls fn with the entries of the events from lo up to but not including hi,
// ascending. Damaged frames, and what is missing without a trace, are named in Health and left
// out.
func (s *Store) eventsIn(v *state.View, lo, hi uint64, fn func(seq uint64, raw []byte)) error {
	_, at, err := s.place(v, lo)
	if errors.Is(err, state.ErrMissing) {
		at = journal.Position{} // events before the first frame that can be read
	} else if err != nil {
		return s.suspectIf(err)
	}
	next := lo
	for f, err := range s.log.Frames(at) {
		if journal.IsDamage(err) {
			s.journalDamaged(err)
			continue
		}
		if err != nil {
			return err
		}
		s.noGap(next, min(f.First, hi))
		if f.First >= hi {
			return nil
		}
		for i, raw := range f.Entries {
			if seq := f.First + uint64(i); seq >= lo && seq < hi {
				fn(seq, raw)
			}
		}
		next = max(next, f.First+uint64(len(f.Entries)))
	}
	s.noGap(next, hi)
	return nil
}

// noGap names events that should have been read and were not.
func (s *Store) noGap(from, to uint64) {
	if from < to {
		s.journalDamaged(&journal.Damage{File: journalName, First: from, Last: to - 1, What: "missing"})
	}
}

// eventAt returns the entry of one event, or model.ErrNotFound.
func (s *Store) eventAt(v *state.View, seq uint64) ([]byte, error) {
	first, at, err := s.place(v, seq)
	if errors.Is(err, state.ErrMissing) {
		return nil, model.ErrNotFound
	}
	if err != nil {
		return nil, s.suspectIf(err)
	}
	f, err := s.log.ReadAt(at)
	if errors.Is(err, journal.ErrPosition) || err == nil && f.First != first {
		// State, where nobody without the keyset can put that, says that it was there.
		err = &journal.Damage{File: fmt.Sprintf("%s, segment %d", journalName, at.Segment), Offset: at.Offset, First: first, Last: seq,
			What: "not where it was written"}
	}
	if journal.IsDamage(err) {
		s.journalDamaged(err)
	}
	if err != nil {
		return nil, err
	}
	if seq-first >= uint64(len(f.Entries)) {
		return nil, fmt.Errorf("event %d: %w", seq, model.ErrNotFound)
	}
	return f.Entries[seq-first], nil
}

// remembered returns the first outcome of a request.
func (s *Store) remembered(r model.Request) (outcome, bool) {
	if !s.recalled {
		s.recalled = true
		s.recall()
	}
	o, ok := s.requests.known[r]
	if !ok || o.loaded {
		return o, ok
	}
	v := s.db.View()
	defer v.Close()
	raw, err := s.eventAt(v, o.event.Seq)
	if err != nil {
		return outcome{}, false
	}
	c, err := openEntry(s.id, s.keys, raw)
	if err != nil || len(c.records) == 0 {
		return outcome{}, false
	}
	s.requests.put(&c)
	return s.requests.known[r], true
}

// recall reads the request numbers of the newest events. It is done once, when the
// first numbered request comes.
func (s *Store) recall() {
	fresh := s.requests
	s.requests = newRequests()
	v := s.db.View()
	defer v.Close()
	// An event that cannot be read is not remembered: it is named elsewhere.
	_ = s.eventsIn(v, max(s.applied, rememberedRequests)-rememberedRequests+1, s.applied+1, func(_ uint64, raw []byte) {
		if _, h, err := parseEntry(raw); err == nil && len(h.Request) > 0 && h.Outcome == model.Done {
			s.requests.remember(model.Request(h.Request), outcome{event: h.event()})
		}
	})
	for _, r := range fresh.ring {
		s.requests.remember(r, fresh.known[r])
	}
}
