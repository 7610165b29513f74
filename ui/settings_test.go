package ui

import (
	"errors"
	"testing"

	"jeton/model"
)

func onSettings(t *testing.T) (*world, *terminal) {
	t.Helper()
	w, r := newTestApp(t)
	r.until("No agent tokens yet")
	r.press("5")
	r.until("Organization name      acme")
	return w, r
}

func TestPrivateUserTokens(t *testing.T) {
	w, r := onSettings(t)
	r.press("j")
	r.until("Organization Admins may create and reveal user tokens for others")
	r.press("space")
	r.until("Private user tokens is on")
	r.until("──● on")
	self, err := w.store.Session(t.Context(), w.ana)
	if err != nil || !self.Organization.Settings.PrivateUserTokens {
		t.Fatalf("the store says %+v, %v", self.Organization, err)
	}
	r.press("enter")
	r.until("○── off")
}

// TestPrivateUserTokensConflict turns the setting as it was seen before somebody else
// turned it: that must not turn it back.
func TestPrivateUserTokensConflict(t *testing.T) {
	w, r := onSettings(t)
	seen := r.app.s.self.Organization
	w.do(w.ana, model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}})
	r.until("──● on")
	r.app.s.self.Organization = seen
	r.press("j", "space")
	r.until("Not changed: ana changed the organization meanwhile. Private user")
	self, err := w.store.Session(t.Context(), w.ana)
	if err != nil || !self.Organization.Settings.PrivateUserTokens {
		t.Errorf("the store says %+v, %v", self.Organization, err)
	}
}

func TestRenameOrganization(t *testing.T) {
	w, r := onSettings(t)
	r.press("enter")
	r.until("Rename the organization")
	r.press("ctrl+u", "enter")
	r.until("It is empty; type one.")
	r.typeText("acme gmbh")
	w.do(w.ana, model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}})
	r.press("enter")
	r.until("ana changed its settings meanwhile. What you typed is kept")
	r.press("enter")
	r.until("The organization is called acme gmbh now.")
	r.until("acme gmbh › Organization Settings")
	self, err := w.store.Session(t.Context(), w.ana)
	if err != nil || !self.Organization.Settings.PrivateUserTokens {
		t.Errorf("renaming lost the setting: %+v, %v", self.Organization, err)
	}
}

func TestFactsOnlyTell(t *testing.T) {
	_, r := onSettings(t)
	r.press("j", "j", "enter")
	r.until("This row only tells; it is not a setting of the organization.")
	r.press("G")
	r.until("15 of 15")
}

func TestSettingsTellDamageAndFailing(t *testing.T) {
	_, r := onSettings(t)
	r.app.s.health.Checking = true
	if m := r.app.message(); m.text != "Checking the history…" {
		t.Errorf("while history is checked every screen says %q", m.text)
	}
	r.app.s.health.Checking = false
	r.app.s.health.Damage = &model.DamageError{What: "journal/0001: frame 7", Next: "put a backup back"}
	r.until("damaged: journal/0001")
	r.send(directoryRead{err: errors.New("read settings: broken")})
	r.until("Read settings: broken.")
	r.press("ctrl+r")
	r.until("Store health           good")
}
