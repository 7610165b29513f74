// Package share keeps an organization at hand for several processes at once. One of them
// has the store open and serves the others, which work on it through a socket. When that
// one leaves or dies the others notice: whoever can open the store opens it and serves the
// rest, who else waits and says so. A question that was on its way is asked again of the
// next one, a change under the same request number, so that nothing is lost and nothing
// is done twice.
package share

import (
	"context"
	"errors"
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
	// nobody, as commands do, or is giving it up; and how long an answer is asked for again
	// that is lost each time.
	Patience time.Duration
	// Wait is how long a question waits while nobody has the store open; 0 is without end, for
	// who can see that and give it up.
	Wait time.Duration
}

// Store is an organization that is shared. Its methods may be called from any goroutine.
type Store struct {
	ways   Ways
	ctx    context.Context // ends when it is closed
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu       sync.Mutex
	at       *link         // nil while nobody has it
	brief    int           // how many links in a row ended as soon as they were there
	yielded  time.Time     // when another was left to open it
	reached  chan struct{} // closed when at is not nil
	sharing  model.Sharing
	watchers map[chan model.Sharing]struct{}
	health   model.Health // as it was last known
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
