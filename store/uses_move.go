package store

import (
	"errors"
	"slices"

	"jeton/store/seal"
	"jeton/store/state"
)

// moveUses seals what state has of the use of tokens under a new key and puts it into
// another, empty one.
func (s *Store) moveUses(to *state.DB) error {
	head, old, err := s.useHead()
	if errors.Is(err, state.ErrMissing) {
		return nil // it begins with the next opening
	}
	if err != nil {
		return err
	}
	defer old.Wipe()
	var fresh *seal.DataKey
	if head.Key, fresh, err = s.keyset.NewDataKey(s.useContext()); err != nil {
		return err
	}
	defer fresh.Wipe()
	w, err := s.headWrite(head)
	if err != nil {
		return err
	}
	m := mover{Store: s, old: old, fresh: fresh, to: to, writes: []state.Write{w}}
	v := s.db.View()
	defer v.Close()
	if err := v.Uses(m.move); err != nil {
		return err
	}
	return to.Commit(m.writes)
}

// mover takes records of use from one state to another.
type mover struct {
	*Store
	old, fresh *seal.DataKey
	to         *state.DB
	writes     []state.Write
	size       int
}

// move takes one over, if it opens.
func (m *mover) move(key, value []byte) error {
	plain, err := m.old.Open(nil, value, associated(m.id, key, 0))
	if err != nil {
		return nil // it counts as none
	}
	w := state.Write{Key: slices.Clone(key), Value: m.fresh.Seal(nil, plain, associated(m.id, key, 0))}
	m.writes, m.size = append(m.writes, w), m.size+len(w.Key)+len(w.Value)
	if m.size < state.MaxBatchBytes/2 && len(m.writes) < state.MaxBatchCount {
		return nil
	}
	err = m.to.Commit(m.writes)
	m.writes, m.size = nil, 0
	return err
}
