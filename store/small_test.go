package store

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"jeton/model"
	"jeton/store/seal"
)

// small is a store as a program of before wrote it: keyset, journal, heads and a backup.
// It must be read for ever; and what fuzzing found in it stays worth trying.
const small = "testdata/small"

var update = flag.Bool("update", false, "write "+small+" anew")

// smallStore is a copy of the store in testdata.
func smallStore(t testing.TB) *place {
	t.Helper()
	dir := t.TempDir()
	keyset := filepath.Join(dir, "keyset")
	copySmall(t, filepath.Join(small, "keyset"), keyset)
	k, err := seal.Load(keyset)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlace(t)
	p.opts.Keyset = k
	segments, err := filepath.Glob(filepath.Join(small, journalName, "*"))
	if err != nil || len(segments) == 0 {
		t.Fatal("no journal in ", small, err)
	}
	for _, path := range append(segments, filepath.Join(small, headsName)) {
		name, err := filepath.Rel(small, path)
		if err != nil {
			t.Fatal(err)
		}
		copySmall(t, path, filepath.Join(p.opts.Dir, name))
	}
	return p
}

func copySmall(t testing.TB, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}
	if err == nil {
		err = os.WriteFile(to, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// writeSmall makes the store in testdata: an event of each kind that matters.
func writeSmall(t *testing.T) {
	t.Helper()
	p := newPlace(t)
	keyset := filepath.Join(t.TempDir(), "keyset")
	k, err := seal.Create(keyset)
	if err != nil {
		t.Fatal(err)
	}
	p.opts.Keyset = k
	p.create()
	s := p.open()
	tok := createToken(t, s, "ｈello, wörld")
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 2}, AllBranches: true}})
	change1(t, s, model.AddPerson{Login: "ben"})
	change1(t, s, model.CreateToken{Kind: model.UserToken, Owner: 2})
	change1(t, s, model.RemoveDeployment{Deployment: 2})
	if _, err := s.Reveal(ctx, ana, model.Request{7}, model.Reveal{Token: tok.ID}); err != nil {
		t.Fatal(err)
	}
	change1(t, s, model.Revoke{Token: tok.ID})
	end := s.log.End().Offset
	p.close(s)
	if err := os.RemoveAll(small); err != nil {
		t.Fatal(err)
	}
	copySmall(t, keyset, filepath.Join(small, "keyset"))
	segment := lastSegment(t, p.opts.Dir)
	if err := os.Truncate(segment, end); err != nil {
		t.Fatal(err)
	}
	copySmall(t, segment, filepath.Join(small, journalName, filepath.Base(segment)))
	copySmall(t, s.path(headsName), filepath.Join(small, headsName))
	if _, err := Backup(ctx, p.opts, filepath.Join(small, "backup")); err != nil {
		t.Fatal(err)
	}
}

// TestStoreOfBefore opens the store in testdata, and restores its backup: both are the
// same, and what was in it.
func TestStoreOfBefore(t *testing.T) {
	if *update {
		writeSmall(t)
	}
	p := smallStore(t)
	r := p.elsewhere()
	out, err := Restore(ctx, Restoring{Options: r.opts}, filepath.Join(small, "backup"))
	if err != nil || out.Events != 8 || out.Users != 2 || out.Agents != 1 || out.UserTokens != 1 || out.Revoked != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	s, restored := p.open(), r.open()
	equal(t, s, restored, 2)
	if tok := listAll(t, s, agentList)[0]; tok.Description != "ｈello, wörld" || !tok.Revoked() {
		t.Fatalf("%+v", tok)
	}
	p.close(s)
	r.close(restored)
	for _, dir := range []*place{p, r} {
		if a, err := AuditStore(ctx, Auditing{Options: dir.opts}); err != nil || a.Verdict != Good || a.State != "" {
			t.Fatalf("%+v, %v", a, err)
		}
	}
}
