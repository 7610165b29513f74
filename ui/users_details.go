package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// userDetails shows all about a user, and what can be done there.
type userDetails struct {
	s       *session
	user    model.User
	grid    grid.Grid // scrolls the roles
	request model.Request
	end     ending
}

func newUserDetails(s *session, p model.User) screen {
	d := &userDetails{s: s, user: p}
	d.grid.Set(len(d.roles()))
	return d
}

// Title is whose details these are.
func (d *userDetails) Title() string { return d.user.Login }

// Scope is that of the list: the letters do the same here.
func (d *userDetails) Scope() keymap.Scope { return keymap.Users }

// Keys are what can be done with this user.
func (d *userDetails) Keys() []keymap.Action {
	s := d.s
	return []keymap.Action{s.action(keymap.UserRoles, ""), s.action(keymap.UserRename, ""), endKey(s, d.user),
		s.action(keymap.UserTokens, ""), worded(s.action(keymap.PageBack, ""), "close")}
}

// Update obeys the letters of the list, for this user.
func (d *userDetails) Update(msg tea.Msg) (screen, tea.Cmd) {
	if d.end.again(d.s) {
		return d, nil
	}
	switch msg := msg.(type) {
	case act:
		d.act(msg.id)
	case wheel:
		scrollTo(&d.grid, d.grid.Top+msg.rows, d.height())
	case sessionRenewed:
		if p, ok := d.s.user(d.user.ID); ok {
			d.user = p
		}
		d.grid.Set(len(d.roles()))
	case changed:
		if pending(d.request) && msg.request == d.request {
			d.request = model.Request{}
			sayActive(d.s, msg)
		}
	}
	return d, nil
}

func (d *userDetails) act(id keymap.ID) {
	switch id {
	case keymap.PageBack:
		d.end.close(d.s)
	case keymap.UserRoles:
		d.end.close(d.s)
		d.s.push(newRoles(d.s, d.user))
	case keymap.UserRename:
		d.end.close(d.s)
		d.s.push(newPersonForm(d.s, d.user))
	case keymap.UserDeactivate:
		d.request = newRequest()
		askActive(d.s, d.user, d.request)
	case keymap.UserTokens:
		d.end.close(d.s)
		manageTokensFor(d.s, d.user.ID)
	default:
		scroll(&d.grid, id, d.height())
	}
}

// manageTokensFor goes to the user tokens of somebody.
func manageTokensFor(s *session, owner model.UserID) {
	s.post(tabChosen{tabTokens})
	s.post(ownerChosen{owner})
}

// roles lists the roles one by one.
func (d *userDetails) roles() []string {
	if d.user.OrgAdmin {
		return []string{"Organization Admin: everything, in every deployment"}
	}
	var out []string
	for _, dep := range d.s.live() {
		if role := d.user.RoleIn(dep.ID); role != model.NoRole {
			out = append(out, fmt.Sprintf("%-8s in %s", role, dep.Name))
		}
	}
	if len(out) == 0 {
		return []string{"no role in any deployment"}
	}
	return out
}

// accountsOf says which operating-system users somebody is on this host.
func accountsOf(p model.User) string {
	if len(p.Accounts) == 0 {
		return "none on this host"
	}
	var out []string
	for _, uid := range p.Accounts {
		out = append(out, fmt.Sprint(uid))
	}
	return "uid " + strings.Join(out, ", ")
}

// height is how many lines of roles are shown.
func (d *userDetails) height() int { return d.panel(d.s.width, d.s.height).listHeight() }

// Draw draws what is known, and the keys.
func (d *userDetails) Draw(width, height int) draw.Frame { return d.panel(width, height).frame() }

func (d *userDetails) panel(width, height int) *panel {
	t, u := d.s.theme, d.user
	p := newPanel(d.s, 64, width, height)
	p.title = t.Safe(fmt.Sprintf("User %d %s %s", u.ID, t.Glyphs.Dot, u.Login))
	p.blank(6)
	name := u.Name
	if name == "" {
		name = "(none)"
	}
	p.pair(0, "Name", t.Text, t.Safe(name))
	if u.Active() {
		p.pair(5, "State", t.Text, "active")
	} else {
		p.pair(0, "State", t.Warning, fmt.Sprintf("deactivated %s by %s", day(u.DeactivatedAt), t.Safe(d.s.login(u.DeactivatedBy, nil))))
	}
	p.pair(3, "Accounts", t.Text, accountsOf(u))
	created := day(u.CreatedAt)
	if u.CreatedBy != 0 {
		created += " by " + t.Safe(d.s.login(u.CreatedBy, nil))
	}
	p.pair(4, "Created", t.Text, created)
	p.above(6)
	roles := d.roles()
	p.rows(panelList{total: len(roles), least: 3, at: d.grid, row: func(i int) *draw.Line {
		l := p.line()
		if i == 0 {
			l.Text(t.Muted, "Roles")
		}
		return l.To(13).Text(t.Text, t.Safe(roles[i]))
	}})
	p.below(6)
	keys := d.Keys()
	end := len(keys) - 1
	p.answers(keys[:end], keys[end])
	return p
}
