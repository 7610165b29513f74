package ui

import (
	"strings"
	"testing"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// TestDetailsHandOn: what can be done closes the dialog and is done on the list; enter,
// which opened it, does nothing.
func TestDetailsHandOn(t *testing.T) {
	for _, id := range []keymap.ID{keymap.TokenReveal, keymap.TokenEdit, keymap.TokenRevoke} {
		s := plainSession()
		tell(newDetails(s, agentToken(), nil), id)
		if posts := posted(s); len(posts) != 2 || pops(posts[:1]) != 1 || posts[1] != (act{id}) {
			t.Errorf("%s: posted %v", id, posts)
		}
	}
	s := plainSession()
	d := newDetails(s, agentToken(), nil)
	tell(d, keymap.ListDown, keymap.ListRight)
	if posts := posted(s); len(posts) != 0 {
		t.Errorf("enter posted %v", posts)
	}
	tell(d, keymap.PageBack)
	if posts := posted(s); len(posts) != 1 || pops(posts) != 1 {
		t.Errorf("esc posted %v", posts)
	}
}

// TestEnterTwiceShowsNoSecret is the promise of the list, on the real thing.
func TestEnterTwiceShowsNoSecret(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("one")
	r.press("enter", "enter", "enter")
	r.until("Agent token 1")
	if tokenValue.MatchString(r.screen()) {
		t.Fatal("the value is on the screen")
	}
	r.press("r")
	r.when("a value", func() bool { return tokenValue.MatchString(r.screen()) })
}

func TestDetailsSwitchOff(t *testing.T) {
	off := func(d screen) (names string) {
		for _, k := range d.Keys() {
			if k.Off != "" {
				names += k.Word + " "
			}
		}
		return names
	}
	s := plainSession()
	revoked := agentToken()
	revoked.RevokedAt, revoked.RevokedBy = model.TimeOf(s.now()), 2
	d := newDetails(s, agentToken(), nil)
	if got := off(d); got != "" {
		t.Errorf("off for a working token: %s", got)
	}
	tell(d, tokenRead{token: revoked})
	if got := off(d); got != "Reveal copy describe Edit Revoke " {
		t.Errorf("off once it was revoked: %s", got)
	}
	if screen := text(d, 80, 24); !strings.Contains(screen, "2026-03-09 09:14 UTC by ben") {
		t.Errorf("it does not tell who revoked it:\n%s", screen)
	}
	s.self.Organization.Settings.PrivateUserTokens = true
	if got := off(newDetails(s, userToken(2), nil)); got != "Reveal copy " {
		t.Errorf("off for another user's private token: %s", got)
	}
}

func TestDetailsTellTheState(t *testing.T) {
	s := plainSession()
	nothing, stopped, org := agentToken(), userToken(3), agentToken()
	nothing.Permissions, org.Permissions = model.Permissions{Deployments: []model.DeploymentID{99}}, model.OrgAgent()
	for want, token := range map[string]model.Token{
		"works, but reaches nothing":                  nothing,
		"stopped while its owner is deactivated":      stopped,
		"Org Agent: every deployment, now and later,": org,
		"bo (not you)":                   stopped,
		"prod-eu, staging, staging-blue": agentToken(),
	} {
		if screen := text(newDetails(s, token, nil), 80, 24); !strings.Contains(screen, want) {
			t.Errorf("%q is not on the screen:\n%s", want, screen)
		}
	}
}

// TestDetailPaneIsExact: beside the list every cell counts.
func TestDetailPaneIsExact(t *testing.T) {
	token := agentToken()
	token.Description = strings.Repeat("長い説明 ", 50)
	for height := range 40 {
		f := listOf(plainSession(), token).pane(height)
		if len(f.Lines) != height {
			t.Fatalf("%d: %d lines", height, len(f.Lines))
		}
		for _, l := range f.Lines {
			if draw.Width(l) != paneWidth {
				t.Fatalf("%d: %q", height, l)
			}
		}
	}
}

// listOf is the token list as it stands with these rows.
func listOf(s *session, held ...model.Token) *tokens {
	t := newTokens(s).(*tokens)
	t.held(held...)
	return t
}

// held has the list on the screen hold these rows.
func (t *tokens) held(held ...model.Token) {
	t.on = true
	l := t.list()
	l.rows.held, l.rows.total, l.rows.known = held, len(held), true
	l.grid.Set(len(held))
}
