package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"jeton/model"
)

// A store is made beside its place and gets its name when it is complete and durable,
// so that a crash or an error leaves nothing that looks like a store.

// newSuffix comes behind the name of a store while it is made.
const newSuffix = ".new-"

// sweptSuffix comes behind that while it is removed.
const sweptSuffix = "-gone"

// foundingName is a file that is in a directory while a store is made there, once the
// directory is locked. It may still be in a store that was complete when its maker died.
const foundingName = "founding"

// vacant tells whether a store can be made in dir: it is missing or an empty directory.
// next is what to do where there is a store.
func vacant(making, dir, next string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("%s %s: %w: it is a file, or below one; choose another place", making, dir, model.ErrDirectory)
	case err != nil:
		return fmt.Errorf("%s %s: %w; choose another place", making, dir, reason(err))
	case isStore(dir) == nil:
		return fmt.Errorf("%s: %s: %w%s", making, dir, model.ErrExists, next)
	}
	return fmt.Errorf("%s: %s is not empty: %w: choose another", making, dir, model.ErrDirectory)
}

// realPlace is where a store named dir is made: an empty directory is replaced, and a
// link to it stays.
func realPlace(dir string) string {
	dir = filepath.Clean(dir)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
}

// buildBeside makes what build makes in an empty directory, and moves it to dir. Unlike
// the package os, the system replaces an empty directory in one step, and refuses when
// something else appeared there meanwhile.
func buildBeside(dir string, build func(temporary string) error) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	sweep(dir)
	temporary, err := os.MkdirTemp(parent, filepath.Base(dir)+newSuffix)
	if err != nil {
		return err
	}
	if err = build(temporary); err == nil {
		err = syncDir(temporary)
	}
	if err == nil {
		if err = unix.Rename(temporary, dir); errors.Is(err, unix.EEXIST) || errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.ENOTDIR) {
			err = fmt.Errorf("%w: something was put at %s meanwhile", model.ErrDirectory, dir)
		}
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, foundingName)), syncDir(dir)); err != nil {
		return err
	}
	return syncDir(parent)
}

// sweep removes what a crash while making a store left beside dir, unless another process
// is at it. What cannot be removed does no harm.
func sweep(dir string) {
	entries, _ := os.ReadDir(filepath.Dir(dir))
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(dir), e.Name())
		if !e.IsDir() || !strings.HasPrefix(e.Name(), filepath.Base(dir)+newSuffix) || !unfinished(path) {
			continue
		}
		f, err := lockDir(path, time.Time{}, "")
		if err != nil {
			continue
		}
		// Its maker may just have come to the end, and be about to rename it: who renames it
		// first has it.
		if os.Rename(path, path+sweptSuffix) == nil {
			_ = os.RemoveAll(path + sweptSuffix)
		}
		_ = f.Close()
	}
}

// unfinished tells whether a directory is marked as a store that is being made, or holds
// nothing yet. A name alone proves nothing: the neighbour may be somebody's backup.
func unfinished(dir string) bool {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() == foundingName {
			return true
		}
		if e.Name() != LockName {
			return false
		}
	}
	return err == nil
}
