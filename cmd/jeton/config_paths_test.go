package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func configEnv(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestConfigPath(t *testing.T) {
	for _, tt := range []struct {
		flag     string
		env      []string
		path     string
		explicit bool
	}{
		{"f.toml", []string{"JETON_CONFIG", "/e.toml"}, "f.toml", true},
		{"", []string{"JETON_CONFIG", "/e.toml", "XDG_CONFIG_HOME", "/x"}, "/e.toml", true},
		{"", []string{"XDG_CONFIG_HOME", "/x", "HOME", "/h"}, "/x/jeton/config.toml", false},
		{"", []string{"XDG_CONFIG_HOME", "rel", "HOME", "/h"}, "/h/.config/jeton/config.toml", false},
		{"", []string{"HOME", "/h"}, "/h/.config/jeton/config.toml", false},
		{"", []string{"HOME", "h"}, "", false},
		{"", nil, "", false},
	} {
		if path, explicit := configPath(tt.flag, configEnv(tt.env...)); path != tt.path || explicit != tt.explicit {
			t.Errorf("%q, %q: got %q, %v, want %q, %v", tt.flag, tt.env, path, explicit, tt.path, tt.explicit)
		}
	}
}

func TestStoreDirAndKeysetFile(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	written, err := parseConfig("c.toml", []byte("store.directory = \"~/acme\"\nstore.keyset = \"/keys/acme\""))
	if err != nil {
		t.Fatal(err)
	}
	plain := defaultConfig()
	for _, tt := range []struct {
		name          string
		find          func(string, func(string) string, Config) (string, Origin, error)
		flag          string
		env           []string
		config        Config
		path, origin  string
		homeIsMissing bool
	}{
		{"flag", storeDir, "/f", []string{"JETON_STORE", "/e"}, written, "/f", "--store", false},
		{"relative flag", storeDir, "f", nil, written, filepath.Join(here, "f"), "--store", false},
		{"environment", storeDir, "", []string{"JETON_STORE", "/e/../d"}, written, "/d", "$JETON_STORE", false},
		{"config under home", storeDir, "", []string{"HOME", "/h"}, written, "/h/acme", "c.toml:1", false},
		{"config without home", storeDir, "", nil, written, "", "c.toml:1", true},
		{"XDG", storeDir, "", []string{"XDG_DATA_HOME", "/x", "HOME", "/h"}, plain, "/x/jeton", "default", false},
		{"relative XDG", storeDir, "", []string{"XDG_DATA_HOME", "x", "HOME", "/h"}, plain, "/h/.local/share/jeton", "default", false},
		{"no home", storeDir, "", nil, plain, "", "default", true},
		{"keyset flag", keysetFile, "/f", []string{"JETON_KEYSET", "/e"}, written, "/f", "--keyset", false},
		{"keyset environment", keysetFile, "", []string{"JETON_KEYSET", "/e"}, written, "/e", "$JETON_KEYSET", false},
		{"keyset config", keysetFile, "", []string{"JETON_STORE", "/e"}, written, "/keys/acme", "c.toml:2", false},
		{"keyset XDG", keysetFile, "", []string{"XDG_CONFIG_HOME", "/x", "XDG_DATA_HOME", "/d"}, plain, "/x/jeton/keyset", "default", false},
		{"keyset home", keysetFile, "", []string{"HOME", "/h"}, plain, "/h/.config/jeton/keyset", "default", false},
		{"keyset no home", keysetFile, "", []string{"HOME", "."}, plain, "", "default", true},
	} {
		path, from, err := tt.find(tt.flag, configEnv(tt.env...), tt.config)
		if path != tt.path || from.String() != tt.origin || errors.Is(err, ErrNoHome) != tt.homeIsMissing || (err != nil) != tt.homeIsMissing {
			t.Errorf("%s: got %q from %s, %v; want %q from %s", tt.name, path, from, err, tt.path, tt.origin)
		}
	}
}
