package ui

import (
	"errors"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// act does an action of the dialog or of its question.
func (d *roles) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.RoleToggle, keymap.RoleSave:
		return d.press(id)
	case keymap.ListRight:
		d.step(1, false)
	case keymap.ListLeft:
		d.step(-1, false)
	case keymap.RoleAdmin:
		d.toggleAdmin()
	case keymap.RoleNext:
		d.focus = (d.focus + 1) % rolesParts
	case keymap.RolePrevious:
		d.focus = (d.focus + rolesParts - 1) % rolesParts
	case keymap.RoleFilter:
		d.focus = rolesList
		d.list.act(keymap.PageFilter)
	case keymap.RoleReview:
		d.review = !d.review
		d.list.fill()
	case keymap.RoleCancel:
		d.cancel()
	case keymap.RoleTokens:
		d.end.close(d.s)
		manageTokensFor(d.s, d.user.ID)
	case keymap.RoleDeactivate:
		d.active = newRequest()
		askActive(d.s, d.user, d.active)
	case keymap.ConfirmBack:
		d.asking = false
	case keymap.ConfirmDiscard:
		d.end.close(d.s)
	default:
		if d.list.act(id) {
			d.focus = rolesList
		}
	}
	return nil
}

// rolesButtons are the actions of the parts that are pressed, which both keys do there.
var rolesButtons = map[rolesPart]keymap.ID{rolesToggle: keymap.RoleAdmin, rolesEnd: keymap.RoleDeactivate, rolesTokens: keymap.RoleTokens,
	rolesCancel: keymap.RoleCancel, rolesSave: keymap.RoleSave}

// click presses a part.
func (d *roles) click(part rolesPart) tea.Cmd {
	switch {
	case d.asking:
		return nil
	case part == rolesSave:
		return d.save()
	}
	d.list.filtering = false
	d.s.post(act{rolesButtons[part]})
	return nil
}

// press does what the focused part is for. Enter saves from the list and the toggle; on
// a button both keys press it, as far as it may be pressed now.
func (d *roles) press(key keymap.ID) tea.Cmd {
	switch {
	case d.focus == rolesSave, key == keymap.RoleSave && d.focus <= rolesToggle:
		return d.save()
	case d.focus == rolesToggle:
		d.toggleAdmin()
	case d.focus == rolesList:
		d.step(1, true)
	default:
		d.s.post(act{rolesButtons[d.focus]})
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
	if !ok || d.focus != rolesList {
		return
	}
	if off := d.everywhere(); off != "" {
		d.s.refuse(off)
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

// cancel is one step back: the filter first, then the dialog, which asks when something
// was edited.
func (d *roles) cancel() {
	if d.list.filter.text != "" {
		d.list.act(keymap.PageBack)
		return
	}
	if d.asking = d.edited(); !d.asking {
		d.end.close(d.s)
	}
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
	switch {
	case errors.As(m.err, &conflict):
		if u, ok := conflict.Now.(model.User); ok {
			d.rebase(u, conflict.By)
		}
	case m.err != nil && !errors.Is(m.err, model.ErrNothing):
		d.err = "Not saved: " + explain(m.err)
	default:
		d.end.close(d.s)
		d.s.say(good, "Saved the roles of "+d.user.Login+": "+d.summary()+".")
	}
}
