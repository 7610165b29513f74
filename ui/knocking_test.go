package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// revoke revokes a token as ana.
func (w *world) revoke(id model.TokenID) {
	w.t.Helper()
	w.do(w.ana, model.Revoke{Token: id})
}

// look has the page of knocking tokens read them again, without waiting.
func (r *terminal) look() {
	r.send(knocksDue{r.app.pages[len(r.app.pages)-1].screen.(*knocking).gen})
}

// TestStillKnocking: an agent that goes on with a revoked token is on the page, with where
// it is, how often and why; the Tokens tab says so, and nothing else.
func TestStillKnocking(t *testing.T) {
	w, r := newTestApp(t)
	old, idle := w.agent("old runner"), w.agent("idle")
	value := w.value(old.ID)
	w.present(value, runner("runner-7", "staging"), 5)
	w.present(w.value(idle.ID), runner("runner-1", "staging"), 2)
	w.revoke(old.ID)
	w.revoke(idle.ID)
	r.until("No agent tokens yet")
	r.look()
	r.press("K")
	r.until("No revoked token was presented")
	r.until("since 2026-03-09 09:14 UTC")
	r.until("acme › Still knocking")
	r.press("esc")
	r.until("No agent tokens yet")
	r.never("knock")
	if v := w.present(value, runner("runner-7", "staging"), 12); v.Standing != model.Revoked {
		t.Fatalf("the revoked token is %s", v.Standing)
	}
	w.clock.forward(5 * time.Second)
	r.look()
	r.until("1 revoked token still knocks  K")
	r.click("1 revoked token")
	r.until("Still knocking 1")
	for _, want := range []string{"••••" + old.LastFour, "old runner", "runner-7 ", "   12  5 s ago", "revoked"} {
		r.until(want)
	}
	r.never("idle")
	r.press("enter")
	r.until("Agent token 1")
	r.until("12 times, last 5 s ago")
	r.until("runner-7  10.2.0.14  staging  12 times, 5 s ago")
	w.present(value, model.Caller{Addr: "10.2.0.99"}, 1)
	r.look()
	r.until("-         10.2.0.99           once, now")
	r.press("esc")
	r.gone("Callers")
	r.resize(150, 40)
	r.until("│ Agent token 1")
	r.until("10.2.0.99 +1")
	r.until("HOW OFTEN")
	r.click("Tokens   Users")
	r.until("No agent tokens yet")
}

// TestKnocksOfMembers: they see their own and nobody else's; an Organization Admin sees
// all, also of users who are deactivated.
func TestKnocksOfMembers(t *testing.T) {
	w := newWorld(t)
	ben := w.person("ben")
	agent := w.agent("of the organization")
	own := w.do(ben, model.CreateToken{Kind: model.UserToken, Owner: ben.User, Description: "ben's script"}).(model.Token)
	values := []string{w.value(agent.ID), w.value(own.ID)}
	w.revoke(agent.ID)
	w.revoke(own.ID)
	for _, v := range values {
		w.present(v, runner("cron", "staging"), 3)
	}
	r := w.terminal(ben)
	r.until("1 revoked token still knocks  K")
	r.press(":")
	r.typeText("knock")
	r.press("enter")
	r.until("ben's script")
	r.never("of the organization")
	r = w.terminal(w.ana)
	r.until("2 revoked tokens still knock  K")
	carl := w.person("carl")
	token := w.do(carl, model.CreateToken{Kind: model.UserToken, Owner: carl.User, Description: "carl's"}).(model.Token)
	value := w.value(token.ID)
	w.do(w.ana, model.SetActive{User: carl.User})
	w.present(value, runner("cron", "staging"), 1)
	r.look()
	r.until("3 stopped tokens still knock  K")
	r.press("2", "K") // from any tab
	r.until("Still knocking 3")
	r.until("owner")
	r.press("/")
	r.typeText("carl")
	r.press("enter")
	r.until("1 of 1")
	r.press("enter")
	r.until("stopped while its owner is deactivated")
	r.press("esc", "esc")
	r.until("of the organization")
	r.press("esc")
	r.until("No agent tokens yet")
}

// unreadable is a store that cannot say who knocks, for as long as it is so.
type unreadable struct {
	Store
	broken atomic.Bool
}

func (u *unreadable) Knocks(ctx context.Context, a model.Actor) (model.Knocks, error) {
	if u.broken.Load() {
		return model.Knocks{}, errors.New("uses could not be read: disk gone")
	}
	return u.Store.Knocks(ctx, a)
}

// TestKnocksUnread: what cannot be read is said, and can be tried again.
func TestKnocksUnread(t *testing.T) {
	w := newWorld(t)
	s := &unreadable{Store: w.store}
	s.broken.Store(true)
	r := w.terminalOn(s, w.ana)
	r.until("No agent tokens yet")
	r.press("K")
	r.until("Uses could not be read: disk gone.")
	r.never("No revoked token was presented")
	s.broken.Store(false)
	r.press("ctrl+r")
	r.until("No revoked token was presented")
}

// TestMoreKnock says that there are more than it shows.
func TestMoreKnock(t *testing.T) {
	s := mySession()
	k := knocksOf(s)
	m := knocksRead{gen: k.gen, knocks: k.knocks}
	m.knocks.More = 57
	k.Update(m)
	var c knockCount
	c.take(m)
	for want, drawn := range map[string]string{
		"Still knocking 4+   the latest; up to 57 others knocked before them": k.Draw(80, 20).String(),
		"4+ stopped tokens still knock":                                       draw.Rows(c.notice(s, 60)).String(),
	} {
		if !strings.Contains(ansi.Strip(drawn), want) {
			t.Errorf("%q is not in %q", want, ansi.Strip(drawn))
		}
	}
}

// knocksOf is the page with tokens that knock.
func knocksOf(s *session) *knocking {
	k := newKnocking(s).(*knocking)
	old, gone := agentToken(), userToken(3)
	old.RevokedAt, old.RevokedBy = before(s, 50*time.Hour), 2
	caller := func(agent, addr string, n uint64, last time.Duration) model.CallerUse {
		return model.CallerUse{Caller: model.Caller{Agent: agent, Addr: addr, Place: model.Place{Name: "staging"}},
			Use: model.Use{Refused: n, LastRefused: before(s, last), Why: model.Revoked}}
	}
	odd := model.Token{ID: 16, Kind: model.AgentToken, LastFour: "a1B2", Description: "データ基盤チームの夜間バッチ \x1b[31m\u202e", RevokedAt: 1, RevokedBy: 1}
	k.Update(knocksRead{gen: k.gen, knocks: model.Knocks{Since: 1, Knocks: []model.Knock{
		{Token: old, Refused: 172800, Last: before(s, 300*time.Millisecond), Callers: []model.CallerUse{caller("runner-7 on rack 4", "10.2.0.14", 172000, 300*time.Millisecond), caller("", "10.2.0.99", 800, 3*time.Hour)}},
		{Token: gone, Refused: 3, Last: before(s, 12*time.Minute), Callers: []model.CallerUse{caller("", "2001:db8:85a3::8a2e:370:7334", 3, 12*time.Minute)}},
		{Token: odd, Refused: 1, Last: before(s, 6*24*time.Hour), Callers: []model.CallerUse{caller("ночь \u202e"+strings.Repeat("字", 50), "", 1, 6*24*time.Hour)}},
		{Token: model.Token{ID: 1, Kind: model.ServiceToken, LastFour: "0000", RevokedAt: 1}, Refused: 2, Last: before(s, time.Hour)},
	}}})
	return k
}

// TestKnockingLook keeps the page and its details as they were judged.
func TestKnockingLook(t *testing.T) {
	glyphs := map[string]theme.Glyphs{"": theme.Unicode(), "-ascii": theme.ASCII()}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
		for set, g := range glyphs {
			s := mySession()
			s.width, s.height, s.theme = size[0], size[1], testTheme(termenv.Ascii, theme.Unknown, g)
			k := knocksOf(s)
			n, _ := k.list.selected()
			d := &knockDetails{s: s, knock: n}
			golden(t, fmt.Sprintf("knocking%s-%dx%d", set, size[0], size[1]), ansi.Strip(k.Draw(size[0], s.rowsShown()+2).String())+"\n")
			golden(t, fmt.Sprintf("knocking-details%s-%dx%d", set, size[0], size[1]), ansi.Strip(d.Draw(size[0], size[1]).String())+"\n")
		}
	}
}

// TestKnockNotice is said in fewer words where there is less room, whole or not at all.
func TestKnockNotice(t *testing.T) {
	s := plainSession()
	c := knockCount{n: 12345, revoked: true}
	for room, want := range map[int]string{40: "12k revoked tokens still knock  K ", 33: "12k still knock  K ", 20: "12k still knock  K ", 12: "12k  K ", 6: "", -3: ""} {
		got := ""
		if l := c.notice(s, room); l != nil {
			got = ansi.Strip(draw.Rows(l).Lines[0])
		}
		if got != want {
			t.Errorf("in %d cells it says %q, want %q", room, got, want)
		}
	}
}
