package use

import (
	"sync"

	"jeton/model"
)

const (
	shards  = 64
	atOnce  = 1024       // tokens of one shard that wait at most
	nearing = atOnce / 2 // tokens of one shard that are to be put away soon
)

// Book counts uses until they are put away. It may be used from any goroutine; for each use
// one lock of [shards] is held for a moment. It has room for 65,536 tokens: when they cannot
// be put away in time, and on a full disk, uses of further tokens are not counted.
type Book struct {
	shards [shards]shard
	full   chan struct{}
}

type shard struct {
	mu      sync.Mutex
	hot     map[model.TokenID]*Token
	leaving map[model.TokenID]*Token // on their way to state: not changed any more
	_       [32]byte                 // neighbours do not share a cache line
}

// NewBook returns an empty book.
func NewBook() *Book {
	b := &Book{full: make(chan struct{}, 1)}
	for i := range b.shards {
		b.shards[i].hot, b.shards[i].leaving = map[model.TokenID]*Token{}, map[model.TokenID]*Token{}
	}
	return b
}

// Full receives when there is so much in the book that it should be put away soon.
func (b *Book) Full() <-chan struct{} { return b.full }

// Good counts a use.
func (b *Book) Good(id model.TokenID, by model.Caller, at model.Time) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := b.page(s, id); t != nil {
		t.Good(by, at)
	}
}

// Refused counts a use in vain.
func (b *Book) Refused(id model.TokenID, by model.Caller, why model.Standing, at model.Time) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := b.page(s, id); t != nil {
		t.Refused(by, why, at)
	}
}

func (b *Book) shard(id model.TokenID) *shard { return &b.shards[id%shards] }

// page is where the token's uses are counted; nil when there is no room.
func (b *Book) page(s *shard, id model.TokenID) *Token {
	t := s.hot[id]
	if t != nil {
		return t
	}
	n := len(s.hot) + len(s.leaving)
	if n >= nearing {
		select {
		case b.full <- struct{}{}:
		default:
		}
	}
	if n >= atOnce {
		return nil
	}
	t = &Token{}
	s.hot[id] = t
	return t
}

// AddTo adds what waits of a token to what is known of it.
func (b *Book) AddTo(id model.TokenID, known *Token) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []*Token{s.leaving[id], s.hot[id]} {
		if t != nil {
			known.Add(t)
		}
	}
}

// Last is when a token was last good, of what waits.
func (b *Book) Last(id model.TokenID) (last model.Time) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []*Token{s.leaving[id], s.hot[id]} {
		if t != nil {
			last = max(last, t.Last)
		}
	}
	return last
}

// Len is how many tokens wait.
func (b *Book) Len() int {
	n := 0
	for i := range b.shards {
		s := &b.shards[i]
		s.mu.Lock()
		n += len(s.hot)
		s.mu.Unlock()
	}
	return n
}

// Leaving is what was counted of a token and is on its way to state.
type Leaving struct {
	ID  model.TokenID
	Use *Token // not to be changed
}

// Leave takes up to most tokens to be put away. What it returns still counts for AddTo and
// Last, until Gone or Back is called with it. One goroutine at a time may put away.
func (b *Book) Leave(most int) []Leaving {
	out := make([]Leaving, 0, most)
	for i := range b.shards {
		s := &b.shards[i]
		s.mu.Lock()
		for id, t := range s.hot {
			if len(out) == most {
				break
			}
			s.leaving[id] = t
			delete(s.hot, id)
			out = append(out, Leaving{id, t})
		}
		s.mu.Unlock()
	}
	return out
}

// Gone forgets what is in state now.
func (b *Book) Gone(all []Leaving) {
	for _, l := range all {
		s := b.shard(l.ID)
		s.mu.Lock()
		delete(s.leaving, l.ID)
		s.mu.Unlock()
	}
}

// Back takes back what could not be put away.
func (b *Book) Back(all []Leaving) {
	for _, l := range all {
		s := b.shard(l.ID)
		s.mu.Lock()
		if newer := s.hot[l.ID]; newer != nil {
			l.Use.Add(newer)
		}
		s.hot[l.ID] = l.Use
		delete(s.leaving, l.ID)
		s.mu.Unlock()
	}
}
