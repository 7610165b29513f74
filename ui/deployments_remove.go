package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// removal asks before a deployment is removed, and says who loses it. Enter is dead
// until that has been read.
type removal struct {
	s       *session
	naming  tokensNaming
	request model.Request
	err     string
	end     ending
}

func removeDeployment(s *session, dep model.Deployment) tea.Cmd {
	r := &removal{s: s, naming: tokensNaming{s: s, dep: dep}}
	s.push(r)
	return r.naming.ask()
}

// Title is what is asked.
func (r *removal) Title() string { return "Remove " + r.naming.dep.Name }

// Scope is that of a question.
func (r *removal) Scope() keymap.Scope { return keymap.Confirm }

// Keys are yes, once it is known what yes means, and back.
func (r *removal) Keys() []keymap.Action {
	off := ""
	switch {
	case r.naming.dep.Removed():
		off = "It is removed already."
	case pending(r.request):
		off = "It is being removed."
	case r.naming.err != nil:
		off = "It could not be read which tokens lose it."
	case !r.naming.read:
		off = "Still reading which tokens lose it."
	}
	return []keymap.Action{worded(r.s.action(keymap.ConfirmAccept, off), "remove "+r.naming.dep.Name), worded(r.s.action(keymap.ConfirmBack, ""), "keep")}
}

// Update takes the answer, and what came of it.
func (r *removal) Update(msg tea.Msg) (screen, tea.Cmd) {
	if r.end.again(r.s) {
		return r, nil
	}
	switch msg := msg.(type) {
	case act:
		return r, r.act(msg.id)
	case changed:
		if pending(r.request) && msg.request == r.request {
			r.changed(msg)
		}
	default:
		return r, r.naming.update(msg)
	}
	return r, nil
}

func (r *removal) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.ConfirmBack:
		r.end.close(r.s)
	case keymap.ConfirmAccept:
		if r.Keys()[0].Off == "" {
			r.request = newRequest()
			return r.s.change(r.request, model.RemoveDeployment{Deployment: r.naming.dep.ID})
		}
	}
	return nil
}

func (r *removal) changed(m changed) {
	r.request = model.Request{}
	if m.err != nil {
		r.err = "Not removed: " + explain(m.err)
		return
	}
	r.end.close(r.s)
	r.s.say(good, "Removed "+r.naming.dep.Name+".")
}

// losers is how many tokens are named one by one, where there is room.
const losers = 4

// Draw says what goes, who loses it, and that it stays so.
func (r *removal) Draw(width, height int) draw.Frame {
	t, n := r.s.theme, &r.naming
	p := newPanel(r.s, 68, width, height)
	p.title, p.danger = t.Safe("Remove deployment "+n.dep.Name), true
	p.blank(9)
	switch {
	case n.err != nil:
		p.text(0, t.Danger, t.Safe(sentence(explain(n.err))))
	case !n.read:
		p.text(0, t.Muted, "Reading which tokens name it"+t.Glyphs.Dots)
	case n.total == 0:
		p.text(0, t.Text, "No agent token names it.")
	default:
		r.tokens(p)
	}
	p.text(3, t.Muted, "Org Agent tokens reach the rest.")
	if users := len(rolesIn(r.s, n.dep.ID)); users > 0 {
		p.text(2, t.Text, plural(users, "user loses their role there.", "users lose their roles there."))
	}
	p.blank(9)
	warning := "It is gone at once, for everyone. This cannot be undone."
	if p.inner < draw.Width(warning) {
		warning = "It is gone at once. No undo."
	}
	p.text(0, t.Danger, warning)
	if r.err != "" {
		p.text(0, t.Danger, t.Safe(r.err))
	}
	p.blank(9)
	keys := r.Keys()
	p.answers(nil, keys[1], keys[0])
	return p.frame()
}

// tokens says how many lose it and how many of those then reach nothing, and names the
// first of them.
func (r *removal) tokens(p *panel) {
	t, n := r.s.theme, &r.naming
	p.text(0, t.Text, plural(n.total, "agent token names it and loses it.", "agent tokens name it and lose it."))
	if said := r.left(); said != "" {
		p.text(0, t.Warning, said)
	}
	named := min(losers, len(n.rows))
	p.rows(panelList{total: named, least: min(named, 2), beyond: n.total - named, still: true, row: func(i int) *draw.Line {
		l, token := p.line().Space(2), n.rows[i]
		if p.inner < narrow || !r.reachesNothing(without(token.Permissions, n.dep.ID)) {
			return n.line(l, token)
		}
		nothing := p.line().Space(2).Text(t.Warning, "then nothing")
		return p.line().Append(n.line(draw.NewLine(p.inner-nothing.X()-1).Space(2), token)).Right(nothing)
	}})
}

// left says how many of those that lose it reach nothing without it, of those that were
// read; "" when none do.
func (r *removal) left() string {
	nothing, n := 0, &r.naming
	for _, token := range n.rows {
		if r.reachesNothing(without(token.Permissions, n.dep.ID)) {
			nothing++
		}
	}
	switch {
	case nothing == 0:
		return ""
	case n.total == 1:
		return "It then reaches nothing."
	case nothing == n.total:
		return "They then reach nothing."
	case len(n.rows) < n.total:
		return fmt.Sprintf("At least %d of them then reach nothing.", nothing)
	}
	return plural(nothing, "of them then reaches nothing.", "of them then reach nothing.")
}

// without is what permissions come to when a deployment is gone.
func without(p model.Permissions, gone model.DeploymentID) model.Permissions {
	left := model.Permissions{OrgAgent: p.OrgAgent, AllBranches: p.AllBranches}
	for _, id := range p.Deployments {
		if id != gone {
			left.Deployments = append(left.Deployments, id)
		}
	}
	return left
}

func (r *removal) reachesNothing(p model.Permissions) bool {
	for _, dep := range r.s.live() {
		if dep.ID != r.naming.dep.ID && p.Reaches(dep.ID) {
			return false
		}
	}
	return !p.ReachesBranches()
}
