package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// How much of the journal is applied at once: blocks of sets that many events change
// are written once for all of them.
const (
	replayEvents = 16_000
	replayBytes  = 8 << 20
)

// What lies beside a state: one that is being made, one that another took the place of and
// that the next opening removes if a crash came before, and those that are kept.
const (
	buildName = stateName + ".new"
	oldName   = stateName + ".old"
	asideName = stateName + ".aside"
)

// replay applies the journal from the mark on: not only what state does not know,
// since a state that was not closed may lack any of it.
func (s *Store) replay(ctx context.Context, r journal.Report) error {
	if err := s.applyFrom(ctx, r.Mark.End, r.Last, "replaying the journal"); err != nil {
		return fmt.Errorf("replay the journal: %w", err)
	}
	return nil
}

// rebuild makes state anew from the whole journal, beside the old one, and puts it in
// its place when it is complete and durable.
func (s *Store) rebuild(ctx context.Context, why error) error {
	s.rebuilt = true
	if s.readOnly {
		return s.rebuildInMemory(ctx, why)
	}
	db, err := s.begin(why)
	if old := s.closeOld(); old != nil && err == nil {
		err = errors.Join(old, db.Close())
	}
	if err != nil {
		return fmt.Errorf("make state again: %w", err)
	}
	s.use(db)
	s.keys.made = s.keys.madeNow(s.log)
	s.people, s.lastToken, s.applied, s.partial = newPeople(), 0, 0, false
	err = s.applyFrom(ctx, journal.Position{}, s.log.Last(), "making state again from the journal")
	if err == nil && s.damage() != nil {
		err = s.rememberPartial()
	}
	if err = errors.Join(err, db.Close()); err != nil {
		s.db = nil
		return fmt.Errorf("make state again: %w", err)
	}
	s.db = nil
	keepOld := s.damage() != nil && !errors.Is(why, errStatePartial) // which was made from this journal
	if err := s.swap(keepOld); err != nil {
		return fmt.Errorf("make state again: %w", err)
	}
	s.condition.clean = false
	s.setNotice(madeAgain(why))
	if err := s.adopt(); err != nil {
		return err
	}
	return s.settleAnew()
}

// closeOld closes the state that another takes the place of. Only one that is still written
// is an error.
func (s *Store) closeOld() error {
	if s.db == nil {
		return nil
	}
	err := s.db.Close()
	s.db = nil
	if errors.Is(err, state.ErrNoRoom) {
		return err
	}
	return nil
}

// begin makes an empty state beside the one there is. How tokens were used follows from no
// event: it is taken over where nothing is wrong with the old one but its keys.
func (s *Store) begin(why error) (*state.DB, error) {
	if err := state.Remove(s.path(buildName)); err != nil {
		return nil, err
	}
	mode := state.Build
	if free, err := s.opts.FreeSpace(s.opts.Dir); err == nil && free < s.opts.Reserve+state.BuildRoom {
		mode = state.BuildSmall // or it would take the room it then waits for
	}
	db, err := state.Open(s.path(buildName), mode)
	if err == nil && errors.Is(why, errStateKeys) {
		if err = s.moveUses(db); err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return db, err
}

// rememberPartial notes in the state that was just made that the journal it was made from is damaged:
// only what is read at opening is looked at then, and the rest would not be missed.
func (s *Store) rememberPartial() error {
	v := s.db.View()
	have, err := s.appliedIn(v)
	v.Close()
	if errors.Is(err, state.ErrMissing) {
		return nil // nothing could be read: without a mark it is made again anyway
	}
	if err != nil {
		return err
	}
	s.partial, have.Partial = true, true
	return s.db.Commit([]state.Write{s.appliedWrite(have)})
}

// maxInMemory is how large a journal may be, in bytes, whose state is made in memory.
const maxInMemory = 256 << 20

// rebuildInMemory makes a state that lasts until the store is closed, because the disk
// is almost full and what is there cannot be read without writing: a leaked token must
// die today all the same.
func (s *Store) rebuildInMemory(ctx context.Context, why error) error {
	if s.db != nil {
		_ = s.db.Close() // it was only read
		s.db = nil
	}
	if size := s.log.Size(); size > maxInMemory {
		return fmt.Errorf("state must be made again (%w), which needs room on disk: free %d MiB first: %w", why, size>>20, model.ErrLowSpace)
	}
	db, err := state.OpenMemory()
	if err != nil {
		return err
	}
	s.use(db)
	s.keys.made = s.keys.madeNow(s.log)
	s.inMemory, s.people, s.lastToken, s.applied = true, newPeople(), 0, 0
	if err := s.applyFrom(ctx, journal.Position{}, s.log.Last(), "making state in memory from the journal"); err != nil {
		return fmt.Errorf("make state in memory: %w", err)
	}
	s.setNotice("state could not be used on the full disk and is in memory until jeton is opened again")
	return s.settleAnew()
}

// applyFrom applies the journal from a place on, in batches: while one is applied the
// next is read and opened.
func (s *Store) applyFrom(ctx context.Context, from journal.Position, last uint64, what string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan []openedFrame)
	var failed error
	go func() {
		defer close(batches)
		failed = s.openFrom(ctx, from, batches)
	}()
	var err error
	for frames := range batches {
		if err != nil {
			continue // the reader is about to notice
		}
		s.opts.Progress(model.Progress{What: what, Done: frames[len(frames)-1].first, Total: last})
		good := whole(frames)
		if len(good) == 0 {
			continue // all of it is damaged, and named
		}
		if err = s.apply(good); err != nil {
			stop()
		}
	}
	if err = cmp.Or(err, failed); err == nil {
		s.noGap(s.applied+1, last+1) // the mark may say more than the journal has
	}
	return err
}

// openFrom reads the journal from a place on and sends what it opened, in batches.
// Frames that are damaged are named and left out.
func (s *Store) openFrom(ctx context.Context, from journal.Position, out chan<- []openedFrame) error {
	var batch []journal.Frame
	events, size := 0, 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		select {
		case out <- s.openFrames(batch):
			batch, events, size = nil, 0, 0
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for f, err := range s.log.Frames(from) {
		if journal.IsDamage(err) {
			s.journalDamaged(err)
			continue
		}
		if err != nil {
			return err
		}
		batch = append(batch, f)
		events += len(f.Entries)
		for _, e := range f.Entries {
			size += len(e)
		}
		if events < replayEvents && size < replayBytes {
			continue
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return flush()
}

// openedFrame is a frame of the journal after opening its entries.
type openedFrame struct {
	frame
	first uint64
}

// whole drops frames of which nothing could be opened.
func whole(in []openedFrame) []frame {
	var out []frame
	for _, f := range in {
		if len(f.changes) > 0 {
			out = append(out, f.frame)
		}
	}
	return out
}

// openFrames opens the entries of the frames, on two processors. An entry that cannot
// be opened is damage: it is named and left out.
func (s *Store) openFrames(batch []journal.Frame) []openedFrame {
	out := make([]openedFrame, len(batch))
	part := func(from, to int) {
		for i := from; i < to; i++ {
			out[i] = s.openFrame(batch[i])
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() { part(0, len(batch)/2) })
	part(len(batch)/2, len(batch))
	wait.Wait()
	return out
}

func (s *Store) openFrame(f journal.Frame) openedFrame {
	out := openedFrame{frame: frame{at: f.At, end: f.Next}, first: f.First}
	for i, raw := range f.Entries {
		c, err := openEntry(s.id, s.keys, raw)
		if err == nil && c.event.Seq != f.First+uint64(i) {
			err = fmt.Errorf("event %d stands where event %d belongs: %w", c.event.Seq, f.First+uint64(i), errEntry)
		}
		if err != nil {
			d := &journal.Damage{File: fmt.Sprintf("%s, segment %d", journalName, f.At.Segment), Offset: f.At.Offset,
				First: f.First + uint64(i), Last: f.First + uint64(i), What: err.Error()}
			s.journalDamaged(d)
			continue
		}
		out.changes = append(out.changes, c)
	}
	return out
}
