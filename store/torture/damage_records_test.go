package torture

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"jeton/model"
	"jeton/store/state"
)

// damageRecord is one entry of a state, as Badger has it.
type damageRecord struct{ key, value []byte }

func openDamagedState(dir string) (*badger.DB, error) {
	// The log that waits for its turn is empty, which Badger does not open again.
	logs, err := filepath.Glob(filepath.Join(dir, damageStore, "state", "*.mem"))
	for _, path := range logs {
		if info, e := os.Stat(path); e == nil && info.Size() == 0 {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		return nil, err
	}
	o := badger.DefaultOptions(filepath.Join(dir, damageStore, "state")).WithLogger(nil).WithMetricsEnabled(false).
		WithDetectConflicts(false).WithCompression(options.None).WithBlockCacheSize(0).WithMemTableSize(8 << 20).
		WithNumMemtables(2).WithNumCompactors(2).WithValueLogFileSize(1 << 20).WithBypassLockGuard(true)
	return badger.OpenManaged(o)
}

// readDamageRecords reads all of a state, in the order of the keys.
func readDamageRecords(dir string) (out []damageRecord, err error) {
	db, err := openDamagedState(dir)
	if err != nil {
		return nil, err
	}
	txn := db.NewTransactionAt(db.MaxVersion(), false)
	it := txn.NewIterator(badger.DefaultIteratorOptions)
	for it.Rewind(); it.Valid(); it.Next() {
		value, e := it.Item().ValueCopy(nil)
		err = errors.Join(err, e)
		out = append(out, damageRecord{it.Item().KeyCopy(nil), value})
	}
	it.Close()
	txn.Discard()
	return out, errors.Join(err, db.Close())
}

// records changes entries of state as Badger itself would, so that all of its checksums are
// good.
func (d *damaging) stateRecords() (err error) {
	d.kinds, d.file = "records in state", "store/state"
	db, err := openDamagedState(d.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version := db.MaxVersion() + 1
	txn := db.NewTransactionAt(version, true)
	defer txn.Discard()
	set := func(key, value []byte) { err = errors.Join(err, txn.Set(key, value)) }
	now := d.records[d.base]
	one := d.aRecord(now)
	d.token(one.key)
	switch way := d.rng.IntN(6); way {
	case 0:
		other := d.alike(now, one)
		d.what += fmt.Sprintf(" records %x and %x swapped", one.key, other.key)
		set(one.key, other.value)
		set(other.key, one.value)
	case 1:
		other := d.alike(now, one)
		d.what += fmt.Sprintf(" record %x over %x", other.key, one.key)
		set(one.key, other.value)
	case 2:
		d.what += fmt.Sprintf(" record %x taken away", one.key)
		err = txn.Delete(one.key)
	case 3:
		d.what += fmt.Sprintf(" record %x changed", one.key)
		value := bytes.Clone(one.value)
		value[d.rng.IntN(len(value))] ^= 1 << d.rng.IntN(8)
		set(one.key, value)
	default:
		d.putOlder(way == 4, set)
	}
	return errors.Join(err, txn.CommitAt(version, nil))
}

// aRecord takes one of a kind, each kind as often as the others.
func (d *damaging) aRecord(all []damageRecord) damageRecord {
	var kinds []byte
	for _, r := range all {
		if !bytes.Contains(kinds, r.key[:1]) {
			kinds = append(kinds, r.key[0])
		}
	}
	return d.ofKind(all, kinds[d.rng.IntN(len(kinds))])
}

func (d *damaging) alike(all []damageRecord, one damageRecord) damageRecord {
	return d.ofKind(all, one.key[0])
}

func (d *damaging) ofKind(all []damageRecord, kind byte) damageRecord {
	var of []damageRecord
	for _, r := range all {
		if r.key[0] == kind {
			of = append(of, r)
		}
	}
	return of[d.rng.IntN(len(of))]
}

// putOlder puts valid records of before back: one, or each with a chance of its own.
func (d *damaging) putOlder(one bool, set func(key, value []byte)) {
	now := map[string][]byte{}
	for _, r := range d.records[d.base] {
		now[string(r.key)] = r.value
	}
	var older []damageRecord
	for _, r := range d.records["old"] {
		if v, ok := now[string(r.key)]; ok && !bytes.Equal(v, r.value) {
			older = append(older, r)
		}
	}
	from, chance := d.rng.IntN(len(older)), 1+d.rng.IntN(10)
	for i, r := range older {
		if one && i == from || !one && d.rng.IntN(10) < chance {
			d.what += fmt.Sprintf(" older %x", r.key)
			d.token(r.key)
			set(r.key, r.value)
		}
	}
}

// token notes that the record of a token was changed.
func (d *damaging) token(key []byte) {
	if kind, number, ok := state.ParseRecordKey(key); ok && (kind == state.AgentToken || kind == state.UserToken) {
		d.tokens = append(d.tokens, model.TokenID(number))
	}
}
