package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// onUsers opens the Users tab of a world with ben and cleo in it.
func onUsers(t *testing.T) (*world, *terminal, model.Actor) {
	t.Helper()
	w, r := newTestApp(t)
	ben := w.person("ben", model.Grant{Deployment: 1, Role: model.Editor}, model.Grant{Deployment: 2, Role: model.Editor})
	w.person("cleo")
	r.when("three users", func() bool { return len(r.app.s.users) == 3 })
	r.press("2")
	r.until("Editor in 2")
	return w, r, ben
}

func (w *world) user(login string) model.User {
	w.t.Helper()
	all, err := w.store.Users(w.t.Context(), w.ana)
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(u model.User) bool { return u.Login == login })
	if i < 0 {
		w.t.Fatalf("nobody is called %s", login)
	}
	return all[i]
}

func TestAddUser(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("n")
	r.until("Add user")
	r.typeText("Dan")
	r.until(`It starts with "D"`)
	r.press("enter")
	r.until(`It starts with "D"`) // still open, nothing lost
	r.press("home", "delete")
	r.typeText("d")
	r.press("tab")
	r.typeText("Dan Öst")
	r.press("tab")
	r.typeText("1012, no-such-account")
	r.press("enter")
	r.until("No user of this host is called no-such-account")
	r.press("ctrl+u")
	r.typeText("1012")
	r.press("tab", "space", "enter")
	r.until("Added dan, Organization Admin.")
	u := w.user("dan")
	if u.Name != "Dan Öst" || !u.OrgAdmin || !slices.Equal(u.Accounts, []uint32{1012}) {
		t.Errorf("added %+v", u)
	}
	r.until("4 of 4") // the cursor is on who was added
}

func TestAddUserGuessesTheAccount(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("n")
	r.typeText("root")
	r.press("enter") // at once: the answer of the host is waited for
	r.until("Added root, no role yet")
	if u := w.user("root"); !slices.Equal(u.Accounts, []uint32{0}) {
		t.Errorf("accounts are %v, want 0", u.Accounts)
	}
}

func TestTakenLoginKeepsWhatWasTyped(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("n")
	r.typeText("cleo")
	r.press("tab")
	r.typeText("Another Cleo")
	r.press("enter")
	r.until("Login cleo: already taken")
	r.until("Another Cleo")
	r.typeText("2")
	r.press("enter")
	r.until("Added cleo2")
	if u := w.user("cleo2"); u.Name != "Another Cleo" {
		t.Errorf("the name is %q", u.Name)
	}
}

func TestRenameUserAndAccountsWithConflict(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("j", "d")
	r.until("Rename user ben")
	r.typeText("jamin")
	u := w.user("ben")
	w.do(w.ana, model.RenamePerson{User: u.ID, Login: "benno"})
	r.press("tab", "tab")
	r.typeText("1077")
	r.press("enter")
	r.until("ana renamed this user to benno meanwhile")
	r.until("benjamin")
	r.press("enter")
	r.until("Saved benjamin.")
	if u := w.user("benjamin"); !slices.Equal(u.Accounts, []uint32{1077}) {
		t.Errorf("accounts are %v", u.Accounts)
	}
}

func TestDeactivateAndReactivate(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("j", "X")
	r.until("Their tokens stop working at once")
	r.press("esc")
	r.gone("Their tokens stop")
	if !w.user("ben").Active() {
		t.Fatal("esc deactivated ben")
	}
	r.press("X", "enter")
	r.until("Deactivated ben: their tokens stopped working.")
	r.until("1 deactivated")
	r.until("X reactivate")
	r.press("X")
	r.until("ben can act again, with the roles they had.")
	r.press("enter")
	r.until("Reactivated ben")
	if !w.user("ben").Active() {
		t.Error("ben is not active")
	}
}

func TestLastOrganizationAdminStays(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("X")
	r.until("The last Organization Admin stays")
	r.press("e", "o", "enter")
	r.until("Not saved: user ana: the last Organization Admin stays")
	if !w.user("ana").OrgAdmin {
		t.Error("ana was demoted")
	}
}

// TestOwnDemotionAsks: with another Organization Admin left, giving up the own role is
// allowed, but nobody does it by pressing enter twice.
func TestOwnDemotionAsks(t *testing.T) {
	w, r, _ := onUsers(t)
	ben := w.user("ben")
	w.do(w.ana, model.SetRoles{User: ben.ID, Revision: ben.Revision, OrgAdmin: true})
	r.when("ben's role", func() bool { u, _ := r.app.s.user(ben.ID); return u.OrgAdmin })
	r.press("e", "o", "enter", "enter")
	r.until("These are your own roles.")
	if !w.user("ana").OrgAdmin {
		t.Fatal("ana was demoted without an answer")
	}
	r.press("esc")
	r.gone("These are your own")
	r.press("enter", "s")
	r.until("ana ▾ · member")
}

func TestUserDetailsAndTheirTokens(t *testing.T) {
	_, r, _ := onUsers(t)
	r.press("j", "enter")
	r.until("Editor   in prod-eu")
	r.press("enter") // does nothing twice
	r.until("Editor   in prod-eu")
	r.press("@")
	r.until("Manage tokens for ben (not you)")
}

func TestFilterAndSortUsers(t *testing.T) {
	_, r, _ := onUsers(t)
	r.press("/")
	r.typeText("cl")
	r.until("1 of 3")
	r.press("enter")
	r.until("/cl  1 of 1")
	r.press("esc")
	r.until("3 of 3") // the cursor stays on cleo
	r.press("s")
	r.until("CREATED ↓")
	r.until("1 of 3")
	r.press("/")
	r.typeText("nobody like that")
	r.until(`Nothing matches "nobody like that"`)
}

func TestUsersFailing(t *testing.T) {
	_, r, _ := onUsers(t)
	r.send(directoryRead{err: errors.New("read users: broken")})
	r.until("Read users: broken.")
	r.press("ctrl+r")
	r.until("Editor in 2")
}

func TestRolesDialog(t *testing.T) {
	w, r, ben := onUsers(t)
	w.do(w.ana, model.SetRoles{User: w.user("cleo").ID, OrgAdmin: true})
	cleo := model.Actor{User: w.user("cleo").ID, Source: w.ana.Source}
	r.press("j", "e")
	r.until("Roles per deployment")
	r.press("space") // prod-eu: Editor to Admin
	r.until("was Editor")
	r.press("j", "j", "right") // staging: none to Viewer
	r.until("Viewer")
	r.press("left", "left", "left")
	r.until("Admin in 1, Editor in 1.")
	r.press("right")

	w.do(cleo, model.SetRoles{User: ben.User, Grants: []model.Grant{{Deployment: 1, Role: model.Editor}, {Deployment: 2, Role: model.Viewer}}})
	r.until("cleo changed these roles meanwhile. Your edits are kept.")
	r.press("ctrl+r")
	r.until("by cleo, was Editor")
	r.press("enter")
	r.until("Saved the roles of ben")
	want := []model.Grant{{Deployment: 1, Role: model.Admin}, {Deployment: 2, Role: model.Viewer}, {Deployment: 3, Role: model.Viewer}}
	if got := w.user("ben").Grants; !slices.Equal(got, want) {
		t.Errorf("ben has %v, want %v", got, want)
	}
}

// TestRolesConflictWhileSaving is the race in which the other change is not seen before
// ours is refused.
func TestRolesConflictWhileSaving(t *testing.T) {
	w, r, ben := onUsers(t)
	d := newRoles(r.app.s, w.user("ben")).(*roles)
	d.set(1, model.Viewer)
	d.save()
	now := w.user("ben")
	now.Grants, now.Revision = []model.Grant{{Deployment: 3, Role: model.Admin}}, now.Revision+1
	d.Update(changed{request: d.request, err: &model.ConflictError{What: "user ben", By: "cleo", Now: now}})
	want := model.SetRoles{User: ben.User, Revision: now.Revision, Grants: []model.Grant{{Deployment: 1, Role: model.Viewer}, {Deployment: 3, Role: model.Admin}}}
	if got := d.change(); got.Revision != want.Revision || !slices.Equal(got.Grants, want.Grants) {
		t.Errorf("saving again would ask for %+v, want %+v", got, want)
	}
	if text := d.Draw(80, 24).String(); !strings.Contains(text, "Your edits are kept") {
		t.Errorf("nothing is said about cleo:\n%s", text)
	}
}

func TestRolesEditsAreNotLostByEsc(t *testing.T) {
	w, r, _ := onUsers(t)
	r.press("j", "e", "space", "esc")
	r.until("Your edits are not saved.  D discard   esc back")
	r.press("esc")
	r.until("space change")
	r.press("esc", "D")
	r.gone("Roles per deployment")
	if got := w.user("ben").RoleIn(1); got != model.Editor {
		t.Errorf("ben is %s in prod-eu", got)
	}
}
