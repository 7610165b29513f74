package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

const (
	memtable      = 8 << 20
	buildMemtable = 32 << 20 // fewer and larger tables while a state is built
	valueLog      = 1 << 20  // the least there can be: values stay in the tree
)

// BuildRoom is how many bytes must be free for Build to fill a state: the log in use and the one
// kept ahead are each twice as long as what is in memory, and tables come as well.
const BuildRoom = 10 * buildMemtable

// buildTables is how many tables Badger may have unmerged while a state is built.
const buildTables = 1 << 10

// Mode says how a state is opened.
type Mode int

// The modes.
const (
	Normal     Mode = iota
	Verify          // all blocks of all tables are read: after an unclean stop
	ReadOnly        // no file is written, for a full disk
	Build           // an empty state to be filled, for nobody to read until it is opened again
	BuildSmall      // as Build, where there is less than BuildRoom
)

func (m Mode) builds() bool { return m == Build || m == BuildSmall }

// Open opens the state in dir, creating it where there is none (unless ReadOnly). A
// state that Badger cannot open, for whatever reason but want of room, is ErrDamaged.
// ErrNoRoom: nothing was lost; [Unclosed] tells whether what was begun has ended.
func Open(dir string, m Mode) (*DB, error) {
	if err := free(dir); err != nil {
		return nil, err
	}
	if m == ReadOnly {
		if err := closedInOrder(dir); err != nil {
			return nil, err
		}
		return openChecked(dir, m)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create state: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create state: %w", err)
	}
	ended := make(chan attempt, 1)
	go func() { ended <- openNoted(dir, m) }()
	a, ok := patiently(ended)
	if ok {
		return a.db, a.err
	}
	closed := make(chan struct{})
	keep(dir, closed)
	go func() {
		defer drop(dir, closed)
		if a := <-ended; a.err == nil {
			_ = a.db.closeBadger() // nobody has it, and nothing was written to it
		}
	}()
	return nil, fmt.Errorf("%w: open %s", ErrNoRoom, dir)
}

// attempt is what opening came to.
type attempt struct {
	db  *DB
	err error
}

// openNoted opens a state that is to be written, noting beside it how far that came. It
// takes until there is room if Badger finds none while a table waits for some: to say so it
// first ends what it began.
func openNoted(dir string, m Mode) attempt {
	m, err := begin(dir, m)
	if err != nil {
		return attempt{err: err}
	}
	before, err := names(dir)
	if err != nil {
		return attempt{err: err}
	}
	var d *DB
	if err = statsAhead(dir); err == nil {
		d, err = openChecked(dir, m)
	}
	if err != nil {
		return attempt{err: errors.Join(err, unmade(dir, before, err), done(dir))}
	}
	if err := errors.Join(begun(dir), d.private()); err != nil {
		return attempt{err: errors.Join(err, d.closeBadger())}
	}
	return attempt{db: d}
}

// unmade removes the logs that Badger made before it found no room for another: empty, and
// in the way of the next opening.
func unmade(dir string, before []string, why error) error {
	if !errors.Is(why, ErrNoRoom) {
		return nil
	}
	after, err := names(dir)
	for _, name := range after {
		if ext := filepath.Ext(name); (ext == logSuffix || ext == ".vlog") && !slices.Contains(before, name) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
		}
	}
	return err
}

// openChecked lets Badger open only what it can open without ending the process.
func openChecked(dir string, m Mode) (*DB, error) {
	if m == Verify {
		if err := tidy(dir); err != nil {
			return nil, err
		}
	}
	tables, young, err := checkManifest(dir, m != Verify)
	if err != nil {
		return nil, err
	}
	// What Badger is going to merge at once it reads in goroutines of its own. A few young
	// tables can wait for the next one; more are read whole.
	whole, at := m == Verify, mergeAt
	switch {
	case m != Normal || young < mergeAt:
	case young < mergeLate:
		at = young + 1
	default:
		whole = true
	}
	if err := checkTables(tables, whole); err != nil {
		return nil, err
	}
	return openBadger(dir, m, at)
}

// OpenMemory opens an empty state that is on no disk.
func OpenMemory() (*DB, error) {
	db, err := badger.OpenManaged(badgerOptions("", Normal).WithInMemory(true))
	if err != nil {
		return nil, fmt.Errorf("open state in memory: %w", err)
	}
	return newDB(db), nil
}

func openBadger(dir string, m Mode, mergeAt int) (d *DB, err error) {
	defer caught(&err)
	o := badgerOptions(dir, m)
	if !m.builds() {
		o = o.WithNumLevelZeroTables(mergeAt)
	}
	db, err := badger.OpenManaged(o)
	switch {
	case full(err):
		return nil, fmt.Errorf("%w: open %s: %w", ErrNoRoom, dir, err)
	case err != nil:
		return nil, fmt.Errorf("%w: open %s: %w", ErrDamaged, dir, err)
	}
	d = newDB(db)
	d.dir, d.readOnly = dir, m == ReadOnly
	if !d.readOnly {
		d.spare = spare{dir: dir, length: 2 * o.MemTableSize}
	}
	return d, nil
}

func newDB(db *badger.DB) *DB {
	d := &DB{db: db, versions: newVersions(db.MaxVersion()), closed: make(chan struct{})}
	db.SetDiscardTs(d.versions.now)
	return d
}

func badgerOptions(dir string, m Mode) badger.Options {
	o := badger.DefaultOptions(dir).
		WithLogger(nil). // it would write over the screen
		WithMetricsEnabled(false).
		WithReadOnly(m == ReadOnly).
		WithDetectConflicts(false). // there is one writer
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithMemTableSize(memtable).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithValueLogFileSize(valueLog).
		WithChecksumVerificationMode(options.NoVerification). // checkTables does, where it can answer
		WithBypassLockGuard(true)                             // the store has its own lock
	if m.builds() { // nothing is merged before everything is there
		o = o.WithNumLevelZeroTables(buildTables).WithNumLevelZeroTablesStall(buildTables + 1)
	}
	if m == Build {
		o = o.WithMemTableSize(buildMemtable)
	}
	return o
}

// private takes what Badger makes readable for others from them.
func (d *DB) private() error {
	return d.files(func(path string) error { return os.Chmod(path, 0o600) })
}
