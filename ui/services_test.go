package ui

import (
	"strings"
	"testing"

	"jeton/keymap"
	"jeton/model"
)

// service creates a service credential as ana.
func (w *world) service(description string) model.Token {
	w.t.Helper()
	return w.do(w.ana, model.CreateToken{Kind: model.ServiceToken, Description: description}).(model.Token)
}

// TestServiceCredential is the life of a service credential, on its own tab.
func TestServiceCredential(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("an agent")
	r.until("an agent")
	r.press("6")
	r.until("No service credentials yet")
	r.until("acme › Organization Settings › Services")
	r.press("n")
	r.until("Created service credential 2.")
	r.until("save description")
	r.typeText("nginx on edge-1")
	r.press("enter")
	r.until("Description saved")
	r.until("Service credentials 1")
	r.never("an agent")
	r.never("PERMISSIONS")
	r.press("r")
	r.when("a value", func() bool { return strings.HasPrefix(tokenValue.FindString(r.screen()), "jts_") })
	value := tokenValue.FindString(r.screen())
	r.press("esc")
	r.gone(value)
	r.press("y")
	r.until("Sent to your terminal's clipboard")
	if got := copiedText(t, r); got != value {
		t.Errorf("copied another value, of %d characters", len(got))
	}
	r.press("enter")
	r.until("Service credential 2")
	r.press("esc", "X")
	r.until("Revoke service credential 2")
	r.until("The service that uses it can no longer ask about tokens.")
	r.typeText(value[len(value)-4:])
	r.press("enter")
	r.until("Revoked service credential 2.")
	r.until("No service credentials yet")
	r.press("v")
	r.until("revoked  nginx on edge-1")
	r.until("Service credentials 0 and 1 revoked")
}

// TestServicesRefuse what is for tokens only, and say why.
func TestServicesRefuse(t *testing.T) {
	w, r := newTestApp(t)
	r.until("No agent tokens yet")
	w.service("nginx")
	r.press("6")
	r.until("▌ nginx")
	for key, why := range map[string]string{"e": "A service credential has no permissions", "@": "belong to the organization", "tab": "There is one list of service credentials"} {
		r.press(key)
		r.until(why)
		r.until("▌ nginx")
	}
	r.press("enter")
	r.until("Service credential 1")
	r.press("e")
	r.until("A service credential has no permissions")
}

// TestServicesAreForAdmins: members neither see the tab nor reach it.
func TestServicesAreForAdmins(t *testing.T) {
	w := newWorld(t)
	w.service("nginx")
	r := w.terminal(w.person("ben"))
	r.until("No user tokens yet")
	r.never("Services")
	r.press("6")
	r.until("This tab needs an Organization Admin.")
	r.never("nginx")
}

// TestTabsKeepApart: what one tab of tokens asked for does not come to the other.
func TestTabsKeepApart(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("an agent")
	w.service("nginx")
	r.until("an agent")
	r.press("6")
	r.until("▌ nginx")
	r.press("1")
	r.until("▌ an agent")
	r.press("r")
	r.when("a value", func() bool { return strings.HasPrefix(tokenValue.FindString(r.screen()), "jta_") })
	r.press("y")
	r.until("Sent to your terminal's clipboard")
	if n := strings.Count(r.copied.String(), "\x1b]52;c;"); n != 1 {
		t.Errorf("copied %d times", n)
	}
	r.press("2")
	r.until("LOGIN")
	r.press("@") // ana's own tokens
	r.until("User tokens 0")
	for _, p := range r.app.pages {
		if l, ok := p.screen.(*tokens); ok && l.title == "Services" && (l.on || l.reveal.shown() || l.kind != model.ServiceToken) {
			t.Errorf("the Services tab took what was meant for Tokens: %+v", l)
		}
	}
}

// TestTabBar: every tab where there is room, else the one that is open, with its place.
func TestTabBar(t *testing.T) {
	_, r := newTestApp(t)
	r.until("No agent tokens yet")
	r.until(" Tokens   Users   Deployments   Activity   Settings   Services")
	r.resize(40, 24)
	r.until(" ‹ Tokens ›  1/6 ")
	r.click("‹ Tokens")
	r.until(" ‹ Services ›  6/6 ")
	r.until("No service credentials yet")
	r.until("They let a service ask about tokens.")
	if got := r.app.top().Scope(); got != keymap.Tokens {
		t.Errorf("keys are heard in %s", got)
	}
}
