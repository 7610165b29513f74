package share

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// host is a machine on which several processes share a store. Processes are not started:
// each opens the store by itself, and the kernel's lock keeps them apart as it does real
// ones.
type host struct {
	t    *testing.T
	opts store.Options
	ana  model.Actor

	mu     sync.Mutex
	serves *served // who can be dialled now
}

var ctx = context.Background()

func newHost(t *testing.T) *host {
	t.Helper()
	dir := t.TempDir()
	keyset, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, opts: store.Options{Dir: filepath.Join(dir, "store"), Keyset: keyset}}
	found := model.Found{Organization: "acme", Deployments: []string{"prod"}, Login: "ana", Account: 1000}
	h.ana = model.Actor{User: 1, Source: model.Source{Door: model.DoorTerminal}}
	if err := store.Create(ctx, h.opts, found, h.ana.Source); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *host) open(ctx context.Context) (Opened, error) {
	s, err := store.Open(ctx, h.opts)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// served is a store that others work on; they are cut off when it is closed.
type served struct {
	Opened
	h    *host
	tell func(int)
	ctx  context.Context
	cut  context.CancelFunc
	n    atomic.Int32
}

func (h *host) serve(o Opened, tell func(int)) (Service, error) {
	s := &served{Opened: o, h: h, tell: tell}
	s.ctx, s.cut = context.WithCancel(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.serves = s
	return s, nil
}

func (s *served) Close() error {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	s.cut()
	if s.h.serves == s {
		s.h.serves = nil
	}
	return nil
}

func (h *host) dial(context.Context) (Opened, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.serves == nil {
		return nil, errors.New("nobody listens")
	}
	at := h.serves
	at.tell(int(at.n.Add(1)))
	return &wire{Opened: at.Opened, at: at}, nil
}

// wire is the other end. lose is how often the answer to a change is lost on the way.
type wire struct {
	Opened
	at   *served
	lose atomic.Int32
}

func (w *wire) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	if w.at.ctx.Err() != nil {
		return model.Event{}, nil, model.ErrGone
	}
	event, record, err := w.Opened.Change(ctx, a, r, c)
	if w.lose.Add(-1) >= 0 {
		return model.Event{}, nil, fmt.Errorf("change: %w", model.ErrGone)
	}
	return event, record, err
}

func (w *wire) Session(ctx context.Context, a model.Actor) (model.Session, error) {
	if w.at.ctx.Err() != nil {
		return model.Session{}, model.ErrGone
	}
	return w.Opened.Session(ctx, a)
}

func (w *wire) Follow(ctx context.Context) <-chan uint64 {
	ctx, stop := context.WithCancel(ctx)
	context.AfterFunc(w.at.ctx, stop)
	return w.Opened.Follow(ctx)
}

func (w *wire) Close() error {
	w.at.tell(int(w.at.n.Add(-1)))
	return nil
}

// process is one more process that works on the store.
func (h *host) process(w Ways) *Store {
	h.t.Helper()
	s, err := Connect(ctx, w)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return s
}

func (h *host) ways() Ways { return Ways{Open: h.open, Serve: h.serve, Dial: h.dial} }

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (s *Store) now() model.Sharing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sharing
}

// create creates an agent token and returns it.
func create(t *testing.T, s *Store, a model.Actor, description string) model.Token {
	t.Helper()
	_, record, err := s.Change(ctx, a, model.Request{}, model.CreateToken{Kind: model.AgentToken, Description: description})
	if err != nil {
		t.Fatal(err)
	}
	return record.(model.Token)
}

func agents(t *testing.T, s *Store, a model.Actor) int {
	t.Helper()
	session, err := s.Session(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return session.AgentTokens
}

// TestHandOver has three processes at one store, and the one that has it open leave twice:
// each time another takes over, everyone sees every change, and nobody gets an error.
func TestHandOver(t *testing.T) {
	h := newHost(t)
	first, second, third := h.process(h.ways()), h.process(h.ways()), h.process(h.ways())
	create(t, first, h.ana, "one")
	create(t, second, h.ana, "two")
	create(t, third, h.ana, "three")
	until(t, "two are attached", func() bool { return first.now() == model.Sharing{Others: 2} })
	if got := second.now(); got.Holder == "" || got.Waiting {
		t.Errorf("attached: %+v", got)
	}
	following, stop := context.WithCancel(ctx)
	changes := third.Follow(following)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	create(t, second, h.ana, "four")
	create(t, third, h.ana, "five")
	until(t, "one of them has it", func() bool { return (second.now().Holder == "") != (third.now().Holder == "") })
	for _, s := range []*Store{second, third} {
		if n := agents(t, s, h.ana); n != 5 {
			t.Errorf("%d agent tokens", n)
		}
	}
	newest := second.Health().Seq
	until(t, "the follower hears of the newest event", func() bool { return <-changes == newest })
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, "the last one has it", func() bool { return third.now() == model.Sharing{} })
	create(t, third, h.ana, "six")
	until(t, "the follower still hears", func() bool { return <-changes == third.Health().Seq })
	stop()
	until(t, "following ends", func() bool { _, more := <-changes; return !more })
}

// TestAnswerLost loses the answers to changes: they are asked for again under the same
// number, and made once.
func TestAnswerLost(t *testing.T) {
	h := newHost(t)
	h.process(h.ways())
	lossy := h.ways()
	lose := int32(3) // of the first three connections
	lossy.Dial = func(ctx context.Context) (Opened, error) {
		o, err := h.dial(ctx)
		if lose--; err == nil && lose >= 0 {
			o.(*wire).lose.Store(1)
		}
		return o, err
	}
	lossy.Open = func(context.Context) (Opened, error) {
		return nil, &model.LockedError{PID: 7, User: "ana", Terminal: "pts/3"}
	}
	lossy.Holder = func() string { return "pid 7, user ana" }
	s := h.process(lossy)
	if got := s.now().Holder; got != "pid 7, user ana" {
		t.Errorf("holder %q", got)
	}
	if tok := create(t, s, h.ana, "once"); tok.Description != "once" || lose != -1 {
		t.Errorf("%+v, with %d connections not lost", tok, lose)
	}
	if n := agents(t, s, h.ana); n != 1 {
		t.Errorf("%d agent tokens", n)
	}
}

// TestWaits has a process that cannot open the store wait for one that can, say why, and
// go on with what it was asked meanwhile.
func TestWaits(t *testing.T) {
	h := newHost(t)
	first := h.process(h.ways())
	blind := h.ways()
	blind.Open = func(context.Context) (Opened, error) { return nil, model.ErrNoKeyset }
	s := h.process(blind)
	seen := s.Health()
	watching, stop := context.WithCancel(ctx)
	sharing := s.Sharing(watching)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, "it says that it waits and why", func() bool { return <-sharing == model.Sharing{Waiting: true, Why: model.ErrNoKeyset.Error()} })
	short, end := context.WithTimeout(ctx, 20*time.Millisecond)
	defer end()
	if _, err := s.Session(short, h.ana); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("asked while nobody has it: %v", err)
	}
	if now := s.Health(); now.Seq != seen.Seq {
		t.Errorf("health while nobody has it: %+v", now)
	}
	done := make(chan int, 1)
	go func() { done <- agents(t, s, h.ana) }()
	third := h.process(h.ways())
	create(t, third, h.ana, "one")
	<-done
	if n := agents(t, s, h.ana); n != 1 {
		t.Errorf("%d agent tokens", n)
	}
	stop()
	until(t, "watching ends", func() bool { _, more := <-sharing; return !more })
}

// TestClaim has a process claim the store from one that has it open: that one goes on
// through the other, with what it was asked and what it follows.
func TestClaim(t *testing.T) {
	h := newHost(t)
	first := h.process(h.ways())
	changes := first.Follow(ctx)
	stop := make(chan struct{})
	made := make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				made <- n
				return
			default:
				create(t, first, h.ana, "made meanwhile")
			}
		}
	}()
	refused := h.ways()
	refused.Dial = nil
	refused.Claim = func(context.Context) error { return errors.New("it serves") }
	if _, err := Connect(ctx, refused); err == nil || err.Error() != "it serves" {
		t.Errorf("claimed in vain: %v", err)
	}
	claims := refused
	claims.Patience = time.Minute
	claims.Claim = func(context.Context) error { return first.Yield() }
	second := h.process(claims)
	if second.now().Holder != "" {
		t.Errorf("claimed and not open here: %+v", second.now())
	}
	until(t, "the first goes on", func() bool { return first.now().Holder != "" })
	if err := first.Yield(); err == nil {
		t.Error("it yielded what it has not")
	}
	close(stop)
	n := <-made
	if got := agents(t, second, h.ana); got != n {
		t.Errorf("%d agent tokens of %d", got, n)
	}
	newest := second.Health().Seq
	until(t, "the first follows", func() bool { return <-changes == newest })
}

// TestOthersOfBefore has a service that was lost say late how many work on it: on what is open
// now nobody does.
func TestOthersOfBefore(t *testing.T) {
	h := newHost(t)
	var told []func(int)
	waits := make(chan func())
	first := h.process(Ways{
		Open: func(ctx context.Context) (Opened, error) {
			if len(told) > 0 {
				goOn := make(chan struct{})
				waits <- func() { close(goOn) }
				<-goOn
			}
			return h.open(ctx)
		},
		Serve: func(o Opened, tell func(int)) (Service, error) {
			told = append(told, tell)
			return h.serve(o, tell)
		},
	})
	first.lost(first.at)
	goOn := <-waits
	told[0](1)
	goOn()
	until(t, "it has the store again", func() bool { return !first.now().Waiting })
	if got := first.now(); got != (model.Sharing{}) {
		t.Errorf("open here, and nobody is attached: %+v", got)
	}
}

// TestNobodyServes waits for a holder that serves nobody no longer than it should.
func TestNobodyServes(t *testing.T) {
	h := newHost(t)
	alone := Ways{Open: h.open}
	first := h.process(alone)
	w := h.ways()
	var locked *model.LockedError
	if _, err := Connect(ctx, w); !errors.As(err, &locked) {
		t.Fatalf("without patience: %v", err)
	}
	w.Patience = time.Minute
	reached := make(chan *Store, 1)
	go func() { reached <- h.process(w) }()
	create(t, first, h.ana, "one")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if n := agents(t, <-reached, h.ana); n != 1 {
		t.Errorf("%d agent tokens", n)
	}
}

// TestClosed answers whatever is asked afterwards.
func TestClosed(t *testing.T) {
	h := newHost(t)
	first := h.process(h.ways())
	s := h.process(h.ways())
	for _, s := range []*Store{s, first} {
		changes := s.Follow(ctx)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		until(t, "following ends", func() bool { _, more := <-changes; return !more })
		if _, err := s.Session(ctx, h.ana); !errors.Is(err, model.ErrClosed) {
			t.Errorf("after closing: %v", err)
		}
		if _, more := <-s.Follow(ctx); more {
			t.Error("it can be followed")
		}
	}
}

// TestAnswerAlwaysLost has everybody who is reached lose the answer to a change: that is told
// in the end, as an outcome that is not known, and the change was made once.
func TestAnswerAlwaysLost(t *testing.T) {
	h := newHost(t)
	h.process(h.ways())
	lossy := h.ways()
	lossy.Dial = func(ctx context.Context) (Opened, error) {
		o, err := h.dial(ctx)
		if err == nil {
			o.(*wire).lose.Store(1)
		}
		return o, err
	}
	lossy.Open = func(context.Context) (Opened, error) { return nil, &model.LockedError{PID: 7, User: "ana"} }
	s := h.process(lossy)
	limited, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	_, _, err := s.Change(limited, h.ana, model.Request{}, model.CreateToken{Kind: model.AgentToken})
	if !errors.Is(err, model.ErrGone) || limited.Err() != nil {
		t.Errorf("ended with %v (%v)", err, limited.Err())
	}
	if n := agents(t, s, h.ana); n != 1 {
		t.Errorf("%d agent tokens", n)
	}
}

// TestWaitEnds has who has the store open go for good: a command does not wait for ever, and
// says what it knows of the change it was to make.
func TestWaitEnds(t *testing.T) {
	h := newHost(t)
	holder, err := Connect(ctx, h.ways())
	if err != nil {
		t.Fatal(err)
	}
	ways := h.ways()
	ways.Wait = 50 * time.Millisecond
	ways.Open = func(context.Context) (Opened, error) { return nil, &model.LockedError{PID: 7, User: "ana"} }
	lossy := ways
	lossy.Dial = func(ctx context.Context) (Opened, error) {
		o, err := h.dial(ctx)
		if err != nil {
			return nil, err
		}
		return &lastAnswer{o.(*wire), holder}, nil
	}
	s, idle := h.process(lossy), h.process(ways)
	_, _, err = s.Change(ctx, h.ana, model.Request{}, model.CreateToken{Kind: model.AgentToken})
	var gone *model.GoneError
	if !errors.As(err, &gone) || !gone.Sent {
		t.Errorf("a change that was sent ended with %v", err)
	}
	until(t, "the other one waits", func() bool { return idle.now().Waiting })
	if _, err := idle.Session(ctx, h.ana); !errors.As(err, &gone) || gone.Sent {
		t.Errorf("a question ended with %v", err)
	}
}

// lastAnswer loses the answer to a change, after which who made it is gone.
type lastAnswer struct {
	*wire
	holder *Store
}

func (l *lastAnswer) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	if _, _, err := l.wire.Change(ctx, a, r, c); err != nil {
		return model.Event{}, nil, err
	}
	return model.Event{}, nil, errors.Join(&model.GoneError{Sent: true, Cause: errors.New("EOF")}, l.holder.Close())
}

// TestTriesBecomeRare has nobody come back: it is looked for less and less often.
func TestTriesBecomeRare(t *testing.T) {
	h := newHost(t)
	holder, err := Connect(ctx, h.ways())
	if err != nil {
		t.Fatal(err)
	}
	ways, tried := h.ways(), make(chan time.Time, 100)
	ways.Open = func(context.Context) (Opened, error) { return nil, &model.LockedError{PID: 7, User: "ana"} }
	ways.Dial = func(ctx context.Context) (Opened, error) {
		tried <- time.Now()
		return h.dial(ctx)
	}
	h.process(ways)
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	var last time.Time
	var gap time.Duration
	for range soon + 10 {
		at := <-tried
		gap, last = at.Sub(last), at
	}
	if gap < 60*time.Millisecond { // seven pauses of ten and more
		t.Errorf("tries are %s apart", gap)
	}
}
