package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// act does an action of the dialog. While a save is under way nothing is edited: the
// edit would be lost when the dialog closes.
func (d *permissions) act(id keymap.ID) tea.Cmd {
	if d.request != (model.Request{}) {
		return nil
	}
	if steer(&d.at, id, d.height()) {
		d.focus = partList
		return nil
	}
	switch id {
	case keymap.PermissionsToggle:
		return d.press(d.focus, false)
	case keymap.PermissionsSave:
		return d.press(d.focus, true)
	case keymap.PermissionsAll:
		if !d.draft.org {
			d.err = nil
			d.draft.setAll(d.rows)
		}
	case keymap.PermissionsOrg:
		d.err = nil
		d.draft.turn(d.live)
	case keymap.PermissionsReview:
		d.review()
	case keymap.PermissionsRevoke:
		return d.revoke()
	case keymap.PermissionsNext:
		d.focus = (d.focus + 1) % partCount
	case keymap.PermissionsPrevious:
		d.focus = (d.focus + partCount - 1) % partCount
	case keymap.PermissionsCancel:
		d.cancel()
	default:
		return d.answer(id)
	}
	return nil
}

// press does what the focused part is for. Enter saves from the list and the toggle;
// on a button both keys press it.
func (d *permissions) press(part permissionsPart, enter bool) tea.Cmd {
	switch part {
	case partRevoke:
		return d.revoke()
	case partCancel:
		d.cancel()
	case partSave:
		return d.save()
	case partToggle:
		if enter {
			return d.save()
		}
		return d.act(keymap.PermissionsOrg)
	default:
		if enter {
			return d.save()
		}
		d.toggle()
	}
	return nil
}

func (d *permissions) toggle() {
	if d.at.Cursor >= len(d.rows) {
		return
	}
	if off := d.reached(); off != "" {
		d.s.refuse(off)
		return
	}
	d.err = nil
	id := d.rows[d.at.Cursor]
	d.draft.set(id, !d.draft.chosen[id])
}

// click takes the mouse: a row is toggled, a button pressed.
func (d *permissions) click(msg tea.Msg) tea.Cmd {
	if d.request != (model.Request{}) || d.asking != notAsking {
		return nil
	}
	switch msg := msg.(type) {
	case permissionsChosen:
		if msg.at < len(d.rows) {
			d.at.Cursor, d.focus, d.typing = msg.at, partList, false
			d.toggle()
		}
	case permissionsPressed:
		d.typing = false
		return d.press(msg.part, msg.part == partSave)
	}
	return nil
}

// answer does the actions of the filter and of the questions.
func (d *permissions) answer(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.PermissionsFilter:
		d.typing, d.filter, d.focus = true, newField(d.filter.text), partList
	case keymap.FilterKeep:
		d.typing = false
	case keymap.FilterErase:
		d.clear()
	case keymap.FilterClear:
		d.typing = false
		d.clear()
	case keymap.ConfirmBack:
		d.asking = notAsking
	case keymap.ConfirmDiscard:
		d.done.close(d.s)
		return nil
	case keymap.ConfirmSave:
		d.asking = notAsking
		return d.commit()
	}
	if d.token.Revoked() {
		d.gone(d.token)
	}
	return nil
}

// type_ takes a letter of the filter.
func (d *permissions) type_(k tea.KeyMsg) {
	before := d.filter.text
	if d.filter, _ = d.filter.update(k); d.filter.text != before {
		d.at.Home()
		d.renew()
	}
}

func (d *permissions) clear() {
	d.filter = field{}
	d.renew()
}

// cancel is one step back: the filter first, then the dialog, which asks when
// something was edited.
func (d *permissions) cancel() {
	switch {
	case d.filter.text != "":
		d.clear()
	case d.draft.same(d.token.Permissions):
		d.done.close(d.s)
	default:
		d.asking = askDiscard
	}
}

// revoke asks whether to revoke the token, over this dialog.
func (d *permissions) revoke() (cmd tea.Cmd) {
	d.over, cmd = openRevoke(d.s, d.token, d.logins)
	return cmd
}

// save closes when there is nothing to save, asks when the token would reach nothing,
// and waits for the review of somebody else's edit.
func (d *permissions) save() tea.Cmd {
	switch {
	case d.theirs != nil:
		return nil
	case d.draft.same(d.token.Permissions):
		d.s.say(plain, "Permissions unchanged.")
		d.done.close(d.s)
		return nil
	case d.draft.nothing(d.live):
		d.asking = askNothing
		return nil
	}
	return d.commit()
}

func (d *permissions) commit() tea.Cmd {
	if d.theirs != nil {
		return nil
	}
	d.request, d.err = newRequest(), nil
	return d.s.change(d.request, model.SetPermissions{Token: d.token.ID, Revision: d.token.Revision, Permissions: d.draft.permissions()})
}

// height is how many deployments the window shows.
func (d *permissions) height() int { return d.panel(d.s.width, d.s.height).listHeight() }
