//go:build linux

package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"jeton/model"
	"jeton/store"
	"jeton/store/sample"
	"jeton/store/seal"
)

var ctx = context.Background()

// checker is who looks at a store between two runs, by a door of its own.
var checker = model.Actor{User: 1, Source: model.Source{Door: model.DoorCommand}}

// victim is a store that is tortured, with what was said of it.
type victim struct {
	t             testing.TB
	dir           string // of everything but the store
	store, keyset string
	ledger        *ledger
	runs          int
}

// newVictim has a store, which is not there yet, in a directory.
func newVictim(t testing.TB, storeIn string) *victim {
	dir := t.TempDir()
	return &victim{t: t, dir: dir, store: filepath.Join(storeIn, "store"), keyset: filepath.Join(dir, "keyset"), ledger: newLedger()}
}

// load starts the load on the victim, through the launcher if how says what for, with
// files as its descriptors from 3 on.
func (v *victim) load(how string, writers int, files ...*os.File) *process {
	v.t.Helper()
	v.runs++
	path, args := tortured(v.t), []string{"demo", "--load", fmt.Sprint(writers), "--store", v.store, "--keyset", v.keyset}
	env := environment(v.dir)
	if how != "" {
		var more []string
		path, args, more = launched(v.t, how, args)
		env = append(env, more...)
	}
	return start(v.t, filepath.Join(v.dir, fmt.Sprintf("report-%d", v.runs)), env, files, path, args...)
}

// move has the victim's store lie elsewhere from now on.
func (v *victim) move(to string) { v.store = filepath.Join(to, filepath.Base(v.store)) }

// want is what a token must be.
type want struct {
	kind, description, reaches string
	revoked                    bool
}

// ledger is what was said of a store.
type ledger struct {
	tokens  map[model.TokenID]want
	open    map[string]sample.Line // asked for, by request, and not answered
	done    map[string]sample.Line // answered since the last check
	refused map[string]sample.Line // in plain words, so not done
	seen    uint64                 // events up to here were compared

	screens map[model.TokenID]bool // created on the screens, which report nothing
	saved   []string               // descriptions that the screens said were saved

	acknowledged, inFlight, kept int // in all; of those not answered, how many are there
}

func newLedger() *ledger {
	return &ledger{tokens: map[model.TokenID]want{}, open: map[string]sample.Line{}, done: map[string]sample.Line{},
		refused: map[string]sample.Line{}, screens: map[model.TokenID]bool{}}
}

// read takes in a report from an offset on and returns where it ends.
func (l *ledger) read(t testing.TB, report string, from int64) int64 {
	t.Helper()
	lines, end, err := wholeLines(report, from)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range lines {
		var line sample.Line
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v in %q", report, err, text)
		}
		l.take(t, line)
	}
	return end
}

func (l *ledger) take(t testing.TB, line sample.Line) {
	t.Helper()
	_, asked := l.open[line.Request]
	switch line.Says {
	case "asks":
		l.open[line.Request] = line
		return
	case "opened", "listed", "failed":
		return
	case "unknown": // it stays open, whatever is said of a second try
		line.Says = "asks"
		line.Error = "unknown"
		l.open[line.Request] = line
		return
	}
	if !asked {
		t.Fatalf("answered and not asked for: %+v", line)
	}
	switch before := l.open[line.Request]; {
	case line.Says == "done":
		delete(l.open, line.Request)
		l.done[line.Request] = line
		l.acknowledged++
		l.apply(t, line)
	case before.Error == "":
		delete(l.open, line.Request)
		l.refused[line.Request] = line
	}
}

// apply changes what a token must be. The line is of a change that is there.
func (l *ledger) apply(t testing.TB, line sample.Line) {
	t.Helper()
	w, known := l.tokens[line.Token]
	if created := line.Action == "create"; created == known || line.Token == 0 {
		t.Fatalf("%s of token %d, which is known: %v", line.Action, line.Token, known)
	}
	if line.Action == "create" {
		w = want{kind: line.Kind, reaches: "[]"}
		if w.kind == model.AgentToken.String() {
			w.reaches = sample.Reaches(model.OrgAgent())
		}
	}
	if line.Description != nil {
		w.description = *line.Description
	}
	if line.Reaches != nil {
		w.reaches = *line.Reaches
	}
	w.revoked = w.revoked || line.Action == "revoke"
	l.tokens[line.Token] = w
}

// opened opens the victim's store in this process.
func (v *victim) opened() *store.Store {
	v.t.Helper()
	k, err := seal.Load(v.keyset)
	if err != nil {
		v.t.Fatal(err)
	}
	s, err := store.Open(ctx, store.Options{Dir: v.store, Keyset: k})
	if err != nil {
		v.t.Fatalf("open %s: %v", v.store, err)
	}
	return s
}

// check compares the store with what was said of it since the last check, and all tokens
// with all that was ever said. Afterwards nothing is open any more. Without rng no value is
// revealed, which a full disk refuses.
func (v *victim) check(rng *rand.Rand) {
	v.t.Helper()
	s := v.opened()
	defer func() {
		if err := s.Close(); err != nil {
			v.t.Errorf("close: %v", err)
		}
	}()
	v.ledger.compare(v.t, s)
	if rng != nil {
		v.ledger.values(v.t, s, rng)
	}
}

// compare is check for a store that is open.
func (l *ledger) compare(t testing.TB, s *store.Store) {
	t.Helper()
	if h := s.Health(); h.Damage != nil {
		t.Fatalf("damage: %v", h.Damage)
	}
	there := l.events(t, s)
	for request, line := range l.done {
		ev, ok := there[request]
		if !ok {
			t.Fatalf("LOST: answered and not there: %s", describe(line))
		}
		if !matches(ev, line) {
			t.Fatalf("answered %s, and there is %+v", describe(line), ev)
		}
		delete(there, request)
	}
	for request, line := range l.open {
		l.inFlight++
		ev, ok := there[request]
		if !ok {
			continue
		}
		l.kept++
		if line.Token == 0 {
			line.Token = model.TokenID(ev.Target.ID)
		}
		if !matches(ev, line) {
			t.Fatalf("asked for %s, and there is %+v", describe(line), ev)
		}
		l.apply(t, line)
		delete(there, request)
	}
	for request, ev := range there {
		t.Fatalf("there and not asked for, or refused (%v): %+v", l.refused[request].Error, ev)
	}
	l.done, l.open, l.refused = map[string]sample.Line{}, map[string]sample.Line{}, map[string]sample.Line{}
	l.lists(t, s)
}

// events reads what came since the last check: the load's, by request number.
func (l *ledger) events(t testing.TB, s *store.Store) map[string]model.Event {
	t.Helper()
	there := map[string]model.Event{}
	newest := s.Health().Seq
	for q := (model.EventQuery{Limit: 1000}); ; {
		page, err := s.Events(ctx, checker, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range page.Events {
			switch {
			case ev.Seq <= l.seen:
				continue
			case ev.Door == model.DoorTerminal && ev.Action == model.CreateAgentToken:
				l.screens[model.TokenID(ev.Target.ID)] = true
			}
			if ev.Action == model.CreateOrganization || ev.Door != model.DoorProgram {
				continue
			}
			if _, twice := there[ev.Request.String()]; twice {
				t.Fatalf("request %s is there twice, the first time as event %d", ev.Request, ev.Seq)
			}
			there[ev.Request.String()] = ev
		}
		if q.Before = page.Next; page.Next == 0 || page.Next <= l.seen {
			l.seen = newest
			return there
		}
	}
}

// matches tells whether an event is that of a line.
func matches(ev model.Event, line sample.Line) bool {
	actions := map[string][]model.Action{
		"create": {model.CreateAgentToken, model.CreateUserToken}, "describe": {model.DescribeAgentToken, model.DescribeUserToken},
		"scope": {model.SetAgentPermissions}, "revoke": {model.RevokeAgentToken, model.RevokeUserToken},
		"reveal": {model.RevealAgentToken, model.RevealUserToken, model.CopyAgentToken, model.CopyUserToken},
	}
	for _, a := range actions[line.Action] {
		if ev.Action == a {
			return ev.Outcome == model.Done && ev.Target == model.Target{Kind: model.TargetToken, ID: uint64(line.Token)} &&
				(line.Event == 0 || line.Event == ev.Seq)
		}
	}
	return false
}

// lists compares both lists with what every token must be.
func (l *ledger) lists(t testing.TB, s *store.Store) {
	t.Helper()
	found, texts := 0, map[string]bool{}
	for _, q := range []model.TokenQuery{{Kind: model.AgentToken, Revoked: true}, {Kind: model.UserToken, Owner: 1, Revoked: true}} {
		for at, total := 0, 1; at < total; {
			page, err := s.Tokens(ctx, checker, q, model.Window{Offset: at, Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			for _, tok := range page.Rows[at-page.Offset:] {
				is := want{tok.Kind.String(), tok.Description, sample.Reaches(tok.Permissions), tok.Revoked()}
				texts[tok.Description] = true
				if l.screens[tok.ID] {
					l.tokens[tok.ID] = is // from now on the load goes on with it
					delete(l.screens, tok.ID)
				}
				if must, ok := l.tokens[tok.ID]; !ok || must != is {
					t.Fatalf("token %d is %+v; it must be %+v (known: %v)", tok.ID, is, must, ok)
				}
				found++
			}
			at, total = page.Offset+len(page.Rows), page.Total
		}
	}
	if found != len(l.tokens) {
		t.Fatalf("%d tokens are in the lists; there must be %d", found, len(l.tokens))
	}
	for _, text := range l.saved {
		if !texts[text] {
			t.Fatalf("LOST: the screens said that %q was saved", text)
		}
	}
	l.saved = nil // the load may describe them anew
}

// values reveals a few tokens, and has their values verified.
func (l *ledger) values(t testing.TB, s *store.Store, rng *rand.Rand) {
	t.Helper()
	left := 3
	for id, w := range l.tokens {
		if w.revoked || rng.IntN(4) > 0 {
			continue
		}
		value, err := s.Reveal(ctx, checker, model.Request{}, model.Reveal{Token: id})
		if err != nil {
			t.Fatalf("reveal token %d: %v", id, err)
		}
		if v, err := s.Verify(ctx, value.Expose()); err != nil || !v.Active() || v.Token.ID != id {
			t.Fatalf("the value of token %d: %+v, %v", id, v, err)
		}
		if left--; left == 0 {
			return
		}
	}
}

func describe(line sample.Line) string {
	text, err := json.Marshal(line)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// audited fails the test unless the program's own audit finds all well.
func (v *victim) audited() {
	v.t.Helper()
	if said, code := v.command("audit", "verify"); code != 0 {
		v.t.Fatalf("audit verify ends with %d: %s", code, said)
	}
}

// came reports whether the store was made. It must be as soon as anything was said of it.
func (v *victim) came() bool {
	v.t.Helper()
	_, err := os.Stat(v.store)
	if err != nil && len(v.ledger.tokens)+len(v.ledger.done) > 0 {
		v.t.Fatalf("LOST: the store: %v", err)
	}
	return err == nil
}
