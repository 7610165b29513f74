package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/dgraph-io/badger/v4"
)

// View is state as it was when the view was made, what was held included.
// It must be closed, and soon: while it is open Badger keeps what it shows.
type View struct {
	d       *DB
	version uint64
	held    map[string][]byte
	txn     *badger.Txn
}

// View makes a view.
func (d *DB) View() *View {
	d.mu.RLock() // what is held goes when a newer version has it
	defer d.mu.RUnlock()
	version := d.versions.view()
	return &View{d, version, d.held, d.db.NewTransactionAt(version, false)}
}

// Close ends the view.
func (v *View) Close() {
	v.txn.Discard()
	v.d.versions.leave(v.version)
}

// Get calls fn with the value of the key, which is valid only inside fn, or returns
// ErrMissing.
func (v *View) Get(key []byte, fn func(value []byte) error) (err error) {
	defer caught(&err)
	if value, ok := v.held[string(key)]; ok {
		return fn(value)
	}
	item, err := v.txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return ErrMissing
	}
	if err != nil {
		return fmt.Errorf("read state: %w: %w", ErrDamaged, err)
	}
	return item.Value(fn)
}

// Get is View.Get on state as it is now.
func (d *DB) Get(key []byte, fn func(value []byte) error) error {
	v := d.View()
	defer v.Close()
	return v.Get(key, fn)
}

// Scan calls fn, in order, with every key of the range from lo to just below hi and
// its value, both valid only inside fn, until fn fails.
func (v *View) Scan(lo, hi []byte, fn func(key, value []byte) error) (err error) {
	defer caught(&err)
	held := v.heldRange(lo, hi)
	opts := badger.DefaultIteratorOptions
	opts.PrefetchValues = false // values lie beside their keys
	opts.Prefix = common(lo, hi)
	it := v.txn.NewIterator(opts)
	defer it.Close()
	for it.Seek(lo); it.Valid(); it.Next() {
		item := it.Item()
		key := item.Key()
		if bytes.Compare(key, hi) >= 0 {
			break
		}
		for len(held) > 0 && bytes.Compare(held[0].Key, key) < 0 {
			if err := fn(held[0].Key, held[0].Value); err != nil {
				return err
			}
			held = held[1:]
		}
		if len(held) > 0 && bytes.Equal(held[0].Key, key) {
			continue // the held one is newer and comes next
		}
		if err := item.Value(func(value []byte) error { return fn(key, value) }); err != nil {
			return err
		}
	}
	for _, w := range held {
		if err := fn(w.Key, w.Value); err != nil {
			return err
		}
	}
	return nil
}

// Last returns the last key below hi that starts with prefix, or ErrMissing. Its
// value is given to fn.
func (v *View) Last(prefix, hi []byte, fn func(key, value []byte) error) (err error) {
	defer caught(&err)
	var best Write
	opts := badger.DefaultIteratorOptions
	opts.PrefetchValues, opts.Reverse = false, true
	it := v.txn.NewIterator(opts)
	defer it.Close()
	for it.Seek(hi); it.ValidForPrefix(prefix); it.Next() {
		if key := it.Item().Key(); bytes.Compare(key, hi) < 0 {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return fmt.Errorf("read state: %w: %w", ErrDamaged, err)
			}
			best = Write{slices.Clone(key), value}
			break
		}
	}
	if held := v.heldRange(prefix, hi); len(held) > 0 {
		if w := held[len(held)-1]; bytes.Compare(w.Key, best.Key) >= 0 {
			best = w
		}
	}
	if best.Key == nil {
		return ErrMissing
	}
	return fn(best.Key, best.Value)
}

func (v *View) heldRange(lo, hi []byte) []Write {
	var out []Write
	for k, value := range v.held {
		if k >= string(lo) && k < string(hi) {
			out = append(out, Write{[]byte(k), value})
		}
	}
	slices.SortFunc(out, func(a, b Write) int { return bytes.Compare(a.Key, b.Key) })
	return out
}

// common returns the longest prefix of lo and hi, by which Badger skips tables.
func common(lo, hi []byte) []byte {
	n := 0
	for n < len(lo) && n < len(hi) && lo[n] == hi[n] {
		n++
	}
	return lo[:n]
}

// after returns the key that follows every key starting with prefix.
func after(prefix []byte) []byte {
	out := slices.Clone(prefix)
	for i := len(out) - 1; i >= 0; i-- {
		if out[i]++; out[i] != 0 {
			return out[:i+1]
		}
	}
	return append(slices.Clone(prefix), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
}

// Records calls fn with the records of a kind whose numbers lie from lo up to but not
// including hi, ascending.
func (v *View) Records(k Kind, lo, hi uint64, fn func(number uint64, value []byte) error) error {
	return v.Scan(RecordKey(k, lo), RecordKey(k, hi), func(key, value []byte) error {
		_, number, ok := ParseRecordKey(key)
		if !ok {
			return ErrDamaged
		}
		return fn(number, value)
	})
}

// Uses calls fn with what is kept of each token's use, and its key, both valid only inside
// fn.
func (v *View) Uses(fn func(key, value []byte) error) error {
	return v.Scan(UseKey(0), after(UsesKey()), fn)
}

// UsesOf is Uses of the tokens whose numbers lie from lo up to but not including hi.
func (v *View) UsesOf(lo, hi uint64, fn func(token uint64, key, value []byte) error) error {
	return v.Scan(UseKey(lo), UseKey(hi), func(key, value []byte) error {
		if len(key) != len(UseKey(0)) {
			return ErrDamaged
		}
		return fn(binary.BigEndian.Uint64(key[1:]), key, value)
	})
}

// LastRecord returns the greatest number of a record of the kind, 0 if there is none.
func (v *View) LastRecord(k Kind) (uint64, error) {
	last := uint64(0)
	prefix := RecordKey(k, 0)[:2]
	err := v.Last(prefix, after(prefix), func(key, _ []byte) error {
		_, last, _ = ParseRecordKey(key)
		return nil
	})
	if errors.Is(err, ErrMissing) {
		return 0, nil
	}
	return last, err
}

// LastDataKey returns the greatest number of a journal segment whose data key is kept, 0 if
// there is none.
func (v *View) LastDataKey() (uint32, error) {
	last := uint64(0)
	prefix := []byte{prefixDataKey}
	err := v.Last(prefix, after(prefix), func(key, _ []byte) error {
		if len(key) != len(DataKeyKey(0)) {
			return ErrDamaged
		}
		last = binary.BigEndian.Uint64(key[1:])
		return nil
	})
	if errors.Is(err, ErrMissing) {
		return 0, nil
	}
	return uint32(min(last, math.MaxUint32)), err
}
