package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// newSuffix comes behind the name of a store while it is made.
const newSuffix = ".new-"

// Create makes a store in o.Dir with its organization, first user and deployments.
// It builds everything beside o.Dir and renames it there when it is complete and
// durable, so that a crash or an error leaves nothing that looks like a store. Only what
// [Vacant] takes is taken. The store is closed again: call Open.
func Create(ctx context.Context, o Options, found model.Found, source model.Source) error {
	if err := Vacant(o.Dir); err != nil {
		return err
	}
	if err := o.loadKeyset(); err != nil {
		return err
	}
	dir := filepath.Clean(o.Dir)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real // an empty directory: it is replaced, and the link to it stays
	}
	if keys := keyNumbers(o.Keyset); keys != found.Keys.OrFirst() {
		found.Keys = keys // it was rotated before it had a store
	}
	err := create(ctx, o, dir, found, source)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("create store %s: cannot write in %s: %w; choose another place", o.Dir, filepath.Dir(dir), reason(err))
	}
	if err != nil {
		return fmt.Errorf("create store %s: %w", o.Dir, err)
	}
	return nil
}

// Vacant tells whether a store can be made in dir, as far as looking there shows: it is
// missing, or an empty directory. A store is model.ErrExists, anything else
// model.ErrDirectory.
func Vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("create store %s: %w: it is a file, or below one; choose another place", dir, model.ErrDirectory)
	case err != nil:
		return fmt.Errorf("create store %s: %w; choose another place", dir, reason(err))
	case isStore(dir) == nil:
		return fmt.Errorf("create store: %s: %w", dir, model.ErrExists)
	}
	return fmt.Errorf("create store: %s is not empty: %w: choose another", dir, model.ErrDirectory)
}

// reason leaves out of an error the path and what was tried with it: nobody typed the
// names of files that are made on the way.
func reason(err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		return at.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// create builds the store beside dir and moves it there. Unlike the package os, the system
// replaces an empty directory in one step.
func create(ctx context.Context, o Options, dir string, found model.Found, source model.Source) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	sweep(dir)
	temporary, err := os.MkdirTemp(parent, filepath.Base(dir)+newSuffix)
	if err != nil {
		return err
	}
	o.Dir = temporary
	if err = founding(ctx, o, found, source); err == nil {
		err = os.Remove(filepath.Join(temporary, foundingName))
	}
	if err == nil {
		err = syncDir(temporary)
	}
	if err == nil {
		err = unix.Rename(temporary, dir)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	return syncDir(parent)
}

// foundingName is a file that is in a directory only while a store is made there.
const foundingName = "founding"

// sweep removes what a crash while creating left beside dir, unless another process is
// at it. Only what is marked as unfinished goes: a name alone proves nothing, and the
// neighbour may be somebody's backup. What cannot be removed does no harm.
func sweep(dir string) {
	entries, _ := os.ReadDir(filepath.Dir(dir))
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(dir), e.Name())
		if !e.IsDir() || !strings.HasPrefix(e.Name(), filepath.Base(dir)+newSuffix) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(path, foundingName)); err != nil {
			continue
		}
		if f, err := lockDir(path, time.Time{}, ""); err == nil {
			_ = os.RemoveAll(path)
			_ = f.Close()
		}
	}
}

// founding fills an empty directory.
func founding(_ context.Context, o Options, found model.Found, source model.Source) error {
	s := newStore(o)
	if free, err := s.opts.FreeSpace(o.Dir); err == nil && free < s.opts.Reserve {
		return model.ErrLowSpace
	}
	if _, err := rand.Read(s.id[:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	s.identifyAs(s.id)
	lock, err := lockDir(o.Dir, s.opts.Clock(), o.Origin)
	if err != nil {
		return err
	}
	s.lock = lock
	if err := os.WriteFile(s.path(foundingName), nil, 0o600); err != nil {
		return errors.Join(err, s.lock.Close())
	}
	s.log, err = journal.Create(journal.Options{Dir: s.path(journalName), StoreID: s.id, Header: s.keys.make, Spare: revokingBytes})
	if err != nil {
		return errors.Join(err, s.lock.Close())
	}
	db, err := state.Open(s.path(stateName), state.Normal)
	if err != nil {
		return errors.Join(err, s.log.Close(), s.lock.Close())
	}
	s.use(db)
	s.digestKnown = true // of nothing
	if err := errors.Join(s.first(found, source), s.firstHead()); err != nil {
		return errors.Join(err, s.abandon()) // there is no end a mark could speak of
	}
	return s.closeFiles()
}

// firstHead signs the first event, so that there is no store without a signed head: one
// that is killed before it signed another would look as if somebody had taken its head away.
func (s *Store) firstHead() error {
	s.openNotary()
	err := s.notary.extend(s.applied)
	s.notary.drop()
	s.notary = nil
	return err
}

// first writes the first event. Who founds the organization is its first user.
func (s *Store) first(found model.Found, source model.Source) error {
	j := &job{actor: model.Actor{User: 1, Source: source}, ask: found, answer: make(chan answer, 1)}
	s.commit([]*job{j}, false)
	return (<-j.answer).err
}

// Identify returns the user that an operating-system account is bound to, as an actor
// from this source, or a *model.UnknownUserError that names whom to ask.
func (s *Store) Identify(uid uint32, source model.Source, account string) (model.Actor, error) {
	p := s.snapshot()
	u, ok := p.users[p.accounts[uid]]
	if ok {
		account = u.Login // a deactivated user is told by the name they had here
	}
	if !ok || !u.Active() {
		return model.Actor{}, &model.UnknownUserError{Account: cmp.Or(u.Login, account), Organization: p.org.Name,
			Admins: p.admins(3), Deactivated: ok}
	}
	return model.Actor{User: u.ID, Source: source}, nil
}

// snapshot is the organization but its tokens, as it is now.
func (s *Store) snapshot() *people {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.people
}
