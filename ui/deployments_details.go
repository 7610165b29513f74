package ui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// tokensNaming are the agent tokens that name a deployment: the first few, and how
// many there are. The dialogs about a deployment read them when they open, and again
// whenever something changed.
type tokensNaming struct {
	s     *session
	dep   model.Deployment
	read  bool
	rows  []model.Token
	total int
	err   error
}

type tokensNamingRead struct {
	of   model.DeploymentID
	page model.TokenPage
	err  error
}

// namingShown is how many tokens are listed one by one.
const namingShown = 100

func (n *tokensNaming) ask() tea.Cmd {
	s, id := n.s, n.dep.ID
	return s.ask(func(ctx context.Context) tea.Msg {
		page, err := s.store.Tokens(ctx, s.actor, naming(id), model.Window{Limit: namingShown})
		return tokensNamingRead{id, page, err}
	})
}

// update reports whether a message changed what is known, and asks anew after changes.
func (n *tokensNaming) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case storeChanged:
		return n.ask()
	case sessionRenewed:
		for _, dep := range n.s.deployments {
			if dep.ID == n.dep.ID {
				n.dep = dep
			}
		}
	case tokensNamingRead:
		if msg.of == n.dep.ID {
			n.read, n.rows, n.total, n.err = true, msg.page.Rows, msg.page.Total, msg.err
		}
	}
	return nil
}

// line is one of these tokens: what it is called and its last four.
func (n *tokensNaming) line(l *draw.Line, token model.Token) *draw.Line {
	t := n.s.theme
	text, style := token.Description, draw.Style(t.Text)
	if text == "" {
		text, style = "(no description)", t.Muted
	}
	room := l.Left() - 10
	return l.Fit(style, t.Safe(text), room, t.Glyphs.Ellipsis).Space(2).Text(t.Muted, t.Glyphs.Mask).Text(t.Text, token.LastFour)
}

// deploymentDetails shows all about a deployment: which tokens reach it by name, and
// who has a role there.
type deploymentDetails struct {
	s      *session
	naming tokensNaming
	grid   grid.Grid
	end    ending
}

func openDeployment(s *session, dep model.Deployment) tea.Cmd {
	d := &deploymentDetails{s: s, naming: tokensNaming{s: s, dep: dep}}
	s.push(d)
	return d.naming.ask()
}

// Title is which deployment this is.
func (d *deploymentDetails) Title() string { return d.naming.dep.Name }

// Scope is that of the list: the letters do the same here.
func (d *deploymentDetails) Scope() keymap.Scope { return keymap.Deployments }

// Keys are what can be done with this deployment.
func (d *deploymentDetails) Keys() []keymap.Action {
	off := ""
	if d.naming.dep.Removed() {
		off = "It is removed."
	}
	return []keymap.Action{d.s.action(keymap.DeploymentRename, off), d.s.action(keymap.DeploymentRemove, off),
		worded(d.s.action(keymap.PageBack, ""), "close")}
}

// Update obeys the letters of the list, for this deployment.
func (d *deploymentDetails) Update(msg tea.Msg) (screen, tea.Cmd) {
	if d.end.again(d.s) {
		return d, nil
	}
	cmd := d.naming.update(msg)
	p := d.panel(d.s.width, d.s.height)
	d.grid.Total = p.list.total
	switch msg := msg.(type) {
	case act:
		cmd = d.act(msg.id, p.listHeight())
	case wheel:
		scrollTo(&d.grid, d.grid.Top+msg.rows, p.listHeight())
	}
	return d, cmd
}

func (d *deploymentDetails) act(id keymap.ID, height int) tea.Cmd {
	switch id {
	case keymap.PageBack:
		d.end.close(d.s)
	case keymap.DeploymentRename:
		d.end.close(d.s)
		d.s.push(newDeploymentForm(d.s, d.naming.dep))
	case keymap.DeploymentRemove:
		d.end.close(d.s)
		return removeDeployment(d.s, d.naming.dep)
	default:
		scroll(&d.grid, id, height)
	}
	return nil
}

// lines are what the dialog lists: the tokens, then the users.
func (d *deploymentDetails) lines(inner int) []*draw.Line {
	t, n := d.s.theme, &d.naming
	say := func(style draw.Style, text string) *draw.Line { return draw.NewLine(inner).Text(style, text) }
	var out []*draw.Line
	switch {
	case n.err != nil:
		out = append(out, say(t.Danger, t.Safe(sentence(explain(n.err)))))
	case !n.read:
		out = append(out, say(t.Muted, "Reading which tokens name it"+t.Glyphs.Dots))
	case n.total == 0:
		out = append(out, say(t.Muted, "No agent token names it."))
	default:
		out = append(out, say(t.Muted, plural(n.total, "agent token names it", "agent tokens name it")))
	}
	for _, token := range n.rows {
		out = append(out, n.line(draw.NewLine(inner).Space(2), token))
	}
	if more := n.total - len(n.rows); more > 0 && n.read {
		out = append(out, say(t.Muted, fmt.Sprintf("  and %s more", short(more))))
	}
	out = append(out, say(t.Muted, "Org Agent tokens reach it too."), draw.NewLine(inner))
	users := rolesIn(d.s, n.dep.ID)
	if len(users) == 0 {
		return append(out, say(t.Muted, "Nobody was given a role there."))
	}
	out = append(out, say(t.Muted, plural(len(users), "user has a role there", "users have a role there")))
	for _, u := range users {
		out = append(out, draw.NewLine(inner).Space(2).Fit(t.Text, t.Safe(u.Login), inner-14, t.Glyphs.Ellipsis).Space(2).Text(t.Text, u.RoleIn(n.dep.ID).String()))
	}
	return out
}

// plural says a number of things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return short(n) + " " + many
}

// Draw draws what is known, and the keys.
func (d *deploymentDetails) Draw(width, height int) draw.Frame { return d.panel(width, height).frame() }

func (d *deploymentDetails) panel(width, height int) *panel {
	t, dep := d.s.theme, d.naming.dep
	p := newPanel(d.s, 68, width, height)
	p.title = t.Safe(fmt.Sprintf("Deployment %d %s %s", dep.ID, t.Glyphs.Dot, dep.Name))
	p.blank(6)
	p.pair(4, "Created", t.Text, day(dep.CreatedAt)+" by "+t.Safe(d.s.login(dep.CreatedBy, nil)))
	if dep.Removed() {
		p.pair(0, "Removed", t.Warning, day(dep.RemovedAt)+" by "+t.Safe(d.s.login(dep.RemovedBy, nil)))
	}
	p.above(6)
	lines := d.lines(p.inner)
	p.rows(panelList{total: len(lines), least: 4, at: d.grid, row: func(i int) *draw.Line { return lines[i] }})
	p.below(6)
	keys := d.Keys()
	end := len(keys) - 1
	p.answers(keys[:end], keys[end])
	return p
}
