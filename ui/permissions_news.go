package ui

import (
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

// author is who made an edit. Somebody who was added a moment ago may be known by
// number before the session knows the name.
type author struct {
	id    model.UserID
	login string
}

func (a author) name(s *session) string {
	return s.login(a.id, map[model.UserID]string{a.id: a.login})
}

// read takes in the token as it is now.
func (d *permissions) read(m tokenRead) {
	switch {
	case !m.news(d.token):
	case m.token.Revoked():
		d.logins = m.logins
		d.gone(m.token)
	case d.request != model.Request{}: // the reply tells better
	default:
		d.met(m.token, author{m.token.EditedBy, m.logins[m.token.EditedBy]})
	}
}

// gone closes the dialog over a token that was revoked. It waits while text is typed
// or the question before revoking is open: keys meant for those must not reach the
// list below.
func (d *permissions) gone(token model.Token) {
	d.token = token
	if d.typing || d.over != nil && !d.over.done.done {
		return
	}
	d.s.say(careful, revokedBy(d.s, token, d.logins))
	d.done.close(d.s)
}

// met takes in an edit by somebody else. Where nothing was edited here it is simply
// shown; otherwise both are kept until it is reviewed.
func (d *permissions) met(now model.Token, by author) {
	switch was := d.token.Permissions; {
	case now.Permissions.Equal(was):
		d.token, d.theirs = now, nil
	case d.draft.same(was):
		if d.by, d.did = by, ""; by.id != d.s.self.User.ID {
			d.did = difference(was, now.Permissions, d.nameOf)
		}
		d.token, d.theirs, d.marked, d.draft = now, nil, nil, draftOf(now.Permissions)
	default:
		d.by, d.did = by, difference(was, now.Permissions, d.nameOf)
		d.theirs = &now
	}
}

// review shows where the other edit differs and goes on from it.
func (d *permissions) review() {
	if d.theirs == nil {
		return
	}
	theirs := draftOf(d.theirs.Permissions)
	d.token, d.marked, d.theirs = *d.theirs, &theirs, nil
	d.draft.forget(d.live, d.token.Permissions.Deployments)
}

// changed takes the outcome of a save, or of the revocation asked for over this dialog.
func (d *permissions) changed(m changed) tea.Cmd {
	if c, ok := m.change.(model.Revoke); ok && c.Token == d.token.ID && m.err == nil {
		d.done.close(d.s)
		return nil
	}
	if m.request != d.request || d.request == (model.Request{}) {
		return nil
	}
	d.request = model.Request{}
	var conflict *model.ConflictError
	switch {
	case m.err == nil:
		undo := model.SetPermissions{Token: d.token.ID, Revision: m.event.Seq, Permissions: d.token.Permissions}
		d.s.post(toasted{toast{mood: good, text: "Permissions saved", undo: undo}})
		d.done.close(d.s)
	case errors.Is(m.err, model.ErrNothing):
		d.s.say(plain, "Permissions unchanged.")
		d.done.close(d.s)
	case errors.Is(m.err, model.ErrRevoked):
		return readToken(d.s, d.token.ID)
	case errors.As(m.err, &conflict):
		return d.conflict(conflict)
	default:
		d.err = m.err
	}
	return nil
}

// conflict keeps the edits. When the other one was to the description only, there is
// nothing to decide and the save is repeated over it.
func (d *permissions) conflict(c *model.ConflictError) tea.Cmd {
	now, ok := c.Now.(model.Token)
	if !ok {
		d.err = c
		return nil
	}
	again := now.Permissions.Equal(d.token.Permissions)
	d.met(now, author{now.EditedBy, c.By})
	if again {
		return d.commit()
	}
	return nil
}
