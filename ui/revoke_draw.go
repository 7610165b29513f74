package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// Draw draws what is about to stop, that it cannot be undone, and the field. Where the
// window is short only these stay: what, the warning, the field and the keys.
func (r *revoke) Draw(width, height int) draw.Frame {
	t := r.s.theme
	p := newPanel(r.s, 64, width, height)
	p.danger = true
	p.title = fmt.Sprintf("Revoke %s %d", r.token.Kind, r.token.ID)
	p.blank(9)
	p.add(0, r.identity(p))
	if p.room() > 8 {
		r.about(p)
	}
	p.blank(8)
	if r.token.Revoked() {
		p.text(0, t.Warning, t.Safe(revokedBy(r.s, r.token, r.logins)+" It no longer works."))
		p.blank(6)
		p.hints(0, r.Keys()...)
		return p.frame()
	}
	if r.err != nil {
		p.text(3, t.Danger, t.Safe("Not revoked: "+explain(r.err)))
	}
	warning := "It stops working at once. This cannot be undone."
	if p.inner < draw.Width(warning) {
		warning = "It stops at once. No undo."
	}
	p.text(0, t.Danger, warning)
	p.add(0, r.prompt(p))
	p.blank(6)
	p.add(0, r.answers(p)...)
	return p.frame()
}

// about adds where the token comes from, and who loses what with it.
func (r *revoke) about(p *panel) {
	t := r.s.theme
	p.text(7, t.Muted, t.Safe(r.origin()))
	style := draw.Style(t.Text)
	if r.token.Kind == model.UserToken && r.token.Owner != r.s.self.User.ID {
		style = t.Warning
	}
	if whose := r.whose(); whose != "" {
		p.text(5, style, t.Safe(whose))
	}
	r.used(p)
}

// identity is the token as its row shows it: description, reach or owner, last four.
func (r *revoke) identity(p *panel) *draw.Line {
	t := r.s.theme
	right := p.line()
	if scope := r.scope(p); scope != "" {
		right.Text(t.Muted, draw.Fit(scope, min(draw.Width(scope), max(p.inner/3, 4)), t.Glyphs.Ellipsis)).Space(2)
	}
	right.Text(t.Muted, t.Glyphs.Mask).Text(t.Title, t.Safe(r.token.LastFour))
	description, style := t.Safe(r.token.Description), draw.Style(t.Title)
	if description == "" {
		description, style = "(no description)", t.Muted
	}
	room := max(p.inner-right.X()-2, 0)
	return p.line().Fit(style, description, room, t.Glyphs.Ellipsis).Right(right)
}

// scope is an agent token's reach or a user token's owner.
func (r *revoke) scope(p *panel) string {
	switch r.token.Kind {
	case model.AgentToken:
		return reach(r.s, r.token.Permissions, p.inner >= 56)
	case model.UserToken:
		return r.s.theme.Safe(r.s.login(r.token.Owner, r.logins))
	}
	return ""
}

// origin says where the token comes from and who saw its value last.
func (r *revoke) origin() string {
	text := fmt.Sprintf("Created %s by %s.", day(r.token.CreatedAt), r.s.login(r.token.CreatedBy, r.logins))
	if r.token.RevealedAt.Never() {
		return text + " Never revealed."
	}
	return fmt.Sprintf("%s Revealed %s, %s.", text, ago(r.s.now(), r.token.RevealedAt), r.s.login(r.token.RevealedBy, r.logins))
}

// whose says who loses a user token, or what a service loses.
func (r *revoke) whose() string {
	switch r.token.Kind {
	case model.AgentToken:
		return ""
	case model.ServiceToken:
		return "The service that uses it can no longer ask about tokens."
	}
	login := r.s.login(r.token.Owner, r.logins)
	if r.token.Owner == r.s.self.User.ID {
		return "It is yours. What uses it no longer acts as you."
	}
	return fmt.Sprintf("It is %s's (not you). What uses it no longer acts as %s.", login, login)
}

// revokedBy tells of somebody else's revocation.
func revokedBy(s *session, token model.Token, logins map[model.UserID]string) string {
	if token.RevokedBy == 0 {
		return sentence(fmt.Sprintf("%s %d was revoked meanwhile", token.Kind, token.ID))
	}
	return fmt.Sprintf("%s revoked %s %d meanwhile.", s.login(token.RevokedBy, logins), token.Kind, token.ID)
}

func (r *revoke) prompt(p *panel) *draw.Line {
	t := r.s.theme
	l := p.line().Text(t.Text, "Type ").Text(t.Title, t.Safe(r.phrase())).Text(t.Text, " to revoke:").Space(2)
	return l.Text(nil, r.typed.draw(t, min(l.Left(), 16)))
}

// answers are the two keys; enter says what it still waits for.
func (r *revoke) answers(p *panel) []*draw.Line {
	t, missing := r.s.theme, r.missing()
	l := p.line()
	p.hint(l, r.s.action(keymap.RevokeKeep, ""))
	l.Space(3)
	yes := r.s.action(keymap.RevokeAccept, missing)
	if !t.Colours { // the words behind it say that it is dead
		yes.Off = ""
	}
	p.hint(l, yes)
	style := draw.Style(t.Muted)
	if missing == "does not match" {
		style = t.Danger
	}
	if missing != "" {
		l.Text(style, " ("+missing+")")
	}
	return []*draw.Line{p.line().Right(l)}
}
