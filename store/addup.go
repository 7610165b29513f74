package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// adding says how a view is added up.
type adding struct {
	pause  func(worked time.Duration) error                      // called now and then, from several goroutines, with how long each took since its last time; may stop it, may be nil
	record func(k state.Kind, number uint64, value []byte) error // told of every record; may be nil
	beside func(name state.SetName, number uint64)               // told of what is in no digest; may be nil
}

// addUp adds up everything a view says.
func (s *Store) addUp(v *state.View, a adding) (digest, error) {
	part := partSum{pause: a.pause, began: time.Now()}
	records, lookups, members := part, part, part
	err := v.Walk(s.signer, state.Walker{
		Record: func(k state.Kind, number uint64, value []byte) error {
			seq, err := s.leftAndKeyed(value)
			if err != nil {
				return fmt.Errorf("record %c %d: %w", k, number, err)
			}
			if a.record != nil {
				if err := a.record(k, number, value); err != nil {
					return err
				}
			}
			return records.add(s.element(byte(k), number, seq))
		},
		Lookup: func(key, raw []byte) error {
			number, err := s.foundBy(key, raw)
			if err != nil {
				return err
			}
			return lookups.add(s.element(elementLookup, number, 0))
		},
		Member: func(name state.SetName, number uint64) error {
			if advisory(name) {
				if a.beside != nil {
					a.beside(name, number)
				}
				return nil
			}
			return members.add(s.element.member(name, number))
		},
	})
	var all digest
	for _, p := range []partSum{records, lookups, members} {
		all.join(p.digest)
	}
	return all, err
}

// partSum is what one goroutine adds up.
type partSum struct {
	digest digest
	pause  func(worked time.Duration) error
	began  time.Time
	count  int
}

func (p *partSum) add(e [16]byte) error {
	p.digest.add(e)
	if p.count++; p.count%256 != 0 || p.pause == nil {
		return nil
	}
	worked := time.Since(p.began)
	if worked < 10*time.Millisecond {
		return nil
	}
	err := p.pause(worked)
	p.began = time.Now()
	return err
}

// leftAndKeyed is which event left a record, if it is sealed under a key that there is.
func (s *Store) leftAndKeyed(value []byte) (seq uint64, err error) {
	if seq, err = leftIn(value); err == nil {
		_, err = s.vault.key(value)
	}
	return seq, err
}

// foundBy is the token that an entry of the index leads to.
func (s *Store) foundBy(key, raw []byte) (number uint64, err error) {
	value, err := s.signer.Signed(key, raw)
	if err != nil {
		return 0, err
	}
	_, number, ok := state.ParseRecordKey(value)
	if !ok {
		return 0, fmt.Errorf("what a value leads to: %w", state.ErrDamaged)
	}
	return number, nil
}

// errOtherState is a state that is not what its journal came to. Its checksums are good:
// something that was true once was put back, or taken away.
var errOtherState = fmt.Errorf("it is not what the journal came to: %w", state.ErrDamaged)

// awaitCompared has state compared if that was not done since opening. Until then a record of
// before that was put back may answer, and nothing must be decided on it: the event would
// make it true. A state that is wrong is named, and from then on only revoking goes on.
func (s *Store) awaitCompared(ctx context.Context) error {
	if s.compared.Load() || s.low.Load() || ctx.Err() != nil {
		return nil
	}
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	s.hurried.Add(1)
	defer s.hurried.Add(-1)
	s.comparing.Lock()
	defer s.comparing.Unlock()
	if s.compared.Load() {
		return nil
	}
	return s.compareState(ctx)
}

// rest is how each of the three parts of comparing state makes way for others, unless somebody
// waits for it: together they take a quarter of a core.
func (s *Store) rest(ctx context.Context, worked time.Duration) error {
	select {
	case <-s.closing:
		return model.ErrClosed
	default:
	}
	if s.hurried.Load() == 0 {
		sleep(ctx, 11*worked)
	}
	return ctx.Err()
}

// compareState adds up state and compares it with what the newest event in it says was
// left. A state that is something else is named in Health, and made again at the next
// opening. The caller holds s.comparing. While the disk is almost full nothing is compared: a
// part of state is then in memory, and not as it was at any one moment.
func (s *Store) compareState(ctx context.Context) error {
	if s.low.Load() {
		return nil
	}
	v := s.db.View()
	defer v.Close()
	err := s.compareIn(ctx, v)
	if ctx.Err() != nil {
		return nil
	}
	if err = s.suspectIf(err); errors.Is(err, state.ErrDamaged) {
		err = nil // it is named
	}
	s.compared.Store(err == nil)
	return err
}

// compareIn compares what a view shows. Where the journal is damaged, state may be all there
// is of events that cannot be read any more, and is not what the others come to.
func (s *Store) compareIn(ctx context.Context, v *state.View) error {
	have, err := s.appliedIn(v)
	if err != nil {
		return err
	}
	want, known, err := s.digestAt(v, have.Seq)
	if err != nil {
		return err
	}
	if !known && have.Known {
		want, known = have.Digest, true
	}
	if err := s.db.CheckTables(); err != nil {
		return err // a damaged block may be right for who reads all of it and wrong for who looks something up
	}
	if !known || s.damage() != nil {
		return nil
	}
	got, err := s.addUp(v, adding{pause: func(worked time.Duration) error { return s.rest(ctx, worked) }})
	if err == nil && got != want {
		err = fmt.Errorf("state at event %d: %w", have.Seq, errOtherState)
	}
	return err
}

// digestAt returns the digest of the state that an event left. Where the journal is
// damaged, or was written before events said so, it is not known.
func (s *Store) digestAt(v *state.View, seq uint64) (d digest, known bool, err error) {
	raw, err := s.eventAt(v, seq)
	if err != nil {
		if s.damage() != nil || errors.Is(err, model.ErrNotFound) {
			return d, false, nil
		}
		return d, false, err
	}
	left, err := s.leftOf(raw)
	if err != nil {
		s.journalDamaged(&journal.Damage{File: journalName, First: seq, Last: seq, What: err.Error()})
		return d, false, nil
	}
	d, known = decodeDigest(left)
	return d, known, nil
}

// leftOf is what an event says of the state it left; nil when it says nothing.
func (s *Store) leftOf(raw []byte) ([]byte, error) {
	e, h, err := parseEntry(raw)
	if err != nil {
		return nil, err
	}
	c, err := openDetails(s.id, s.keys, e, h)
	return c.private.State, err
}

// settle finds out what state comes to, so that the next event can say what it leaves.
// Where neither the newest event nor state itself says so, state is not taken at its
// word, but made again.
func (s *Store) settle(ctx context.Context) error {
	if s.digestKnown || s.damage() != nil {
		return nil
	}
	v := s.db.View()
	have, err := s.appliedIn(v)
	if err == nil {
		s.digest, s.digestKnown, err = s.digestAt(v, s.applied)
	}
	v.Close()
	switch {
	case err != nil || s.damage() != nil:
		return err
	case s.digestKnown:
		return nil
	case have.Known:
		s.digest, s.digestKnown = have.Digest, true
		return nil
	}
	return s.rebuild(ctx, errStateUnknown)
}

// settleAnew adds up a state that was just made from the journal. If that is not what
// the journal says it came to, the journal is not the one that was written.
func (s *Store) settleAnew() error {
	v := s.db.View()
	defer v.Close()
	d, err := s.addUp(v, adding{})
	if err != nil {
		return err
	}
	if s.damage() != nil {
		s.digestKnown = false
		return nil
	}
	if s.digestKnown {
		if s.digest != d {
			s.journalDamaged(fmt.Errorf("event %d says it left another state than the events come to", s.applied))
		}
		return nil
	}
	s.digest, s.digestKnown = d, true
	have, err := s.appliedIn(v)
	if err != nil {
		return err
	}
	have.Known, have.Digest = true, d
	return s.db.Commit([]state.Write{s.appliedWrite(have)})
}
