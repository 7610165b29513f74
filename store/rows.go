package store

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"jeton/model"
	"jeton/store/state"
)

// errRecordMissing is a token that a list or the numbers given have, and no record.
var errRecordMissing = fmt.Errorf("its record is missing: %w", state.ErrDamaged)

// manyRows is how many are worth a second processor, and reading what lies between them: more
// than a screen shows.
const manyRows = 200

// rows reads tokens of one kind.
func (s *Store) rows(v *state.View, k state.Kind, ids []uint64) ([]model.Token, error) {
	rows, half := make([]model.Token, len(ids)), 0
	var other error
	var wait sync.WaitGroup
	if len(ids) >= manyRows {
		half = len(ids) / 2
		wait.Go(func() { other = s.readRows(v, k, ids[:half], rows[:half]) })
	}
	err := s.readRows(v, k, ids[half:], rows[half:])
	wait.Wait()
	if err = cmp.Or(other, err); err != nil {
		return nil, err
	}
	return rows, nil
}

// readRows reads tokens of one kind into rows, up to the first that cannot be read.
func (s *Store) readRows(v *state.View, k state.Kind, ids []uint64, rows []model.Token) error {
	if lo, hi, ok := dense(ids); ok {
		return s.scanRows(v, k, lo, hi, ids, rows)
	}
	for i, id := range ids {
		var err error
		if rows[i], err = get[model.Token](s.vault, v, k, id); err != nil {
			return s.rowFailed(id, err)
		}
	}
	return nil
}

// dense reports whether so many of the numbers from lo to before hi are wanted that all are
// better read one after the other than each looked up: in half the time.
func dense(ids []uint64) (lo, hi uint64, ok bool) {
	if len(ids) < manyRows/2 {
		return 0, 0, false
	}
	lo, hi = ids[0], ids[0]
	for _, id := range ids {
		lo, hi = min(lo, id), max(hi, id)
	}
	return lo, hi + 1, hi-lo < 4*uint64(len(ids))
}

// scanRows is readRows where most of what lies between is wanted.
func (s *Store) scanRows(v *state.View, k state.Kind, lo, hi uint64, ids []uint64, rows []model.Token) error {
	places := make([]int, hi-lo) // in rows, from 1
	for i, id := range ids {
		places[id-lo] = i + 1
	}
	at := lo
	err := v.Records(k, lo, hi, func(number uint64, value []byte) (err error) {
		at = number
		if i := places[number-lo]; i > 0 {
			rows[i-1], err = recordIn[model.Token](s.vault, k, number, value)
		}
		return err
	})
	if err != nil {
		return s.rowFailed(at, err)
	}
	for i, id := range ids {
		if rows[i].ID == 0 {
			return s.rowFailed(id, model.ErrNotFound)
		}
	}
	return nil
}

// rowFailed is why a token in a list could not be read.
func (s *Store) rowFailed(id uint64, err error) error {
	if errors.Is(err, model.ErrNotFound) {
		err = errRecordMissing
	}
	return s.suspectIf(fmt.Errorf("token %d: %w", id, err))
}
