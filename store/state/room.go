package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

const (
	tableSuffix = ".sst"
	logSuffix   = ".mem"
	statsName   = "DISCARD" // what of the value log is of no use any more: for us nothing
)

// statsLength is how long Badger makes that file, in bytes.
const statsLength = 1 << 20

// statsAhead makes sure that it is there with all its blocks: where it cannot be made or
// mapped, Badger ends the process.
func statsAhead(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, statsName), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = errors.Join(lengthen(f, statsLength), f.Close())
	}
	switch {
	case full(err):
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// lengthen makes a file at least so long, with zeros, and gives it the blocks it lacks.
func lengthen(f *os.File, length int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if lacks := length - info.Size(); lacks > 0 {
		if _, err := f.WriteAt(make([]byte, lacks), info.Size()); err != nil {
			return errors.Join(err, f.Truncate(info.Size()))
		}
	}
	return backWhole(f)
}

// waiting is how many tables of any state in this process wait for room on their disk.
var waiting atomic.Int32

// full tells whether an error is that of a disk that takes no more. Badger hands errors on
// as text.
func full(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if err != nil && (errors.Is(err, e) || strings.Contains(err.Error(), e.Error())) {
			return true
		}
	}
	return false
}

// spare is the log that Badger begins when the one it writes is full: an empty file with its
// blocks behind its end. Without it Badger would be left without any log by a full disk,
// and the next write would end the process.
type spare struct {
	dir    string
	length int64
	path   string // "" when there is none yet
}

// keep makes sure that there is one, and makes the next if Badger has taken it. The error
// is ErrNoRoom where that cannot be.
func (s *spare) keep() error {
	if s.dir == "" {
		return nil
	}
	if waiting.Load() > 0 {
		return ErrNoRoom
	}
	if s.path != "" {
		if info, err := os.Stat(s.path); err == nil && info.Size() == 0 {
			return nil
		}
	}
	path, err := s.next()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		if err = errors.Join(reserve(f, s.length), f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}
	switch {
	case full(err):
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	case err != nil:
		return fmt.Errorf("%w: make a log ahead: %w", ErrDamaged, err)
	}
	s.path = path
	return nil
}

// next is what Badger will call its next log.
func (s *spare) next() (string, error) {
	logs, err := filepath.Glob(filepath.Join(s.dir, "*"+logSuffix))
	if err != nil {
		return "", fmt.Errorf("list logs: %w", err)
	}
	last := 0
	for _, path := range logs {
		n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(path), logSuffix))
		if err != nil {
			return "", fmt.Errorf("%w: %s is not the name of a log", ErrDamaged, filepath.Base(path))
		}
		last = max(last, n)
	}
	return filepath.Join(s.dir, fmt.Sprintf("%05d%s", last+1, logSuffix)), nil
}

// drop removes it, so that what is closed has no log.
func (s *spare) drop() error {
	if s.path == "" {
		return nil
	}
	if info, err := os.Stat(s.path); err != nil || info.Size() > 0 {
		return nil
	}
	return os.Remove(s.path)
}
