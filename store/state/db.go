package state

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"
)

// When state is opened or read.
var (
	ErrMissing = errors.New("not in state")                                // there is no such key
	ErrDamaged = errors.New("state is damaged: it is made again at start") // a checksum is wrong or Badger failed
	ErrNoRoom  = errors.New("the disk has no room for state")              // nothing was written
)

// MaxBatch is how many bytes and writes one Commit may have.
const (
	MaxBatchBytes = 1 << 20
	MaxBatchCount = 8000
)

// Write is one key and its new value.
type Write struct{ Key, Value []byte }

// DB is an open state. Reads may come from any goroutine, writes from one.
type DB struct {
	db       *badger.DB
	versions *versions
	dir      string
	readOnly bool
	spare    spare
	closed   chan struct{} // closed when Badger is
	written  atomic.Bool   // by this process

	mu   sync.RWMutex
	held map[string][]byte // over Badger while it must not be written; views keep it, so it is never changed
}

// Commit writes all or nothing, visible at once, durable only after Sync. ErrNoRoom where
// Badger could be left without room in the middle: then nothing was written.
func (d *DB) Commit(writes []Write) error {
	if err := errors.Join(d.there(), d.spare.keep()); err != nil {
		return err
	}
	d.written.Store(true)
	version := d.versions.next()
	txn := d.db.NewTransactionAt(version-1, true)
	defer txn.Discard()
	for _, w := range writes {
		if err := txn.Set(w.Key, w.Value); err != nil {
			return fmt.Errorf("write state: %w", err)
		}
	}
	if err := txn.CommitAt(version, nil); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	d.db.SetDiscardTs(d.versions.complete(version))
	return nil
}

// Hold keeps the writes in memory only, over what Badger has. Its size is what was
// held since the last Flush, so it is for the few changes of a full disk.
func (d *DB) Hold(writes []Write) {
	d.mu.Lock()
	defer d.mu.Unlock()
	held := make(map[string][]byte, len(d.held)+len(writes))
	maps.Copy(held, d.held)
	for _, w := range writes {
		held[string(w.Key)] = w.Value
	}
	d.held = held
}

// Holding reports whether anything is held.
func (d *DB) Holding() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.held) > 0
}

// Flush writes what is held to Badger, in batches; the applied mark goes last, so
// that an interrupted Flush is an unfinished replay and nothing else.
func (d *DB) Flush() error {
	d.mu.RLock()
	var batch []Write
	var last []Write
	for k, v := range d.held {
		if w := (Write{[]byte(k), v}); k == string(AppliedKey()) {
			last = append(last, w)
		} else {
			batch = append(batch, w)
		}
	}
	d.mu.RUnlock()
	for len(batch) > 0 {
		n, bytes := 0, 0
		for n < len(batch) && n < MaxBatchCount && (n == 0 || bytes < MaxBatchBytes/2) {
			bytes += len(batch[n].Key) + len(batch[n].Value)
			n++
		}
		if err := d.Commit(batch[:n]); err != nil {
			return err
		}
		batch = batch[n:]
	}
	if err := d.Commit(last); err != nil {
		return err
	}
	d.mu.Lock()
	d.held = nil
	d.mu.Unlock()
	return nil
}

// noted reports whether a file says that this state is open.
func (d *DB) noted() bool { return d.dir != "" && !d.readOnly }

// there refuses when somebody took the files away: Badger would try to write them for
// ever, and neither a change nor the end would come.
func (d *DB) there() error {
	if !d.noted() {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(d.dir, openName)); err != nil {
		return fmt.Errorf("%w: its files are gone: %w", ErrDamaged, err)
	}
	return nil
}

// files calls fn with the path of every file there is now.
func (d *DB) files(fn func(path string) error) error {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return fmt.Errorf("list state: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if err := fn(filepath.Join(d.dir, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
