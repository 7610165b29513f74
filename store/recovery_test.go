package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"jeton/model"
	"jeton/store/state"
)

// TestEveryPrefix deletes the state after each of a row of changes and compares what
// is made again with what was there.
func TestEveryPrefix(t *testing.T) {
	p, s := newOpen(t)
	addBen(t, s, false)
	steps := []model.Change{
		model.CreateToken{Kind: model.AgentToken, Description: "a"},
		model.CreateToken{Kind: model.UserToken, Owner: 2},
		model.SetPermissions{Token: 1, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 2}}},
		model.SetPermissions{Token: 1, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}},
		model.Reveal{Token: 2},
		model.RemoveDeployment{Deployment: 2},
		model.SetActive{User: 2},
		model.RenamePerson{User: 2, Login: "benny"},
		model.Revoke{Token: 1},
		model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}},
	}
	for i, c := range steps {
		change1(t, s, c)
		copied := p.crash()
		if err := os.RemoveAll(filepath.Join(copied.opts.Dir, stateName)); err != nil {
			t.Fatal(err)
		}
		again := copied.open()
		if a, b := contents(t, s), contents(t, again); !reflect.DeepEqual(a, b) {
			t.Fatalf("after step %d (%T): state made again differs in %s", i, c, difference(a, b))
		}
		if !reflect.DeepEqual(s.snapshot(), again.snapshot()) || s.lastToken != again.lastToken {
			t.Fatalf("after step %d (%T): memory differs", i, c)
		}
		copied.close(again)
	}
}

// contents is everything in a store's Badger.
func contents(t *testing.T, s *Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	v := s.db.View()
	defer v.Close()
	err := v.Scan([]byte{0}, []byte{0xff}, func(key, value []byte) error {
		out[string(key)] = string(value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func difference(a, b map[string]string) string {
	for k, v := range a {
		if b[k] != v {
			return "key " + k
		}
	}
	return "a key too many"
}

// TestHoles takes entries that came after the mark out of a state, or puts older ones
// back, and leaves the newest applied mark: what a power cut can leave of files that
// were not synced.
func TestHoles(t *testing.T) {
	p, s := newOpen(t)
	change1(t, s, model.CreateToken{Kind: model.AgentToken, Description: "a"})
	change1(t, s, model.SetPermissions{Token: 1, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	p.close(s) // the mark is here
	s = p.open()
	before := contents(t, s)
	change1(t, s, model.SetPermissions{Token: 1, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}})
	change1(t, s, model.CreateToken{Kind: model.AgentToken, Description: "b"})
	change1(t, s, model.Revoke{Token: 1})
	want := contents(t, s)
	for key, now := range want {
		old, had := before[key]
		if old == now || key == string(state.AppliedKey()) || !had {
			continue
		}
		c := p.crash()
		db, err := state.Open(filepath.Join(c.opts.Dir, stateName), state.Verify)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Commit([]state.Write{{Key: []byte(key), Value: []byte(old)}}), db.Close()); err != nil {
			t.Fatal(err)
		}
		again := c.open()
		if got := contents(t, again); !reflect.DeepEqual(got, want) {
			t.Fatalf("with an old %q put back: state differs in %s", key, difference(want, got))
		}
		c.close(again)
	}
}

// TestApplyFails loses state under an open store: nothing is answered as done any
// more, and opening again finds the change.
func TestApplyFails(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "a")
	c := p.crash()
	s = c.open()
	s.notary.stop() // it would be the first to notice
	<-s.notary.done
	s.compared.Store(true) // or this would be the second
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, _, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken, Description: "b"})
		if !errors.Is(err, model.ErrUnknown) {
			t.Fatalf("without state: %v", err)
		}
	}
	c.close(s)
	s = c.open()
	if rows := listAll(t, s, agentList); len(rows) != 2 || rows[0].Description != "b" || rows[1].ID != tok.ID {
		t.Fatalf("after reopening: %+v", rows)
	}
}

// TestNothingReadable looks for what people typed, and for secrets, in every file.
func TestNothingReadable(t *testing.T) {
	p, s := newOpen(t)
	change1(t, s, model.AddPerson{Login: "canary-login", Name: "Canary Name"})
	change1(t, s, model.AddDeployment{Name: "canary-deployment"})
	tok := createToken(t, s, "canary description")
	change1(t, s, model.Describe{Token: tok.ID, Description: "canary edited"})
	secret, err := s.Reveal(ctx, model.Actor{User: 1, Source: model.Source{Origin: "canary-origin"}}, model.Request{}, model.Reveal{Token: tok.ID})
	if err != nil {
		t.Fatal(err)
	}
	p.close(p.crash().open())
	p.close(s)
	s = p.open() // closing brought everything into tables
	defer p.close(s)
	err = filepath.WalkDir(p.opts.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range []string{"canary", "Canary", "acme", secret.Expose(), secret.Expose()[4:20]} {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("%s contains what should be sealed", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCreateLeavesNothing fails to create and looks for remains.
func TestCreateLeavesNothing(t *testing.T) {
	p := newPlace(t)
	if err := Create(ctx, p.opts, model.Found{Organization: "acme", Login: "not a login"}, model.Source{}); err == nil {
		t.Fatal("created with a bad login")
	}
	entries, err := os.ReadDir(filepath.Dir(p.opts.Dir))
	if err != nil || len(entries) != 1 || entries[0].Name() != "keyset" {
		t.Fatalf("left behind: %v, %v", entries, err)
	}
}
