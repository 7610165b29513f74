package ui

import (
	"fmt"
	"slices"
	"strings"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// rolesOf says a user's roles in a few words: "Organization Admin", "Editor in 3".
func rolesOf(s *session, p model.User) string {
	if p.OrgAdmin {
		return "Organization Admin"
	}
	count := map[model.Role]int{}
	for _, g := range p.Grants {
		if slices.ContainsFunc(s.deployments, func(d model.Deployment) bool { return d.ID == g.Deployment && !d.Removed() }) {
			count[g.Role]++
		}
	}
	var out []string
	for _, role := range slices.Backward(model.Roles()) {
		if count[role] > 0 {
			out = append(out, fmt.Sprintf("%s in %d", role, count[role]))
		}
	}
	if len(out) == 0 {
		return "no role"
	}
	return strings.Join(out, ", ")
}

func stateOf(p model.User) string {
	if p.Active() {
		return "active"
	}
	return "deactivated"
}

// Draw draws the count, the heads and the rows.
func (u *users) Draw(width, height int) draw.Frame {
	t := u.s.theme
	head := draw.NewLine(width).Space(1).Text(t.Title, "Users").Text(t.Text, " "+short(u.list.whole))
	if n := u.deactivated(); n > 0 {
		head.Text(t.Muted, fmt.Sprintf("   %s deactivated", short(n)))
	}
	if u.err != nil {
		return draw.Rows(head).Below(notice(u.s, width, height-1, t.Danger, t.Safe(sentence(explain(u.err))), "", worded(u.s.action(keymap.PageReload, ""), "try again")))
	}
	if len(u.list.rows) == 0 {
		return draw.Rows(head).Below(u.list.nothing(width, height-1))
	}
	order := userOrders[u.order]
	return draw.Rows(head).Below(u.list.grid.View(grid.Options{
		Width: width, Height: height - 1, Theme: t, Columns: userColumns(width), Heads: height-1 >= listHeads,
		Sort: order.column, Desc: order.desc, Row: func(i int) grid.Row { return u.row(i, width) },
	}))
}

func (u *users) deactivated() int {
	n := 0
	for _, p := range u.s.users {
		if !p.Active() {
			n++
		}
	}
	return n
}

// userColumns give what the others leave to the roles, which are the longest; names and
// logins grow with the window. The state goes first: its rows say it otherwise, too.
func userColumns(width int) []grid.Column {
	login, name := 16, 16
	switch {
	case width >= 120:
		login, name = 24, 32
	case width >= 100:
		name = 24
	}
	return []grid.Column{
		{ID: colLogin, Title: "LOGIN", Want: login, Min: 12, Priority: 4, Do: act{keymap.PageSort}},
		{ID: colName, Title: "NAME", Want: name, Min: 10, Priority: 2},
		{ID: colRoles, Title: "ROLES", Want: 18, Flex: true, Priority: 9},
		{ID: colState, Title: "STATE", Want: 11, Priority: 0},
		{ID: colCreated, Title: "CREATED", Want: 10, Priority: 1, Do: act{keymap.PageSort}},
	}
}

// row draws one user. Where there is no room for the state, a deactivated user has it
// in place of the roles, which do nothing meanwhile.
func (u *users) row(i, width int) grid.Row {
	t, p := u.s.theme, u.list.rows[i]
	style, muted := t.Text, t.Muted
	if !p.Active() {
		style = t.Muted
	}
	mark := func(text string) grid.Cell { return marked(t, u.list.match, text, style, rowChosen{at: i}) }
	roles := marked(t, u.list.match, rolesOf(u.s, p), style, rowChosen{i, keymap.UserRoles})
	shown := grid.Layout(userColumns(width), width)
	if !p.Active() && !slices.ContainsFunc(shown, func(c grid.Placed) bool { return c.ID == colState }) {
		roles = mark(stateOf(p))
	}
	login := mark(p.Login)
	if p.ID == u.s.self.User.ID {
		login = append(login, grid.Segment{Text: " (you)", Paint: muted})
	}
	name := mark(p.Name)
	if p.Name == "" {
		name = grid.Plain(muted, "(none)")
	}
	return grid.Row{Do: rowChosen{at: i}, Cells: []grid.Cell{login, name, roles,
		marked(t, u.list.match, stateOf(p), muted, nil), grid.Plain(muted, day(p.CreatedAt))}}
}
