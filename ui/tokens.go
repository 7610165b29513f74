package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/grid"
)

// tokens is a tab of token lists: the Tokens tab with the agent list and the user list of
// whoever is managed, or the Services tab with the list of service credentials.
type tokens struct {
	s     *session
	title string
	on    bool            // it is the tab on the screen
	kind  model.TokenKind // of the list on the screen
	owner model.UserID    // whose user tokens
	lists []*tokenList    // as tab goes through them

	reveal    reveal
	copying   map[model.TokenID]bool // asked for and not on the clipboard yet
	describe  *describing
	filtering bool
	creating  model.Request

	knocks knockCount
	use    useOf // of the token in the pane
	lately int   // the generation of the ticks that keep LAST USED true; 0 when there are none
}

// tokenList is one of the lists: what it shows and where the cursor stands.
type tokenList struct {
	kind   model.TokenKind
	rows   rows
	grid   grid.Grid
	filter field
	match  model.Filter  // of the query, for underlining
	whole  whole         // how long the list is without a filter
	near   model.TokenID // the token under the cursor: the cursor follows it
}

// whole is how long a list is without a filter.
type whole struct {
	total   int
	revoked bool // revoked tokens are counted too
}

// newTokens is the Tokens tab; for members there is no agent list.
func newTokens(s *session) screen {
	if !s.admin() {
		return tokensOf(s, "Tokens", model.UserToken)
	}
	return tokensOf(s, "Tokens", model.AgentToken, model.UserToken)
}

// newServices is the Services tab.
func newServices(s *session) screen { return tokensOf(s, "Services", model.ServiceToken) }

func tokensOf(s *session, title string, kinds ...model.TokenKind) *tokens {
	t := &tokens{s: s, title: title, kind: kinds[0], owner: s.self.User.ID, copying: map[model.TokenID]bool{}, use: useOf{s: s}}
	for _, kind := range kinds {
		t.lists = append(t.lists, &tokenList{kind: kind})
	}
	return t
}

// list is the one on the screen.
func (t *tokens) list() *tokenList { return t.lists[t.at(t.kind)] }

// at is the place of a kind among the lists of this tab, -1 where it has none.
func (t *tokens) at(kind model.TokenKind) int {
	return slices.IndexFunc(t.lists, func(l *tokenList) bool { return l.kind == kind })
}

// query is what the list on the screen asks the store for.
func (t *tokens) query() model.TokenQuery {
	l := t.list()
	q := model.TokenQuery{Kind: t.kind, Revoked: l.rows.query.Revoked, Sort: l.rows.query.Sort, Filter: l.filter.text}
	if t.kind == model.UserToken {
		q.Owner = t.owner
	}
	return q
}

// show asks for the list on the screen anew, keeping the cursor near its token.
func (t *tokens) show(q model.TokenQuery) tea.Cmd {
	t.hide()
	l := t.list()
	l.match = model.NewFilter(q.Filter)
	return l.rows.show(t.s, q, l.near)
}

// selected is the token under the cursor.
func (t *tokens) selected() (model.Token, bool) {
	l := t.list()
	return l.rows.at(l.grid.Cursor)
}

// Title is the tab's place in the breadcrumb.
func (t *tokens) Title() string { return t.title }

// Scope is what hears keys: the row that is being typed in or shown comes first.
func (t *tokens) Scope() keymap.Scope {
	switch {
	case t.describe != nil:
		return keymap.Describe
	case t.filtering:
		return keymap.Filter
	case t.reveal.shown():
		return keymap.Revealed
	}
	return keymap.Tokens
}

// Waits reports whether what keys mean depends on an answer of the store: they belong
// to the description of the token that is being created, or to the list as it is when
// the description is saved.
func (t *tokens) Waits() bool {
	return pending(t.creating) || t.describe != nil && pending(t.describe.request)
}

// Update takes actions, keys and replies.
func (t *tokens) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		if msg.id != keymap.TokenReveal {
			t.callOff()
		}
		return t, tea.Batch(t.act(msg.id), t.settle())
	case tea.KeyMsg:
		return t, tea.Batch(t.typing(msg), t.settle())
	case wheel, rowChosen:
		return t, tea.Batch(t.point(msg), t.settle())
	case covered:
		t.callOff()
	case shown:
		t.on = true
		return t, t.show(t.query())
	case hidden:
		t.leave()
	case ownerChosen:
		return t, t.manage(msg.owner)
	case secretsHidden:
		t.hide()
	case storeChanged:
		return t, t.renew()
	case sessionRenewed:
		return t, nil
	default:
		return t, tea.Batch(t.reply(msg), t.settle())
	}
	return t, nil
}

// reply takes in what the store answered and what time has come to.
func (t *tokens) reply(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case rowsFetched:
		t.fetched(msg)
	case rowsMatched:
		return t.matched(msg)
	case changed:
		return t.changed(msg)
	case secretRevealed:
		return t.revealed(msg)
	case copyDone:
		delete(t.copying, msg.token)
	case revealTick:
		return t.tick(msg)
	case useDue, useRead:
		return t.use.update(msg)
	case knocksRead:
		t.knocks.take(msg)
	case latelyDue, latelyRead:
		return t.keepTrue(msg)
	}
	return nil
}

// settle asks for rows that came into view, and for what the pane and LAST USED show of
// use.
func (t *tokens) settle() tea.Cmd {
	if !t.on {
		return nil
	}
	l := t.list()
	if token, ok := t.selected(); ok {
		l.near = token.ID
	}
	return tea.Batch(l.rows.want(t.s, l.grid.Cursor-ahead, l.grid.Cursor+ahead), t.watch(), t.watchList())
}

// ahead is how far around the cursor rows are kept ready: more than a tall screen.
const ahead = 100

// fetched puts the cursor back on its token.
func (t *tokens) fetched(m rowsFetched) {
	for _, l := range t.lists {
		if !l.rows.fetched(m) {
			continue
		}
		l.grid.Set(l.rows.total)
		if l.rows.query.Filter == "" {
			l.whole = whole{l.rows.total, l.rows.query.Revoked}
		}
		// Only where the cursor still wants to be: it may have moved since.
		if token, ok := l.rows.at(m.page.AnchorAt); m.err == nil && ok && token.ID == l.near {
			l.grid.Go(m.page.AnchorAt, t.s.rowsShown())
		}
	}
}

func (t *tokens) matched(m rowsMatched) tea.Cmd {
	var cmds []tea.Cmd
	for _, l := range t.lists {
		again := l.rows.again && l.rows.gen == m.gen && m.match.Done
		cmds = append(cmds, l.rows.matched(t.s, m))
		l.grid.Set(l.rows.total)
		if i := slices.Index(l.rows.ids, l.near); again && i >= 0 {
			l.grid.Go(i, t.s.rowsShown())
		}
	}
	return tea.Batch(cmds...)
}

// renew asks again for what is on the screen, because something changed.
func (t *tokens) renew() tea.Cmd {
	if !t.on {
		return nil
	}
	l := t.list()
	return l.rows.renewed(t.s, l.near, l.grid.Cursor)
}

// leave is what happens when another tab is chosen: secrets hide, typing ends, and
// managing somebody else's tokens is over.
func (t *tokens) leave() {
	t.on, t.lately = false, 0
	t.use.forget()
	t.hide()
	t.describe, t.filtering = nil, false
	t.owner = t.s.self.User.ID
}

// manage shows the user tokens of this user, if they are shown in this tab.
func (t *tokens) manage(owner model.UserID) tea.Cmd {
	if t.at(model.UserToken) < 0 {
		return nil
	}
	t.kind, t.owner = model.UserToken, owner
	l := t.list()
	*l = tokenList{kind: t.kind}
	t.on = true
	return t.show(t.query())
}

// whose tells whether the tokens on the screen are somebody else's, and whose.
func (t *tokens) whose() (login string, others bool) {
	return t.s.login(t.owner, t.list().rows.logins), t.kind == model.UserToken && t.owner != t.s.self.User.ID
}
