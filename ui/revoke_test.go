package ui

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// TestRevokeWaitsForTheText: enter is dead until the last four are there, in either
// case, and says what it waits for.
func TestRevokeWaitsForTheText(t *testing.T) {
	for typed, says := range map[string]string{
		"": "type 4 more", "9": "type 3 more", "9F3": "type 1 more", "3f9": "does not match", "9f3E9": "does not match",
		"9f3e": "", "9F3E": "", " 9f3E": "",
	} {
		s := plainSession()
		d := newRevoke(s, agentToken(), nil).(*revoke)
		tell(d, typed)
		if screen := text(d, 80, 24); says != "" && !strings.Contains(screen, "("+says+")") {
			t.Errorf("%q: does not say %q:\n%s", typed, says, screen)
		}
		_, cmd := d.Update(act{keymap.RevokeAccept})
		if (cmd != nil) != (says == "") {
			t.Errorf("%q: revokes: %t", typed, cmd != nil)
		}
	}
}

func TestRevokeTakesAPaste(t *testing.T) {
	s := plainSession()
	d := newRevoke(s, agentToken(), nil).(*revoke)
	tell(d, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("9f3E\n"), Paste: true})
	if d.missing() != "" {
		t.Errorf("pasted, it still says %q", d.missing())
	}
	tell(d, keymap.RevokeClear)
	if d.missing() != "type 4 more" {
		t.Errorf("cleared, it says %q", d.missing())
	}
}

// TestRevokeNeedsSomethingTyped: a record that has lost its last four asks for the
// number instead of for nothing.
func TestRevokeNeedsSomethingTyped(t *testing.T) {
	token := agentToken()
	token.LastFour = ""
	d := newRevoke(plainSession(), token, nil).(*revoke)
	if d.missing() == "" {
		t.Fatal("enter revokes at once")
	}
	tell(d, "14")
	if d.missing() != "" {
		t.Errorf("the number does not do: %s", d.missing())
	}
}

func TestRevokeTellsWhoLosesIt(t *testing.T) {
	for owner, want := range map[model.UserID]string{1: "It is yours.", 2: "It is ben's (not you)."} {
		if screen := text(newRevoke(plainSession(), userToken(owner), nil), 80, 24); !strings.Contains(screen, want) {
			t.Errorf("%q is not on the screen:\n%s", want, screen)
		}
	}
	screen := text(newRevoke(plainSession(), agentToken(), nil), 80, 24)
	for _, want := range []string{"Revoke agent token 14", "3 deployments  ••••9f3E", "Created 2026-02-02 by ana. Revealed 2 hours ago, ana."} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not on the screen:\n%s", want, screen)
		}
	}
}

// TestRevokeInFourLines: at 40x10 what, that there is no undo, the field and the keys.
func TestRevokeInFourLines(t *testing.T) {
	d := newRevoke(plainSession(), agentToken(), nil)
	tell(d, "9f3")
	var lines []string
	for _, line := range strings.Split(text(d, 40, 10), "\n")[1:9] {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	want := []string{"staging runner, blue", "It stops at once. No undo.", "Type 9f3E to revoke:  9f3", "esc keep   ↵ revoke (type 1 more)"}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for i := range want {
		if !strings.Contains(lines[i], want[i]) {
			t.Errorf("line %d is %q, want %q in it", i, lines[i], want[i])
		}
	}
}

func TestRevokeFailureStays(t *testing.T) {
	s := plainSession()
	d := newRevoke(s, agentToken(), nil).(*revoke)
	tell(d, "9f3e", keymap.RevokeAccept, "x", keymap.RevokeAccept)
	tell(d, changed{request: d.request, err: errors.New("disk on fire")})
	if screen := text(d, 80, 24); !strings.Contains(screen, "Not revoked: "+explain(errors.New("disk on fire"))) {
		t.Errorf("the failure is not told:\n%s", screen)
	}
	if len(posted(s)) != 0 {
		t.Error("a failure closed the question")
	}
	if _, cmd := d.Update(act{keymap.RevokeAccept}); cmd == nil {
		t.Error("it cannot be tried again")
	}
}

// TestRevokeFromPermissions closes both dialogs.
func TestRevokeFromPermissions(t *testing.T) {
	w, r, token := editing(t)
	r.press("o", "X")
	r.until("Revoke agent token 1")
	r.paste(strings.ToUpper(token.LastFour))
	r.press("enter")
	r.until("Revoked agent token 1.")
	r.gone("Permissions ·")
	r.gone("It stops working at once.")
	if !w.token(token.ID).Revoked() {
		t.Error("it is not revoked")
	}
}

// TestRevokedMeanwhile: the question says so and stays; what is typed reaches nothing.
func TestRevokedMeanwhile(t *testing.T) {
	w, r, token := editing(t)
	ben := w.boss("ben")
	r.press("X")
	r.until("Revoke agent token 1")
	w.do(ben, model.Revoke{Token: token.ID})
	r.until("ben revoked agent token 1 meanwhile. It no longer works.")
	r.typeText("nXq")
	r.press("enter")
	if r.quit || w.count() != 1 {
		t.Fatal("a letter reached the list")
	}
	r.press("esc")
	r.gone("It no longer works.")
	r.gone("Org Agent")
}
