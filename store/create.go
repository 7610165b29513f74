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

	"golang.org/x/sys/unix"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

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
	if keys := keyNumbers(o.Keyset); keys != found.Keys.OrFirst() {
		found.Keys = keys // it was rotated before it had a store
	}
	dir := realPlace(o.Dir)
	err := buildBeside(dir, func(temporary string) error {
		o := o
		o.Dir = temporary
		return founding(ctx, o, found, source)
	})
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
func Vacant(dir string) error { return vacant("create store", dir, "") }

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
		return errors.Join(err, s.log.Close(), s.unlock())
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
