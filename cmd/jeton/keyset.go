package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"jeton/model"
	"jeton/store/seal"
)

// openKeyset reads a keyset. One that is not there is also model.ErrNoKeyset.
func openKeyset(path string) (*seal.Keyset, error) {
	k, err := seal.Load(path)
	if errors.Is(err, seal.ErrMissing) {
		return nil, fmt.Errorf("%w: %s", model.ErrNoKeyset, path)
	}
	return k, err
}

// ensureKeyset reads the keyset for a new store, or makes it; made tells which.
func ensureKeyset(path string) (k *seal.Keyset, made bool, err error) {
	k, err = openKeyset(path)
	if !errors.Is(err, model.ErrNoKeyset) {
		return k, false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, false, fmt.Errorf("create keyset: %w; choose another place with --keyset", err)
	}
	k, err = seal.Create(path)
	return k, err == nil, err
}
