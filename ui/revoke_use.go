package ui

import (
	"fmt"
	"strings"

	"jeton/model"
	"jeton/ui/draw"
)

// callersNamed is how many callers the question before a revocation names, and
// placesNamed how many deployments.
const (
	callersNamed = 3
	placesNamed  = 3
)

// used adds who used the token in the last hour, or when it was last used, and what
// nobody will reach without it. What is not known yet is not guessed, and what cannot be
// read is said.
func (r *revoke) used(p *panel) {
	t, u := r.s.theme, r.use
	if r.token.Revoked() || u.gen == 0 {
		return
	}
	p.blank(9)
	switch {
	case u.err != nil:
		p.text(4, t.Warning, t.Safe("Its use could not be read: "+explain(u.err)))
		return
	case !u.known:
		p.text(6, t.Muted, "Reading how it is used"+t.Glyphs.Dots)
		return
	}
	style := draw.Style(t.Text)
	if u.usage.All.LastHour > 0 {
		style = t.Title
	}
	p.text(4, style, t.Safe(r.howUsed()))
	r.callers(p)
	if alone := r.alone(); alone != "" {
		p.text(4, t.Warning, t.Safe(alone))
	}
}

// howUsed says how often it was used in the last hour, else when last and by whom.
func (r *revoke) howUsed() string {
	u := r.use.usage
	switch {
	case u.All.LastHour > 0:
		return fmt.Sprintf("Used %s in the last hour", times(u.All.LastHour))
	case u.All.Count > 0:
		text := "Not used in the last hour, last " + since(r.s.now(), u.All.Last)
		if c := lastBy(u.Callers, func(c model.CallerUse) model.Time { return c.Last }); c != nil && callerName(c.Caller) != "" {
			text += " by " + callerName(c.Caller)
		}
		return text + "."
	case u.Since > r.token.CreatedAt:
		return "Not used since " + moment(u.Since) + ". What was before is not known."
	}
	return "Never used since it was created."
}

// callers names who used it in the last hour.
func (r *revoke) callers(p *panel) {
	var lately []model.CallerUse
	for _, c := range r.use.usage.Callers {
		if c.LastHour > 0 {
			c.LastRefused = 0 // what counts here is that it works for them
			lately = append(lately, c)
		}
	}
	more := len(lately) - callersNamed
	if more > 1 { // a single one takes no more room than saying so
		lately = lately[:callersNamed]
	}
	for _, l := range callerLines(r.s, lately, called, p.inner-2) {
		p.add(6, p.line().Space(2).Append(l))
	}
	if more > 1 {
		p.add(6, p.line().Space(2).Text(r.s.theme.Muted, fmt.Sprintf("and %d more", more)))
	}
}

// alone says what no other agent token reaches.
func (r *revoke) alone() string {
	alone := r.use.usage.Alone
	if alone.Empty() {
		return ""
	}
	var names []string
	for _, id := range alone.Deployments {
		names = append(names, deploymentName(r.s, id))
	}
	if more := len(names) - placesNamed; more > 1 {
		names = append(names[:placesNamed], fmt.Sprintf("%d more deployments", more))
	}
	if alone.Branches {
		names = append(names, "branch deployments")
	}
	return "No other agent token reaches " + orList(names) + "."
}

// orList joins names: "staging", "staging or prod", "staging, prod or branch
// deployments".
func orList(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// deploymentName names a deployment by its number.
func deploymentName(s *session, id model.DeploymentID) string {
	for _, d := range s.deployments {
		if d.ID == id {
			return d.Name
		}
	}
	return fmt.Sprintf("deployment %d", id)
}
