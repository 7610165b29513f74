package ui

import (
	"strings"

	"jeton/model"
	"jeton/ui/draw"
)

// factsAt is the column at which the facts stand behind their names.
const factsAt = 13

// facts writes everything about a token but its value. What may be long comes last.
func facts(s *session, token model.Token, u useOf, logins map[model.UserID]string, width int) []*draw.Line {
	t := s.theme
	var lines []*draw.Line
	add := func(name string, style draw.Style, text string) {
		lines = append(lines, factLines(s, width, name, style, text)...)
	}
	description, style := token.Description, draw.Style(t.Text)
	if description == "" {
		description, style = "(no description)", t.Muted
	}
	add("Description", style, description)
	lines = append(lines, draw.NewLine(width).Text(t.Muted, "Token").To(factsAt).
		Text(t.Muted, t.Glyphs.Mask).Text(t.Text, t.Safe(token.LastFour)))
	state, style := tokenState(s, token)
	add("State", style, state)
	lines = append(lines, useFact(s, token, u, width)...)
	if token.Kind == model.UserToken {
		add("Owner", t.Text, ownerName(s, token.Owner, logins))
	}
	add("Created", t.Text, moment(token.CreatedAt)+" by "+s.login(token.CreatedBy, logins))
	revealed := "never"
	if !token.RevealedAt.Never() {
		revealed = ago(s.now(), token.RevealedAt) + " by " + s.login(token.RevealedBy, logins)
	}
	add("Revealed", t.Text, revealed)
	if token.Revoked() {
		add("Revoked", t.Text, moment(token.RevokedAt)+" by "+s.login(token.RevokedBy, logins))
	}
	if token.Kind == model.AgentToken {
		add("Permissions", t.Text, permissionNames(s, token.Permissions))
	}
	return append(lines, useLines(s, token, u, width)...)
}

// factLines writes a name and, wrapped behind it, a text from anybody.
func factLines(s *session, width int, name string, style draw.Style, text string) []*draw.Line {
	var lines []*draw.Line
	for i, part := range paragraph(s.theme.Safe(text), width-factsAt) {
		l := draw.NewLine(width)
		if i == 0 {
			l.Text(s.theme.Muted, name)
		}
		lines = append(lines, l.To(factsAt).Text(style, part))
	}
	return lines
}

// tokenState says whether the token works, and if not, why.
func tokenState(s *session, token model.Token) (string, draw.Style) {
	t := s.theme
	owner, known := s.user(token.Owner)
	switch {
	case token.Revoked():
		return "revoked, for good", t.Muted
	case token.Kind == model.UserToken && known && !owner.Active():
		return "stopped while its owner is deactivated", t.Warning
	case token.Kind == model.AgentToken && reachesNothing(s, token.Permissions):
		return "works, but reaches nothing", t.Warning
	}
	return "works", t.Success
}

func reachesNothing(s *session, p model.Permissions) bool {
	if p.ReachesBranches() {
		return false
	}
	for _, d := range s.deployments {
		if !d.Removed() && p.Reaches(d.ID) {
			return false
		}
	}
	return true
}

// ownerName names the owner of a user token and says whether that is who looks.
func ownerName(s *session, owner model.UserID, logins map[model.UserID]string) string {
	if owner == s.self.User.ID {
		return s.login(owner, logins) + " (you)"
	}
	return s.login(owner, logins) + " (not you)"
}

// permissionNames says what an agent token reaches, by name.
func permissionNames(s *session, p model.Permissions) string {
	if p.OrgAgent {
		return "Org Agent: every deployment, now and later, branch deployments included"
	}
	var names []string
	for _, d := range s.deployments {
		if !d.Removed() && p.Reaches(d.ID) {
			names = append(names, d.Name)
		}
	}
	if p.AllBranches {
		names = append(names, "all branch deployments")
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// moment writes a time to the minute, UTC.
func moment(t model.Time) string { return t.Std().Format("2006-01-02 15:04 UTC") }
