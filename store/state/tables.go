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

// openingName is a file that is there while Badger opens. Left over, it says that the
// process ended meanwhile: once may be chance, twice is not.
const openingName = "opening"

// begin notes that Badger is about to open the directory. It returns Verify if the
// process ended during the last opening, and ErrDamaged if during the last two.
func begin(dir string, m Mode) (Mode, error) {
	path := filepath.Join(dir, openingName)
	before, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return m, fmt.Errorf("open state: %w", err)
	case len(before) > 0:
		return m, fmt.Errorf("%w: jeton ended twice while it was opened", ErrDamaged)
	default:
		m = Verify
	}
	var note []byte
	if err == nil {
		note = []byte("again\n")
	}
	if err := os.WriteFile(path, note, 0o600); err != nil {
		return m, fmt.Errorf("open state: %w", err)
	}
	return m, nil
}

func done(dir string) error { return os.Remove(filepath.Join(dir, openingName)) }

// checkTables looks at every table before Badger does, because what Badger finds
// wrong there it answers in goroutines of its own, by ending the process. With whole
// all blocks are read, otherwise the index and the last block.
func checkTables(dir string, whole bool) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil {
		return fmt.Errorf("list tables: %w", err)
	}
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
