package store

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jeton/model"
	"jeton/store/state"
)

// How long a step of FindTokens reads. The first is shorter: it is what a person who
// types waits for.
const (
	firstStep = 15 * time.Millisecond
	nextStep  = 30 * time.Millisecond
	stepChunk = 1024 // numbers read between two looks at the clock
)

// FindTokens reads on through a list for a few hundredths of a second: from the
// beginning with after == 0, then from Match.Next until Done. By description
// everything is read in one go, since the first row is only known at the end.
func (s *Store) FindTokens(ctx context.Context, a model.Actor, q model.TokenQuery, after model.TokenID) (model.Match, error) {
	leave, err := s.enter()
	if err != nil {
		return model.Match{}, err
	}
	defer leave()
	p, err := s.allowList(ctx, a, q)
	if err != nil {
		return model.Match{}, err
	}
	s.mu.RLock()
	f, err := s.newFinder(q, p)
	s.mu.RUnlock()
	if err != nil {
		return model.Match{}, err
	}
	defer f.view.Close()
	if q.Sort == model.ByDescription {
		return f.byDescription(ctx)
	}
	return f.step(ctx, uint64(after))
}

// finder reads through a list as it was when the finder was made.
type finder struct {
	*Store
	query  model.TokenQuery
	filter model.Filter
	people *people
	list   state.List
	top    uint64 // above every number of the list
	view   *state.View
}

func (s *Store) newFinder(q model.TokenQuery, p *people) (*finder, error) {
	l, err := s.list(q)
	if err != nil {
		return nil, err
	}
	f := &finder{Store: s, query: q, filter: model.NewFilter(q.Filter), people: p, list: l.Clone(), view: s.db.View()}
	if n := l.Len(); n > 0 {
		f.top = l.At(n-1) + 1
	}
	return f, nil
}

// step reads until its time is over. Workers take chunks of the numbers in list
// order and finish what they took, so that what was read is always the next part of
// the list.
func (f *finder) step(ctx context.Context, after uint64) (model.Match, error) {
	began, allowed := time.Now(), nextStep
	if after == 0 {
		allowed = firstStep
	}
	var taken atomic.Int64
	var mu sync.Mutex
	var chunks []chunk
	var failed error
	work := func() {
		for ctx.Err() == nil && (time.Since(began) < allowed || taken.Load() == 0) {
			n := int(taken.Add(1) - 1)
			lo, hi, ok := f.bounds(after, n)
			if !ok {
				return
			}
			c, err := f.read(n, lo, hi)
			mu.Lock()
			chunks = append(chunks, c)
			if err != nil {
				failed = err
			}
			mu.Unlock()
		}
	}
	var wait sync.WaitGroup
	for range min(2, runtime.GOMAXPROCS(0)) {
		wait.Go(work)
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return model.Match{}, err
	}
	if failed != nil {
		return model.Match{}, f.suspectIf(failed)
	}
	return f.match(after, chunks), nil
}

type chunk struct {
	n       int // place among the chunks of this step
	ids     []model.TokenID
	scanned int
}

// bounds returns the numbers of the n-th chunk after a place in the list: from lo up
// to but not including hi.
func (f *finder) bounds(after uint64, n int) (lo, hi uint64, ok bool) {
	span := uint64(n) * stepChunk
	if f.query.Sort == model.OldestFirst {
		lo = after + 1 + span
		return lo, min(lo+stepChunk, f.top), lo < f.top
	}
	hi = f.top
	if after != 0 {
		hi = min(after, f.top)
	}
	if span >= hi {
		return 0, 0, false
	}
	hi -= span
	return hi - min(hi, stepChunk), hi, true
}

func (f *finder) match(after uint64, chunks []chunk) model.Match {
	slices.SortFunc(chunks, func(a, b chunk) int { return a.n - b.n })
	var m model.Match
	for _, c := range chunks {
		m.IDs = append(m.IDs, c.ids...)
		m.Scanned += c.scanned
	}
	lo, hi, more := f.bounds(after, len(chunks))
	m.Done = !more
	if more && f.query.Sort == model.OldestFirst {
		m.Next = model.TokenID(lo - 1)
	} else if more {
		m.Next = model.TokenID(hi)
	}
	return m
}

// read reads one chunk.
func (f *finder) read(n int, lo, hi uint64) (chunk, error) {
	c := chunk{n: n}
	m := f.matcher()
	err := f.each(lo, hi, func(t *model.Token) error {
		c.scanned++
		if m.match(t) {
			c.ids = append(c.ids, t.ID)
		}
		return nil
	})
	if f.query.Sort != model.OldestFirst {
		slices.Reverse(c.ids)
	}
	return c, err
}

// each calls fn with the tokens of the list from number lo up to but not including
// hi, ascending. Where the list is sparse it looks them up one by one, otherwise it
// reads the range.
func (f *finder) each(lo, hi uint64, fn func(*model.Token) error) error {
	kind := tokenKind(f.query.Kind)
	var t model.Token
	var plain []byte
	one := func(id uint64, value []byte) (err error) {
		if plain, err = f.vault.open(plain, state.RecordKey(kind, id), value); err != nil {
			return err
		}
		t = model.Token{}
		if err := decoding.Unmarshal(plain, &t); err != nil {
			return fmt.Errorf("token %d: %w: %w", id, state.ErrDamaged, err)
		}
		return fn(&t)
	}
	if count := f.list.Count(lo, hi); count == 0 {
		return nil
	} else if uint64(count)*8 >= hi-lo {
		return f.view.Records(kind, lo, hi, func(id uint64, value []byte) error {
			if !f.list.Has(id) {
				return nil
			}
			return one(id, value)
		})
	}
	var err error
	f.list.Range(lo, hi, func(id uint64) {
		if err == nil {
			err = f.view.Get(state.RecordKey(kind, id), func(value []byte) error { return one(id, value) })
		}
	})
	return err
}

// matcher compares tokens with the filter, reusing its memory.
type matcher struct {
	*finder
	texts []string
}

func (f *finder) matcher() *matcher { return &matcher{finder: f} }

// match looks at what a list shows of a token: description, owner, permissions and last
// four.
func (m *matcher) match(t *model.Token) bool {
	if m.filter.Empty() {
		return true
	}
	m.texts = append(m.texts[:0], t.Description, t.LastFour)
	switch {
	case t.Kind == model.UserToken:
		m.texts = append(m.texts, m.people.users[t.Owner].Login)
	case t.Kind == model.ServiceToken: // its description is all there is
	case t.Permissions.OrgAgent:
		m.texts = append(m.texts, "Org Agent")
	default:
		m.texts = m.named(t.Permissions)
	}
	return m.filter.Match(m.texts...)
}

func (m *matcher) named(p model.Permissions) []string {
	before := len(m.texts)
	for _, id := range p.Deployments {
		if d, ok := m.people.deployments[id]; ok && !d.Removed() {
			m.texts = append(m.texts, d.Name)
		}
	}
	if p.AllBranches {
		m.texts = append(m.texts, "all branch deployments")
	}
	if len(m.texts) == before {
		m.texts = append(m.texts, "none")
	}
	return m.texts
}
