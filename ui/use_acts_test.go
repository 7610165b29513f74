package ui

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"jeton/model"
	"jeton/ui/grid"
)

// runner is an agent that calls with a label, from an address, for a deployment.
func runner(label, deployment string) model.Caller {
	return model.Caller{Addr: "10.2.0.14", Agent: label, Place: model.Place{Name: deployment}}
}

// value reveals a token below the screens.
func (w *world) value(id model.TokenID) string {
	w.t.Helper()
	value, err := w.store.Reveal(context.Background(), w.ana, newRequest(), model.Reveal{Token: id})
	if err != nil {
		w.t.Fatal(err)
	}
	return value.Expose()
}

// present has a door ask about a value n times.
func (w *world) present(value string, from model.Caller, n int) (verdict model.Verdict) {
	w.t.Helper()
	for range n {
		var err error
		if verdict, err = w.store.Check(context.Background(), value, from.Place, from); err != nil {
			w.t.Fatal(err)
		}
	}
	return verdict
}

// tick hands the tokens page the tick it waits for, without waiting.
func (r *terminal) tick() {
	for _, p := range r.app.pages {
		if l, ok := p.screen.(*tokens); ok && l.on {
			r.send(useDue{l.use.gen})
			r.send(latelyDue{l.lately})
		}
	}
}

// TestUseOfAToken: what was just done with a token is what the list, the pane, its details
// and the question before revoking it say, and nothing else.
func TestUseOfAToken(t *testing.T) {
	w, r := newTestApp(t)
	one := w.agent("one")
	r.until("▌ one")
	r.never("LAST USED")
	r.press("X")
	r.until("Never used since it was created.")
	r.until("No other agent token reaches prod-eu, prod-us, staging or ")
	r.press("esc")
	w.agent("two")
	r.until("two")
	r.press("g")
	r.until("▌ two")
	r.press("j")
	r.until("▌ one")
	r.resize(110, 30)
	r.until("LAST USED")
	r.until("never")
	value := w.value(one.ID)
	w.present(value, runner("runner-7", "staging"), 3)
	w.clock.forward(5 * time.Second)
	r.tick()
	r.until("5 s ago")
	r.resize(170, 40)
	r.until("Used         5 s ago, 3 in the last hour")
	r.until("24 h, most 3 an hour")
	r.until("runner-7  10.2.0.14  staging  5 s ago")
	w.present(value, runner("runner-8", "prod-eu"), 1)
	r.tick()
	r.until("runner-8  10.2.0.14  prod-eu")
	r.resize(80, 24)
	r.press("X")
	r.until("Used 4 times in the last hour")
	r.until("runner-7  10.2.0.14  staging  5 s ago")
	r.until("runner-8  10.2.0.14  prod-eu  now")
	r.never("No other agent token") // two reaches all that
	r.press("esc")
	w.clock.forward(3 * time.Hour)
	r.press("X")
	r.until("Not used in the last hour, last 3 hours ago by runner-8.")
	r.press("esc", "enter")
	r.until("Used         3 hours ago")
	r.until("24 h, most 4 an hour")
}

// TestUseIsRestedFor: moving down a list reads the use of where the cursor comes to rest,
// not of every row on its way.
func TestUseIsRestedFor(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.agent("")
	}
	asked := &asking{Store: w.store}
	r := w.terminalOn(asked, w.ana)
	r.resize(150, 40)
	r.until("Agent token 30")
	for range 29 {
		r.press("j")
	}
	r.until("Agent token 1 ")
	r.until("Used         never")
	asked.mu.Lock()
	defer asked.mu.Unlock()
	if n := len(asked.usage); n > 2 || asked.usage[n-1] != 1 {
		t.Errorf("asked about %v", asked.usage)
	}
	r.resize(80, 24)
	gen := r.app.pages[0].screen.(*tokens).use.gen
	r.press("k")
	if ended(r.app.Update(useDue{gen})) != nil {
		t.Error("without a pane use is read all the same")
	}
}

// asking notes what is asked about.
type asking struct {
	Store
	mu    sync.Mutex
	usage []model.TokenID
}

func (a *asking) Usage(ctx context.Context, actor model.Actor, id model.TokenID) (model.Usage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.usage = append(a.usage, id)
	return a.Store.Usage(ctx, actor, id)
}

// TestRefusedUse is said with its reason, and is no use.
func TestRefusedUse(t *testing.T) {
	w, r := newTestApp(t)
	one := w.agent("one")
	w.do(w.ana, model.SetPermissions{Token: one.ID, Revision: one.Revision, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	w.present(w.value(one.ID), runner("runner-7", "staging"), 2)
	w.clock.forward(time.Minute)
	r.until("▌ one")
	r.press("enter")
	r.until("Used         never")
	r.until("Refused      twice, last 1 min ago by runner-7 for deployment")
	r.until("staging: out of reach")
	r.until("runner-7  10.2.0.14  staging  refused 1 min ago")
	if screen := r.screen(); strings.Contains(screen, "By the hour") {
		t.Errorf("a chart of nothing:\n%s", screen)
	}
}

// TestDescriptionsBesideThePane keep 38 cells: what the pane has as well gives way.
func TestDescriptionsBesideThePane(t *testing.T) {
	s := plainSession()
	l := listOf(s, agentToken())
	for s.width = paneFrom; s.width < 220; s.width++ {
		table := l.tableWidth(s.width)
		cols := grid.Layout(l.columns(table), table)
		if cols[0].W < besidePane {
			t.Fatalf("%d wide: %d cells for descriptions", s.width, cols[0].W)
		}
		if created, used := len(cols) > 3, len(cols) > 4; created != (s.width >= 127) || used != (s.width >= 143) {
			t.Fatalf("%d wide: CREATED %t, LAST USED %t", s.width, created, used)
		}
	}
}
