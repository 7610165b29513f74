package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// rowChosen is a click in a row, with what to do there ("" only selects it).
type rowChosen struct {
	at int
	do keymap.ID
}

// act does an action on the list or the selected token.
func (t *tokens) act(id keymap.ID) tea.Cmd {
	if move, ok := t.move(id); ok {
		return move
	}
	switch id {
	case keymap.TokenReveal:
		return t.startReveal()
	case keymap.TokenCopy:
		return t.startCopy()
	case keymap.TokenDescribe:
		t.startDescribe()
	case keymap.TokenCreate:
		return t.create()
	case keymap.TokenEdit, keymap.TokenRevoke, keymap.TokenDetails:
		return t.open(id)
	case keymap.TokensRevoked, keymap.PageSort, keymap.PageReload, keymap.TokensOther:
		return t.look(id)
	case keymap.TokensOwner:
		if t.s.admin() {
			t.s.push(newPicker(t.s, t.owner))
		}
	case keymap.PageFilter:
		t.filtering = true
		t.list().filter = newField(t.list().filter.text)
	case keymap.PageBack:
		return t.unfilter()
	case keymap.RevealedCopy:
		return t.copyRevealed()
	case keymap.RevealedHide:
		t.hide()
	default:
		return t.typed(id)
	}
	return nil
}

// typed does the actions heard while text is typed.
func (t *tokens) typed(id keymap.ID) tea.Cmd {
	l := t.list()
	switch id {
	case keymap.DescribeSave:
		return t.saveDescription()
	case keymap.DescribeCancel:
		t.describe = nil
	case keymap.DescribeClear:
		t.describe.field = field{}
	case keymap.FilterKeep:
		t.filtering = false
	case keymap.FilterClear:
		return t.unfilter()
	case keymap.FilterErase:
		l.filter = field{}
		return t.refilter()
	}
	return nil
}

// typing takes a key that is text, or that only leaves what is being done.
func (t *tokens) typing(k tea.KeyMsg) tea.Cmd {
	switch {
	case t.describe != nil:
		t.describe.field, _ = t.describe.field.update(k)
		t.describe.err = nil
	case t.filtering:
		before := t.list().filter.text
		t.list().filter, _ = t.list().filter.update(k)
		if t.list().filter.text != before {
			return t.refilter()
		}
	default:
		t.hide()
	}
	return nil
}

// refilter asks for the rows that match what is typed now.
func (t *tokens) refilter() tea.Cmd {
	l := t.list()
	l.grid.Home()
	if l.filter.text == "" {
		return t.show(t.query())
	}
	l.near = 0
	return t.show(t.query())
}

func (t *tokens) unfilter() tea.Cmd {
	t.filtering = false
	l := t.list()
	if l.filter.text == "" {
		return nil
	}
	l.filter = field{}
	return t.show(t.query())
}

// move moves the cursor; a revealed secret hides on any move.
func (t *tokens) move(id keymap.ID) (tea.Cmd, bool) {
	l := t.list()
	if !moveGrid(t.s, &l.grid, id) {
		return nil, false
	}
	t.hide()
	l.near = 0
	return nil, true
}

// point takes the mouse: the wheel moves, a click selects and may do more.
func (t *tokens) point(msg tea.Msg) tea.Cmd {
	l := t.list()
	switch msg := msg.(type) {
	case wheel:
		if t.describe == nil {
			t.hide()
			l.grid.Move(msg.rows, t.s.rowsShown())
		}
	case rowChosen:
		if t.describe != nil {
			t.s.refuse(describeFirst(t.s))
			return nil
		}
		t.pick(msg.at, msg.do)
	}
	return nil
}

// pick selects the row that was clicked and does there what the click is for. It leaves
// the filter's field, but not the filter, and hides what is revealed; to reveal what is
// revealed hides it, as its key does.
func (t *tokens) pick(at int, do keymap.ID) {
	l := t.list()
	t.filtering = false
	again := at == l.grid.Cursor && do == keymap.TokenReveal
	switch {
	case again && t.reveal.shown():
		t.hide()
		return
	case !again && (at != l.grid.Cursor || do != ""):
		t.hide()
	}
	l.grid.Go(at, t.s.rowsShown())
	if do != "" {
		t.s.post(act{do})
	}
}

// look changes what the list shows.
func (t *tokens) look(id keymap.ID) tea.Cmd {
	q := t.query()
	switch id {
	case keymap.TokensRevoked:
		q.Revoked = !q.Revoked
	case keymap.PageSort:
		q.Sort = (q.Sort + 1) % 3
	case keymap.TokensOther:
		t.hide()
		t.kind = t.lists[(t.at(t.kind)+1)%len(t.lists)].kind
		q = t.query()
	}
	return t.show(q)
}

// open opens a dialog about the selected token.
func (t *tokens) open(id keymap.ID) (cmd tea.Cmd) {
	token, ok := t.selected()
	if !ok {
		return nil
	}
	t.hide()
	logins := t.list().rows.logins
	switch id {
	case keymap.TokenEdit:
		t.s.push(newPermissions(t.s, token, logins))
	case keymap.TokenRevoke:
		_, cmd = openRevoke(t.s, token, logins)
	case keymap.TokenDetails:
		cmd = openDetails(t.s, token, logins)
	}
	return cmd
}

// create creates a token at once, as the guide does; its row opens for a description
// when the store has it.
func (t *tokens) create() tea.Cmd {
	t.hide()
	t.creating = newRequest()
	c := model.CreateToken{Kind: t.kind}
	if t.kind == model.UserToken {
		c.Owner = t.owner
	}
	return t.s.change(t.creating, c)
}

// changed takes the outcome of a change this screen asked for.
func (t *tokens) changed(m changed) tea.Cmd {
	switch {
	case pending(t.creating) && m.request == t.creating:
		t.creating = model.Request{}
		return t.created(m)
	case t.describe != nil && m.request == t.describe.request:
		return t.described(m)
	}
	return nil
}

// createdWords says what was created, and what or whom it is for.
func (t *tokens) createdWords(token model.Token) string {
	login, others := t.whose()
	more := ""
	switch {
	case token.Kind == model.AgentToken:
		more = ", Org Agent"
	case others:
		more = ", for " + login
	case token.Kind == model.UserToken:
		more = ", yours"
	}
	return fmt.Sprintf("Created %s %d%s.", token.Kind, token.ID, more)
}

func (t *tokens) created(m changed) tea.Cmd {
	token, ok := m.record.(model.Token)
	if m.err != nil || !ok {
		t.s.post(unheard{})
		t.s.say(bad, "Not created: "+explain(m.err))
		return nil
	}
	t.s.say(good, t.createdWords(token))
	l := t.list()
	l.filter, t.filtering = field{}, false
	t.describe = &describing{token: token, fresh: true}
	l.near = token.ID
	q := t.query()
	if q.Sort == model.ByDescription {
		q.Sort = model.NewestFirst
	}
	cmd := l.rows.show(t.s, q, token.ID)
	l.rows.insert(token)
	l.grid.Set(l.rows.total)
	l.grid.Home()
	return cmd
}
