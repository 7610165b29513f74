package store

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// openState opens state and reads up to where it was applied. doubt says why it
// cannot be used.
func (s *Store) openState(mark journal.Mark) (have applied, doubt error) {
	if _, err := os.Stat(s.path(stateName)); errors.Is(err, fs.ErrNotExist) {
		return have, errStateMissing
	} else if err != nil {
		return have, err
	}
	mode := state.Normal
	switch {
	case s.readOnly:
		mode = state.ReadOnly
	case !mark.Clean:
		mode = state.Verify
	}
	db, err := state.Open(s.path(stateName), mode)
	if err != nil {
		return have, err
	}
	s.use(db)
	v := db.View()
	defer v.Close()
	have, err = s.appliedIn(v)
	switch {
	case err != nil:
		return applied{}, err
	case have.Format == condemned:
		return applied{}, errCondemned
	case have.Format != StateFormat:
		return applied{}, errStateFormat
	case have.Store != s.id:
		return applied{}, errStateForeign
	}
	s.applied = have.Seq
	if have.Partial { // the journal may have been restored, and else the damage is to be named again
		return have, errStatePartial
	}
	return have, nil
}

// appliedIn is up to which event the journal was applied to what a view shows.
func (s *Store) appliedIn(v *state.View) (have applied, err error) {
	key := state.AppliedKey()
	err = v.Get(key, func(raw []byte) error {
		value, err := s.signer.Signed(key, raw)
		if err == nil {
			have, err = decodeApplied(value)
		}
		return err
	})
	return have, err
}

// use makes db the store's state.
func (s *Store) use(db *state.DB) {
	s.working.clear()
	s.db, s.sets = db, state.NewSets(db, s.signer)
	s.keys.copies = func(number uint32) (wrapped []byte, err error) {
		err = db.Get(state.DataKeyKey(uint64(number)), func(value []byte) error {
			wrapped = append(wrapped, value...)
			return nil
		})
		return wrapped, err
	}
}

// outdated tells why a readable state is not the one the journal's mark speaks of.
func outdated(have applied, r journal.Report) error {
	switch {
	case r.Mark.End == (journal.Position{}) && r.MarkErr == nil:
		return errNoMark
	case have.Seq < r.Mark.Seq:
		return errStateBehind
	}
	return nil
}

// outgrown tells why a state that was made under other keys than the newest ones is made
// again, so that nothing in its files is of use with an older keyset. Where that cannot be
// done now, or would change nothing since headers are not under the newest keys either, it
// serves on, as long as the keyset still has the key of its index.
func (s *Store) outgrown(made madeUnder) error {
	if made == newestKeys(s.keyset) {
		return nil
	}
	later := s.readOnly || s.opts.rotating || s.damage() != nil || made == s.keys.madeNow(s.log)
	if later && slices.Contains(s.keyset.LookupNumbers(), made.Lookup) {
		s.keys.made = made
		return nil
	}
	return errStateKeys
}

// load brings into memory what is always there. An error is doubt about state.
func (s *Store) load() error {
	v := s.db.View()
	defer v.Close()
	s.people = newPeople()
	for _, kind := range []state.Kind{state.Organization, state.Deployment, state.User} {
		err := v.Records(kind, 0, 1<<40, func(number uint64, value []byte) error {
			plain, err := s.vault.open(nil, state.RecordKey(kind, number), value)
			if err != nil {
				return err
			}
			r, err := decodeRecord(kind, plain)
			if err == nil {
				s.people.put(r)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if _, err := s.setsInMemory(); err != nil {
		return err
	}
	for _, kind := range []state.Kind{state.AgentToken, state.UserToken, state.ServiceToken} {
		last, err := v.LastRecord(kind)
		if err != nil {
			return err
		}
		s.lastToken = max(s.lastToken, model.TokenID(last))
	}
	return nil
}
