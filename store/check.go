package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jeton/store/journal"
)

// CheckHistory reads the whole journal and compares it with its checksums, opens every
// event, and reads every block of state, at a quarter of a processor at most. Damage
// it finds is named in Health, and followers are told. Meant for the background, after
// the first list; it ends early, without an error, when ctx does.
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
	s.setChecking(false)
	s.notify()
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check history: %w", err)
	}
	return nil
}

func (s *Store) checkHistory(ctx context.Context) error {
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
	began := time.Now()
	for f, err := range s.log.Frames(journal.Position{}) {
		if journal.IsDamage(err) {
			continue // named above
		}
		if err != nil {
			return err
		}
		s.openFrame(f)
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

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
