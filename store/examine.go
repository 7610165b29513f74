package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"jeton/model"
	"jeton/store/state"
)

// Examine is Check for a person who has a value in hand: nothing is counted, and they are
// told of tokens that they may list. That another's value is one is an event, as any
// refused reading is, and not told to be whose.
func (s *Store) Examine(ctx context.Context, a model.Actor, value model.Secret, at model.Place) (model.Verdict, error) {
	if _, err := s.allow(ctx, a, model.ListUserTokens, a.User); err != nil {
		return model.Verdict{}, err
	}
	v, err := s.surely(ctx, value.Expose(), at)
	if err != nil || v.Token.ID == 0 {
		return v, err
	}
	if _, err := s.allowList(ctx, a, model.TokenQuery{Kind: v.Token.Kind, Owner: v.Token.Owner}); err != nil {
		return model.Verdict{}, err
	}
	return v, nil
}

// WhoseMost is how many tokens Whose finds at most: where there are as many there may be more.
const WhoseMost = 100

// Whose finds the tokens whose values somebody may have, newest first, revoked ones included,
// among those the actor may list. By the SHA-256 of a value there is one at most, and a
// refusal, which is an event, where they may not. By the last four characters everything
// they may list is read, about a second for a million tokens. There is no finding by
// more of a value: asked often enough, that would spell one out without a reveal.
func (s *Store) Whose(ctx context.Context, a model.Actor, leak model.Leak) ([]model.Token, error) {
	p, err := s.allow(ctx, a, model.ListUserTokens, a.User)
	if err != nil {
		return nil, err
	}
	if err := s.awaitCompared(ctx); err != nil {
		return nil, err
	}
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if leak.SHA256 != [32]byte{} {
		return s.withHash(ctx, a, leak.SHA256)
	}
	if len(leak.LastFour) != 4 {
		return nil, &model.RuleError{Reason: fmt.Sprintf("find a token: give the last four characters of its value, or the SHA-256 of all of it; %d characters were given", len(leak.LastFour))}
	}
	e := ending{Store: s, ctx: ctx, four: leak.LastFour}
	if p.users[a.User].OrgAdmin {
		err = e.anyone()
	} else {
		err = e.own(a.User)
	}
	if err != nil {
		return nil, s.suspectIf(err)
	}
	slices.SortFunc(e.found, func(a, b model.Token) int { return cmp.Compare(b.ID, a.ID) })
	return e.found, nil
}

// withHash finds the token whose value has this SHA-256.
func (s *Store) withHash(ctx context.Context, a model.Actor, sum [32]byte) ([]model.Token, error) {
	hash := s.keys.indexOf(sum)
	s.mu.RLock()
	v := s.db.View()
	all, err := s.kinds()
	s.mu.RUnlock()
	defer v.Close()
	if err != nil {
		return nil, s.suspectIf(err)
	}
	id, err := s.lookup(v, hash)
	if errors.Is(err, state.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, s.suspectIf(err)
	}
	r := rowReader{Store: s, actor: a, view: v, asked: map[model.TokenQuery]error{}}
	t, err := r.row(ctx, all.of(id), id)
	if err != nil {
		return nil, err
	}
	return []model.Token{t}, nil
}

// ending looks for tokens by how their values end.
type ending struct {
	*Store
	ctx   context.Context
	four  string
	mu    sync.Mutex
	found []model.Token
}

// errEnough ends the search.
var errEnough = errors.New("as many were found as are told")

// look takes a token that ends so.
func (e *ending) look(t *model.Token) error {
	if t.LastFour != e.four {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.found) == WhoseMost {
		return errEnough
	}
	e.found = append(e.found, *t)
	return nil
}

// anyone reads all tokens of all kinds, on two processors.
func (e *ending) anyone() error {
	e.Store.mu.RLock()
	v, middle := e.db.View(), uint64(e.lastToken)/2
	e.Store.mu.RUnlock()
	defer v.Close()
	var other error
	var wait sync.WaitGroup
	wait.Go(func() { other = e.between(v, 0, middle) })
	err := e.between(v, middle, math.MaxInt64)
	wait.Wait()
	if err = cmp.Or(err, other); errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// between reads the tokens whose numbers lie from lo up to but not including hi.
func (e *ending) between(v *state.View, lo, hi uint64) error {
	var buf []byte
	for _, k := range []state.Kind{state.AgentToken, state.UserToken, state.ServiceToken} {
		n := 0
		err := v.Records(k, lo, hi, func(id uint64, value []byte) error {
			if n++; n%stepChunk == 0 && e.ctx.Err() != nil {
				return e.ctx.Err()
			}
			plain, err := e.vault.open(buf, state.RecordKey(k, id), value)
			if err != nil {
				return err
			}
			buf = plain
			t, err := decodeAs[model.Token](plain)
			if err != nil {
				return fmt.Errorf("token %d: %w: %w", id, state.ErrDamaged, err)
			}
			return e.look(&t)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// own reads a user's own tokens.
func (e *ending) own(user model.UserID) error {
	e.Store.mu.RLock()
	f, err := e.newFinder(model.TokenQuery{Kind: model.UserToken, Owner: user, Revoked: true}, e.people)
	e.Store.mu.RUnlock()
	if err != nil {
		return err
	}
	defer f.view.Close()
	if err := f.each(0, f.top, e.look); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}
