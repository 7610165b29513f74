package torture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"jeton/store"
	"jeton/store/journal"
	"jeton/store/seal"
)

// audit audits the damaged copy against the newest head, as an auditor who kept it, and
// reports whether it was good, state and all.
func (t *damageTrial) audit(ctx context.Context) bool {
	var before damageImage
	if t.rng.IntN(16) == 0 {
		before = t.files()
	}
	a, err := store.AuditStore(ctx, store.Auditing{Options: t.options(), Since: [][]byte{t.known[t.base].Head}})
	if err != nil {
		t.fail("audit: %v", err)
		return false
	}
	if before != nil {
		if name := before.changed(t.files()); name != "" {
			t.fail("the audit changed %s", name)
		}
	}
	t.out.Audit = fmt.Sprintf("%d", a.Verdict)
	if a.Verdict != store.Good {
		if a.What == "" {
			t.fail("the audit is %d and says nothing", a.Verdict)
		}
		if t.events > 0 && a.Bad != t.events {
			t.fail("the first changed event is %d and the audit names %d: %s", t.events, a.Bad, a.What)
		}
		return false
	}
	if what := t.sameHistory(); what != "" {
		t.fail("AUDIT: good, though %s", what)
	}
	return a.State == ""
}

// files are the copy's files but the lock, which an audit takes.
func (t *damageTrial) files() damageImage {
	image, err := readDamageImage(t.dir)
	if err != nil {
		t.fail("%v", err)
	}
	delete(image, filepath.Join(damageStore, "lock"))
	return image
}

// sameHistory compares every event of the journal with the template's, byte by byte.
func (t *damageTrial) sameHistory() string {
	here, err := damageEntries(t.dir)
	if err != nil {
		return err.Error()
	}
	there, err := damageEntries(filepath.Join(t.set.dir, t.base))
	if err != nil {
		return err.Error()
	}
	if len(here) != len(there) {
		return fmt.Sprintf("there are %d events of %d", len(here), len(there))
	}
	for i := range here {
		if !bytes.Equal(here[i], there[i]) {
			return fmt.Sprintf("event %d is another", i+1)
		}
	}
	return ""
}

func damageEntries(dir string) (out [][]byte, err error) {
	log, err := journal.OpenReadOnly(filepath.Join(dir, damageStore, "journal"))
	if err != nil {
		return nil, err
	}
	for f, err := range log.Frames(journal.Position{}) {
		if journal.IsDamage(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f.Entries...)
	}
	return out, nil
}

// keysets opens damaged keysets: what opens is the right one.
func (t *damageTrial) keysets(ctx context.Context) {
	ask := func(string) ([]byte, error) { return []byte(damagePhrase), nil }
	k, err := seal.LoadWith(t.path(), ask)
	if err != nil {
		t.out.Outcome, t.out.Reason = "refused", err.Error()
		return
	}
	t.out.Outcome = "harmless"
	o := t.options()
	o.Keyset = k
	s, err := store.Open(ctx, o)
	if err != nil {
		t.fail("the damaged keyset was read and the store not: %v", err)
		return
	}
	if wrong := damageWrong(t.want().Answers, damageAnswers(ctx, s, t.want().Values)); len(wrong) > 0 {
		t.fail("SILENT: with the damaged keyset: %s", wrong[0])
	}
	if err := s.Close(); err != nil {
		t.fail("close: %v", err)
	}
}

// backups verifies and restores damaged backups: what is restored is the right store.
func (t *damageTrial) backups(ctx context.Context) {
	file := filepath.Join(t.dir, damageBackup)
	_, verified := store.VerifyBackup(ctx, t.options(), file, t.scratch)
	o := t.options()
	o.Dir = filepath.Join(t.dir, "restored")
	_, restored := store.Restore(ctx, store.Restoring{Options: o}, file)
	if (verified == nil) != (restored == nil) {
		t.fail("verifying says %v, restoring %v", verified, restored)
	}
	if restored != nil {
		t.out.Outcome, t.out.Reason = "refused", restored.Error()
		if _, err := os.Stat(o.Dir); !errors.Is(err, os.ErrNotExist) {
			t.fail("a refused backup left something: %v", err)
		}
		return
	}
	t.out.Outcome = "harmless"
	s, err := store.Open(ctx, o)
	if err != nil {
		t.fail("the restored store does not open: %v", err)
		return
	}
	known := t.known["closed"]
	if wrong := damageWrong(known.Answers, damageAnswers(ctx, s, known.Values)); len(wrong) > 0 {
		t.fail("SILENT: after restoring a damaged backup: %s", wrong[0])
	}
	if err := s.Close(); err != nil {
		t.fail("close: %v", err)
	}
}
