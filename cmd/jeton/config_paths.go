package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrNoHome means that a default place was wanted and neither HOME nor the XDG variable for it is an absolute path.
var ErrNoHome = errors.New("HOME is not an absolute path")

// configPath returns the configuration file: --config, JETON_CONFIG, $XDG_CONFIG_HOME/jeton/config.toml, or
// ~/.config/jeton/config.toml; explicit when it is one of the first two. Without a home it is empty: the defaults hold.
func configPath(flag string, getenv func(string) string) (path string, explicit bool) {
	if flag != "" {
		return flag, true
	}
	if env := getenv("JETON_CONFIG"); env != "" {
		return env, true
	}
	base, err := baseDir(getenv, "XDG_CONFIG_HOME", ".config")
	if err != nil {
		return "", false
	}
	return filepath.Join(base, "jeton", "config.toml"), false
}

// storeDir returns the directory of the organization, absolute, and where that came from: --store, JETON_STORE, the
// configuration, or $XDG_DATA_HOME/jeton, else ~/.local/share/jeton. It need not exist.
func storeDir(flag string, getenv func(string) string, c Config) (string, Origin, error) {
	path, from, err := chosenPath("store.directory", "--store", flag, "JETON_STORE", getenv, c)
	if path != "" || err != nil {
		return path, from, err
	}
	base, err := baseDir(getenv, "XDG_DATA_HOME", ".local/share")
	if err != nil {
		return "", from, fmt.Errorf("no place for the organization: %w; set HOME, or give --store", err)
	}
	return filepath.Join(base, "jeton"), from, nil
}

// keysetFile returns the file of the keyset, absolute, and where that came from: --keyset, JETON_KEYSET, the
// configuration, or $XDG_CONFIG_HOME/jeton/keyset, else ~/.config/jeton/keyset. It need not exist.
func keysetFile(flag string, getenv func(string) string, c Config) (string, Origin, error) {
	path, from, err := chosenPath("store.keyset", "--keyset", flag, "JETON_KEYSET", getenv, c)
	if path != "" || err != nil {
		return path, from, err
	}
	base, err := baseDir(getenv, "XDG_CONFIG_HOME", ".config")
	if err != nil {
		return "", from, fmt.Errorf("no place for the keyset: %w; set HOME, or give --keyset", err)
	}
	return filepath.Join(base, "jeton", "keyset"), from, nil
}

// anchorFile returns the file to which signed heads are appended, absolute; empty when there is none.
func anchorFile(getenv func(string) string, c Config) (string, error) {
	path, _, err := chosenPath("audit.anchor", "", "", "", getenv, c)
	return path, err
}

// chosenPath returns the path somebody gave, made absolute; empty when nobody did. A path typed in a shell is relative to
// where it was typed; one in the configuration is absolute or under the home.
func chosenPath(name, flagName, flag, envName string, getenv func(string) string, c Config) (string, Origin, error) {
	path, from := flag, Origin{Source: FromFlag, Where: flagName}
	if path == "" && envName != "" {
		path, from = getenv(envName), Origin{Source: FromEnvironment, Where: envName}
	}
	if path != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			return "", from, fmt.Errorf("%s = %s: %w; give an absolute path", from, quotedShort(path), err)
		}
		return abs, from, nil
	}
	for _, s := range configSettings {
		if s.name == name {
			path, from = s.get(c), c.Origin(name)
		}
	}
	rest, underHome := strings.CutPrefix(path, "~/")
	if !underHome {
		return path, from, nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", from, fmt.Errorf("%s: %s = %s: %w; set HOME, or write an absolute path", from, name, quotedShort(path), ErrNoHome)
	}
	return filepath.Join(home, rest), from, nil
}

// baseDir returns one of the XDG base directories. A relative value is ignored, as their specification says.
func baseDir(getenv func(string) string, variable, underHome string) (string, error) {
	if dir := getenv(variable); filepath.IsAbs(dir) {
		return dir, nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", ErrNoHome
	}
	return filepath.Join(home, underHome), nil
}
