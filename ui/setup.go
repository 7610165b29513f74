package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// setup is the first run: the organization's name, its deployments, and what will be
// kept where. Nothing is written before enter, and nothing is left behind by esc.
type setup struct {
	s        *session
	create   func(organization string, deployments []string) tea.Cmd
	root     bool
	inputs   inputs
	creating bool
	err      string
	end      ending
}

// What the model's errors call the two fields.
const (
	whatOrganization = "organization"
	whatDeployment   = "deployment name"
)

func newSetup(s *session, create func(organization string, deployments []string) tea.Cmd, root bool) screen {
	name := func(text string) error { _, err := model.CleanName(whatOrganization, text, false); return err }
	deployments := func(text string) error { _, err := deploymentNames(text); return err }
	return &setup{s: s, create: create, root: root, inputs: inputs{list: []input{
		{what: whatOrganization, label: "Organization", note: "Its name for everyone.", needed: true, check: name,
			field: suggestion(s.about.Organization)},
		{what: whatDeployment, label: "Deployments", note: "Spaces or commas between; add more later.", check: deployments,
			field: suggestion("prod, staging")},
	}}}
}

// deploymentNames takes the names apart and refuses what the model would refuse.
func deploymentNames(text string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		name, err := model.CleanDeploymentName(part)
		if err != nil {
			return nil, err
		}
		if key := model.FoldName(name); seen[key] {
			return nil, fmt.Errorf("deployment %s: %w, name it once", name, model.ErrTaken)
		} else {
			seen[key] = true
		}
		out = append(out, name)
	}
	return out, nil
}

// Title is not shown: there is no breadcrumb yet.
func (u *setup) Title() string { return "First run" }

// Scope is where text is typed into fields.
func (u *setup) Scope() keymap.Scope { return keymap.Setup }

// Keys are creating, going back, and going about.
func (u *setup) Keys() []keymap.Action {
	off, word := "", "create"
	if u.creating {
		off = "It is being created."
	}
	if u.inputs.unfilled() {
		word = "next"
	}
	s := u.s
	return []keymap.Action{worded(s.action(keymap.SetupAccept, off), word), s.action(keymap.SetupNext, off),
		s.action(keymap.SetupPrevious, off), s.action(keymap.SetupClear, off), s.action(keymap.SetupCancel, off)}
}

// Update takes keys into the fields, and how creating went.
func (u *setup) Update(msg tea.Msg) (screen, tea.Cmd) {
	if u.end.again(u.s) {
		return u, nil
	}
	switch msg := msg.(type) {
	case act:
		return u, u.act(msg.id)
	case tea.KeyMsg:
		if !u.creating {
			u.err = ""
			u.inputs.typed(msg)
		}
	case inputChosen:
		if !u.creating {
			u.inputs.choose(msg.at)
		}
	case setupDone:
		u.done(msg.err)
	}
	return u, nil
}

func (u *setup) act(id keymap.ID) tea.Cmd {
	switch {
	case u.creating:
	case id == keymap.SetupAccept:
		return u.accept()
	case id == keymap.SetupCancel:
		u.end.close(u.s)
	case id == keymap.SetupNext:
		u.inputs.move(1)
	case id == keymap.SetupPrevious:
		u.inputs.move(-1)
	case id == keymap.SetupClear:
		u.inputs.clear()
	}
	return nil
}

// accept creates the organization once both fields may be kept.
func (u *setup) accept() tea.Cmd {
	if !u.inputs.ready() {
		return nil
	}
	name, err := model.CleanName(whatOrganization, u.inputs.text(whatOrganization), false)
	if err != nil {
		u.done(err)
		return nil
	}
	deployments, err := deploymentNames(u.inputs.text(whatDeployment))
	if err != nil {
		u.done(err)
		return nil
	}
	u.creating, u.err = true, ""
	return u.create(name, deployments)
}

// done says why nothing was created; what was typed stays. When it was, the screens of
// the organization take this one's place, and until then it stays deaf.
func (u *setup) done(err error) {
	if err == nil {
		return
	}
	u.creating = false
	if !u.inputs.blame(err) {
		u.err = "Nothing was created: " + explain(err)
	}
}

// Draw draws the one screen of the first run: the fields, who will be Organization
// Admin, and the two places to know about. A short window keeps the fields.
func (u *setup) Draw(width, height int) draw.Frame {
	t := u.s.theme
	p := newPanel(u.s, 76, width, height)
	p.title, p.alone = "Create the organization", true
	p.blank(9)
	u.inputs.draw(p)
	p.blank(8)
	who := t.Safe(u.s.about.Account)
	if u.root && who != "root" {
		who += ", who is root here,"
	}
	p.text(3, t.Text, who+" will be its Organization Admin.")
	p.blank(9)
	p.text(7, t.Muted, "It is kept in two places:")
	for _, at := range []struct{ name, path string }{{"Store", u.s.about.Store}, {"Keyset", u.s.about.Keyset}} {
		p.pair(4, at.name, t.Text, t.Safe(at.path))
	}
	p.text(2, t.Warning, "Keep a copy of the keyset elsewhere: without it nothing in the store can be read.")
	if u.err != "" {
		p.text(0, t.Danger, t.Safe(u.err))
	}
	p.blank(9)
	u.hints(p)
	return p.frame()
}

func (u *setup) hints(p *panel) {
	if u.creating {
		p.add(0, p.line().Text(p.s.theme.Muted, "Creating it"+p.s.theme.Glyphs.Dots))
		return
	}
	keys := u.Keys()
	p.answers(keys[1:2], keys[4], keys[0])
}
