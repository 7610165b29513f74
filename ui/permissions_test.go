package ui

import (
	"slices"
	"testing"

	"jeton/model"
)

// editing opens the permissions of ana's newest token on a real store.
func editing(t *testing.T) (*world, *terminal, model.Token) {
	t.Helper()
	w, r := newTestApp(t)
	token := w.agent("staging runner")
	r.until("staging runner")
	r.press("e")
	r.until("Permissions · staging runner")
	return w, r, token
}

// now reads a token below the screens.
func (w *world) token(id model.TokenID) model.Token {
	w.t.Helper()
	page, err := w.store.Tokens(w.t.Context(), w.ana, model.TokenQuery{Kind: model.AgentToken, Revoked: true}, model.Window{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(page.Rows, func(t model.Token) bool { return t.ID == id })
	if i < 0 {
		w.t.Fatalf("token %d is gone", id)
	}
	return page.Rows[i]
}

// boss adds another Organization Admin.
func (w *world) boss(login string) model.Actor {
	w.t.Helper()
	u := w.do(w.ana, model.AddPerson{Login: login, OrgAdmin: true}).(model.User)
	return model.Actor{User: u.ID, Source: w.ana.Source}
}

// TestPermissionsSavedAndUndone is the guide's way: Org Agent off, a deployment
// unchecked, saved, and taken back.
func TestPermissionsSavedAndUndone(t *testing.T) {
	w, r, token := editing(t)
	r.press("x")
	r.until("Turn it off (o) to choose.")
	if w.token(token.ID).Permissions.OrgAgent != true {
		t.Fatal("toggled under Org Agent")
	}
	r.press("o", "down", "space", "end", "x")
	r.until("2 of 3. New deployments will need adding.")
	r.press("enter")
	r.until("Permissions saved")
	if got, want := w.token(token.ID).Permissions, (model.Permissions{Deployments: []model.DeploymentID{1, 3}}); !got.Equal(want) {
		t.Errorf("saved %+v, want %+v", got, want)
	}
	r.press("u")
	r.until("Undone.")
	if got := w.token(token.ID).Permissions; !got.Equal(token.Permissions) {
		t.Errorf("undone to %+v", got)
	}
}

func TestPermissionsByMouse(t *testing.T) {
	w, r, token := editing(t)
	r.click("Org Agent ──●")
	r.until("Org Agent ○──")
	r.click("[x] prod-us")
	r.until("[ ] prod-us")
	r.click("↵ save")
	r.until("Permissions saved")
	if w.token(token.ID).Permissions.Reaches(2) {
		t.Error("prod-us is still reached")
	}
	r.press("e")
	r.until("Deployments this token may reach")
	r.click("X Revoke…")
	r.until("It stops working at once.")
}

// TestPermissionsThatReachNothing are saved only after the question.
func TestPermissionsThatReachNothing(t *testing.T) {
	w, r, token := editing(t)
	r.press("o", "a", "enter")
	r.until("This token will reach nothing.  s save   esc back")
	r.press("enter", "esc")
	r.until("space toggle")
	if !w.token(token.ID).Permissions.OrgAgent {
		t.Fatal("saved without an answer")
	}
	r.press("enter", "s")
	r.until("Permissions saved")
	if p := w.token(token.ID).Permissions; p.ReachesBranches() || len(p.Deployments) > 0 {
		t.Errorf("saved %+v", p)
	}
}

func TestPermissionsDiscard(t *testing.T) {
	w, r, token := editing(t)
	r.press("o", "esc")
	r.until("Your edits are not saved.  D discard   esc back")
	r.press("esc")
	r.until("space toggle")
	r.press("o", "esc") // as it was: nothing to ask
	r.gone("Permissions ·")
	r.press("e", "o", "esc", "D")
	r.gone("Permissions ·")
	if !w.token(token.ID).Permissions.OrgAgent {
		t.Error("discarded edits were saved")
	}
}

// TestPermissionsFilter: enter leaves the filter and saves nothing, esc clears it, and
// "all shown" means what is shown.
func TestPermissionsFilter(t *testing.T) {
	w, r, token := editing(t)
	r.press("o", "/")
	r.typeText("prod")
	r.gone("[x] staging")
	r.press("enter")
	r.until("a all shown")
	r.press("a")
	r.until("1 of 3, and branches.")
	r.press("esc")
	r.until("[x] staging")
	r.press("/")
	r.typeText("nowhere")
	r.until(`Nothing matches "nowhere"`)
	r.press("esc")
	r.until("[x] staging")
	if !w.token(token.ID).Permissions.OrgAgent {
		t.Fatal("enter in the filter saved")
	}
	r.press("enter")
	r.until("Permissions saved")
}

// TestPermissionsConflict keeps both edits until they were looked at.
func TestPermissionsConflict(t *testing.T) {
	w, r, token := editing(t)
	ben := w.boss("ben")
	chosen := model.Permissions{Deployments: []model.DeploymentID{1, 2}}
	w.do(ben, model.SetPermissions{Token: token.ID, Permissions: chosen})
	r.until("ben turned Org Agent off.") // nothing was edited here: simply shown
	r.until("2 of 3.")
	r.press("end", "space")
	w.do(ben, model.SetPermissions{Token: token.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
	r.until("ben removed prod-us. Your edits are kept.  ctrl+r review")
	r.press("enter")
	if p := w.token(token.ID).Permissions; p.AllBranches {
		t.Fatalf("saved over an edit nobody looked at: %+v", p)
	}
	r.press("ctrl+r")
	r.until("unchecked by ben")
	r.press("enter")
	r.until("Permissions saved")
	want := model.Permissions{Deployments: []model.DeploymentID{1, 2}, AllBranches: true}
	if p := w.token(token.ID).Permissions; !p.Equal(want) {
		t.Errorf("saved %+v, want %+v", p, want)
	}
}

// TestPermissionsRevokedMeanwhile closes with a message, but not under somebody's
// fingers: what is typed into the filter must not reach the list.
func TestPermissionsRevokedMeanwhile(t *testing.T) {
	for name, typing := range map[string]bool{"reading": false, "typing": true} {
		t.Run(name, func(t *testing.T) {
			w, r, token := editing(t)
			ben := w.boss("ben")
			if typing {
				r.press("o", "/")
			}
			w.do(ben, model.Revoke{Token: token.ID})
			if typing {
				r.until("Nothing can be saved.")
				r.typeText("n")
				r.press("enter")
			}
			r.until("ben revoked agent token 1 meanwhile.")
			r.gone("Org Agent")
			if n := w.count(); n != 1 {
				t.Errorf("%d tokens: a letter reached the list", n)
			}
		})
	}
}

func (w *world) count() int {
	w.t.Helper()
	page, err := w.store.Tokens(w.t.Context(), w.ana, model.TokenQuery{Kind: model.AgentToken, Revoked: true}, model.Window{Limit: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	return page.Total
}

// TestPermissionsFollowDeployments: the cursor stays on its deployment when others
// come and go.
func TestPermissionsFollowDeployments(t *testing.T) {
	w, r, _ := editing(t)
	r.press("o", "down", "down")
	r.until("› [x] staging")
	w.do(w.ana, model.AddDeployment{Name: "alpha"})
	r.until("[ ] alpha")
	r.until("› [x] staging")
	w.do(w.ana, model.RemoveDeployment{Deployment: 2})
	r.gone("prod-us")
	r.until("› [x] staging")
	r.until("2 of 3, and branches.")
}
