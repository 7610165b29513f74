// Package share keeps an organization at hand for several processes at once. One of them
// has the store open and serves the others, which work on it through a socket. When that
// one leaves or dies the others notice: whoever can open the store opens it and serves the
// rest, who else waits and says so. A question that was on its way is asked again of the
// next one, a change under the same request number, so that nothing is lost and nothing
// is done twice.
package share

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"jeton/model"
)

// Organization is what there is to do with an organization, wherever it is open. The
// methods are those of jeton/store.
type Organization interface {
	Session(ctx context.Context, actor model.Actor) (model.Session, error)
	Tokens(ctx context.Context, actor model.Actor, q model.TokenQuery, w model.Window) (model.TokenPage, error)
	FindTokens(ctx context.Context, actor model.Actor, q model.TokenQuery, after model.TokenID) (model.Match, error)
	TokenRows(ctx context.Context, actor model.Actor, ids []model.TokenID) (model.TokenPage, error)
	Usage(ctx context.Context, actor model.Actor, id model.TokenID) (model.Usage, error)
	Knocks(ctx context.Context, actor model.Actor) (model.Knocks, error)
	Users(ctx context.Context, actor model.Actor) ([]model.User, error)
	Deployments(ctx context.Context, actor model.Actor) ([]model.Deployment, error)
	Events(ctx context.Context, actor model.Actor, q model.EventQuery) (model.EventPage, error)
	Change(ctx context.Context, actor model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error)
	Reveal(ctx context.Context, actor model.Actor, r model.Request, c model.Reveal) (model.Secret, error)
	Follow(ctx context.Context) <-chan uint64
	CheckHistory(ctx context.Context) error
	Health() model.Health
	Examine(ctx context.Context, actor model.Actor, value model.Secret, at model.Place) (model.Verdict, error)
	Whose(ctx context.Context, actor model.Actor, leak model.Leak) ([]model.Token, error)
}

// Opened is an organization that was opened here, or reached.
type Opened interface {
	Organization
	Close() error
}

// Service is what lets others work on a store that is open here.
type Service interface {
	// Close lets nobody in any more, answers what was asked, and ends.
	Close() error
}

// Ways are how this process gets at the organization.
type Ways struct {
	// Open opens the store here. A *model.LockedError says that another process has it.
	// Nil where this process cannot.
	Open func(ctx context.Context) (Opened, error)
	// Serve lets others work on what Open opened, and tells how many do whenever that
	// changes. Nil where nobody is served.
	Serve func(o Opened, others func(int)) (Service, error)
	// Dial reaches the process that has the store open. Nil where there is no such way.
	Dial func(ctx context.Context) (Opened, error)
	// Holder says in words who has the store open: "pid 4121, user ana, on pts/3". Nil, or
	// "", where that is not known.
	Holder func() string
	// Claim asks the process that has the store open to give it up to this one, see
	// [Store.Yield]. An error ends Connect. Nil where this process may as well work through
	// the other.
	Claim func(ctx context.Context) error
	// Patience is how long Connect waits for a process that has the store open and serves
	// nobody, as commands do, or is giving it up.
	Patience time.Duration
}

// Store is an organization that is shared. Its methods may be called from any goroutine.
type Store struct {
	ways   Ways
	ctx    context.Context // ends when it is closed
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu       sync.Mutex
	at       *link         // nil while nobody has it
	yielded  time.Time     // when another was left to open it
	reached  chan struct{} // closed when at is not nil
	sharing  model.Sharing
	watchers map[chan model.Sharing]struct{}
	health   model.Health // as it was last known
}

// link is the organization where it is open now.
type link struct {
	Opened
	here    bool
	since   time.Time
	service Service // nil where nobody is served
	holder  string
}

// Connect reaches the organization: opens it, or finds who has it open. It must be closed.
func Connect(ctx context.Context, w Ways) (*Store, error) {
	s := &Store{ways: w, reached: make(chan struct{}), watchers: map[chan model.Sharing]struct{}{}}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l, err := s.connect(ctx)
	if err != nil {
		s.cancel()
		return nil, err
	}
	s.use(l)
	return s, nil
}

func (s *Store) connect(ctx context.Context) (*link, error) {
	claimed := s.ways.Claim == nil
	for end := time.Now().Add(s.ways.Patience); ; {
		l, err := s.reach(ctx)
		if err == nil {
			return l, nil
		}
		var locked *model.LockedError
		switch {
		case !errors.As(err, &locked):
			return nil, err
		case !claimed:
			claimed = true
			if err := s.ways.Claim(ctx); err != nil {
				return nil, err
			}
		case time.Now().After(end):
			return nil, err
		}
		if !pause(ctx) {
			return nil, ctx.Err()
		}
	}
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
	now := model.Sharing{Holder: l.holder}
	if l.here {
		now.Others = s.sharing.Others
	} else {
		s.wait.Go(func() { s.watch(l) })
	}
	s.tell(now)
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
	s.tell(model.Sharing{Waiting: true})
	s.wait.Go(func() {
		_ = l.close() // there is nobody at the other end
		if time.Since(l.since) < shortLived {
			pause(s.ctx)
		}
		s.again()
	})
}

// again reaches the organization anew, however long that takes.
func (s *Store) again() {
	for s.ctx.Err() == nil {
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
		pause(s.ctx)
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

// link is where to ask now, as soon as that is known.
func (s *Store) link(ctx context.Context) (*link, error) {
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
		case <-ctx.Done():
			return nil, fmt.Errorf("nobody has the store open: %w", ctx.Err())
		case <-s.ctx.Done():
			return nil, model.ErrClosed
		}
	}
}

// Close gives the organization up. Where it is open here, who works on it is answered
// first, and then takes over.
func (s *Store) Close() error {
	s.mu.Lock()
	s.cancel()
	l := s.at
	s.mu.Unlock()
	var err error
	if l != nil {
		err = l.close()
	}
	s.wait.Wait()
	return err
}
