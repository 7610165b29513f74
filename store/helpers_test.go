package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/seal"
)

var ctx = context.Background()

// place is somewhere to keep stores in, with a clock that is moved by hand.
type place struct {
	t    testing.TB
	opts Options
	now  *atomic.Pointer[time.Time] // read by the store's own goroutines too
	free uint64
}

var ana = model.Actor{User: 1, Source: model.Source{Door: model.DoorTerminal, Origin: "pts/3"}}

func newPlace(t testing.TB) *place {
	t.Helper()
	return newPlaceIn(t, t.TempDir())
}

func newPlaceIn(t testing.TB, dir string) *place {
	t.Helper()
	k, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, now: &atomic.Pointer[time.Time]{}, free: 1 << 40}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p.now.Store(&noon)
	p.opts = Options{Dir: filepath.Join(dir, "store"), Keyset: k,
		Clock:     func() time.Time { return *p.now.Load() },
		FreeSpace: func(string) (uint64, error) { return p.free, nil }}
	return p
}

func (p *place) create() {
	p.t.Helper()
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "staging"}}
	if err := Create(ctx, p.opts, found, model.Source{Door: model.DoorTerminal}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) open() *Store {
	p.t.Helper()
	s, err := Open(ctx, p.opts)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = s.Close() })
	return s
}

// openIdle opens the store without its committer: the test is the committer.
func (p *place) openIdle() *Store {
	p.t.Helper()
	s, err := openFiles(ctx, p.opts)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = s.Close() })
	return s
}

// newOpen creates a store and opens it.
func newOpen(t testing.TB) (*place, *Store) {
	t.Helper()
	p := newPlace(t)
	p.create()
	return p, p.open()
}

func (p *place) close(s *Store) {
	p.t.Helper()
	if err := s.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// tick moves the clock to another minute.
func (p *place) tick() {
	next := p.now.Load().Add(time.Minute)
	p.now.Store(&next)
}

// crash returns the place as a power cut would leave it: a copy of the files of an open
// store, the journal last, since heads and state never know what the journal does not.
func (p *place) crash() *place {
	p.t.Helper()
	c := *p
	c.opts.Dir = filepath.Join(p.t.TempDir(), "store")
	c.opts.FreeSpace = func(string) (uint64, error) { return c.free, nil }
	p.copyTo(c.opts.Dir)
	return &c
}

// copyTo copies the files in the order of crash.
func (p *place) copyTo(dir string) {
	p.t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	for _, name := range []string{headsName, stateName, journalName} {
		copyTree(p.t, filepath.Join(p.opts.Dir, name), filepath.Join(dir, name))
	}
}

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return copyFile(path, filepath.Join(to, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// copyFile copies a file, leaving out blocks of zeros: Badger's are mostly those.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	buf, zeros := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; at += int64(len(buf)) {
		n, err := io.ReadFull(in, buf)
		if n > 0 && !bytes.Equal(buf[:n], zeros[:n]) {
			if _, err := out.WriteAt(buf[:n], at); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return out.Truncate(at + int64(n))
		}
		if err != nil {
			return err
		}
	}
}

func change1(t testing.TB, s *Store, c model.Change) (model.Event, model.Record) {
	t.Helper()
	ev, r, err := s.Change(ctx, ana, model.Request{}, c)
	if err != nil {
		t.Fatalf("%T: %v", c, err)
	}
	return ev, r
}

func createToken(t testing.TB, s *Store, description string) model.Token {
	t.Helper()
	_, r := change1(t, s, model.CreateToken{Kind: model.AgentToken, Description: description})
	return r.(model.Token)
}

var agentList = model.TokenQuery{Kind: model.AgentToken, Revoked: true}

func listAll(t testing.TB, s *Store, q model.TokenQuery) []model.Token {
	t.Helper()
	var all []model.Token
	for {
		page, err := s.Tokens(ctx, ana, q, model.Window{Offset: len(all), Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if page.Offset != len(all) && page.Total > 0 {
			t.Fatalf("asked for offset %d, got %d of %d", len(all), page.Offset, page.Total)
		}
		all = append(all, page.Rows...)
		if len(all) >= page.Total {
			return all
		}
	}
}
