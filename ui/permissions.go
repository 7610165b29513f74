package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/grid"
)

// permissions edits what an agent token reaches. Edits live in a draft until they are
// saved; what other people do meanwhile is told and never overwrites them.
type permissions struct {
	s      *session
	token  model.Token // what the draft is compared with and saved over
	logins map[model.UserID]string
	draft  draft
	live   []model.Deployment
	rows   []model.DeploymentID // shown: those that match the filter
	at     grid.Grid
	focus  permissionsPart
	filter field
	typing bool // in the filter
	asking permissionsQuestion

	request model.Request // of the save under way
	err     error         // why the last save failed
	theirs  *model.Token  // somebody else's edit, not reviewed yet
	by      author        // whose
	did     string        // what they did, "removed prod-us"; shown until the dialog closes
	marked  *draft        // theirs once reviewed: rows that differ say so
	over    *revoke       // opened from here
	done    ending
}

// permissionsPart is what has the keys in the dialog.
type permissionsPart uint8

const (
	partList permissionsPart = iota
	partToggle
	partRevoke
	partCancel
	partSave
	partCount
)

// permissionsQuestion is what the dialog asks before it goes on.
type permissionsQuestion uint8

const (
	notAsking  permissionsQuestion = iota
	askNothing                     // whether to save permissions that reach nothing
	askDiscard                     // whether to throw edits away
)

// branchesRow is the row after the deployments.
const branchesRow = "All branch deployments"

// Clicks in the dialog.
type (
	permissionsChosen  struct{ at int } // a row
	permissionsPressed struct{ part permissionsPart }
)

func newPermissions(s *session, token model.Token, logins map[model.UserID]string) screen {
	d := &permissions{s: s, token: token, logins: logins, draft: draftOf(token.Permissions)}
	d.renew()
	return d
}

// Title is the dialog's place in the breadcrumb.
func (d *permissions) Title() string { return "Permissions" }

// Scope is the question's, the filter's or the dialog's own.
func (d *permissions) Scope() keymap.Scope {
	switch {
	case d.asking != notAsking:
		return keymap.Confirm
	case d.typing:
		return keymap.Filter
	}
	return keymap.Permissions
}

// Keys lists what can be done now.
func (d *permissions) Keys() []keymap.Action {
	s := d.s
	switch {
	case d.asking == askNothing:
		return []keymap.Action{s.action(keymap.ConfirmSave, ""), s.action(keymap.ConfirmBack, "")}
	case d.asking == askDiscard:
		return []keymap.Action{s.action(keymap.ConfirmDiscard, ""), s.action(keymap.ConfirmBack, "")}
	case d.typing:
		return []keymap.Action{s.action(keymap.FilterKeep, ""), s.action(keymap.FilterClear, ""), s.action(keymap.FilterErase, ""),
			s.action(keymap.FilterUp, ""), s.action(keymap.FilterDown, "")}
	}
	toggle, review := "", "Nobody else changed these permissions meanwhile."
	if d.focus == partList {
		toggle = d.reached()
	}
	if d.theirs != nil {
		review = ""
	}
	return []keymap.Action{
		s.action(keymap.PermissionsToggle, toggle), s.action(keymap.PermissionsAll, d.reached()),
		s.action(keymap.PermissionsFilter, ""), s.action(keymap.PermissionsOrg, ""), s.action(keymap.PermissionsReview, review),
		s.action(keymap.PermissionsRevoke, ""), s.action(keymap.PermissionsNext, ""), s.action(keymap.PermissionsPrevious, ""),
		d.back(), s.action(keymap.PermissionsSave, ""),
	}
}

// back is one step back: a filter that is kept goes before the dialog does.
func (d *permissions) back() keymap.Action {
	if d.filter.text != "" {
		return clearFilter(d.s, keymap.PermissionsCancel)
	}
	return d.s.action(keymap.PermissionsCancel, "")
}

// reached is why deployments cannot be chosen now; "" when they can.
func (d *permissions) reached() string {
	if !d.draft.org {
		return ""
	}
	return "Org Agent reaches every deployment. Turn it off (" + keyName(d.s, keymap.PermissionsOrg) + ") to choose."
}

// Update takes actions, what is typed, clicks, outcomes, and what others did.
func (d *permissions) Update(msg tea.Msg) (screen, tea.Cmd) {
	if d.done.again(d.s) {
		return d, nil
	}
	switch msg := msg.(type) {
	case act:
		return d, d.act(msg.id)
	case tea.KeyMsg:
		if d.typing {
			d.type_(msg)
		}
	case wheel:
		d.at.Move(msg.rows, d.height())
	case permissionsChosen, permissionsPressed:
		return d, d.click(msg)
	case changed:
		return d, d.changed(msg)
	case sessionRenewed:
		d.renew()
	case storeChanged:
		return d, readToken(d.s, d.token.ID)
	case tokenRead:
		d.read(msg)
	case rowsFetched:
		if m, ok := tokenIn(msg, d.token.ID); ok {
			d.read(m)
		}
	}
	return d, nil
}

// renew takes in the deployments there are now and shows those that match the filter.
// The cursor stays on its deployment or, when that went, where it was.
func (d *permissions) renew() {
	on := model.DeploymentID(0)
	if d.at.Cursor < len(d.rows) {
		on = d.rows[d.at.Cursor]
	}
	d.live = d.s.live()
	d.draft.forget(d.live, d.token.Permissions.Deployments)
	filter, had := model.NewFilter(d.filter.text), len(d.rows) > 0
	d.rows = d.rows[:0]
	for _, dep := range d.live {
		if filter.Match(dep.Name) {
			d.rows = append(d.rows, dep.ID)
		}
	}
	if filter.Match(branchesRow) {
		d.rows = append(d.rows, allBranches)
	}
	d.at.Set(len(d.rows))
	if i := slices.Index(d.rows, on); had && i >= 0 {
		d.at.Go(i, d.height())
	}
}

// nameOf names a deployment, also one that was removed.
func (d *permissions) nameOf(id model.DeploymentID) string {
	if id == allBranches {
		return "all branch deployments"
	}
	for _, dep := range d.s.deployments {
		if dep.ID == id {
			return dep.Name
		}
	}
	return "a deployment"
}
