package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// Open opens the store in o.Dir. Errors: model.ErrNoStore where there is none,
// model.ErrDirectory where there is something else, model.ErrNoKeyset,
// *model.LockedError, model.ErrAhead. What opening mended, and damage it found, is in
// Health. It must be closed.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := openFiles(ctx, o)
	if err == nil {
		go s.run()
		s.notary.start()
		s.uses.putting.Go(s.putUsesAlong)
	}
	return s, err
}

// openFiles is Open without the committer.
func openFiles(ctx context.Context, o Options) (*Store, error) {
	if err := isStore(o.Dir); err != nil {
		return nil, err
	}
	if err := ownStore(o.Dir, uint32(os.Geteuid())); err != nil {
		return nil, err
	}
	if err := o.loadKeyset(); err != nil {
		return nil, err
	}
	s := newStore(o)
	lock, err := lockDir(o.Dir, s.opts.Clock(), o.Origin)
	if err != nil && len(unclosed(o.Dir)) > 0 { // it is this process that has the lock
		return nil, fmt.Errorf("open %s: %w", o.Dir, model.ErrLowSpace)
	}
	if err != nil {
		return nil, err
	}
	s.lock = lock
	_ = os.Remove(s.path(foundingName)) // a store that was complete when its maker died
	err = s.open(ctx)
	if s.noRoom(err) {
		err = s.openFull(ctx)
	}
	if err == nil {
		err = s.loadUses()
	}
	if err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	s.opened = true
	s.marked = s.applied
	s.setChecking(true)
	s.followers.newest.Store(s.applied)
	return s, nil
}

// isStore tells a store from nothing and from something else.
func isStore(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0:
		return fmt.Errorf("%s: %w", dir, model.ErrNoStore)
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("%s: %w: it is a file, or below one; name the directory with --store", dir, model.ErrDirectory)
	case err != nil:
		return fmt.Errorf("open store %s: %w; %s", dir, reason(err), whoseItIs)
	}
	if info, err := os.Stat(filepath.Join(dir, journalName)); err != nil || !info.IsDir() {
		return fmt.Errorf("%s: %w: it has files but no journal; choose another, or restore the journal from a backup", dir, model.ErrDirectory)
	}
	return nil
}

// ownStore refuses a store of another account to root, whom the system would let in: what
// root writes there its owner could not open any more.
func ownStore(dir string, uid uint32) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("open store %s: %w", dir, reason(err))
	}
	owner := uid
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = s.Uid
	}
	if owner == uid {
		return nil
	}
	name := AccountName(owner)
	return fmt.Errorf("open store %s: %w: it belongs to %s, who could not open any more what another account writes there; run jeton as %s, with sudo -u %s",
		dir, fs.ErrPermission, name, name, name)
}

// openFull opens what found no room on the way, because somebody took it meanwhile, as it
// is opened on a full disk. A state that waits for room to be closed is left alone.
func (s *Store) openFull(ctx context.Context) error {
	if err := s.letGo(); err != nil {
		return err
	}
	if err := state.Remove(s.path(buildName)); err != nil && !errors.Is(err, state.ErrNoRoom) {
		return fmt.Errorf("open %s: %w", s.opts.Dir, err)
	}
	s.low.Store(true)
	s.readOnly, s.rebuilt = true, false
	s.people, s.lastToken, s.applied = newPeople(), 0, 0
	return s.open(ctx)
}

// abandon lets go of what a failed Open had taken, writing nothing.
func (s *Store) abandon() error { return errors.Join(s.letGo(), s.unlock()) }

// letGo is abandon without the lock.
func (s *Store) letGo() error {
	var err error
	if s.db != nil {
		if err = s.db.Close(); errors.Is(err, state.ErrNoRoom) {
			err = nil // see unlock
		}
	}
	if s.log != nil {
		err = errors.Join(err, s.log.Close())
	}
	if s.notary != nil {
		s.notary.drop()
	}
	s.db, s.log, s.notary = nil, nil, nil
	return err
}

func (s *Store) open(ctx context.Context) error {
	s.openLow()
	look, err := journal.Peek(s.path(journalName))
	if err != nil {
		return s.journalFailed(err)
	}
	s.identifyAs(look.Store)
	if err := s.keys.belong(look.Newest); err != nil {
		return fmt.Errorf("open %s: %w", s.opts.Dir, err)
	}
	s.condition.clean = look.Mark.Clean
	s.openNotary()
	have, doubt := s.openState(look.Mark)
	log, report, err := journal.Open(journal.Options{Dir: s.path(journalName), StoreID: look.Store, Header: s.keys.make,
		Spare: revokingBytes, Acknowledged: max(have.Seq, s.notary.tree.Size()), Used: s.keyedSegments()})
	if err != nil {
		return s.journalFailed(err)
	}
	s.log = log
	if err := s.judge(have, report); err != nil {
		return err
	}
	if err := s.keys.follow(log); err != nil {
		return fmt.Errorf("open %s: %w", s.opts.Dir, err)
	}
	if err := s.upToDate(ctx, have, report, doubt); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	if s.damage() == nil {
		if err := s.removeOld(); err != nil {
			return err
		}
	}
	s.judgeHead()
	return nil
}

// openLow has the store opened as on a full disk where less is free than the reserve.
func (s *Store) openLow() {
	if free, err := s.opts.FreeSpace(s.opts.Dir); err == nil && free < s.opts.Reserve {
		s.low.Store(true)
		s.readOnly = true
	}
}

// judgeHead says what is wrong with the newest signed head.
func (s *Store) judgeHead() {
	if s.notary.none && s.log.Last() > 1 { // the first event is signed when a store is first opened
		s.setNotice(fmt.Sprintf("no signed head was there over the %d events, and one is signed anew: only one kept elsewhere tells whether any are missing", s.log.Last()))
	}
	if s.notary.bad != nil {
		s.setDamage(&model.DamageError{What: s.notary.bad.Error(), Next: "run jeton audit verify; if the keyset is an old copy give the newest one, " +
			"else move the file " + headsName + " aside to have a new head signed"})
	}
}

// upToDate brings state to where the journal ends, by what is missing or, in doubt, anew.
func (s *Store) upToDate(ctx context.Context, have applied, report journal.Report, doubt error) error {
	if s.noRoom(doubt) {
		return doubt
	}
	if doubt == nil {
		doubt = outdated(have, report)
		if doubt != nil && s.damage() != nil {
			// This state may be all there is of events the journal lost: it is not
			// made again but has everything applied to it that can be read.
			report.Mark, doubt = journal.Mark{}, nil
		}
	}
	if doubt == nil {
		doubt = s.outgrown(have.Made)
	}
	if doubt == nil {
		doubt = s.load()
	}
	if doubt == nil && report.Mark.Clean {
		doubt = s.complete(have)
	}
	if doubt != nil {
		return s.rebuild(ctx, doubt)
	}
	s.end = report.Mark.End
	if report.Mark.Clean && have.Seq == report.Mark.Seq && have.Seq == report.Last {
		return nil
	}
	err := s.replay(ctx, report)
	if err == nil && have.Seq == report.Last && s.damage() == nil {
		err = s.complete(have) // replaying mends what the last process had not finished, and no more
	}
	if errors.Is(err, state.ErrDamaged) {
		return s.rebuild(ctx, err) // what was there before the mark cannot be used
	}
	return err
}

func (s *Store) journalFailed(err error) error {
	var d *journal.Damage
	if errors.As(err, &d) {
		return &model.DamageError{What: d.Error(), Next: "restore the journal's files from a backup; nothing here was changed"}
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("open store %s: %w; %s", s.opts.Dir, err, whoseItIs)
	}
	return fmt.Errorf("open %s: %w", s.opts.Dir, err)
}

// judge decides what the journal's report means for the store.
func (s *Store) judge(have applied, r journal.Report) error {
	if r.Torn != nil {
		s.setNotice(r.Torn.String())
	}
	if len(r.Damage) == 0 {
		return nil
	}
	if r.Ahead && len(r.Damage) == 1 {
		who, seq := "state", have.Seq
		if n := s.notary.tree.Size(); n > seq {
			who, seq = "the newest signed head", n
		}
		return fmt.Errorf("%w: %s knows event %d, the journal ends with event %d; restore the journal's newest files, nothing here was changed",
			model.ErrAhead, who, seq, r.Last)
	}
	s.setDamage(damageOf(r.Damage[0], len(r.Damage)))
	return nil
}

func damageOf(err error, count int) *model.DamageError {
	d := &model.DamageError{What: err.Error(), Next: "revoke what must die, then restore the journal's files from a backup"}
	if count > 1 {
		d.What += fmt.Sprintf(" (and %d more)", count-1)
	}
	return d
}
