package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// details tells everything about a token but its value, and what can be done with it.
// It hears the keys of the list it lies over: what it offers of them closes it and is
// done there. Enter, which opened it, does nothing: pressing it twice must never show a
// secret.
type details struct {
	s      *session
	token  model.Token
	logins map[model.UserID]string
	use    useOf
	at     grid.Grid
}

func newDetails(s *session, token model.Token, logins map[model.UserID]string) screen {
	return &details{s: s, token: token, logins: logins, use: useOf{s: s}}
}

// openDetails shows a token and reads how it is used.
func openDetails(s *session, token model.Token, logins map[model.UserID]string) tea.Cmd {
	d := newDetails(s, token, logins).(*details)
	s.push(d)
	return d.use.begin(token.ID)
}

// tokenRead is a token as it is now, for the dialogs about it.
type tokenRead struct {
	token  model.Token
	logins map[model.UserID]string
	err    error
}

// readToken reads a token again because something in the store changed.
func readToken(s *session, id model.TokenID) tea.Cmd {
	return s.ask(func(ctx context.Context) tea.Msg {
		page, err := s.store.TokenRows(ctx, s.actor, []model.TokenID{id})
		m := tokenRead{token: model.Token{ID: id}, logins: page.Logins, err: err}
		if err == nil && len(page.Rows) == 1 {
			m.token = page.Rows[0]
		} else if err == nil {
			m.err = model.ErrNotFound
		}
		return m
	})
}

// tokenIn finds a token among rows the list below has just fetched: a dialog that was
// opened on an outdated row, while those were on their way, learns of it there.
func tokenIn(m rowsFetched, id model.TokenID) (tokenRead, bool) {
	if m.err != nil {
		return tokenRead{}, false
	}
	for _, t := range m.page.Rows {
		if t.ID == id {
			return tokenRead{token: t, logins: m.page.Logins}, true
		}
	}
	return tokenRead{}, false
}

// news reports whether a reply is about this token and not older than what is known.
func (m tokenRead) news(known model.Token) bool {
	return m.err == nil && m.token.ID == known.ID && m.token.Revision >= known.Revision
}

// Title is the dialog's place in the breadcrumb.
func (d *details) Title() string { return "Details" }

// Scope is that of the token lists.
func (d *details) Scope() keymap.Scope { return keymap.Tokens }

// Keys lists what can be done with the token.
func (d *details) Keys() []keymap.Action {
	keys := []keymap.Action{
		d.action(keymap.TokenReveal, d.token.Kind.Action(model.ToReveal)),
		d.action(keymap.TokenCopy, d.token.Kind.Action(model.ToCopy)),
		d.action(keymap.TokenDescribe, d.token.Kind.Action(model.ToDescribe)),
	}
	if d.token.Kind == model.AgentToken {
		keys = append(keys, d.action(keymap.TokenEdit, model.SetAgentPermissions))
	}
	return append(keys, d.action(keymap.TokenRevoke, d.token.Kind.Action(model.ToRevoke)), worded(d.s.action(keymap.PageBack, ""), "close"))
}

// Refused is editing what the token does not have.
func (d *details) Refused() []keymap.Action {
	why := wordsOf(d.token.Kind).noEdit
	if why == "" {
		return nil
	}
	return []keymap.Action{d.s.action(keymap.TokenEdit, why)}
}

// action is one verb of the list, switched off where the token or the rules say no.
func (d *details) action(id keymap.ID, do model.Action) keymap.Action {
	if d.token.Revoked() {
		return d.s.action(id, "It is revoked and stays as it is.")
	}
	on := model.Object{Owner: d.token.Owner, Settings: d.s.self.Organization.Settings}
	if err := model.Allow(d.s.self.User, do, on); err != nil {
		return d.s.action(id, sentence(err.Error()))
	}
	return d.s.action(id, "")
}

// Update closes, scrolls, or closes and hands on.
func (d *details) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		d.act(msg.id)
	case wheel:
		rows := d.rows()
		scrollTo(&d.at, d.at.Top+msg.rows, rows)
	case storeChanged:
		return d, readToken(d.s, d.token.ID)
	case tokenRead:
		d.read(msg)
	case useDue, useRead:
		return d, d.use.update(msg)
	case rowsFetched:
		if m, ok := tokenIn(msg, d.token.ID); ok {
			d.read(m)
		}
	}
	return d, nil
}

func (d *details) read(m tokenRead) {
	if m.news(d.token) {
		d.token, d.logins = m.token, m.logins
	}
}

func (d *details) act(id keymap.ID) {
	switch {
	case id == keymap.ListLeft, id == keymap.ListRight:
	case id == keymap.PageBack:
		d.s.pop()
	case scroll(&d.at, id, d.rows()):
	default:
		d.s.pop()
		d.s.post(act{id})
	}
}

func (d *details) rows() int {
	p := d.panel(d.s.width, d.s.height)
	d.at.Set(p.list.total)
	return p.listHeight()
}

// Draw draws the facts and the keys.
func (d *details) Draw(width, height int) draw.Frame { return d.panel(width, height).frame() }

func (d *details) panel(width, height int) *panel {
	p := newPanel(d.s, 68, width, height)
	p.title = tokenTitle(d.s, d.token)
	lines := facts(d.s, d.token, d.use, d.logins, p.inner)
	at := d.at
	at.Set(len(lines))
	p.above(8)
	p.rows(panelList{total: len(lines), least: 3, at: at, row: func(i int) *draw.Line { return lines[i] }})
	p.below(2)
	keys := d.Keys()
	end := len(keys) - 1
	p.answers(keys[:end], keys[end])
	return p
}

// tokenTitle names a token at the top of a dialog: "Agent token 14".
func tokenTitle(s *session, token model.Token) string {
	return s.theme.Safe(wordsOf(token.Kind).one + " " + token.ID.String())
}
