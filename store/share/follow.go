package share

import (
	"context"

	"jeton/model"
)

// Follow is that of the store, and goes on where the organization is opened next, from its
// newest event.
func (s *Store) Follow(ctx context.Context) <-chan uint64 {
	out := make(chan uint64, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		close(out)
		return out
	}
	ctx, stop := context.WithCancel(ctx)
	unbind := context.AfterFunc(s.ctx, stop)
	s.wait.Go(func() {
		defer close(out)
		defer stop()
		defer unbind()
		for first := true; ; first = false {
			l, err := s.link(ctx)
			if err != nil {
				return
			}
			changes := l.Follow(ctx)
			if !first {
				newest(out, l.Health().Seq)
			}
			for seq := range changes {
				newest(out, seq)
			}
			if ctx.Err() != nil {
				return
			}
			s.lost(l)
		}
	})
	return out
}

// newest puts a value where one that nobody took yet may stand.
func newest[T any](out chan T, v T) {
	for {
		select {
		case out <- v:
			return
		default:
		}
		select {
		case <-out:
		default:
		}
	}
}

// Sharing tells who has the store open and who works on it: at once, and whenever that
// changes, until ctx ends. What came meanwhile is skipped.
func (s *Store) Sharing(ctx context.Context) <-chan model.Sharing {
	out := make(chan model.Sharing, 1)
	s.mu.Lock()
	out <- s.sharing
	s.watchers[out] = struct{}{}
	s.mu.Unlock()
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, out)
		close(out)
	})
	return out
}

// tell tells the watchers. The caller holds s.mu.
func (s *Store) tell(now model.Sharing) {
	if now == s.sharing {
		return
	}
	s.sharing = now
	for w := range s.watchers {
		newest(w, now)
	}
}

// othersAre is told how many work on the store through l. What ends with a link that was
// lost may say so late.
func (s *Store) othersAre(l *link, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.others = n; s.at == l {
		s.tell(model.Sharing{Holder: l.holder, Others: n})
	}
}
