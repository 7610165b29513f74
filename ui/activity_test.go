package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"jeton/model"
	"jeton/ui/theme"
)

// history is a store with nothing but events, oldest first, that reads a few at a time.
type history struct {
	Store
	events []model.Event
	bound  int // events looked at in one call
	calls  int
	err    error
}

func (h *history) happen(n int) {
	for range n {
		seq := uint64(len(h.events) + 1)
		h.events = append(h.events, model.Event{Seq: seq, At: model.Time(seq * 1000), Actor: model.UserID(seq%3 + 1),
			Action: []model.Action{model.CreateAgentToken, model.RevealAgentToken}[seq%7/6], Count: 1, Outcome: model.Done})
	}
}

func (h *history) wanted(q model.EventQuery, e model.Event) bool {
	return q.Actor == 0 || e.Actor == q.Actor
}

func (h *history) Events(_ context.Context, _ model.Actor, q model.EventQuery) (model.EventPage, error) {
	h.calls++
	page := model.EventPage{Total: len(h.events)}
	if h.err != nil {
		return page, h.err
	}
	before := uint64(len(h.events)) + 1
	if q.Before != 0 {
		before = min(before, q.Before)
	}
	for before > 1 && page.Scanned < h.bound && len(page.Events) < q.Limit {
		before--
		page.Scanned++
		if e := h.events[before-1]; h.wanted(q, e) {
			page.Events = append(page.Events, e)
		}
	}
	if before > 1 {
		page.Next = before
	}
	return page, nil
}

// page is an Activity page on a history, whose commands are run at once.
type historyPage struct {
	*activity
	h *history
}

func newHistoryPage(bound, events int) *historyPage {
	h := &history{bound: bound}
	h.happen(events)
	s := plainSession()
	s.store = h
	p := &historyPage{newActivity(s).(*activity), h}
	p.send(shown{})
	return p
}

func (p *historyPage) send(msg tea.Msg) {
	_, cmd := p.Update(msg)
	p.run(cmd)
}

func (p *historyPage) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg := cmd()
	if cmds, ok := many(msg); ok {
		for _, c := range cmds {
			p.run(c)
		}
	} else if msg != nil {
		p.send(msg)
	}
}

// expected is what the page should list, newest first.
func (p *historyPage) expected() []model.Event {
	var out []model.Event
	for _, e := range slices.Backward(p.h.events) {
		if p.h.wanted(p.query(), e) && (p.chips.action == 0 || e.Action == p.chips.action) {
			out = append(out, e)
		}
	}
	return out
}

// check compares every row that is held with the history.
func (p *historyPage) check(t interface{ Fatalf(string, ...any) }) {
	want := p.expected()
	if n := p.log.rows(); n > len(want) || p.log.next == 0 && n != len(want) {
		t.Fatalf("%d rows of %d", n, len(want))
	}
	held := 0
	for i := range p.log.rows() {
		e, ok := p.log.at(i)
		if ok && e.Seq != want[i].Seq {
			t.Fatalf("row %d is event %d, want %d", i, e.Seq, want[i].Seq)
		}
		if ok {
			held++
		}
		if near := i > p.grid.Cursor-20 && i < p.grid.Cursor+20; near && !ok {
			t.Fatalf("row %d is not here although the cursor is on %d", i, p.grid.Cursor)
		}
	}
	if held > eventsHeld+2*eventsRead {
		t.Fatalf("%d events are held", held)
	}
}

// TestActivityShowsTheHistory walks about in a history that grows meanwhile, narrowed
// or not, with a store that reads a few events at a time.
func TestActivityShowsTheHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newHistoryPage(rapid.IntRange(1, 700).Draw(t, "bound"), rapid.IntRange(0, 6000).Draw(t, "events"))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1:
				at, _ := p.selected()
				p.h.happen(rapid.IntRange(1, 900).Draw(t, "more"))
				p.send(storeChanged{uint64(len(p.h.events))})
				if now, _ := p.selected(); now.Seq != at.Seq && at.Seq != 0 {
					t.Fatalf("the cursor was on event %d and is on %d", at.Seq, now.Seq)
				}
			case 2, 3:
				p.send(wheel{rapid.IntRange(0, 2500).Draw(t, "down")})
			case 4:
				p.send(wheel{-rapid.IntRange(0, 2500).Draw(t, "up")})
			case 5:
				p.send(fieldsChosen{eventFields{actor: model.UserID(rapid.IntRange(0, 4).Draw(t, "actor"))}})
			case 6:
				p.send(fieldsChosen{eventFields{action: rapid.SampledFrom([]model.Action{0, model.RevealAgentToken, model.RevokeAgentToken}).Draw(t, "action")}})
			}
			p.check(t)
		}
	})
}

// TestActivityAsksOnlyForWhatIsNew counts what a busy store costs an open page.
func TestActivityAsksOnlyForWhatIsNew(t *testing.T) {
	p := newHistoryPage(1000, 50_000)
	p.send(fieldsChosen{eventFields{actor: 2}})
	before := p.h.calls
	for range 10 {
		p.h.happen(1)
		p.send(storeChanged{uint64(len(p.h.events))})
	}
	if n := p.h.calls - before; n > 10 {
		t.Errorf("10 events cost %d reads", n)
	}
	if n := len(p.log.pages); n > 2 {
		t.Errorf("10 events made %d pages", n)
	}
}

func TestActivitySaysThatItSearches(t *testing.T) {
	p := newHistoryPage(10, 0)
	p.h.happen(5000)
	p.chips.action = model.RevokeAgentToken
	_, cmd := p.Update(fieldsChosen{p.chips})
	for range 3 { // three reads of many
		msg := cmd()
		if cmds, ok := many(msg); ok {
			msg = cmds[0]()
		}
		_, cmd = p.Update(msg)
	}
	text := p.Draw(80, 20).String()
	if !strings.Contains(text, "searching…") || strings.Contains(text, "No event like that") {
		t.Errorf("the page is\n%s", text)
	}
	p.run(cmd)
	if text := p.Draw(80, 20).String(); !strings.Contains(text, "No event like that") {
		t.Errorf("the page is\n%s", text)
	}
}

func TestActivityFailing(t *testing.T) {
	p := newHistoryPage(100, 10)
	p.h.err = errors.New("read events: broken")
	p.send(storeChanged{99})
	text := p.Draw(80, 20).String()
	if !strings.Contains(text, "Read events: broken.") || !strings.Contains(text, "ctrl+r try again") {
		t.Errorf("the page is\n%s", text)
	}
	p.h.err = nil
	p.send(act{"page.reload"})
	p.check(t)
	if p.log.rows() != 10 {
		t.Errorf("%d rows after trying again", p.log.rows())
	}
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 3, 9, 9, 14, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{
		now.Add(-time.Hour): "today 08:14", now.AddDate(0, 0, -1): "03-08 09:14", now.AddDate(-1, 0, 0): "2025-03-09",
		now.In(time.FixedZone("", 5*3600)): "today 09:14",
	} {
		if got := when(now, model.TimeOf(at)); got != want {
			t.Errorf("%v is %q, want %q", at, got, want)
		}
	}
}

func TestActivityOfAnOrganizationAdmin(t *testing.T) {
	w, r := newTestApp(t)
	ben := w.person("ben")
	w.agent("nightly-hybrid-eu")
	if _, err := w.store.Users(t.Context(), ben); err == nil {
		t.Fatal("ben may list users")
	}
	r.until("nightly-hybrid-eu")
	r.press("4")
	r.until("create agent token 1 nightly-hyb")
	r.until("refused list users")
	r.press("enter")
	r.until("list users (LIST_USERS)")
	r.until("this needs an Organization Admin")
	r.press("f")
	r.until("Only events with the same")
	r.press("enter")
	r.until("[by ben x]")
	r.gone("nightly-hybrid-eu")
	r.until("1 of 1")
	r.click("by ben")
	r.until("nightly-hyb")
	r.press("/")
	r.typeText("HYBRID")
	r.gone("refused")
	r.press("enter", "esc")
	r.until("refused list users")
	w.agent("while looking")
	r.until("while looking")
}

func TestActivityOfAMember(t *testing.T) {
	w := newWorld(t)
	ben := w.person("ben")
	w.agent("not for ben to see")
	w.do(w.ana, model.CreateToken{Kind: model.UserToken, Owner: ben.User, Description: "ana made this"})
	r := w.terminal(ben)
	r.until("ana made this")
	r.press("4")
	r.until("Your activity 2")
	r.until("create user token 2 ana made this")
	if strings.Contains(r.screen(), "not for ben") {
		t.Errorf("the screen is\n%s", r.screen())
	}
}

// TestActivityLooks keeps the page and an event's details as they were judged.
func TestActivityLooks(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
		p := newHistoryPage(100, 12)
		p.s.width, p.s.height = size[0], size[1]
		if size[0] == 140 {
			p.s.theme = testTheme(termenv.TrueColor, theme.Light, theme.ASCII())
		}
		p.h.events[9].Outcome, p.h.events[9].Count, p.h.events[9].Details.Reason = model.Refused, 31, "this needs an Organization Admin"
		p.h.events[9].Details.Origin, p.h.events[9].Door = "pts/3 from 10.0.0.7", model.DoorSSH
		p.h.events[9].Target, p.h.events[9].Details.Label = model.Target{Kind: model.TargetToken, ID: 14}, "staging runner, \x1b[31mblue"
		p.h.events[9].Details.Changes = []model.FieldChange{{Field: "permissions", From: "Org Agent", To: "prod-eu, prod-us"}}
		p.send(act{"page.reload"})
		p.send(fieldsChosen{eventFields{actor: p.h.events[9].Actor}})
		name := fmt.Sprintf("activity-%dx%d", size[0], size[1])
		golden(t, name, p.Draw(size[0], size[1]-6).Fill(size[0], size[1]-6).String()+"\n")
		d := newEventDetails(p.s, p.h.events[9], nil, eventFields{})
		golden(t, name+"-details", d.Draw(size[0], size[1]).String()+"\n")
	}
}
