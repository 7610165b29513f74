package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"jeton/model"
	"jeton/store"
	"jeton/store/journal"
	"jeton/store/seal"
)

// damageWorld is everything trials are made from, read once.
type damageWorld struct {
	set     damageSet
	scratch string
	keyset  *seal.Keyset
	images  map[string]damageImage
	known   map[string]damageKnown
	frames  map[string][]damageFrame
	records map[string][]damageRecord
}

// damageFrame is where a frame of the journal lies.
type damageFrame struct {
	file    string
	at, end int64
	first   uint64
}

func openDamageWorld(set damageSet, scratch string) (*damageWorld, error) {
	w := &damageWorld{set: set, scratch: scratch, images: map[string]damageImage{}, known: map[string]damageKnown{},
		frames: map[string][]damageFrame{}, records: map[string][]damageRecord{}}
	for _, name := range damageTemplates {
		if err := w.template(name); err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
	}
	var err error
	w.keyset, err = seal.Load(filepath.Join(set.dir, "closed", damageKeyset))
	return w, err
}

func (w *damageWorld) template(name string) (err error) {
	dir := filepath.Join(w.set.dir, name)
	if w.images[name], err = readDamageImage(dir); err != nil {
		return err
	}
	raw, err := os.ReadFile(dir + ".json")
	if err != nil {
		return err
	}
	var known damageKnown
	if err := json.Unmarshal(raw, &known); err != nil {
		return err
	}
	w.known[name] = known
	if w.frames[name], err = damageFrames(dir); err != nil {
		return err
	}
	aside := filepath.Join(w.scratch, "records")
	if err := w.images[name].write(aside); err != nil {
		return err
	}
	if w.records[name], err = readDamageRecords(aside); err != nil {
		return err
	}
	return os.RemoveAll(aside)
}

func damageFrames(dir string) (out []damageFrame, err error) {
	journalDir := filepath.Join(dir, damageStore, "journal")
	log, err := journal.OpenReadOnly(journalDir)
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(journalDir, "0*"))
	if err != nil {
		return nil, err
	}
	for f, err := range log.Frames(journal.Position{}) {
		if err != nil {
			return nil, err
		}
		file := filepath.Join(damageStore, "journal", filepath.Base(names[f.At.Segment-1]))
		out = append(out, damageFrame{file, f.At.Offset, f.Next.Offset, f.First})
	}
	return out, nil
}

// damageResult is what came of one trial.
type damageResult struct {
	N       int
	Kind    string // what was damaged
	What    string
	Outcome string // refused, repaired, named, harmless
	Audit   string
	Early   int    // wrong answers before the check had ended
	Unsaid  bool   // and nothing said that it was going on
	Fail    string // what must not be; "" when nothing
	Reason  string // what was said
}

// trial damages a copy and looks at what the store makes of it.
func (w *damageWorld) trial(ctx context.Context, seed uint64, n int) (out damageResult) {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	dir := filepath.Join(w.scratch, fmt.Sprintf("trial-%d", n))
	out.N = n
	defer func() {
		if err := os.RemoveAll(dir); err != nil && out.Fail == "" {
			out.Fail = err.Error()
		}
	}()
	d := &damaging{damageWorld: w, rng: rng, dir: dir, base: []string{"closed", "closed", "open"}[rng.IntN(3)]}
	d.image = w.images[d.base]
	if err := d.image.write(dir); err != nil {
		out.Fail = err.Error()
		return out
	}
	look, err := d.damage()
	out.Kind, out.What = d.kinds, d.base+":"+d.what
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // the second may meet what the first removed
		out.Fail = fmt.Sprintf("the damage could not be done: %v", err)
		return out
	}
	t := &damageTrial{damaging: d, out: &out}
	if look != nil {
		look(t, ctx)
		return out
	}
	t.run(ctx)
	return out
}

// damage does one damage, of the store mostly. It returns how to look at it when that is not
// by opening the store.
func (d *damaging) damage() (look func(*damageTrial, context.Context), err error) {
	switch p := d.rng.IntN(100); {
	case p < 4:
		return (*damageTrial).keysets, d.oneFile(damageKeyset, damageLocked)
	case p < 10:
		return (*damageTrial).backups, d.oneFile(damageBackup)
	case p < 22:
		return nil, d.stateRecords()
	case p < 32:
		return nil, d.olderFiles()
	case p < 36:
		return nil, d.olderFile()
	case p < 38:
		return nil, d.slots()
	case p < 44:
		return nil, d.moveFrames()
	case p < 92:
		return nil, d.oneFile(damageStore)
	default:
		err := d.oneFile(damageStore)
		d.what += " and"
		err = errors.Join(err, d.oneFile(damageStore))
		d.kinds, d.events = "two files", 0
		return nil, err
	}
}

// damageTrial is the looking at one damaged copy.
type damageTrial struct {
	*damaging
	out  *damageResult
	s    *store.Store
	used bool // it has events that the template has not
}

func (t *damageTrial) fail(format string, args ...any) {
	if t.out.Fail == "" {
		t.out.Fail = fmt.Sprintf(format, args...)
	}
}

// want is what is right. Where everything that knows of the newest events is old, that is the
// old store, and only a head kept elsewhere can tell.
func (t *damageTrial) want() damageKnown {
	if t.undone {
		return t.known["old"]
	}
	return t.known[t.base]
}

func (t *damageTrial) options() store.Options {
	o := damageOptions(t.dir, t.keyset)
	o.Anchor = ""
	return o
}

func (t *damageTrial) run(ctx context.Context) {
	good := t.audit(ctx)
	var err error
	t.s, err = store.Open(ctx, t.options())
	if err != nil {
		t.refused(err)
		return
	}
	if t.rng.IntN(4) == 0 {
		t.actEarly(ctx)
		return
	}
	early := damageWrong(t.want().Answers, damageAnswers(ctx, t.s, t.want().Values))
	before := t.s.Health()
	t.out.Early = len(early)
	t.out.Unsaid = len(early) > 0 && before.Damage == nil && !before.Checking
	if good && len(early) > 0 && before.Damage == nil {
		t.fail("the audit was good and answers are wrong: %s", early[0])
	}
	if err := t.s.CheckHistory(ctx); err != nil {
		t.out.Reason = "check: " + err.Error()
	}
	late := damageWrong(t.want().Answers, damageAnswers(ctx, t.s, t.want().Values))
	after := t.s.Health()
	t.judge(before, after, late)
	t.goOn(ctx, after)
}

// refused looks at the error of opening: it must say something that helps, and never that
// there is nothing.
func (t *damageTrial) refused(err error) {
	t.out.Outcome, t.out.Reason = "refused", err.Error()
	if errors.Is(err, model.ErrNoStore) || errors.Is(err, model.ErrNoKeyset) {
		t.fail("opening says that nothing is there: %v", err)
	}
}

func (t *damageTrial) judge(before, after model.Health, late []string) {
	switch {
	case after.Damage == nil && len(late) > 0 && t.out.Reason == "" && after.Notice == "":
		t.fail("SILENT: %d wrong answers, the first: %s", len(late), late[0])
	case after.Damage == nil && len(late) > 0:
		t.fail("WRONG: %d wrong answers with notice %q (%s), the first: %s", len(late), after.Notice, t.out.Reason, late[0])
	}
	switch {
	case before.Damage != nil:
		t.out.Outcome, t.out.Reason = "named", before.Damage.Error()
	case after.Damage != nil:
		t.out.Outcome, t.out.Reason = "named by the check", after.Damage.Error()
	case after.Notice != "":
		t.out.Outcome, t.out.Reason = "repaired", after.Notice
	case t.out.Reason != "":
		t.fail("the check ended with %s and names nothing", t.out.Reason)
	default:
		t.out.Outcome = "harmless"
	}
}

// goOn uses the store: half of the time it only closes it and opens it again, since a state
// that was found damaged is to be made again then; otherwise it reveals and revokes first.
func (t *damageTrial) goOn(ctx context.Context, h model.Health) {
	var revoked model.TokenID
	if t.rng.IntN(2) == 0 {
		t.reveal(ctx, h)
		revoked = t.revoke(ctx, h)
	}
	if err := t.s.Close(); err != nil && h.Damage == nil {
		t.fail("close: %v", err)
	}
	t.again(ctx, h, revoked)
}

func (t *damageTrial) reveal(ctx context.Context, h model.Health) {
	known := t.want()
	t.used = true
	for id, r := range damageReveals(ctx, t.s, known.Live) {
		switch now := t.s.Health(); {
		case r.err == nil && r.value != known.Values[id]:
			t.fail("SILENT: token %d was revealed as another value", id)
		case r.err != nil && h.Damage == nil && now.Damage == nil:
			t.fail("token %d was not revealed and nothing is damaged: %v", id, r.err)
		}
	}
}

// revoke revokes a token and returns which, if it must be revoked from the next opening on.
func (t *damageTrial) revoke(ctx context.Context, h model.Health) model.TokenID {
	known := t.want()
	id := known.Live[t.rng.IntN(len(known.Live))]
	_, _, err := t.s.Change(ctx, damageAna, model.Request{}, model.Revoke{Token: id})
	if err != nil {
		if h.Damage == nil {
			t.fail("token %d was not revoked and nothing is damaged: %v", id, err)
		}
		t.out.Reason += " (not revoked: " + err.Error() + ")"
		if errors.Is(err, model.ErrUnknown) {
			return id // it is in the journal, and state, which could not be read, is made again
		}
		return 0
	}
	if v, err := t.s.Verify(ctx, known.Values[id]); v.Active() {
		t.fail("token %d is active after it was revoked (%v)", id, err)
	}
	return id
}

// again opens the store once more: what was acknowledged is there, and a state that was
// damaged is none any more.
func (t *damageTrial) again(ctx context.Context, h model.Health, revoked model.TokenID) {
	s, err := store.Open(ctx, t.options())
	if err != nil {
		t.fail("opened once and not again: %v", err)
		return
	}
	var wrong []string
	if !t.used {
		wrong = damageWrong(t.want().Answers, damageAnswers(ctx, s, t.want().Values))
	}
	now := s.Health() // reading history may have found something
	if revoked != 0 {
		if v, err := s.Verify(ctx, t.want().Values[revoked]); v.Active() || err != nil && now.Damage == nil {
			t.fail("token %d was revoked and after reopening it is %v, %v", revoked, v.Active(), err)
		}
	}
	if len(wrong) > 0 && now.Damage == nil {
		t.fail("SILENT: after reopening (before: %s, %s, now %+v) %d wrong answers, the first: %s", t.out.Outcome, t.out.Reason, now, len(wrong), wrong[0])
	}
	if now.Damage != nil && (h.Damage == nil || t.onlyState()) {
		t.fail("state alone was damaged and after reopening: %v", now.Damage)
	}
	if err := s.Close(); err != nil && now.Damage == nil {
		t.fail("close again: %v", err)
	}
}

// onlyState tells whether nothing but state was damaged, which can always be made again.
func (t *damageTrial) onlyState() bool {
	return strings.HasPrefix(t.kinds, "state") || t.kinds == "records in state"
}
