package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

func TestPermissionsParts(t *testing.T) {
	s := plainSession()
	for part, want := range map[int]string{1: "› Org Agent", 2: "› X Revoke…", 3: "› esc cancel", 4: "› ↵ save", 5: "› [x] prod-eu"} {
		d := newPermissions(s, agentToken(), nil)
		for range part {
			tell(d, keymap.PermissionsNext)
		}
		if screen := text(d, 80, 24); !strings.Contains(screen, want) {
			t.Errorf("after %d tabs %q is not marked:\n%s", part, want, screen)
		}
	}
	d := newPermissions(s, agentToken(), nil)
	tell(d, keymap.PermissionsNext, keymap.PermissionsToggle)
	if !strings.Contains(text(d, 80, 24), "──● on") {
		t.Error("space on the toggle did not turn it")
	}
	posted(s)
	tell(d, keymap.PermissionsNext, keymap.PermissionsSave)
	if p, ok := posted(s)[0].(pushed); !ok || p.dialog.Scope() != keymap.Revoke {
		t.Error("enter on Revoke… did not press it")
	}
	d = newPermissions(s, agentToken(), nil)
	tell(d, keymap.PermissionsPrevious, keymap.PermissionsPrevious, keymap.PermissionsSave)
	if pops(posted(s)) != 1 {
		t.Error("enter on cancel did not press it")
	}
}

// TestSaveRepeatedOverDescription: an edit of the description is no reason to stop.
func TestSaveRepeatedOverDescription(t *testing.T) {
	s := plainSession()
	d := newPermissions(s, agentToken(), nil).(*permissions)
	tell(d, keymap.PermissionsToggle, keymap.PermissionsSave)
	now := agentToken()
	now.Revision, now.Description = 9, "renamed"
	first := d.request
	_, cmd := d.Update(changed{request: first, err: fmt.Errorf("saving: %w", &model.ConflictError{By: "ben", Now: now})})
	if cmd == nil || d.request == first || d.token.Revision != 9 {
		t.Fatal("the save was not repeated over the new revision")
	}
	tell(d, changed{request: d.request, err: errors.New("no luck")})
	if screen := text(d, 80, 24); !strings.Contains(screen, "Not saved: "+explain(errors.New("no luck"))) || !strings.Contains(screen, "renamed") {
		t.Errorf("the failure is not told:\n%s", screen)
	}
	if pops(posted(s)) != 0 {
		t.Error("a failed save closed the dialog")
	}
}

// TestOpenedOnAnOutdatedRow: the row may be older than the store while the list is
// being fetched; its reply reaches the dialog too.
func TestOpenedOnAnOutdatedRow(t *testing.T) {
	s := plainSession()
	d := newPermissions(s, agentToken(), nil).(*permissions)
	older, newer := agentToken(), agentToken()
	older.Revision, older.Permissions = 3, model.OrgAgent()
	newer.Revision, newer.Permissions, newer.EditedBy = 8, model.Permissions{Deployments: []model.DeploymentID{2}}, 1
	rows := func(token model.Token) rowsFetched {
		return rowsFetched{page: model.TokenPage{Rows: []model.Token{userToken(1), token}}}
	}
	tell(d, rows(newer), rows(older))
	if d.token.Revision != 8 || !d.draft.same(newer.Permissions) {
		t.Errorf("it edits revision %d, %+v", d.token.Revision, d.draft.permissions())
	}
	if screen := text(d, 80, 24); strings.Contains(screen, "ana removed") {
		t.Errorf("one's own edit is told as somebody else's:\n%s", screen)
	}
}

// TestSaveUnderHelp: a save that is confirmed while help lies over the dialog still
// closes the dialog, and is not done twice.
func TestSaveUnderHelp(t *testing.T) {
	s := plainSession()
	d := newPermissions(s, agentToken(), nil).(*permissions)
	tell(d, keymap.PermissionsToggle, keymap.PermissionsSave)
	tell(d, changed{request: d.request, event: model.Event{Seq: 9}})
	posts := posted(s)
	undo := posts[0].(toasted).toast.undo.(model.SetPermissions)
	if undo.Revision != 9 || !undo.Permissions.Equal(agentToken().Permissions) || pops(posts) != 1 {
		t.Fatalf("posted %v", posts)
	}
	var cmds []tea.Cmd
	for _, m := range []tea.Msg{act{keymap.PermissionsSave}, sessionRenewed{}} {
		_, cmd := d.Update(m)
		cmds = append(cmds, cmd)
	}
	if slices.ContainsFunc(cmds, func(c tea.Cmd) bool { return c != nil }) || pops(posted(s)) != 2 {
		t.Error("a dialog that is done did more than close")
	}
}

func BenchmarkPermissionsDraw(b *testing.B) {
	s := plainSession()
	for i := range 2000 {
		s.deployments = append(s.deployments, model.Deployment{ID: model.DeploymentID(i + 10), Name: fmt.Sprintf("branch-%d", i)})
	}
	d := newPermissions(s, agentToken(), nil)
	for b.Loop() {
		d.Draw(140, 40)
	}
}
