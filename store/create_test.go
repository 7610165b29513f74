package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

var acme = model.Found{Organization: "acme", Login: "ana", Account: 1000}

func TestCreateTakesAnEmptyDirectory(t *testing.T) {
	for name, prepare := range map[string]func(dir string) error{
		"missing": func(string) error { return nil },
		"empty":   func(dir string) error { return os.Mkdir(dir, 0o755) },
		"link": func(dir string) error {
			return errors.Join(os.Mkdir(dir+".real", 0o755), os.Symlink(dir+".real", dir))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			if err := prepare(p.opts.Dir); err != nil {
				t.Fatal(err)
			}
			p.create()
			p.close(p.open())
			info, err := os.Stat(p.opts.Dir)
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the store's directory: %v, %v", info.Mode(), err)
			}
		})
	}
}

// TestCreatedIsSigned audits a store that nobody opened yet, as after a kill: its head was not taken away.
func TestCreatedIsSigned(t *testing.T) {
	p := newPlace(t)
	p.create()
	if a := audit(t, p); a.Verdict != Good || a.Head.Size != 1 {
		t.Fatalf("%+v", a)
	}
}

func TestCreateSaysWhereItCannot(t *testing.T) {
	p := newPlace(t)
	at := func(name string) string { return filepath.Join(filepath.Dir(p.opts.Dir), name) }
	err := errors.Join(os.WriteFile(at("file"), nil, 0o600), os.Mkdir(at("full"), 0o700), os.WriteFile(at("full/x"), nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for dir, is := range map[string]error{at("file"): model.ErrDirectory, at("file/below"): model.ErrDirectory, at("full"): model.ErrDirectory, "/proc/x": nil} {
		p.opts.Dir = dir
		err := Create(ctx, p.opts, acme, model.Source{})
		if err == nil || is != nil && !errors.Is(err, is) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "choose another") ||
			strings.Contains(err.Error(), newSuffix) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestRefusedCreateSaysOnlyWhy: how the files were closed is nobody's business.
func TestRefusedCreateSaysOnlyWhy(t *testing.T) {
	for name, found := range map[string]model.Found{
		"no name":        {Organization: "", Login: "ana", Account: 1000},
		"escape":         {Organization: "a\x1bb", Login: "ana", Account: 1000},
		"login":          {Organization: "acme", Login: "A na", Account: 1000},
		"empty":          {Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{""}},
		"twice the same": {Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "prod"}},
	} {
		p := newPlace(t)
		err := Create(ctx, p.opts, found, model.Source{})
		if err == nil || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "mark") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(p.opts.Dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: left something: %v", name, err)
		}
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	p := newPlace(t)
	p.create()
	p.opts.Keyset, p.opts.KeysetPath = nil, filepath.Join(t.TempDir(), "keys")
	if _, err := Open(ctx, p.opts); !errors.Is(err, model.ErrNoKeyset) || !strings.Contains(err.Error(), p.opts.KeysetPath) {
		t.Errorf("without a keyset: %v", err)
	}
	p.opts.Dir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(p.opts.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, p.opts); !errors.Is(err, model.ErrDirectory) || !strings.Contains(err.Error(), p.opts.Dir+": ") || !strings.Contains(err.Error(), "--store") {
		t.Errorf("a file: %v", err)
	}
}

// TestForeignStoreSaysWhoseItIs looks at what the system does not let us open or write.
func TestForeignStoreSaysWhoseItIs(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may open everything")
	}
	p := newPlace(t)
	p.create()
	lock := filepath.Join(p.opts.Dir, LockName)
	for name, harm := range map[string]func() error{
		"unreadable": func() error { return os.Chmod(p.opts.Dir, 0) },
		"read-only":  func() error { return errors.Join(os.RemoveAll(lock), os.Chmod(p.opts.Dir, 0o500)) },
		"locked up":  func() error { return os.WriteFile(lock, nil, 0o400) },
	} {
		if err := errors.Join(os.Chmod(p.opts.Dir, 0o700), harm()); err != nil {
			t.Fatal(err)
		}
		_, err := Open(ctx, p.opts)
		if err == nil || !strings.Contains(err.Error(), p.opts.Dir+": permission denied") || !strings.Contains(err.Error(), "--store") {
			t.Errorf("%s: %v", name, err)
		}
		if err := errors.Join(os.Chmod(p.opts.Dir, 0o700), os.RemoveAll(lock)); err != nil {
			t.Fatal(err)
		}
	}
	parent := filepath.Dir(p.opts.Dir)
	if err := os.Chmod(parent, 0o500); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(parent, 0o700) }()
	p.opts.Dir = filepath.Join(parent, "other")
	if err := Create(ctx, p.opts, acme, model.Source{}); err == nil || !strings.Contains(err.Error(), p.opts.Dir+": cannot write in "+parent) {
		t.Errorf("a parent that may not be written: %v", err)
	}
}
