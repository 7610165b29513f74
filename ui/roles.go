package ui

import (
	"errors"
	"fmt"
	"slices"

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

	list     heldList[model.Deployment]
	onToggle bool // the toggle has the keys, not the list

	by      string // who changed it meanwhile; "" when nobody did
	review  bool   // only what they or we changed is shown
	err     string
	request model.Request // saving
	active  model.Request // deactivating
	end     ending
}

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

// Scope is that of the dialog, or of its filter being typed.
func (d *roles) Scope() keymap.Scope {
	if d.list.filtering {
		return keymap.Filter
	}
	return keymap.User
}

// Keys lists what can be done with the roles.
func (d *roles) Keys() []keymap.Action {
	s := d.s
	if d.list.filtering {
		return filterKeys(s)
	}
	toggle, review, tokens, save := "", "", "", ""
	if d.orgAdmin() && !d.onToggle {
		toggle = fmt.Sprintf("An Organization Admin may do everything everywhere: turn it off (%s) to choose.", keyName(s, keymap.RoleAdmin))
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
	return []keymap.Action{s.action(keymap.RoleToggle, toggle), s.action(keymap.RoleAdmin, ""), s.action(keymap.RoleFilter, ""),
		s.action(keymap.RoleReview, review), end, s.action(keymap.RoleTokens, tokens), s.action(keymap.RoleNext, ""),
		s.action(keymap.RolePrevious, ""), s.action(keymap.RoleCancel, ""), s.action(keymap.RoleSave, save)}
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
		d.onToggle = false
		d.list.point(msg)
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

func (d *roles) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.RoleToggle:
		if d.onToggle {
			d.toggleAdmin()
			return nil
		}
		d.step(1, true)
	case keymap.ListRight:
		d.step(1, false)
	case keymap.ListLeft:
		d.step(-1, false)
	case keymap.RoleAdmin:
		d.toggleAdmin()
	case keymap.RoleNext, keymap.RolePrevious:
		d.onToggle = !d.onToggle
	case keymap.RoleFilter:
		d.onToggle = false
		d.list.act(keymap.PageFilter)
	case keymap.RoleReview:
		d.review = !d.review
		d.list.fill()
	case keymap.RoleSave:
		return d.save()
	case keymap.RoleCancel:
		d.cancel()
	case keymap.RoleTokens:
		d.end.close(d.s)
		manageTokensFor(d.s, d.user.ID)
	case keymap.RoleDeactivate:
		d.active = newRequest()
		askActive(d.s, d.user, d.active)
	default:
		if d.list.act(id) {
			d.onToggle = false
		}
	}
	return nil
}

func (d *roles) toggleAdmin() {
	on := !d.orgAdmin()
	d.admin, d.err = &on, ""
	if on == d.user.OrgAdmin {
		d.admin = nil
	}
}

// step gives the selected deployment's next stronger or weaker role; round, the
// strongest is followed by none.
func (d *roles) step(by int, round bool) {
	dep, ok := d.list.selected()
	if !ok || d.onToggle {
		return
	}
	if d.orgAdmin() {
		d.s.say(careful, d.Keys()[0].Off)
		return
	}
	role := int(d.role(dep.ID)) + by
	if round {
		role %= len(model.Roles())
	}
	d.set(dep.ID, model.Role(max(int(model.NoRole), min(role, int(model.Admin)))))
}

func (d *roles) save() tea.Cmd {
	switch {
	case pending(d.request):
		return nil
	case !d.edited():
		d.end.close(d.s)
		return nil
	case d.user.ID == d.s.self.User.ID && d.user.OrgAdmin && !d.orgAdmin() && d.othersAdmin():
		d.s.push(newConfirm(d.s, question{title: "Stop being an Organization Admin", danger: true,
			lines: []string{"These are your own roles. Only another Organization Admin can give this one back to you."}},
			choice{keymap.ConfirmSave, "save", d.commit}))
		return nil
	}
	return d.commit()
}

// othersAdmin reports whether somebody else is an Organization Admin: the last one is
// refused by the store, which needs no question.
func (d *roles) othersAdmin() bool {
	return slices.ContainsFunc(d.s.users, func(u model.User) bool { return u.ID != d.user.ID && u.OrgAdmin && u.Active() })
}

func (d *roles) commit() tea.Cmd {
	d.request = newRequest()
	return d.s.change(d.request, d.change())
}

// cancel leaves; edits are thrown away only when asked for.
func (d *roles) cancel() {
	if d.list.filter.text != "" {
		d.list.act(keymap.PageBack)
		return
	}
	if !d.edited() {
		d.end.close(d.s)
		return
	}
	d.s.push(newConfirm(d.s, question{title: "Unsaved roles of " + d.user.Login, lines: []string{"Your edits are not saved yet."}},
		choice{keymap.ConfirmDiscard, "discard", func() tea.Cmd { d.end.close(d.s); return nil }}))
}

func (d *roles) changed(m changed) {
	var conflict *model.ConflictError
	switch {
	case pending(d.active) && m.request == d.active:
		d.active = model.Request{}
		sayActive(d.s, m)
		return
	case !pending(d.request) || m.request != d.request:
		return
	}
	d.request = model.Request{}
	switch now := (model.Record)(nil); {
	case errors.As(m.err, &conflict):
		now = conflict.Now
		if u, ok := now.(model.User); ok {
			d.rebase(u, conflict.By)
		}
	case m.err != nil && !errors.Is(m.err, model.ErrNothing):
		d.err = "Not saved: " + explain(m.err)
	default:
		d.end.close(d.s)
		d.s.say(good, "Saved the roles of "+d.user.Login+": "+d.summary()+".")
	}
}
