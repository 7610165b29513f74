package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"jeton/model"
	"jeton/store/seal"
)

// openKeyset reads a keyset that no passphrase wraps.
func openKeyset(path string) (*seal.Keyset, error) {
	k, err := seal.Load(path)
	return k, keysetTrouble(path, err)
}

// keysetTrouble is why a keyset could not be read, with what to do about it. One that is
// not there is also model.ErrNoKeyset.
func keysetTrouble(path string, err error) error {
	var at *fs.PathError
	switch {
	case errors.Is(err, seal.ErrMissing):
		return fmt.Errorf("%w: %s", model.ErrNoKeyset, path)
	case err != nil && isDirectory(path):
		return fmt.Errorf("the keyset %s is a directory; name the file with --keyset", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; run jeton as the user it belongs to, or name another with --keyset", err)
	case errors.As(err, &at):
		return fmt.Errorf("%w; name another with --keyset", err)
	}
	return err
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// ensureKeyset reads the keyset for a new store, or makes it; made tells which.
func ensureKeyset(path string) (k *seal.Keyset, made bool, err error) {
	k, err = openKeyset(path)
	switch {
	case errors.Is(err, seal.ErrDamaged):
		return nil, false, fmt.Errorf("%w, or choose another place with --keyset", err)
	case !errors.Is(err, model.ErrNoKeyset):
		return k, false, err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		k, err = seal.Create(path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("create keyset %s: %w; choose another place with --keyset", path, withoutPath(err))
	}
	return k, true, nil
}

// apart refuses to keep a keyset in the store it opens: whoever copies one would have both.
func apart(store, keyset string) error {
	if rel, err := filepath.Rel(resolved(store), resolved(keyset)); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return fmt.Errorf("the keyset %s would be kept in the store it opens: choose a place apart from %s with --keyset", keyset, store)
	}
	return nil
}

// resolved is a path without the symbolic links of what there is of it.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(resolved(parent), filepath.Base(path))
	}
	return path
}

// fits explains why a keyset does not open a store.
func fits(err error, store, keyset string) error {
	if errors.Is(err, seal.ErrOtherCopy) {
		return fmt.Errorf("the keyset %s is not the newest copy of the one that opens %s, which was rotated: give that as --keyset", keyset, store)
	}
	if errors.Is(err, seal.ErrOtherKeyset) {
		return fmt.Errorf("the keyset %s is that of another store: give the one that %s was made with as --keyset", keyset, store)
	}
	return err
}
