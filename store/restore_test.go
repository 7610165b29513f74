package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/seal"
)

// lostPlace is a store that went on after its backup, and then lost its state: a token
// was revoked, one was made, and a user was deactivated.
func lostPlace(t *testing.T) (p *place, file string) {
	t.Helper()
	p, file = backedUp(t)
	s := p.open()
	change1(t, s, model.Describe{Token: 3, Description: "stolen laptop"})
	change1(t, s, model.Revoke{Token: 3})
	createToken(t, s, "made after")
	createToken(t, s, "made and revoked after")
	change1(t, s, model.Revoke{Token: 5})
	change1(t, s, model.SetActive{User: 2})
	p.close(s)
	if err := os.RemoveAll(filepath.Join(p.opts.Dir, stateName)); err != nil {
		t.Fatal(err)
	}
	return p, file
}

var me = &Account{UID: 1000, Account: "ana", Source: model.Source{Door: model.DoorCommand, Origin: "pts/9"}}

// TestRestoreTellsWhatIsLost lists what the old store has over the backup, and what was
// revoked lives until it is revoked again.
func TestRestoreTellsWhatIsLost(t *testing.T) {
	p, file := lostPlace(t)
	for _, again := range []bool{false, true} {
		r := p.elsewhere()
		how := Restoring{Options: r.opts, Old: p.opts.Dir}
		if again {
			how.Revoker = me
		}
		out, err := Restore(ctx, how, file)
		l := out.Loss
		if err != nil || l == nil {
			t.Fatalf("%+v, %v", out, err)
		}
		if len(l.Revoked) != 1 || l.Revoked[0].ID != 3 || l.Revoked[0].Description != "stolen laptop" || len(l.Revoked[0].LastFour) != 4 {
			t.Errorf("revoked: %+v", l.Revoked)
		}
		if len(l.Created) != 1 || l.Created[0].ID != 4 || len(l.Users) != 1 || l.Users[0].Login != "ben" {
			t.Errorf("made: %+v, users: %+v", l.Created, l.Users)
		}
		if l.Events != 6 || l.Last != 12 || l.Signed != 12 || l.Damage != "" || l.Actions[model.RevokeAgentToken] != 2 {
			t.Errorf("%+v", l)
		}
		s := r.open()
		h := headOf(t, r, s)
		if h.Epoch != 2 || h.Before == nil || h.Before.Restored.Size != 6 || h.Before.Newest.Size != 12 {
			t.Errorf("%+v", h)
		}
		got, err := s.durableToken(3)
		if err != nil || got.Revoked() != again || again && (got.RevokedBy != 1 || l.RevokedAgain != 1 || l.RevokeErr != nil) {
			t.Errorf("again %v: %+v, %+v, %v", again, got, l, err)
		}
		r.close(s)
		if a, err := AuditStore(ctx, Auditing{Options: r.opts}); err != nil || a.Verdict != Good {
			t.Errorf("%+v, %v", a, err)
		}
	}
}

// TestRestoreBesideADamagedJournal reads behind the damage what was revoked, and begins
// the epoch after that of a store that was restored itself.
func TestRestoreBesideADamagedJournal(t *testing.T) {
	p, file := lostPlace(t)
	first := p.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: first.opts}, file); err != nil {
		t.Fatal(err)
	}
	s := first.open()
	at := s.log.End()
	change1(t, s, model.Describe{Token: 1, Description: "unreadable"})
	change1(t, s, model.Revoke{Token: 1})
	first.close(s)
	flip(t, lastSegment(t, first.opts.Dir), at.Offset+40)
	r := p.elsewhere()
	out, err := Restore(ctx, Restoring{Options: r.opts, Old: first.opts.Dir, Revoker: me}, file)
	if err != nil || out.RestoredEpoch != 3 || out.Loss == nil || len(out.Loss.Revoked) != 1 || out.Loss.Revoked[0].ID != 1 || out.Loss.RevokedAgain != 1 ||
		!strings.Contains(out.Loss.Damage, "event 7") || out.Loss.Signed != 8 {
		t.Fatalf("%+v, %+v, %v", out, out.Loss, err)
	}
}

// TestRestoreDoesNotRevokeForAnybody has somebody revoke again who is nobody there: the
// store is restored and the error is said.
func TestRestoreDoesNotRevokeForAnybody(t *testing.T) {
	p, file := lostPlace(t)
	r := p.elsewhere()
	out, err := Restore(ctx, Restoring{Options: r.opts, Old: p.opts.Dir, Revoker: &Account{UID: 7, Account: "eve"}}, file)
	var unknown *model.UnknownUserError
	if err != nil || out.Loss.RevokedAgain != 0 || !errors.As(out.Loss.RevokeErr, &unknown) {
		t.Fatalf("%+v, %v", out.Loss, err)
	}
	s := r.open()
	if got, err := s.durableToken(3); err != nil || got.Revoked() {
		t.Fatalf("%+v, %v", got, err)
	}
}

// TestRestoreRefuses makes nothing where something is in the way or does not fit.
func TestRestoreRefuses(t *testing.T) {
	p, file := backedUp(t)
	parent := t.TempDir()
	at := func(name string) Options {
		o := p.opts
		o.Dir = filepath.Join(parent, name)
		return o
	}
	if err := errors.Join(os.Mkdir(filepath.Join(parent, "full"), 0o700), os.WriteFile(filepath.Join(parent, "full", "x"), nil, 0o600),
		os.WriteFile(filepath.Join(parent, "empty"), nil, 0o600), os.WriteFile(filepath.Join(parent, "text"), []byte(strings.Repeat("text", 99)), 0o600)); err != nil {
		t.Fatal(err)
	}
	other := newPlace(t)
	other.create()
	strange, noKeyset, noRoom, there := at("a"), at("a"), at("a"), p.opts
	strange.Keyset = other.opts.Keyset
	noKeyset.Keyset, noKeyset.KeysetPath = nil, filepath.Join(parent, "nowhere")
	noRoom.FreeSpace = func(string) (uint64, error) { return DefaultReserve, nil }
	for _, c := range []struct {
		name, file string
		how        Restoring
		want       error
	}{
		{"a store", file, Restoring{Options: there}, model.ErrExists},
		{"something else", file, Restoring{Options: at("full")}, model.ErrDirectory},
		{"another keyset", file, Restoring{Options: strange}, seal.ErrOtherKeyset},
		{"no keyset", file, Restoring{Options: noKeyset}, model.ErrNoKeyset},
		{"no room", file, Restoring{Options: noRoom}, errNoRoom},
		{"an empty file", filepath.Join(parent, "empty"), Restoring{Options: at("a")}, ErrBackupDamaged},
		{"some text", filepath.Join(parent, "text"), Restoring{Options: at("a")}, ErrNotBackup},
		{"a directory", parent, Restoring{Options: at("a")}, ErrNotBackup},
		{"no file", filepath.Join(parent, "none"), Restoring{Options: at("a")}, os.ErrNotExist},
		{"the old store of others", file, Restoring{Options: at("a"), Old: other.opts.Dir}, nil},
		{"an old store that is none", file, Restoring{Options: at("a"), Old: filepath.Join(parent, "none")}, nil},
	} {
		if _, err := Restore(ctx, c.how, c.file); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) != 3 {
		t.Errorf("left %v, %v", left, err)
	}
}

// branched is a store that was restored from a backup of 6 events, went on to 8, and a
// later backup of the branch that the restore gave up, of 9.
func branched(t *testing.T) (was, now *place, later string, heads [][]byte) {
	t.Helper()
	was, file := backedUp(t)
	s := was.open()
	for range 3 {
		createToken(t, s, "given up")
	}
	was.close(s)
	heads = append(heads, s.Head())
	later = filepath.Join(t.TempDir(), "later")
	if _, err := Backup(ctx, was.opts, later); err != nil {
		t.Fatal(err)
	}
	now = was.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: now.opts, Old: was.opts.Dir}, file); err != nil {
		t.Fatal(err)
	}
	now.tick()
	s = now.open()
	change1(t, s, model.Revoke{Token: 1})
	createToken(t, s, "of the new branch")
	now.close(s)
	return was, now, later, append(heads, s.Head())
}

// TestRestoreOfAnotherBranch restores what a restore before gave up. The old store is no
// longer than the backup, and still has events that are not in it.
func TestRestoreOfAnotherBranch(t *testing.T) {
	_, now, later, _ := branched(t)
	r := now.elsewhere()
	out, err := Restore(ctx, Restoring{Options: r.opts, Old: now.opts.Dir}, later)
	if err != nil || out.RestoredEpoch != 3 {
		t.Fatalf("%+v, %v", out, err)
	}
	l := out.Loss
	if l.Events != 3 || l.Last != 9 || len(l.Revoked) != 1 || l.Revoked[0].ID != 1 || len(l.Created) != 1 || l.Created[0].Description != "of the new branch" {
		t.Fatalf("%+v", l)
	}
}

// TestAuditOfARestoredLog holds a restored log against heads of before. Those over events
// that it gave up say so, also when as many events are there again, and hide nothing.
func TestAuditOfARestoredLog(t *testing.T) {
	was, now, later, heads := branched(t)
	if a := audit(t, now, heads[1]); a.Verdict != Good {
		t.Fatalf("%+v", a)
	}
	gaveUp := func(p *place, want uint64, heads ...[]byte) {
		t.Helper()
		if a := audit(t, p, heads...); a.Verdict != CutShort || a.Bad != want || !strings.Contains(a.What, "gave up what came after") {
			t.Fatalf("%+v", a)
		}
	}
	gaveUp(now, 7, heads[0])
	s := now.open()
	for range 4 {
		createToken(t, s, "again")
	}
	now.close(s)
	gaveUp(now, 7, heads...)
	if a := audit(t, was, heads...); a.Verdict != Tampered {
		t.Fatalf("the store of before in the place of the restored one: %+v", a)
	}
	r := now.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: r.opts, Old: now.opts.Dir}, later); err != nil {
		t.Fatal(err)
	}
	if a := audit(t, r, heads[0]); a.Verdict != Good {
		t.Fatalf("what was given up is back: %+v", a)
	}
	gaveUp(r, 7, heads...)
	flip(t, lastSegment(t, r.opts.Dir), 8192+200)
	if a := audit(t, r, heads...); a.Verdict != Tampered || a.Bad > 6 {
		t.Fatalf("a change behind heads that were given up: %+v", a)
	}
}

// TestRestorePassesOverNumbers: what the old store gave after the backup is given to
// nobody else, also after state was made again. A number that nothing has is no damage.
func TestRestorePassesOverNumbers(t *testing.T) {
	p, file := lostPlace(t)
	r := p.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: r.opts, Old: p.opts.Dir, Revoker: me}, file); err != nil {
		t.Fatal(err)
	}
	s := r.open()
	if e := newestEvent(t, s); e.Seq != 8 || e.Action != model.RevokeAgentToken {
		t.Fatalf("%+v", e)
	}
	if e := eventAt(t, s, 7); e.Action != model.RestoreOrganization || e.Actor != 1 || e.Details.Changes[0] != (model.FieldChange{Field: "newest event", From: "12", To: "6"}) {
		t.Fatalf("%+v", e)
	}
	for _, number := range []model.TokenID{4, 5} {
		if _, _, err := s.Change(ctx, ana, model.Request{}, model.Revoke{Token: number}); !errors.Is(err, model.ErrNotFound) || s.Health().Damage != nil {
			t.Fatalf("token %d: %v, %+v", number, err, s.Health())
		}
	}
	r.close(s)
	if err := os.RemoveAll(filepath.Join(r.opts.Dir, stateName)); err != nil {
		t.Fatal(err)
	}
	s = r.open()
	if tok := createToken(t, s, "new"); tok.ID != 6 {
		t.Fatalf("the number %d was given again", tok.ID)
	}
	r.close(s)
	if a, err := AuditStore(ctx, Auditing{Options: r.opts}); err != nil || a.Verdict != Good || a.State != "" {
		t.Fatalf("%+v, %v", a, err)
	}
	second := filepath.Join(t.TempDir(), "second")
	if _, err := Backup(ctx, r.opts, second); err != nil {
		t.Fatal(err)
	}
	if out, err := VerifyBackup(ctx, r.opts, second, t.TempDir()); err != nil || out.Agents != 4 || out.UserTokens != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
}

// TestRestorePassesOverWhatCannotBeRead has only the signed head of the old store: no
// more numbers than events can have been given.
func TestRestorePassesOverWhatCannotBeRead(t *testing.T) {
	p, file := lostPlace(t)
	if err := os.WriteFile(lastSegment(t, p.opts.Dir), make([]byte, 9000), 0o600); err != nil {
		t.Fatal(err)
	}
	r := p.elsewhere()
	out, err := Restore(ctx, Restoring{Options: r.opts, Old: p.opts.Dir}, file)
	if err != nil || out.Loss.Damage == "" || out.Loss.Signed != 12 {
		t.Fatalf("%+v, %v", out.Loss, err)
	}
	s := r.open()
	if tok := createToken(t, s, "new"); tok.ID != 3+6+1 {
		t.Fatalf("the next number is %d", tok.ID)
	}
	if e := eventAt(t, s, 7); e.Action != model.RestoreOrganization || e.Actor != 0 || e.Door != model.DoorCommand {
		t.Fatalf("%+v", e)
	}
}

func eventAt(t testing.TB, s *Store, seq uint64) model.Event {
	t.Helper()
	for _, e := range allEvents(t, s) {
		if e.Seq == seq {
			return e
		}
	}
	t.Fatalf("there is no event %d", seq)
	return model.Event{}
}
