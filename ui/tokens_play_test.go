package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/theme"
)

// TestRevokeTheOnlyMatch: what a filter leaves is counted against the list as it is
// now, not as it was when the filter was opened.
func TestRevokeTheOnlyMatch(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	two := w.agent("two")
	r.until("Agent tokens 2")
	r.until(" two ")
	r.press("/")
	r.typeText("two")
	r.until("1 of 2")
	r.press("enter", "X")
	r.typeText(two.LastFour)
	r.press("enter")
	r.until("Revoked agent token 2")
	r.until(`Nothing matches "two"`)
	r.until("0 of 1")
	r.press("esc")
	r.until("one")
}

// TestRevokeOneMatchOfMany: the rows around it close up and stay what they are, and the
// cursor stays on its token.
func TestRevokeOneMatchOfMany(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("match one")
	two := w.agent("match two")
	w.agent("match three")
	r.until("Agent tokens 3")
	r.until("match three")
	r.press("/")
	r.typeText("match")
	r.press("enter")
	r.until("1 of 3")
	r.until("match two")
	r.press("j", "j")
	r.until("3 of 3")
	w.do(w.ana, model.Revoke{Token: two.ID})
	r.until("2 of 2") // at once, not when somebody happens to ask again
	if screen := r.screen(); strings.Contains(screen, "match two") || !strings.Contains(screen, "▌ match one") {
		t.Errorf("the rows are not the ones found:\n%s", screen)
	}
}

// TestFilterDoesNotBlink: rows that are already there stay while the next letter of a
// filter is being answered.
func TestFilterDoesNotBlink(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("match one")
	w.agent("other")
	w.agent("match two")
	r.until("match one")
	r.press("/")
	r.paste("match")
	r.until("2 of 3")
	if screen := r.screen(); !strings.Contains(screen, "match one") || !strings.Contains(screen, "match two") {
		t.Errorf("the rows are gone:\n%s", screen)
	}
}

// TestLongFilter: whatever is pasted as a filter is said once, escaped once, and leaves
// the place of the cursor in sight.
func TestLongFilter(t *testing.T) {
	w, r := newTestApp(t)
	w.agent(strings.Repeat("a", 200))
	r.until("aaaa")
	r.press("/")
	r.paste(strings.Repeat("a", 100))
	r.press("enter")
	r.until("/aaaaaaaaaaaaaaaaaaa…  1 of 1")
	r.press("esc", "/")
	r.paste("\x1b[31m\r\u202ex")
	r.until(`Nothing matches "\x1b[31m\x0d\u202ex"`)
}

// TestPaneVerbs: from 120 columns on the pane ends with what can be done, and a click
// there does it.
func TestPaneVerbs(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.resize(140, 40)
	r.until("Agent token 1")
	for _, words := range []string{"│ r Reveal token", "│ y copy", "│ d describe", "│ e Edit", "│ X Revoke"} {
		r.until(words)
	}
	r.click("r Reveal token")
	r.when("a value", func() bool { return tokenValue.MatchString(r.screen()) })
	r.gone("│ r Reveal token") // its key hides now
	r.press("r")
	r.when("no value", func() bool { return !tokenValue.MatchString(r.screen()) })
	r.click("d describe ")
	r.until("[one")
	r.gone("│ X Revoke") // not while a row is typed in
	r.press("esc")
	r.gone("[one")
	r.click("X Revoke")
	r.until("Revoke agent token 1")
}

// TestGuideWordsFindTheirCommand: whoever has read the guide types its words.
func TestGuideWordsFindTheirCommand(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("one")
	for _, words := range []string{"Reveal token", "Create agent token", "Edit", "Revoke", "Manage tokens for"} {
		r.press(":")
		r.typeText(words)
		r.until("› " + words + "  ")
		r.press("esc")
		r.gone("Commands")
	}
}

// TestClicksInRows: the masked cell and the permissions act at once, on any row; the
// description, which most clicks are meant to select, on the second click.
func TestClicksInRows(t *testing.T) {
	w, r := newTestApp(t)
	first := w.agent("first")
	w.agent("second")
	r.until("first")
	r.click("••••" + first.LastFour)
	r.when("a value", func() bool { return strings.HasSuffix(tokenValue.FindString(r.screen()), first.LastFour) })
	r.click("second")
	r.gone("hides in")
	r.until("second ✎")
	r.click(" ✎")
	r.until("[second")
	r.press("esc")
	r.gone("[second")
	r.press("G")
	r.until("2 of 2")
	r.click("Org Agent") // in the first row
	r.until("Permissions · second")
}

// TestClickEndsTheFilterField: after a click keys are commands again, so that what is
// revealed by one is not typed over.
func TestClickEndsTheFilterField(t *testing.T) {
	w, r := newTestApp(t)
	one := w.agent("one")
	r.until("one")
	r.press("/")
	r.paste("one")
	r.until("1 of 1")
	r.click("••••" + one.LastFour)
	r.when("a value", func() bool { return tokenValue.MatchString(r.screen()) })
	r.until("y copy")
	if got := r.app.top().Scope(); got != keymap.Revealed {
		t.Errorf("keys are heard in %s", got)
	}
	r.until("/one")
	r.press("y")
	r.until("Sent to your terminal's clipboard")
}

// TestDeactivatedOwner: managing somebody who was just deactivated says so, and why
// they get no token.
func TestDeactivatedOwner(t *testing.T) {
	w, r := newTestApp(t)
	ben := w.person("ben")
	r.until("No agent tokens yet")
	r.press("@")
	r.typeText("ben")
	r.press("enter")
	r.until("ben (not you)")
	w.do(w.ana, model.SetActive{User: ben.User})
	r.until("ben (not you, deactivated)")
	r.press("n")
	r.until("ben is deactivated and gets no new tokens")
}

// TestIdle: with nothing revealed, copied or pending, nothing is asked for again; the
// ticks of what is over lead to no others.
func TestIdle(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("one")
	r.press("r")
	r.until("hides in")
	r.press("y")
	r.until("Cleared in")
	r.press("esc")
	w.clock.forward(time.Hour)
	gen := r.app.pages[0].screen.(*tokens).reveal.gen
	for _, late := range []tea.Msg{revealTick{gen}, revealTick{gen - 1}, clipTick{r.app.copied.gen - 1}, openingTick{1}} {
		if ended(r.app.Update(late)) != nil {
			t.Errorf("%T leads to more", late)
		}
	}
	r.until("clipboard") // the last tick clears it
	r.when("clearing", func() bool { return !r.app.holding() })
	if ended(r.app.Update(clipTick{r.app.copied.gen})) != nil {
		t.Error("the clipboard's clock goes on")
	}
}

// ended runs what an update asked for, as far as it answers at once.
func ended(_ tea.Model, cmd tea.Cmd) tea.Msg {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	if cmds, ok := many(msg); ok && len(cmds) == 0 {
		return nil
	}
	return msg
}

// TestTokensLook keeps the lists as they were judged: the rows, a revealed one and one
// that is being described.
func TestTokensLook(t *testing.T) {
	rows := []model.Token{
		{ID: 15, Kind: model.AgentToken, LastFour: "5b1a", CreatedAt: 1_772_841_600_000},
		{ID: 13, Kind: model.AgentToken, LastFour: "77c0", Description: "データ基盤チームの夜間バッチ", Permissions: model.OrgAgent(), CreatedAt: 1_771_459_200_000, CreatedBy: 1},
		agentToken(),
		{ID: 12, Kind: model.AgentToken, LastFour: "a1B2", Description: "old \x1b]52;c;aGk=\x07 \u202erunner", RevokedAt: 1_771_459_200_000, RevokedBy: 1, CreatedAt: 1_768_348_800_000},
	}
	value := model.SecretOf("jta_i3YIT4hGExqbwZetGi4IFS8VgHHzAhlk5It30Ee4HMm3C9f3E")
	states := map[string]func(*tokens){
		"list": func(*tokens) {},
		"revealed": func(l *tokens) {
			l.reveal = reveal{token: rows[2], value: value, until: l.s.now().Add(24 * time.Second)}
		},
		"describe": func(l *tokens) {
			l.describe = &describing{token: rows[2], field: newField("staging runner, blue/green")}
		},
	}
	themes := map[string]*theme.Theme{"plain": testTheme(termenv.Ascii, theme.Dark, theme.Unicode()), "dark": testTheme(termenv.TrueColor, theme.Dark, theme.Unicode())}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
		for state, set := range states {
			for colours, th := range themes {
				s := mySession()
				s.width, s.height, s.theme, s.times.Hide = size[0], size[1], th, 30*time.Second
				l := listOf(s, rows...)
				l.list().grid.Go(2, s.rowsShown())
				set(l)
				golden(t, fmt.Sprintf("tokens-%s-%s-%dx%d", state, colours, size[0], size[1]), l.Draw(size[0], s.rowsShown()+2).String()+"\n")
			}
		}
	}
}
