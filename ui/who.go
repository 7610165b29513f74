package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// who tells those who look who they are here, by what they were recognised, and what
// they may do where.
type who struct {
	s  *session
	at grid.Grid
}

func newWho(s *session) screen { return &who{s: s} }

// Title is the dialog's place in the breadcrumb.
func (w *who) Title() string { return "Who am I" }

// Scope is that of the help: something to read, scroll and close.
func (w *who) Scope() keymap.Scope { return keymap.Help }

// Keys lists what the dialog answers to.
func (w *who) Keys() []keymap.Action { return []keymap.Action{w.s.action(keymap.HelpClose, "")} }

// Update scrolls the roles and closes.
func (w *who) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		if msg.id == keymap.HelpClose {
			w.s.pop()
			return w, nil
		}
		scroll(&w.at, msg.id, w.rows())
	case wheel:
		rows := w.rows()
		scrollTo(&w.at, w.at.Top+msg.rows, rows)
	}
	return w, nil
}

func (w *who) rows() int {
	p := w.panel(w.s.width, w.s.height)
	w.at.Set(p.list.total)
	return p.listHeight()
}

// Draw draws the person, the door and the roles.
func (w *who) Draw(width, height int) draw.Frame { return w.panel(width, height).frame() }

func (w *who) panel(width, height int) *panel {
	p := newPanel(w.s, 64, width, height)
	p.title = "Who am I"
	lines, at := w.lines(p.inner), w.at
	at.Set(len(lines))
	p.above(8)
	p.rows(panelList{total: len(lines), least: 3, at: at, row: func(i int) *draw.Line { return lines[i] }})
	p.below(2)
	p.answers(nil, w.s.action(keymap.HelpClose, ""))
	return p
}

func (w *who) lines(width int) []*draw.Line {
	s, t, u := w.s, w.s.theme, w.s.self.User
	var lines []*draw.Line
	add := func(name string, style draw.Style, text string) {
		lines = append(lines, factLines(s, width, name, style, text)...)
	}
	add("Login", t.Title, u.Login)
	if u.Name != "" {
		add("Name", t.Text, u.Name)
	}
	add("In", t.Text, s.self.Organization.Name)
	add("Came by", t.Text, door(s.actor.Source))
	add("Recognised", t.Text, recognised(s))
	if u.OrgAdmin {
		add("Role", t.Text, "Organization Admin: Admin in every deployment, and everything here")
		return lines
	}
	roles := w.roles()
	if len(roles) == 0 {
		add("Role", t.Text, "member, without a role in any deployment")
		return lines
	}
	add("Role", t.Text, "member, with these roles:")
	for _, held := range roles {
		lines = append(lines, draw.NewLine(width).Space(factsAt).Text(t.Muted, draw.Fit(held.role.String(), 10, "")).
			Fit(t.Text, t.Safe(held.name), width-factsAt-10, t.Glyphs.Ellipsis))
	}
	return lines
}

// heldRole is a role in a deployment, by name.
type heldRole struct {
	name string
	role model.Role
}

// roles lists a member's roles in the order of the deployments' names.
func (w *who) roles() []heldRole {
	var out []heldRole
	for _, d := range w.s.live() {
		if role := w.s.self.User.RoleIn(d.ID); role != model.NoRole {
			out = append(out, heldRole{d.Name, role})
		}
	}
	return out
}

// door says where somebody came in.
func door(from model.Source) string {
	if from.Origin == "" {
		return from.Door.String()
	}
	return from.Door.String() + ", " + from.Origin
}

// recognised says by what this user was recognised: never by a name they claimed.
func recognised(s *session) string {
	if s.about.Account == "" {
		return "by the operating-system account that runs jeton"
	}
	return "by the operating-system account " + s.about.Account + ", which is bound to this user"
}
