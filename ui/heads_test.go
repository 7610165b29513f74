package ui

import (
	"strings"
	"testing"

	"jeton/keymap"
	"jeton/model"
)

// firstLines are the lines of the screen down to the lists' names.
func (r *terminal) firstLines() []string { return strings.Split(r.screen(), "\n")[:6] }

// TestLongOrganization: its name gives way, never the place.
func TestLongOrganization(t *testing.T) {
	w, r := newTestApp(t)
	r.until("No agent tokens yet")
	o := r.app.s.self.Organization
	w.do(w.ana, model.RenameOrg{Revision: o.Revision, Name: "The Extraordinarily Long Organization Name of Some Company"})
	r.until("The Extra")
	r.press("3")
	for width, want := range map[int]string{80: " jeton  The E… › Organization Settings › Deployments", 140: "Some Company › Organization Settings › Deployments", 60: "… › Deployments", 40: "… › Deployments"} {
		r.resize(width, 24)
		if line := r.firstLines()[0]; !strings.Contains(line, want) || !strings.Contains(line, "Deployments ") {
			t.Errorf("%d: %q", width, line)
		}
	}
}

// TestRevokedAreCountedApart from those that work.
func TestRevokedAreCountedApart(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	two := w.agent("two")
	r.until("▌ two")
	r.press("v")
	r.until("Agent tokens 2, none revoked")
	w.do(w.ana, model.Revoke{Token: two.ID})
	r.until("Agent tokens 1 and 1 revoked")
	r.until("of 2")
	r.press("v")
	r.until("Agent tokens 1   User")
	ben := w.person("ben")
	w.do(ben, model.CreateToken{Kind: model.UserToken, Owner: ben.User})
	r.press("@")
	r.until("ben")
	r.typeText("ben")
	r.press("enter", "v")
	r.until("User tokens 1, revoked ones included")
}

// TestWhoseTokensAtAnyWidth: the counts and whose tokens these are stay, whatever the
// login is.
func TestWhoseTokensAtAnyWidth(t *testing.T) {
	w, r := newTestApp(t)
	long := w.person("maximiliane.von.und.zu-hohenstein")
	marek := w.person("marek")
	for _, who := range []model.Actor{long, marek} {
		w.do(who, model.CreateToken{Kind: model.UserToken, Owner: who.User})
	}
	w.do(w.ana, model.SetActive{User: marek.User})
	r.until("No agent tokens yet")
	for name, want := range map[string]map[int]string{
		"marek": {140: "Manage tokens for marek (not you, deactivated) ▾", 80: "User tokens 1 ", 64: "marek (not you, deactivated) ▾", 52: "marek (not you, deactivated) ▾", 40: "marek (deactivated) ▾"},
		"maxi":  {140: "Manage tokens for maximiliane.von.und.zu-… (not you) ▾", 80: "for maximiliane.von.und.zu-… (not you) ▾", 60: "maximiliane.von.und.zu-… (not you) ▾", 40: "… (not you) ▾"},
	} {
		r.press("@")
		r.typeText(name)
		r.press("enter")
		r.until("(no description)")
		for width, text := range want {
			r.resize(width, 24)
			line := r.firstLines()[4]
			if !strings.Contains(line, text) || !strings.Contains(line, " 1 ") || !strings.Contains(line, "▾") {
				t.Errorf("%s at %d: %q, want %q", name, width, line, text)
			}
		}
		r.resize(80, 24)
	}
}

// TestRolesLikePermissions: the same hints, parts and question as in the dialog for
// tokens.
func TestRolesLikePermissions(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("j", "e")
	r.until("space change   → stronger")
	r.press("o")
	r.gone("space change")
	r.press("o")
	for _, part := range []string{"› Organization Admin", "› X deactivate", "› @ Manage tokens for", "› esc cancel", "› ↵ save", "› prod-eu"} {
		r.press("tab")
		r.until(part)
	}
	r.press("space")
	r.until("was Editor")
	r.press("shift+tab", "shift+tab", "enter")
	r.until("Your edits are not saved.  D discard   esc back")
	r.press("space", "x", "enter", "s")
	r.until("Your edits are not saved.")
	r.press("esc", "tab", "tab", "/")
	r.typeText("prod")
	r.press("enter")
	r.until("esc clear filter   ↵ save")
	r.click("↵ save")
	r.until("Saved the roles of ben")
	if got := w.user("ben").RoleIn(1); got != model.Admin {
		t.Errorf("ben is %s", got)
	}
}

// TestNobodyIsNamedAsWritten: a login is not a word that begins a sentence.
func TestNobodyIsNamedAsWritten(t *testing.T) {
	w := newWorld(t)
	w.err = &model.UnknownUserError{Account: "root", Organization: "acme", Admins: []string{"ben"}, Deactivated: true}
	r := w.terminal(w.ana)
	r.until("root is deactivated in acme. Ask ben (Organization Admin) to let you back")
	w.err = &model.UnknownUserError{Account: "ana", Organization: "acme", Admins: []string{"ben"}}
	r.press("r")
	r.until("ana is not in acme. Ask ben (Organization Admin) to add you.")
}

func TestRevealedSaysBothKeysOfHiding(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("▌ one")
	r.press("r")
	r.until("y copy  r Hide  esc Hide")
}

// TestPickerRanks: whose login begins with what is typed comes before whose name does.
func TestPickerRanks(t *testing.T) {
	s := plainSession()
	s.self.User.Name = "Ana Bennett"
	s.users[0].Name = "Ana Bennett"
	s.users = append([]model.User{{ID: 7, Login: "abe"}}, s.users...)
	p := newPicker(s, 1).(*picker)
	tell(p, "b")
	var got []string
	for _, u := range p.found {
		got = append(got, u.Login)
	}
	if want := "ben bo abe ana"; strings.Join(got, " ") != want {
		t.Errorf("found %v, want %s", got, want)
	}
}

func TestUsersTokensFromTheList(t *testing.T) {
	_, r, _ := onUsers(t)
	r.press("j", "@")
	r.until("Manage tokens for ben (not you)")
}

// TestActivityIsNotSorted: the key says so, the footer has no dead hint.
func TestActivityIsNotSorted(t *testing.T) {
	_, r := newTestApp(t)
	r.until("No agent tokens yet")
	r.press("4")
	r.until("f filter by field")
	r.never("s sort")
	r.press("s")
	r.until("The history is always newest first.")
}

// TestFormAsksBeforeItForgets: what was typed into several fields is worth a question.
func TestFormAsksBeforeItForgets(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("n", "esc")
	r.gone("Add user") // nothing was typed
	r.press("n")
	r.typeText("dan")
	r.press("esc")
	r.until("Your edits are not saved.")
	r.press("x", "enter", "s", "esc")
	r.until("tab next field")
	r.until("[dan ")
	r.press("esc", "D")
	r.gone("Add user")
	if got := w.count(); got != 0 || len(r.app.s.users) != 3 {
		t.Errorf("%d tokens, %d users", got, len(r.app.s.users))
	}
}

func TestAccountTooLarge(t *testing.T) {
	if _, err := hostAccounts("99999999999999"); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("it says %v", err)
	}
}

// TestActivityWordsForEveryone: a member does not see every event.
func TestActivityWordsForEveryone(t *testing.T) {
	if k, _ := keymap.Default().Action(keymap.TabActivity); k.Help != "Opens the Activity tab." {
		t.Errorf("the tab says %q", k.Help)
	}
}
