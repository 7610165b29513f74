package ui

import (
	"cmp"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// users is the Users tab: who is in the organization, and what they may do.
type users struct {
	s       *session
	list    heldList[model.User]
	order   int // see userOrders
	err     error
	request model.Request // deactivating or reactivating
}

// userOrders are the orders of the list, in the order in which sort goes through them.
var userOrders = ordersBy(colLogin)

// Columns of the list.
const (
	colLogin = "login"
	colName  = "name"
	colRoles = "roles"
	colState = "state"
)

func newUsers(s *session) screen {
	u := &users{s: s}
	u.list = heldList[model.User]{s: s, all: u.all,
		id:    func(p model.User) uint64 { return uint64(p.ID) },
		texts: func(p model.User) []string { return []string{p.Login, p.Name, rolesOf(s, p), stateOf(p)} },
	}
	u.list.fill()
	return u
}

// all lists the users in the order asked for.
func (u *users) all() []model.User {
	return inOrder(slices.Clone(u.s.users), userOrders[u.order],
		func(a, b model.User) int { return cmp.Compare(a.Login, b.Login) },
		func(p model.User) (model.Time, uint64) { return p.CreatedAt, uint64(p.ID) })
}

// Title is the tab's place in the breadcrumb.
func (u *users) Title() string { return "Users" }

// Scope is that of the list, or of the filter being typed.
func (u *users) Scope() keymap.Scope {
	if u.list.filtering {
		return keymap.Filter
	}
	return keymap.Users
}

// Place says where the cursor is.
func (u *users) Place() string { return u.list.Place() }

// Status is the filter while it is typed.
func (u *users) Status(width int) *draw.Line { return u.list.Status(width) }

// Keys lists what can be done with the list and the selected user.
func (u *users) Keys() []keymap.Action {
	s := u.s
	if u.list.filtering {
		return filterKeys(s)
	}
	one, end := "", s.action(keymap.UserDeactivate, "")
	p, ok := u.list.selected()
	if !ok {
		one = "No user is selected."
	} else {
		end = endKey(s, p)
	}
	keys := []keymap.Action{s.action(keymap.UserAdd, ""), s.action(keymap.UserRoles, one), s.action(keymap.UserRename, one), end}
	keys = append(keys, filtering(s, u.list.filter)...)
	return append(keys, s.action(keymap.PageSort, ""), s.action(keymap.UserDetails, one), s.action(keymap.UserTokens, one),
		s.action(keymap.PageReload, ""))
}

// endKey is deactivating a user, or letting a deactivated one back in.
func endKey(s *session, p model.User) keymap.Action {
	k := s.action(keymap.UserDeactivate, "")
	switch {
	case !p.Active():
		k.Word = "reactivate"
	case p.OrgAdmin && activeAdmins(s) <= 1:
		k.Off = sentence(model.ErrLastAdmin.Error())
	}
	return k
}

func activeAdmins(s *session) int {
	n := 0
	for _, p := range s.users {
		if p.OrgAdmin && p.Active() {
			n++
		}
	}
	return n
}

// Update takes actions, keys and replies.
func (u *users) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		return u, u.act(msg.id)
	case tea.KeyMsg:
		u.list.typed(msg)
	case wheel, rowChosen:
		u.list.point(msg)
	case directoryRead:
		u.err = msg.err
	case sessionRenewed:
		u.err = nil
		u.list.fill()
	case hidden:
		u.list.filtering = false
	case changed:
		u.changed(msg)
	}
	return u, nil
}

func (u *users) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.PageSort:
		u.order = (u.order + 1) % len(userOrders)
		u.list.fill()
		return nil
	case keymap.PageReload:
		u.s.post(sessionAsked{}) // users, and with them all that the session holds
		return nil
	case keymap.UserAdd:
		u.s.push(newPersonForm(u.s, model.User{}))
		return nil
	}
	if u.list.act(id) {
		return nil
	}
	p, ok := u.list.selected()
	if !ok {
		return nil
	}
	switch id {
	case keymap.UserRoles:
		u.s.push(newRoles(u.s, p))
	case keymap.UserRename:
		u.s.push(newPersonForm(u.s, p))
	case keymap.UserDetails:
		u.s.push(newUserDetails(u.s, p))
	case keymap.UserTokens:
		manageTokensFor(u.s, p.ID)
	case keymap.UserDeactivate:
		u.request = newRequest()
		askActive(u.s, p, u.request)
	}
	return nil
}

// askActive asks before a user is deactivated or let back in.
func askActive(s *session, p model.User, r model.Request) {
	q := question{title: "Reactivate " + p.Login, lines: []string{
		p.Login + " can act again, with the roles they had. Their tokens that were not revoked work again at once."}}
	word := "reactivate"
	if p.Active() {
		word = "deactivate"
		q = question{title: "Deactivate " + p.Login, danger: true, lines: []string{
			"Their tokens stop working at once, and they can do nothing here.",
			"Roles are kept. Reactivating them later makes the tokens work again, unless they were revoked."}}
		if p.ID == s.self.User.ID {
			q.lines = append(q.lines, "This is you: somebody else will have to let you back in.")
		}
	}
	s.push(newConfirm(s, q, choice{keymap.ConfirmAccept, word, func() tea.Cmd {
		return s.change(r, model.SetActive{User: p.ID, Active: !p.Active()})
	}}))
}

// changed follows a user who was just added, and says what came of deactivating.
func (u *users) changed(m changed) {
	if p, ok := m.record.(model.User); ok && m.err == nil && m.event.Action == model.AddUser {
		u.list.follow(uint64(p.ID)) // just added
	}
	if !pending(u.request) || m.request != u.request {
		return
	}
	u.request = model.Request{}
	sayActive(u.s, m)
}

func sayActive(s *session, m changed) {
	p, _ := m.record.(model.User)
	switch {
	case m.err != nil:
		s.say(bad, "Not changed: "+explain(m.err))
	case p.Active():
		s.say(good, "Reactivated "+p.Login+": their tokens work again.")
	default:
		s.say(good, "Deactivated "+p.Login+": their tokens stopped working.")
	}
}
