package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// forgedPlace is a closed store of eight events in a frame each, with signed heads over four
// and over all of them.
func forgedPlace(t *testing.T) (p *place, middle, newest []byte) {
	t.Helper()
	p, s := newOpen(t)
	tok := createToken(t, s, "one")
	change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	change1(t, s, model.AddPerson{Login: "ben", OrgAdmin: true})
	p.close(s)
	middle = s.Head()
	s = p.open()
	two := createToken(t, s, "two")
	change1(t, s, model.Revoke{Token: tok.ID})
	change1(t, s, model.Describe{Token: two.ID, Description: "too"})
	change1(t, s, model.SetRoles{User: 2})
	p.close(s)
	return p, middle, s.Head()
}

// TestForgedHistory changes events as somebody does who has no keyset. Each change is found, and
// the very event that is not as it was written is named: what is sealed is bound to store,
// event and record, each event's readable part has a salted digest of it, and the sealed
// details have one of the readable part.
func TestForgedHistory(t *testing.T) {
	whole, middle, newest := forgedPlace(t)
	for name, c := range map[string]struct {
		forge func(*forger)
		want  Verdict
		bad   uint64
		says  string
	}{
		"event taken away": {func(f *forger) { f.frames = slices.Delete(f.frames, 4, 5) }, Tampered, 5, "event 5"},
		"taken away, frames numbered": {func(f *forger) {
			f.frames = slices.Delete(f.frames, 4, 5)
			f.frames[4].first = 5
			f.frames[5].first = 6
			f.frames[6].first = 7
		}, Tampered, 5, "event 6 stands where event 5 belongs"},
		"taken away, all numbered": {func(f *forger) { f.frames = slices.Delete(f.frames, 4, 5); f.number(5) }, Tampered, 5, "part 0"},
		"exchanged":                {func(f *forger) { f.frames[4].entries, f.frames[5].entries = f.frames[5].entries, f.frames[4].entries }, Tampered, 5, "event 6 stands where event 5 belongs"},
		"exchanged, all numbered":  {func(f *forger) { f.frames[4], f.frames[5] = f.frames[5], f.frames[4]; f.number(5) }, Tampered, 5, "part 0"},
		"twice":                    {func(f *forger) { f.frames = slices.Insert(f.frames, 6, f.frames[5]); f.number(7) }, Tampered, 7, "part 0"},
		"one of before":            {func(f *forger) { f.frames[7].entries = f.frames[2].entries; f.number(8) }, Tampered, 8, "part 0"},
		"one more at the end":      {func(f *forger) { f.frames = append(f.frames, f.frames[6]); f.number(9) }, Tampered, 9, "part 0"},
		"other actor":              {func(f *forger) { f.event(6, func(_ *entry, h *header) { h.Actor = 2 }) }, Tampered, 6, "readable part"},
		"other time":               {func(f *forger) { f.event(7, func(_ *entry, h *header) { h.At++ }) }, Tampered, 7, "readable part"},
		"other outcome, early":     {func(f *forger) { f.event(2, func(_ *entry, h *header) { h.Outcome = model.Refused }) }, Tampered, 2, "readable part"},
		"record left out":          {func(f *forger) { f.event(6, func(e *entry, _ *header) { e.Records = nil }) }, Tampered, 6, "not an event"},
		"record left out of all":   {func(f *forger) { f.event(6, func(e *entry, h *header) { e.Records, h.Parts = nil, h.Parts[:1] }) }, Tampered, 6, "readable part"},
		"records exchanged":        {func(f *forger) { f.event(5, func(e *entry, _ *header) { slices.Reverse(e.Records) }) }, Tampered, 5, "part 1"},
		"records exchanged with parts": {func(f *forger) {
			f.event(5, func(e *entry, h *header) { slices.Reverse(e.Records); slices.Reverse(h.Parts[1:]) })
		}, Tampered, 5, "readable part"},
		"record under another key": {func(f *forger) {
			f.event(5, func(_ *entry, h *header) { h.Parts[1].Key = slices.Clone(h.Parts[2].Key) })
		}, Tampered, 5, "readable part"},
		"other digest":       {func(f *forger) { f.event(6, func(_ *entry, h *header) { h.Parts[1].Digest[0] ^= 1 }) }, Tampered, 6, "part 1 is not the one that was recorded"},
		"sealed byte":        {func(f *forger) { f.event(6, func(e *entry, _ *header) { e.Records[0][20] ^= 1 }) }, Tampered, 6, "part 1"},
		"details of another": {func(f *forger) { d := detailsOf(f, 7); f.event(6, func(e *entry, _ *header) { e.Details = d }) }, Tampered, 6, "part 0"},
		"other data key":     {func(f *forger) { f.event(6, func(_ *entry, h *header) { h.DataKey = 2 }) }, Tampered, 6, "data key 2"},
		"tail cut":           {func(f *forger) { f.frames = f.frames[:7] }, CutShort, 8, "covers 8 events and the journal ends with event 7"},
		"heads gone":         {func(f *forger) { f.remove(headsName) }, Tampered, 0, "no signed head"},
	} {
		t.Run(name, func(t *testing.T) {
			p := whole.crash()
			f := forge(t, p)
			if len(f.frames) != 8 {
				t.Fatalf("%d frames", len(f.frames))
			}
			c.forge(f)
			f.write()
			if a := audit(t, p, middle); a.Verdict != c.want || a.Bad != c.bad || !strings.Contains(a.What, c.says) {
				t.Errorf("%+v", a)
			}
			if a := audit(t, p, middle, newest); a.Verdict != c.want || a.Bad != c.bad {
				t.Errorf("with the newest head: %+v", a)
			}
		})
	}
}

func detailsOf(f *forger, n int) (out []byte) {
	f.event(n, func(e *entry, _ *header) { out = e.Details })
	return out
}

// TestForgerWithOldCopies has copies of the store's own files of before: nothing in the store
// can tell a whole that was true once from the truth, so the store alone looks good, and a
// head kept elsewhere says what is missing.
func TestForgerWithOldCopies(t *testing.T) {
	for name, cut := range map[string]func(t *testing.T, p, old *place){
		"everything of before": func(t *testing.T, p, old *place) { p.opts.Dir = old.opts.Dir },
		"journal cut to the older signed head": func(t *testing.T, p, _ *place) {
			f := forge(t, p)
			f.frames = f.frames[:4]
			f.headSlots(func(a, b []byte) []byte {
				if kept, err := decodeHead(a); err == nil && kept.tree.Size() == 8 {
					a, b = b, a
				}
				return append(slices.Clone(a), make([]byte, headSlot)...)
			})
			f.markAt(4, f.put(), true)
			f.remove(stateName)
		},
		"the same with the mark gone": func(t *testing.T, p, old *place) {
			p.opts.Dir = old.opts.Dir
			forge(t, p).remove(filepath.Join(journalName, "mark"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := newOpen(t)
			createToken(t, s, "one")
			createToken(t, s, "two")
			createToken(t, s, "three")
			p.close(s)
			old := p.crash()
			s = p.open()
			change1(t, s, model.Revoke{Token: 1})
			change1(t, s, model.Revoke{Token: 2})
			createToken(t, s, "four")
			change1(t, s, model.Revoke{Token: 3})
			p.close(s)
			kept := s.Head()
			cut(t, p, old)
			if a := audit(t, p); a.Verdict != Good || a.Events != 4 {
				t.Errorf("by itself: %+v", a)
			}
			if a := audit(t, p, kept); a.Verdict != CutShort || a.Bad != 5 || !strings.Contains(a.What, "covers 8 events and the journal ends with event 4") {
				t.Errorf("against the head kept elsewhere: %+v", a)
			}
		})
	}
}

// TestHarmlessForgeries changes what is no history: the audit is good, or names it, and the
// store opens with the right answers, because it makes again what cannot be trusted.
//
//   - An older head: the tree grows on from it, over events whose seals hold, to the same head.
//   - The mark: it says from where to apply again, which ends in the same state. One that says
//     unclean keeps the audit from comparing state, which it says.
func TestHarmlessForgeries(t *testing.T) {
	whole, middle, newest := forgedPlace(t)
	original := whole.open()
	want := listAll(t, original, agentList)
	whole.close(original)
	for name, c := range map[string]struct {
		forge func(*forger)
		state string // what the audit says of state
	}{
		"older head": {func(f *forger) {
			f.headSlots(func(a, b []byte) []byte {
				if kept, err := decodeHead(a); err == nil && kept.tree.Size() == 8 {
					return append(slices.Clone(b), b...)
				}
				return append(slices.Clone(a), a...)
			})
		}, ""},
		"places exchanged": {func(f *forger) { f.headSlots(func(a, b []byte) []byte { return append(slices.Clone(b), a...) }) }, ""},
		"mark gone":        {func(f *forger) { f.remove(filepath.Join(journalName, "mark")) }, "not closed in order"},
		"mark of before":   {func(f *forger) { f.mark(3, false) }, "not closed in order"},
		"mark not clean":   {func(f *forger) { f.mark(8, false) }, "not closed in order"},
	} {
		t.Run(name, func(t *testing.T) {
			p := whole.crash()
			c.forge(forge(t, p))
			if a := audit(t, p, middle, newest); a.Verdict != Good || a.Events != 8 || !strings.Contains(a.State, c.state) || c.state == "" && a.State != "" {
				t.Errorf("%+v", a)
			}
			s := p.open()
			if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil {
				t.Fatalf("%v, %+v", err, s.Health())
			}
			if got := listAll(t, s, agentList); !slices.EqualFunc(got, want, func(a, b model.Token) bool {
				return a.ID == b.ID && a.Revision == b.Revision && a.Revoked() == b.Revoked()
			}) {
				t.Errorf("%+v, want %+v", got, want)
			}
			p.close(s)
			if a := audit(t, p, middle, newest); a.Verdict != Good || a.State != "" || a.Unsigned != 0 {
				t.Errorf("closed again: %+v", a)
			}
		})
	}
}

// mark writes a mark with a good checksum that says event seq was reached.
func (f *forger) mark(seq uint64, clean bool) {
	f.t.Helper()
	path := filepath.Join(f.p.opts.Dir, journalName, "mark")
	b, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	offset := uint64(8192)
	for _, one := range f.frames[:seq] {
		offset += uint64(len(f.frame(nil, one)))
	}
	forgeMark(b, seq, offset, clean)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		f.t.Fatal(err)
	}
}
