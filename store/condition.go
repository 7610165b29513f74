package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"jeton/model"
	"jeton/store/merkle"
	"jeton/store/state"
)

// condition is what the store knows of its own health.
type condition struct {
	mu       sync.Mutex
	damage   *model.DamageError
	broken   error // nothing is written until the store is opened again
	checking bool
	suspect  bool // state gave something damaged: make it again at the next opening
	clean    bool // the mark was clean when opened, and nothing was written since but events
	notice   string
	signed   model.SignedHead
	unsigned error // why the newest events are not under a signed head, or that not at its anchor
}

// Health tells what the store knows of its own condition.
func (s *Store) Health() model.Health {
	s.mu.RLock()
	seq := s.applied
	s.mu.RUnlock()
	return s.healthAt(seq)
}

func (s *Store) healthAt(seq uint64) model.Health {
	c := &s.condition
	c.mu.Lock()
	defer c.mu.Unlock()
	h := model.Health{Seq: seq, Events: seq, Damage: c.damage, LowSpace: s.low.Load(),
		Compared: s.compared.Load() && !c.suspect, Checking: c.checking, Notice: c.notice, Signed: c.signed}
	if c.unsigned != nil {
		h.Notice = joinNotices(h.Notice, c.unsigned.Error())
	}
	return h
}

func (s *Store) damage() *model.DamageError {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	return s.condition.damage
}

// setDamage names damage, to those who follow too. What was named first stays: it is what
// people act on.
func (s *Store) setDamage(d *model.DamageError) {
	s.condition.mu.Lock()
	first := s.condition.damage == nil
	if first {
		s.condition.damage = d
	}
	s.condition.mu.Unlock()
	if first {
		s.followers.tell()
	}
}

// journalDamaged names damage in the journal, which from then on writes to nothing that
// exists.
func (s *Store) journalDamaged(err error) {
	s.setDamage(damageOf(err, 1))
	s.log.Distrust()
}

func (s *Store) setNotice(text string) {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	s.condition.notice = joinNotices(s.condition.notice, text)
}

func joinNotices(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// setUnsigned keeps why there is no newer signed head, or it is not at its anchor; nil
// when all is well.
func (s *Store) setUnsigned(err error) {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	s.condition.unsigned = err
}

// setSigned keeps what the newest signed head says, for those who look.
func (s *Store) setSigned(h merkle.Head) {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	s.condition.signed = model.SignedHead{Events: h.Size, At: model.TimeOf(h.Time), Epoch: h.Epoch, Hash: h.Hash.String()}
}

func (s *Store) setChecking(on bool) {
	s.condition.mu.Lock()
	s.condition.checking = on
	s.condition.mu.Unlock()
}

// breakOff refuses every further change.
func (s *Store) breakOff(err error) {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	if s.condition.broken == nil {
		s.condition.broken = err
	}
}

// caught is deferred by goroutines of the store's own: a mistake in one must not end the
// process with the terminal as the screens have it.
func (s *Store) caught() {
	if s.opts.Crashed == nil {
		return
	}
	if thrown := recover(); thrown != nil {
		s.breakOff(model.ErrUnknown)
		s.opts.Crashed(thrown)
	}
}

func (s *Store) brokenErr() error {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	return s.condition.broken
}

func (s *Store) suspect() bool {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	return s.condition.suspect
}

// setUnclean remembers that state was written without an event.
func (s *Store) setUnclean() {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	s.condition.clean = false
}

func (s *Store) cleanAlready() bool {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	return s.condition.clean
}

// suspectIf remembers that state gave something damaged, and says what to do.
func (s *Store) suspectIf(err error) error {
	if errors.Is(err, state.ErrDamaged) {
		s.condition.mu.Lock()
		s.condition.suspect = true
		s.condition.mu.Unlock()
		s.setDamage(&model.DamageError{What: err.Error(), Next: "close jeton and open it again: state is then made anew from the journal"})
	}
	return err
}

// revokingBytes is how much of the journal is always written ahead, for when the disk
// has nothing left: some two thousand revocations.
const revokingBytes = 1 << 20

// measure looks at the free space. Below the reserve Badger is not written any more;
// when there is room again, what was held in memory goes there first.
func (s *Store) measure() {
	free, err := s.opts.FreeSpace(s.opts.Dir)
	short := err == nil && free < s.opts.Reserve || !s.log.Spared()
	switch was := s.low.Load(); {
	case short && !was:
		// A damaged journal has no segment to go on in: while there is a little room it begins one.
		_, _ = s.log.Reserve(s.log.Next(), 1, revokingBytes)
		s.low.Store(true)
		s.notify()
	case !short && was:
		if s.roomAgain() != nil {
			return // asked again in a second
		}
		s.low.Store(false)
		s.notify()
	}
}

// roomAgain has state written again.
func (s *Store) roomAgain() error {
	if s.readOnly {
		return s.regain()
	}
	return s.db.Flush()
}

// followers are told the newest sequence number.
type followers struct {
	newest atomic.Uint64
	mu     sync.Mutex
	all    map[chan uint64]struct{}
	closed bool
}

// Follow sends the newest sequence number whenever something changed, the store's
// health included, until ctx ends or the store is closed; numbers that came meanwhile
// are skipped. The channel is closed at the end.
func (s *Store) Follow(ctx context.Context) <-chan uint64 {
	c := make(chan uint64, 1)
	f := &s.followers
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		close(c)
		return c
	}
	f.all[c] = struct{}{}
	context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(c)
	})
	return c
}

func (f *followers) drop(c chan uint64) {
	if _, ok := f.all[c]; ok {
		delete(f.all, c)
		close(c)
	}
}

func (f *followers) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for c := range f.all {
		f.drop(c)
	}
}

// notify tells all followers.
func (s *Store) notify() {
	s.mu.RLock()
	seq := s.applied
	s.mu.RUnlock()
	s.followers.newest.Store(seq)
	s.followers.tell()
}

// tell sends the newest number once more. Damage is named from places that hold locks of
// the store, so it asks for none.
func (f *followers) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.all {
		select {
		case <-c: // make room: only the newest number counts
		default:
		}
		c <- f.newest.Load()
	}
}
