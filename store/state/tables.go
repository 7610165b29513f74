package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/ristretto/v2/z"
)

// openName is a file that is there while Badger has the directory open; its text tells
// how far opening came. Left over, it says that the process ended meanwhile, also when
// nothing was written by us: Badger merges tables on its own and ends the process over
// a damaged block, each time it is opened. So what was not closed is read whole first, as is
// what it is going to merge at once, and when opening alone failed twice it is not tried
// again. What it merges later was read before: nothing is changed before state was compared.
const openName = "open"

const (
	opening      = "opening\n"
	openingAgain = "opening again\n"
	opened       = "opened\n"
	merging      = "closed while tables were to be merged\n"
)

// mergeAt is how many young tables Badger waits for before it merges them; mergeLate how
// many it is opened with without having to merge them at once.
const (
	mergeAt   = 5
	mergeLate = 10
)

// begin notes that Badger is about to open the directory. It returns Verify if it was
// not closed, and ErrDamaged if the process ended during the last two openings.
func begin(dir string, m Mode) (Mode, error) {
	path := filepath.Join(dir, openName)
	before, err := os.ReadFile(path)
	note := opening
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return m, fmt.Errorf("open state: %w", err)
	case string(before) == openingAgain:
		return m, fmt.Errorf("%w: jeton ended twice while it was opened", ErrDamaged)
	case string(before) == opened, string(before) == merging:
		m = Verify
	default:
		m, note = Verify, openingAgain
	}
	return m, writeNote(dir, note)
}

func begun(dir string) error { return writeNote(dir, opened) }

func writeNote(dir, note string) error {
	err := os.WriteFile(filepath.Join(dir, openName), []byte(note), 0o600)
	switch {
	case full(err):
		return fmt.Errorf("%w: open: %w", ErrNoRoom, err)
	case err != nil:
		return fmt.Errorf("open state: %w", err)
	}
	return nil
}

func unmerged(dir string) error { return writeNote(dir, merging) }

func done(dir string) error { return os.Remove(filepath.Join(dir, openName)) }

// tidy removes the files that Badger had only just created when the process ended,
// which hold nothing and which it cannot open: a log without a byte, if it is the
// newest, since an older one would be missed.
func tidy(dir string) error {
	for _, pattern := range []string{"*.mem", "*.vlog"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern)) // sorted, and so by age
		if err != nil {
			return fmt.Errorf("list logs: %w", err)
		}
		if len(paths) == 0 {
			continue
		}
		newest := paths[len(paths)-1]
		if info, err := os.Stat(newest); err == nil && info.Size() == 0 {
			if err := os.Remove(newest); err != nil {
				return fmt.Errorf("open state: %w", err)
			}
		}
	}
	return nil
}

// closedInOrder refuses, before any file is mapped, what Badger cannot open without
// writing: on a full disk even reading a hole of a mapped log may end the process.
func closedInOrder(dir string) error {
	logs, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil {
		return fmt.Errorf("list logs: %w", err)
	}
	if len(logs) > 0 {
		return fmt.Errorf("%w: it was not closed, and cannot be opened without writing", ErrDamaged)
	}
	return nil
}

// checkTables looks at every table before Badger does, because what Badger finds
// wrong there it answers in goroutines of its own, by ending the process. With whole
// all blocks are read, otherwise the index and the last block.
func checkTables(paths []string, whole bool) error {
	var mu sync.Mutex
	var failed error
	next := make(chan string, len(paths))
	for _, p := range paths {
		next <- p
	}
	close(next)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		wait.Go(func() {
			for path := range next {
				if err := checkTable(path, whole); err != nil {
					mu.Lock()
					failed = fmt.Errorf("%w: %s: %w", ErrDamaged, filepath.Base(path), err)
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return failed
}

func checkTable(path string, whole bool) (err error) {
	if err := checkFooter(path); err != nil {
		return err
	}
	defer func() {
		if recover() != nil {
			err = errors.New("its index cannot be read")
		}
	}()
	file, err := z.OpenMmapFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	check := options.NoVerification
	if whole {
		check = options.OnTableRead
	}
	t, err := table.OpenTable(file, table.Options{ReadOnly: true, ChkMode: check, Compression: options.None})
	if err != nil {
		return errors.Join(err, file.Close(-1))
	}
	return t.Close(-1)
}

// checkFooter checks that the lengths at the end of a table lie within it: data, index,
// its length, checksum, its length.
func checkFooter(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	wrong := errors.New("it does not end like a table")
	number := func(at int64) (int64, error) {
		if at < 0 {
			return 0, wrong
		}
		var b [4]byte
		_, err := f.ReadAt(b[:], at)
		return int64(binary.BigEndian.Uint32(b[:])), err
	}
	end := info.Size() - 4
	sum, err := number(end)
	if err != nil || sum <= 0 || sum > 64 {
		return wrong
	}
	end -= sum + 4
	index, err := number(end)
	if err != nil || index <= 0 || index > end {
		return wrong
	}
	return nil
}

// CheckTables reads every block of every table. It is as long as state is large, and
// meant for the background.
func (d *DB) CheckTables() (err error) {
	defer caught(&err)
	if err := d.db.VerifyChecksum(); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// caught makes a panic of Badger over damaged bytes an error.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", ErrDamaged, r)
	}
}
