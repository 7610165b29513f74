package share

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"jeton/model"
)

// link is the organization where it is open now.
type link struct {
	Opened
	here    bool
	since   time.Time
	service Service // nil where nobody is served
	others  int     // how many work on it through this process; Store.mu guards it
	holder  string
}

// reach opens the store or reaches who has it open, once.
func (s *Store) reach(ctx context.Context) (*link, error) {
	var opening error
	if s.ways.Open != nil && !s.yielding() {
		o, err := s.ways.Open(ctx)
		if err == nil {
			return s.hold(o), nil
		}
		opening = err
	}
	if s.ways.Dial == nil {
		return nil, opening
	}
	o, err := s.ways.Dial(ctx)
	if err != nil && opening != nil {
		return nil, opening
	}
	if err != nil {
		return nil, err
	}
	holder := ""
	if s.ways.Holder != nil {
		holder = s.ways.Holder()
	}
	return &link{Opened: o, since: time.Now(), holder: cmp.Or(holder, "another jeton")}, nil
}

// yieldFor is how long whoever asked for the store may take to open it.
const yieldFor = 3 * time.Second

// yielding reports whether the store is just being left to another.
func (s *Store) yielding() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ways.Dial != nil && time.Since(s.yielded) < yieldFor
}

// Yield gives up the store, which is open here, to another process that asks for it, and
// works on it through that one. It returns before that is done.
func (s *Store) Yield() error {
	s.mu.Lock()
	l := s.at
	if l == nil || !l.here {
		s.mu.Unlock()
		return errors.New("the store is not open here")
	}
	s.yielded = time.Now()
	s.mu.Unlock()
	s.lost(l)
	return nil
}

// hold lets others work on what was opened here. Where that is not possible they cannot,
// and it is said in their words, that the store is open here.
func (s *Store) hold(o Opened) *link {
	l := &link{Opened: o, here: true}
	if s.ways.Serve != nil {
		if service, err := s.ways.Serve(o, func(n int) { s.othersAre(l, n) }); err == nil {
			l.service = service
		}
	}
	return l
}

// use makes l the place where everything is asked, unless s was closed meanwhile.
func (s *Store) use(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.at = l
	if !l.here {
		s.wait.Go(func() { s.watch(l) })
	}
	s.tell(model.Sharing{Holder: l.holder, Others: l.others})
	close(s.reached)
	return true
}

// watch notices when who has the store open leaves, whether or not anything is asked.
func (s *Store) watch(l *link) {
	for range l.Follow(s.ctx) {
	}
	s.lost(l)
}

// shortLived is how old a link is that ends too early to be tried again at once.
const shortLived = time.Second

// lost is told that l does not answer any more.
func (s *Store) lost(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at != l || s.ctx.Err() != nil {
		return
	}
	s.at, s.reached = nil, make(chan struct{})
	if s.brief++; time.Since(l.since) >= shortLived {
		s.brief = 0
	}
	brief := s.brief
	s.tell(model.Sharing{Waiting: true})
	s.wait.Go(func() {
		_ = l.close() // there is nobody at the other end
		if brief > 0 {
			rest(s.ctx, brief)
		}
		s.again()
	})
}

// again reaches the organization anew, however long that takes.
func (s *Store) again() {
	for tries := 1; s.ctx.Err() == nil; tries++ {
		l, err := s.reach(s.ctx)
		if err == nil {
			s.takeOver(l)
			return
		}
		why := ""
		var locked *model.LockedError
		if !errors.As(err, &locked) && !errors.Is(err, model.ErrGone) { // these will pass
			why = err.Error()
		}
		s.mu.Lock()
		s.tell(model.Sharing{Waiting: true, Why: why})
		s.mu.Unlock()
		rest(s.ctx, tries)
	}
}

// soon is how many tries come one soon after the other: somebody is to go on at once.
const soon = 20

// rest waits after a try in vain, the longer the more there were, up to about a second: what
// does not come back at once may not for hours.
func rest(ctx context.Context, tries int) {
	for range min(max(tries-soon, 1), 2*soon) {
		if !pause(ctx) {
			return
		}
	}
}

// takeOver goes on at l. A history that is open here now is to be checked here.
func (s *Store) takeOver(l *link) {
	switch {
	case !s.use(l):
		_ = l.close() // Close returned what there was to return
	case l.here:
		s.wait.Go(func() { _ = l.CheckHistory(s.ctx) }) // what it finds is in Health
	}
}

// close gives up what was reached. Where it is open here, who works on it is answered first.
func (l *link) close() error {
	var err error
	if l.service != nil {
		err = l.service.Close()
	}
	return errors.Join(err, l.Opened.Close())
}

// pause waits a moment, not always the same, since others wait too.
func pause(ctx context.Context) bool {
	var b [1]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	t := time.NewTimer(10*time.Millisecond + time.Duration(b[0])*time.Millisecond/8)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// errNobody tells that a question waited as long as it may.
var errNobody = &model.GoneError{Cause: errors.New("nobody else has opened it since")}

// link is where to ask now, as soon as that is known.
func (s *Store) link(ctx context.Context) (*link, error) {
	var late <-chan time.Time
	if s.ways.Wait > 0 {
		t := time.NewTimer(s.ways.Wait)
		defer t.Stop()
		late = t.C
	}
	for {
		s.mu.Lock()
		l, reached := s.at, s.reached
		s.mu.Unlock()
		if s.ctx.Err() != nil {
			return nil, model.ErrClosed
		}
		if l != nil {
			return l, nil
		}
		select {
		case <-reached:
		case <-late:
			return nil, errNobody
		case <-ctx.Done():
			return nil, fmt.Errorf("nobody has the store open: %w", ctx.Err())
		case <-s.ctx.Done():
			return nil, model.ErrClosed
		}
	}
}
