package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeton/model"
)

const (
	muchRoom   = 1 << 40
	littleRoom = 10 << 20
)

// space fills the disk, or makes room.
func (m *machine) space(*rapid.T) {
	if m.short() {
		m.free.Store(muchRoom)
	} else {
		m.free.Store(littleRoom)
	}
}

func (m *machine) short() bool { return m.free.Load() == littleRoom }

// stop ends the store in some way, does something to its files, and opens it again.
func (m *machine) stop(rt *rapid.T) {
	rapid.SampledFrom([]func(*rapid.T){m.reopen, m.audited, m.crash, m.signedCrash, m.deleteState, m.halfState, m.tornTail}).Draw(rt, "how")(rt)
}

func (m *machine) reopen(rt *rapid.T) {
	used := maps.Clone(m.used)
	kept := !m.short() && m.store.compared.Load() && len(m.hidden) == 0 // a state that was not compared is not written
	m.close(rt)
	m.open(rt)
	if kept {
		m.used = used
		m.compareUses(rt)
	}
}

// audited holds the closed store against every head that was ever kept of its history.
func (m *machine) audited(rt *rapid.T) {
	m.close(rt)
	m.audit(rt)
	m.open(rt)
}

func (m *machine) audit(rt *rapid.T) {
	var kept, gone [][]byte
	for _, h := range m.heads {
		if sameEvents(h.events, m.ref.events) == len(h.events) {
			kept = append(kept, h.text)
		} else {
			gone = append(gone, h.text)
		}
	}
	a, err := AuditStore(ctx, Auditing{Options: m.place.opts, Since: kept})
	events := uint64(len(m.ref.events))
	if err != nil || a.Verdict != Good || a.Events != events || a.Head.Size != events || a.Head.Epoch != m.epoch || a.Unsigned != 0 || a.Heads != len(kept) {
		rt.Fatalf("%+v, %v: want %d events in epoch %d", a, err, events, m.epoch)
	}
	if a.State != "" && !m.short() && !strings.Contains(a.State, "not closed in order") {
		rt.Fatalf("%+v", a)
	}
	if len(gone) == 0 {
		return
	}
	a, err = AuditStore(ctx, Auditing{Options: m.place.opts, Since: append(kept, gone...)})
	if err != nil || a.Verdict != CutShort || !strings.Contains(a.What, "was restored to event") {
		rt.Fatalf("heads over what a restore gave up: %+v, %v", a, err)
	}
}

func (m *machine) crash(rt *rapid.T) {
	m.move(rt)
	m.open(rt)
}

// signedCrash comes just after a head was signed.
func (m *machine) signedCrash(rt *rapid.T) {
	m.sign()
	m.crash(rt)
}

func (m *machine) deleteState(rt *rapid.T) {
	if rapid.Bool().Draw(rt, "crashed") {
		m.move(rt)
	} else {
		m.close(rt)
	}
	if err := os.RemoveAll(filepath.Join(m.place.opts.Dir, stateName)); err != nil {
		rt.Fatal(err)
	}
	m.open(rt)
	want := "made again"
	if m.short() {
		want = "in memory until"
	}
	if n := m.store.Health().Notice; !strings.Contains(n, want) {
		rt.Fatalf("state was deleted and the notice is %q", n)
	}
}

// halfState loses one file of an unclosed state.
func (m *machine) halfState(rt *rapid.T) {
	m.move(rt)
	files, err := os.ReadDir(filepath.Join(m.place.opts.Dir, stateName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		rt.Fatal(err)
	}
	if len(files) > 0 {
		f := files[rapid.IntRange(0, len(files)-1).Draw(rt, "file")]
		path := filepath.Join(m.place.opts.Dir, stateName, f.Name())
		if rapid.Bool().Draw(rt, "zeroed") {
			info, _ := f.Info()
			err = os.WriteFile(path, make([]byte, min(info.Size(), 1<<20)), 0o600)
		} else {
			err = os.Remove(path)
		}
		if err != nil {
			rt.Fatal(err)
		}
	}
	m.open(rt)
}

// tornTail leaves the beginning of a frame behind the last one.
func (m *machine) tornTail(rt *rapid.T) {
	if m.cleanlyClosed(rt) { // there it would be damage
		m.crash(rt)
		return
	}
	end := m.store.log.End()
	m.move(rt)
	f, err := os.OpenFile(lastSegment(m.t, m.place.opts.Dir), os.O_RDWR, 0)
	if err != nil {
		rt.Fatal(err)
	}
	garbage := append([]byte("jfrm"), bytes.Repeat([]byte{0xa5}, rapid.IntRange(1, 300).Draw(rt, "torn"))...)
	if _, err := f.WriteAt(garbage, end.Offset); err != nil {
		rt.Fatal(err)
	}
	if err := f.Close(); err != nil {
		rt.Fatal(err)
	}
	m.open(rt)
	if h := m.store.Health(); h.Damage != nil || !strings.Contains(h.Notice, "never acknowledged") {
		rt.Fatalf("health after a torn write: %+v", h)
	}
}

// cleanlyClosed tells whether nothing was written since the journal was closed in order.
func (m *machine) cleanlyClosed(rt *rapid.T) bool {
	mark, err := os.ReadFile(filepath.Join(m.place.opts.Dir, journalName, "mark"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		rt.Fatal(err)
	}
	return len(mark) > 12 && mark[12] != 0
}

// takenBackup is a backup, and what it should hold.
type takenBackup struct {
	file  string
	ref   *reference
	epoch uint64
}

// backup takes a backup of the store, open or closed.
func (m *machine) backup(rt *rapid.T) {
	closed := rapid.Bool().Draw(rt, "closed")
	if closed {
		m.close(rt)
	} else {
		m.sign()
	}
	b := takenBackup{file: m.fresh("backup"), ref: m.ref.clone(), epoch: m.epoch}
	clear(b.ref.counts)
	out, err := Backup(ctx, m.place.opts, b.file)
	if err != nil || out.Events != uint64(len(b.ref.events)) || out.Epoch != m.epoch || (out.Note == "") != closed {
		rt.Fatalf("%+v, %v: want %d events in epoch %d", out, err, len(b.ref.events), m.epoch)
	}
	m.taken = append(m.taken, b)
	if closed {
		m.open(rt)
	}
}

// restore puts a backup into another place, with the store as it is now as remains, and
// goes on there.
func (m *machine) restore(rt *rapid.T) {
	if len(m.taken) == 0 {
		m.backup(rt)
	}
	b := m.taken[rapid.IntRange(0, len(m.taken)-1).Draw(rt, "backup")]
	old := m.ref
	if rapid.Bool().Draw(rt, "crashed") {
		m.sign()
		m.move(rt)
	} else {
		m.close(rt)
	}
	how := Restoring{Options: m.place.opts, Old: m.place.opts.Dir}
	how.Dir = m.fresh("store")
	if rapid.Bool().Draw(rt, "revoking") {
		how.Revoker = &Account{UID: 1000, Account: "ana", Source: ana.Source}
	}
	out, err := Restore(ctx, how, b.file)
	if m.short() {
		if !errors.Is(err, errNoRoom) {
			rt.Fatalf("restored on a full disk: %v", err)
		}
		m.open(rt)
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	m.ref = b.ref.clone()
	m.compareLoss(rt, out, old, how.Revoker)
	m.comeBack(rt, b, how.Dir, out)
}

// comeBack goes on with the restored store. Its events are those of the backup, and what
// was revoked again.
func (m *machine) comeBack(rt *rapid.T, b takenBackup, dir string, out Restored) {
	m.place.opts.Dir = dir
	if m.epoch = max(m.epoch, b.epoch) + 1; out.RestoredEpoch != m.epoch || out.Events != uint64(len(b.ref.events)) || out.Epoch != b.epoch {
		rt.Fatalf("%+v: want epoch %d", out, m.epoch)
	}
	m.open(rt)
	m.keep(m.store.Head())
}

// compareLoss holds what restoring says is lost against the references: the old one, and
// the one of the backup, which then does what was done again.
func (m *machine) compareLoss(rt *rapid.T, out Restored, old *reference, who *Account) {
	l, now := out.Loss, m.ref
	same := sameEvents(now.events, old.events)
	if l == nil || l.Damage != "" || l.Events != uint64(len(old.events)-same) || l.Last != uint64(len(old.events)) || l.Signed != l.Last {
		rt.Fatalf("%+v: of %d events the first %d are in the backup", l, len(old.events), same)
	}
	actions := map[model.Action]int{}
	for _, e := range old.events[same:] {
		if e.Outcome == model.Done {
			actions[e.Action]++
		}
	}
	var revoked, created []model.Token
	for _, t := range old.tokens {
		then, err := now.Token(t.ID)
		switch known := err == nil && now.values[t.ID] == old.values[t.ID]; {
		case known && t.Revoked() && !then.Revoked():
			revoked = append(revoked, t)
		case !known && !t.Revoked():
			created = append(created, t)
		}
	}
	var users []model.User
	for _, u := range old.users {
		if then, ok := now.User(u.ID); ok && then.CreatedAt == u.CreatedAt && (then.Active() && !u.Active() || then.OrgAdmin && !u.OrgAdmin) {
			users = append(users, u)
		}
	}
	if !reflect.DeepEqual(l.Actions, actions) || !reflect.DeepEqual(l.Revoked, revoked) || !reflect.DeepEqual(l.Created, created) || !reflect.DeepEqual(l.Users, users) {
		rt.Fatalf("lost is %+v, want actions %v, revoked %+v, created %+v, users %+v", l, actions, revoked, created, users)
	}
	actor, unknown := m.restorer(who)
	if l.Events > 0 {
		lost := model.Restored{From: uint64(len(now.events)), Lost: uint64(len(old.events)), Used: old.given()}
		if err := now.change(actor, model.TimeOf(m.place.opts.Clock()), lost, model.Secret{}); err != nil {
			rt.Fatal(err)
		}
	}
	if who != nil && len(revoked) > 0 {
		m.revokeAgain(rt, l, revoked, actor, unknown)
	} else if l.RevokedAgain != 0 || l.RevokeErr != nil {
		rt.Fatalf("nobody asked, and %d were revoked again (%v)", l.RevokedAgain, l.RevokeErr)
	}
}

// restorer is who restores, in the restored organization.
func (m *machine) restorer(who *Account) (actor model.Actor, unknown bool) {
	if who == nil {
		return actor, false
	}
	u, ok := m.ref.UserByAccount(who.UID)
	if !ok || !u.Active() {
		return actor, true
	}
	return model.Actor{User: u.ID, Source: who.Source}, false
}

// revokeAgain has the reference revoke what the restored store did.
func (m *machine) revokeAgain(rt *rapid.T, l *Loss, revoked []model.Token, actor model.Actor, unknown bool) {
	again, want := 0, error(nil)
	for _, t := range revoked {
		if unknown || want != nil {
			break
		}
		if want = m.ref.change(actor, model.TimeOf(m.place.opts.Clock()), model.Revoke{Token: t.ID}, model.Secret{}); want == nil {
			again++
		}
	}
	m.ref.due(-1)
	if l.RevokedAgain != again || unknown != errors.As(l.RevokeErr, new(*model.UnknownUserError)) || !unknown && fmt.Sprint(l.RevokeErr) != fmt.Sprint(want) {
		rt.Fatalf("revoked again %d (%v), want %d (%v)", l.RevokedAgain, l.RevokeErr, again, want)
	}
}

// sameEvents is how many events two histories have in common.
func sameEvents(a, b []happened) int {
	n := 0
	for n < len(a) && n < len(b) && a[n].unique == b[n].unique {
		n++
	}
	return n
}

func lastSegment(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, journalName, "*.segment"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no segments: %v", err)
	}
	slices.Sort(names)
	return names[len(names)-1]
}
