package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// roles is the dialog in which a user's roles are edited. Edits lie over the record as
// it is now: when somebody else changes it meanwhile, what was not touched here takes
// their value, and what was touched stays as edited.
type roles struct {
	s     *session
	user  model.User // as the store has it now
	was   model.User // as it was before somebody else changed it
	edits map[model.DeploymentID]model.Role
	admin *bool // Organization Admin, when edited

	list   heldList[model.Deployment]
	focus  rolesPart
	asking bool // whether to throw the edits away

	by      string // who changed it meanwhile; "" when nobody did
	review  bool   // only what they or we changed is shown
	err     string
	request model.Request // saving
	active  model.Request // deactivating
	end     ending
}

// rolesPart is what has the keys in the dialog.
type rolesPart uint8

const (
	rolesList rolesPart = iota
	rolesToggle
	rolesEnd    // deactivate, or reactivate
	rolesTokens // manage tokens for
	rolesCancel
	rolesSave
	rolesParts
)

// rolesPressed is a click on a part.
type rolesPressed struct{ part rolesPart }

func newRoles(s *session, p model.User) screen {
	d := &roles{s: s, user: p, was: p, edits: map[model.DeploymentID]model.Role{}}
	d.list = heldList[model.Deployment]{s: s, all: d.rows, frame: 11,
		id:    func(dep model.Deployment) uint64 { return uint64(dep.ID) },
		texts: func(dep model.Deployment) []string { return []string{dep.Name} },
	}
	d.list.fill()
	return d
}

// Title is whose roles these are.
func (d *roles) Title() string { return "Roles" }

// Scope is the question's, the filter's or the dialog's own.
func (d *roles) Scope() keymap.Scope {
	switch {
	case d.asking:
		return keymap.Confirm
	case d.list.filtering:
		return keymap.Filter
	}
	return keymap.User
}

// Keys lists what can be done with the roles.
func (d *roles) Keys() []keymap.Action {
	s := d.s
	switch {
	case d.asking:
		return []keymap.Action{s.action(keymap.ConfirmDiscard, ""), s.action(keymap.ConfirmBack, "")}
	case d.list.filtering:
		return filterKeys(s)
	}
	toggle, review, tokens, save := "", "", "", ""
	if d.focus == rolesList {
		toggle = d.everywhere()
	}
	if d.by == "" {
		review = "Nobody changed this user meanwhile."
	}
	if d.edited() {
		tokens = "Save or cancel the edits first."
	}
	if pending(d.request) {
		save = "It is being saved."
	}
	end := endKey(s, d.user)
	end.ID = keymap.RoleDeactivate
	end.Keys = s.action(keymap.RoleDeactivate, "").Keys
	back := s.action(keymap.RoleCancel, "")
	if d.list.filter.text != "" {
		back = clearFilter(s, keymap.RoleCancel)
	}
	return []keymap.Action{s.action(keymap.RoleToggle, toggle), s.action(keymap.RoleAdmin, ""), s.action(keymap.RoleFilter, ""),
		s.action(keymap.RoleReview, review), end, s.action(keymap.RoleTokens, tokens), s.action(keymap.RoleNext, ""),
		s.action(keymap.RolePrevious, ""), back, s.action(keymap.RoleSave, save)}
}

// everywhere is why a role in a deployment cannot be chosen now; "" when it can.
func (d *roles) everywhere() string {
	if !d.orgAdmin() {
		return ""
	}
	return fmt.Sprintf("An Organization Admin may do everything everywhere: turn it off (%s) to choose.", keyName(d.s, keymap.RoleAdmin))
}

// Update takes actions, keys and replies.
func (d *roles) Update(msg tea.Msg) (screen, tea.Cmd) {
	if d.end.again(d.s) {
		return d, nil
	}
	switch msg := msg.(type) {
	case act:
		return d, d.act(msg.id)
	case tea.KeyMsg:
		d.list.typed(msg)
	case wheel, rowChosen:
		if !d.asking {
			d.focus = rolesList
			d.list.point(msg)
		}
	case rolesPressed:
		return d, d.click(msg.part)
	case sessionRenewed:
		if now, ok := d.s.user(d.user.ID); ok && !pending(d.request) && now.Revision > d.user.Revision {
			d.rebase(now, d.s.login(now.EditedBy, nil))
		}
		d.list.fill()
	case changed:
		d.changed(msg)
	}
	return d, nil
}
