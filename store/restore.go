package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
	"jeton/store/state"
)

// Contents is what a backup holds, after everything in it was opened.
type Contents struct {
	Backed
	Organization  string
	Users         int // deactivated ones included
	Agents        int // agent tokens, revoked ones included, like the next
	UserTokens    int
	Services      int // service credentials
	Revoked       int // of all three
	RestoredEpoch uint64
}

// VerifyBackup restores a backup into a temporary directory in scratch, compares the
// events with the signed head and the state they lead to with what the newest event says
// it left, and removes the directory again. Of o only the keyset, the free space, the clock
// and the progress are used. The errors are those of reading a backup, seal.ErrOtherKeyset and
// *model.DamageError.
func VerifyBackup(ctx context.Context, o Options, file, scratch string) (out Contents, err error) {
	b, err := opened(&o, file)
	if err != nil {
		return out, err
	}
	defer b.close()
	if err := b.read(ctx, "reading the backup"); err != nil {
		return out, err
	}
	if err := roomFor(o, scratch, b.size); err != nil {
		return out, err
	}
	temporary, err := os.MkdirTemp(scratch, "jeton-verify-")
	if err != nil {
		return out, fmt.Errorf("verify the backup: %w; choose another place with --scratch", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	o.Dir, o.Anchor = temporary, ""
	s, err := b.build(ctx, o, func(*Store) ([]byte, error) { return b.trailer.Head, nil })
	if err != nil {
		return out, err
	}
	out = b.contents(s)
	return out, s.abandon()
}

func opened(o *Options, file string) (*backupFile, error) {
	if err := o.loadKeyset(); err != nil {
		return nil, err
	}
	return openBackup(file, *o)
}

// Restoring says what to restore where.
type Restoring struct {
	Options          // Dir is missing or empty
	Old     string   // directory with what is left of the store as it was; "": nothing is
	Revoker *Account // who revokes again what was revoked after the backup; nil: nobody
}

// Account is an operating-system account and the door it came through.
type Account struct {
	UID     uint32
	Account string
	Source  model.Source
}

// Restored is what came of restoring.
type Restored struct {
	Contents
	Loss *Loss // against the store as it was; nil: nothing is known of that
}

// Restore makes the store that a backup holds in r.Dir. The backup is read to its end and
// found good before anything is made, and the store is built beside r.Dir and gets its name
// when it is complete, compared with the backup and durable, so that a crash or an
// error leaves nothing that looks like a store. Its log begins a new epoch, whose first
// signed head names the tree that was restored and the newest one known of the old log.
//
// The errors are model.ErrExists, model.ErrDirectory, model.ErrNoKeyset, model.ErrLowSpace
// and those of [VerifyBackup]. That tokens could not be revoked again is no error but in the Loss.
func Restore(ctx context.Context, r Restoring, file string) (out Restored, err error) {
	b, err := opened(&r.Options, file)
	if err != nil {
		return out, err
	}
	defer b.close()
	dir := realPlace(r.Dir)
	rename := fmt.Sprintf(", or what is left of one: rename it to %s%s, and restoring tells what it has over the backup", filepath.Base(dir), BeforeSuffix)
	if err := vacant("restore", dir, rename); err != nil {
		return out, err
	}
	var also []parts
	if r.Old != "" {
		also = append(also, &b.leaves)
	}
	if err := b.read(ctx, "reading the backup", also...); err != nil {
		return out, err
	}
	was, err := readRemains(ctx, r, b)
	if err != nil {
		return out, err
	}
	err = buildBeside(dir, func(temporary string) (err error) {
		if err := roomFor(r.Options, filepath.Dir(dir), b.size); err != nil {
			return err
		}
		r := r
		r.Dir = temporary
		out, err = r.build(ctx, b, was)
		return err
	})
	if err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	return out, nil
}

// BeforeSuffix comes behind the name of a store that a restored one takes the place of.
const BeforeSuffix = ".before"

// roomFor refuses to begin what the disk cannot hold: the journal and, no larger, state.
func roomFor(o Options, dir string, size int64) error {
	o = o.filled()
	need := o.Reserve + 2*uint64(size)
	if have, err := o.FreeSpace(dir); err == nil && have < need {
		return fmt.Errorf("%s has %d MiB free, and about %d MiB are needed: free some, or choose another place: %w", dir, have>>20, need>>20+1, errNoRoom)
	}
	return nil
}

var errNoRoom = errors.New("not enough room on the disk")

// build makes the restored store in r.Dir, and closes it again.
func (r Restoring) build(ctx context.Context, b *backupFile, was *remains) (out Restored, err error) {
	s, err := b.build(ctx, r.Options, func(s *Store) ([]byte, error) { return s.beginEpoch(b.head, was.head()) })
	if err != nil {
		return out, err
	}
	out.Contents, out.RestoredEpoch = b.contents(s), s.notary.head.Epoch
	if was != nil {
		out.Loss = was.against(s)
	}
	go s.run()
	if was != nil {
		err = r.settle(ctx, s, b, out.Loss)
	}
	text := s.Head()
	if err := errors.Join(err, s.Close()); err != nil {
		return out, err
	}
	if err := s.anchor(text); err != nil {
		return out, fmt.Errorf("the restored store's signed head is not at its anchor: %w", err)
	}
	return out, nil
}

// settle writes into the restored store what became of it, before it has its name: nobody
// finds working what was revoked after the backup, nor is given its numbers.
func (r Restoring) settle(ctx context.Context, s *Store, b *backupFile, l *Loss) error {
	actor := model.Actor{Source: model.Source{Door: model.DoorCommand}} // nobody, who has keyset and backup
	var unknown error
	if r.Revoker != nil {
		actor, unknown = s.Identify(r.Revoker.UID, r.Revoker.Source, r.Revoker.Account)
	}
	if err := l.record(ctx, s, b.Seq, actor); err != nil {
		return err
	}
	if r.Revoker != nil && len(l.Revoked) > 0 {
		l.revokeAgain(ctx, s, actor, unknown)
	}
	return nil
}

// beginEpoch signs the first head of a restored log.
func (s *Store) beginEpoch(restored, newest merkle.Head) ([]byte, error) {
	before := &merkle.Before{Restored: restored.Root, Newest: restored.Root}
	if newest.Size > restored.Size {
		before.Newest = newest.Root
	}
	text, _, err := s.signHead(merkle.Head{Store: s.id, Root: restored.Root, Time: s.opts.Clock(),
		Epoch: max(restored.Epoch, newest.Epoch) + 1, Before: before})
	return text, err
}

// build makes a store in the empty directory o.Dir, whose newest head is the one given,
// and leaves it open, without a committer.
func (b *backupFile) build(ctx context.Context, o Options, head func(*Store) ([]byte, error)) (*Store, error) {
	s := newStore(o)
	s.identifyAs(b.Store)
	lock, err := lockDir(o.Dir, s.opts.Clock(), o.Origin)
	if err != nil {
		return nil, err
	}
	s.lock = lock
	if err := b.lay(ctx, s, head); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	s.marked = s.applied
	s.followers.newest.Store(s.applied)
	if err := b.same(s); err != nil {
		return nil, errors.Join(b.failed(err), s.abandon())
	}
	return s, nil
}

// lay writes what a store is made from: its journal and its signed head.
func (b *backupFile) lay(ctx context.Context, s *Store, head func(*Store) ([]byte, error)) error {
	if err := os.WriteFile(s.path(foundingName), nil, 0o600); err != nil {
		return err
	}
	c, err := journal.NewCopy(journal.Options{Dir: s.path(journalName), StoreID: b.Store})
	if err != nil {
		return err
	}
	if err := errors.Join(b.read(ctx, "writing the journal", c), c.Close()); err != nil {
		return err
	}
	text, err := head(s)
	if err != nil {
		return err
	}
	heads, _, err := openHeads(s.path(headsName))
	if err != nil && !errors.Is(err, errNoHead) {
		return err
	}
	return errors.Join(heads.put(keptHead{b.tally.tree, text}), heads.file.Close())
}

// same compares a store that was just made with the backup.
func (b *backupFile) same(s *Store) error {
	if d := s.damage(); d != nil {
		return d
	}
	want, known := decodeDigest(b.trailer.State)
	switch {
	case s.applied != b.Seq || s.notary.head.Root != b.head.Root:
		return fmt.Errorf("%w: event %d is its newest, and restoring came to event %d", ErrBackupDamaged, b.Seq, s.applied)
	case known && (!s.digestKnown || s.digest != want):
		return fmt.Errorf("%w: the events lead to another state than the newest one says", ErrBackupDamaged)
	}
	return nil
}

// contents says what is in the store that was made.
func (b *backupFile) contents(s *Store) Contents {
	out := Contents{Backed: b.backed(), RestoredEpoch: b.head.Epoch}
	in, err := s.setsInMemory()
	if err != nil {
		return out // they are in memory: it was opened
	}
	c := in.counts(s.people, s.lastToken)
	out.Organization, out.Users, out.Agents, out.Services, out.Revoked = s.people.org.Name, int(c.Users), int(c.Agents), int(c.Services), int(c.Revoked)
	for id := range s.people.users {
		if own, err := s.sets.Get(state.TokensOf(uint64(id))); err == nil { // all of state was just compared
			out.UserTokens += own.Len()
		}
	}
	return out
}
