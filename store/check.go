package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
	"jeton/store/state"
)

// CheckHistory compares state with the digest its newest event has of it, reads the whole
// journal and compares it with its checksums, reads every block of state, opens every
// event and looks whether state has what it left, at a quarter of a processor at most.
// Damage it finds is named in Health, and followers are told. Until it has come to its end
// once, Health says that the store is being checked. Meant for the background, after the
// first list; it ends early, without an error, when ctx does.
func (s *Store) CheckHistory(ctx context.Context) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-s.closing:
			stop() // Close waits for nothing but the step that is being read
		case <-ctx.Done():
		}
	}()
	s.setChecking(true)
	s.notify()
	err = s.checkHistory(ctx)
	if ctx.Err() != nil {
		return nil // what was not read to the end is not checked
	}
	s.setChecking(false)
	s.notify()
	if err != nil {
		return fmt.Errorf("check history: %w", err)
	}
	return nil
}

func (s *Store) checkHistory(ctx context.Context) error {
	s.mu.RLock()
	known := s.applied
	s.mu.RUnlock()
	if err := s.compareNow(ctx); err != nil {
		return err
	}
	rest := func(worked time.Duration) { sleep(ctx, 3*worked) }
	if err := s.log.Check(ctx, rest); err != nil {
		var d *journal.Damage
		if !errors.As(err, &d) {
			return err
		}
		s.journalDamaged(d)
	}
	if err := s.db.CheckTables(); err != nil {
		_ = s.suspectIf(err)
	}
	return s.compareAll(ctx, known)
}

// compareNow is compareState, one at a time.
func (s *Store) compareNow(ctx context.Context) error {
	s.comparing.Lock()
	defer s.comparing.Unlock()
	return s.compareState(ctx)
}

// compareAll opens every event and looks whether state has what the events up to known
// left, since a table may be wrong with the right checksum: merging a damaged one
// writes it anew.
//
// On the way it grows the tree of the events and compares it with the newest head.
func (s *Store) compareAll(ctx context.Context, known uint64) error {
	began := time.Now()
	var tree merkle.Tree
	head := s.notary.newest()
	for f, err := range s.log.Frames(journal.Position{}) {
		if journal.IsDamage(err) {
			continue // named by the caller
		}
		if err != nil {
			return err
		}
		opened := s.openFrame(f)
		s.compareHead(&tree, head, opened)
		if err := s.compareFrame(opened, known); err != nil {
			if err = s.suspectIf(err); errors.Is(err, state.ErrDamaged) {
				return nil // it is named, and state is made again as a whole
			}
			return err
		}
		if worked := time.Since(began); worked > 10*time.Millisecond {
			sleep(ctx, 3*worked)
			began = time.Now()
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// compareHead grows the tree by a frame. Where it gets to the size of the head it must be
// the tree of the head.
func (s *Store) compareHead(tree *merkle.Tree, head merkle.Root, f openedFrame) {
	for i := range f.changes {
		if f.changes[i].event.Seq != tree.Size()+1 {
			return // something is damaged, and named
		}
		tree.Append(f.changes[i].leaf)
		if tree.Size() == head.Size && tree.Hash() != head.Hash {
			s.journalDamaged(fmt.Errorf("events 1 to %d are not those of the signed head", head.Size))
		}
	}
}

func (s *Store) compareFrame(f openedFrame, known uint64) error {
	v := s.db.View()
	defer v.Close()
	for i := range f.changes {
		c := &f.changes[i]
		if c.event.Seq > known {
			continue // perhaps not in state yet
		}
		if err := s.compare(v, c); err != nil {
			return fmt.Errorf("what event %d left: %w", c.event.Seq, err)
		}
	}
	return nil
}

// compare tells whether state has what the change left, or something newer.
func (s *Store) compare(v *state.View, c *change) error {
	for i, r := range c.records {
		newest := false
		err := v.Get(c.keys[i], func(value []byte) error {
			seq, err := leftIn(value)
			if err != nil || seq < c.event.Seq {
				return fmt.Errorf("%s is older: %w", describe(r), state.ErrDamaged)
			}
			newest = seq == c.event.Seq
			if newest && (dataKeyOf(value) != c.dataKey || !bytes.Equal(value[valueHead:], c.sealed[i])) {
				return fmt.Errorf("%s is another: %w", describe(r), state.ErrDamaged)
			}
			return nil
		})
		if err == nil {
			err = s.compareFound(v, c, r, newest)
		}
		if errors.Is(err, state.ErrMissing) {
			err = fmt.Errorf("%s is missing: %w", describe(r), state.ErrDamaged)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compareFound tells whether a token is found by its value and in its lists.
func (s *Store) compareFound(v *state.View, c *change, r model.Record, newest bool) error {
	switch r := r.(type) {
	case model.Credential:
		if id, err := s.lookup(v, c.lookup); err != nil || id != r.Token {
			return errors.Join(fmt.Errorf("%s does not lead to it: %w", describe(r), state.ErrDamaged), err)
		}
	case model.Token:
		switch r.Kind {
		case model.UserToken:
			return s.compareLists(v, r, true, state.TokensOf(uint64(r.Owner)))
		case model.ServiceToken:
			return s.compareLists(v, r, true, state.Services())
		}
		if err := s.compareLists(v, r, true, state.AgentTokens()); err != nil {
			return err
		}
		return s.compareNamed(v, c, r, newest)
	}
	return nil
}

// compareNamed looks into the lists of the deployments that the change gave to an agent
// token or took from it. Only its newest record says where it belongs.
func (s *Store) compareNamed(v *state.View, c *change, t model.Token, newest bool) error {
	if !newest && len(c.private.Dropped) > 0 {
		var err error
		if t, err = get[model.Token](s.vault, v, state.AgentToken, uint64(t.ID)); err != nil {
			return err
		}
	}
	for _, d := range c.private.Dropped {
		if err := s.compareLists(v, t, slices.Contains(t.Permissions.Deployments, d), state.TokensNaming(uint64(d))); err != nil {
			return err
		}
	}
	if !newest {
		return nil
	}
	err := errors.Join(s.compareLists(v, t, t.Permissions.OrgAgent, state.OrgAgents()),
		s.compareLists(v, t, t.Permissions.AllBranches, state.AllBranches()))
	if err != nil {
		return err
	}
	for _, d := range t.Permissions.Deployments {
		if err := s.compareLists(v, t, true, state.TokensNaming(uint64(d))); err != nil {
			return err
		}
	}
	return nil
}

// compareLists tells whether the token is in a list, or not, and among the revoked ones
// when it is one.
func (s *Store) compareLists(v *state.View, t model.Token, want bool, name state.SetName) error {
	in, err := s.sets.Stored(v, name, uint64(t.ID))
	if err == nil && in != want {
		err = fmt.Errorf("a list has %s wrong: %w", describe(t), state.ErrDamaged)
	}
	if err != nil || !t.Revoked() {
		return err
	}
	if in, err = s.sets.Stored(v, state.Revoked(), uint64(t.ID)); err == nil && !in {
		err = fmt.Errorf("%s is not among the revoked: %w", describe(t), state.ErrDamaged)
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
