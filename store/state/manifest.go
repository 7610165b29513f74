package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// checkManifest compares Badger's list of its tables with its files, because over a
// list it cannot read to the end Badger opens what the beginning says and deletes the
// other tables. It returns the tables of the list, and how many of them are young, which
// Badger merges when there are mergeAt. orderly says that state was closed: then there are
// no others; those Badger was writing when the process ended it removes, and what they were
// made from is still there.
func checkManifest(dir string, orderly bool) (listed []string, young int, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil {
		return nil, 0, fmt.Errorf("list tables: %w", err)
	}
	f, err := os.Open(filepath.Join(dir, badger.ManifestFilename))
	if errors.Is(err, os.ErrNotExist) {
		logs, err := filepath.Glob(filepath.Join(dir, "*.mem"))
		if err == nil && len(logs)+len(paths) > 0 {
			err = fmt.Errorf("%w: its list of tables is missing", ErrDamaged)
		}
		return nil, 0, err
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open state: %w", err)
	}
	defer f.Close()
	list, end, err := badger.ReplayManifestFile(f, 0, badgerOptions(dir, Normal))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: its list of tables: %w", ErrDamaged, err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != end {
		return nil, 0, fmt.Errorf("%w: its list of tables ends in the middle", ErrDamaged)
	}
	there := map[uint64]bool{}
	for _, p := range paths {
		id, _ := table.ParseFileID(filepath.Base(p))
		there[id] = true
		if t, ok := list.Tables[id]; ok {
			if listed = append(listed, p); t.Level == 0 {
				young++
			}
		} else if orderly {
			return nil, 0, fmt.Errorf("%w: table %s is not in its list", ErrDamaged, filepath.Base(p))
		}
	}
	for id := range list.Tables {
		if !there[id] {
			return nil, 0, fmt.Errorf("%w: table %d is missing", ErrDamaged, id)
		}
	}
	return listed, young, nil
}
