package ui

import (
	"strings"
	"testing"

	"jeton/keymap"
	"jeton/model"
)

// TestClicksWhileDescribing: a description that is being typed is neither left behind
// unseen nor dropped by a click.
func TestClicksWhileDescribing(t *testing.T) {
	w, r := newTestApp(t)
	token := w.agent("one")
	w.agent("two")
	r.until("▌ two")
	r.press("j", "d")
	r.typeText("abc")
	for _, at := range []string{"User tokens", "CREATED", "Users", "ana ▾", "two"} {
		r.click(at)
		r.until("First end the description: ↵ saves it, esc leaves it as it was.")
		r.until("[oneabc")
		r.until("CREATED ↓")
		r.press("left")
		r.until("Description  6 of 256")
	}
	r.press("enter")
	r.until("Description saved")
	if got := w.token(token.ID).Description; got != "oneabc" {
		t.Errorf("saved %q", got)
	}
}

// TestFoundInPermissions: what a filter found among the deployments is named and
// underlined.
func TestFoundInPermissions(t *testing.T) {
	w, r := newTestApp(t)
	token := w.agent("runner")
	w.agent("other")
	w.do(w.ana, model.SetPermissions{Token: token.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 2, 3}, AllBranches: true}})
	r.until("3 + branches")
	for typed, cell := range map[string]string{"staG": "staging +3", "prod": "prod-eu +3", "branch": "all branch de…", "runner": "3 + branches", "agent": "Org Agent"} {
		r.press("/")
		r.typeText(typed)
		list := r.app.pages[0].screen.(*tokens)
		r.when("one found", func() bool { return list.list().rows.total == 1 && list.list().rows.known })
		r.until(cell)
		found, _ := list.selected()
		th, lit := list.s.theme, false
		for _, s := range list.scope(0, found, 80) {
			as := s.Paint.Render("x")
			lit = lit || strings.EqualFold(s.Text, typed) && (as == th.Text.And(th.Match).Render("x") || as == th.Agent.And(th.Match).Render("x"))
		}
		if want := typed != "runner"; lit != want {
			t.Errorf("%q: underlined is %v", typed, lit)
		}
		r.press("esc")
		r.when("both", func() bool { return list.list().rows.total == 2 && list.list().rows.known })
	}
}

// TestFilterGoesToTheFirst: where the row under the cursor is not found, the first one
// that is has it.
func TestFilterGoesToTheFirst(t *testing.T) {
	w, r, _ := onUsers(t)
	w.person("clea")
	r.until("1 of 4")
	r.press("G", "k", "k", "k", "j") // ben
	r.until("▌ ben")
	r.press("/")
	r.typeText("cle")
	r.until("▌ clea")
	r.press("esc", "3")
	r.until("▌ prod-eu")
	r.press("G")
	r.until("▌ staging")
	r.press("/")
	r.typeText("prod")
	r.until("▌ prod-eu")
}

// TestClickLeavesTheFilterField, on every list; the filter stays.
func TestClickLeavesTheFilterField(t *testing.T) {
	_, r, _ := onUsers(t)
	typing := func(want bool) {
		t.Helper()
		if got := r.app.top().Scope() == keymap.Filter; got != want {
			t.Fatalf("typing: %v; the screen is\n%s", got, r.screen())
		}
	}
	for tab, at := range map[string]string{"2": "ben", "3": "prod-us", "4": "ben"} {
		r.press(tab, "/")
		r.typeText(at[:2])
		r.until(at)
		typing(true)
		r.click(at)
		typing(false)
		r.press("esc")
	}
	r.press("1", "n")
	r.until("save description")
	r.press("esc", "e", "o", "/")
	r.typeText("prod")
	r.gone("[x] staging")
	r.click("[x] prod-us")
	typing(false)
	r.until("[ ] prod-us")
}

// TestFilterInEdit: while it is typed, enter and esc are its own alone; kept, esc clears
// it first and says so.
func TestFilterInEdit(t *testing.T) {
	w, r, token := editing(t)
	r.press("o", "/")
	r.typeText("prod")
	r.until("↵ keep   esc clear filter")
	r.never("↵ save")
	r.never("esc cancel")
	r.press("enter")
	r.until("esc clear filter   ↵ save")
	r.press("esc")
	r.until("esc cancel   ↵ save")
	if !w.token(token.ID).Permissions.OrgAgent {
		t.Error("saved")
	}
}

// TestNothingMatches says it the same way on every list, with how many there are once.
func TestNothingMatches(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	w.agent("two")
	w.person("ben")
	r.until("▌ two")
	for tab, of := range map[string]string{"1": "0 of 2", "2": "0 of 2", "3": "0 of 3"} {
		r.press(tab, "/")
		r.typeText("zzz")
		r.until(`Nothing matches "zzz"`)
		for range 2 { // typing, then kept
			r.until("esc clear filter    " + of)
			if n := strings.Count(r.screen(), " of "); n != 1 {
				t.Errorf("%d counts:\n%s", n, r.screen())
			}
			r.press("enter")
		}
		r.until("/zzz")
		r.press("esc")
		r.gone("Nothing matches")
	}
	r.press("4", "/")
	r.typeText("zzz")
	r.until("No event like that")
	r.until("esc clear filter")
	r.never("0 of 0")
	r.press("enter")
	r.until("esc show all")
	r.never("0 of 0")
}

// TestSortSaysWhatItDoes: the words for sorting name the orders there are.
func TestSortSaysWhatItDoes(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("CREATED ↓")
	for _, order := range []string{"CREATED ↑", "DESCRIPTION ↑", "CREATED ↓"} {
		r.press("s")
		r.until(order)
	}
	if k, _ := keymap.Default().Action(keymap.PageSort); !strings.Contains(k.Help, "newest first, oldest first, by name or description") {
		t.Errorf("sort says %q", k.Help)
	}
}
