package ui

import (
	"slices"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// Columns of the lists.
const (
	colDescription = "description"
	colScope       = "scope" // permissions, or the owner
	colToken       = "token"
	colCreated     = "created"
	colUsed        = "used"
)

// longScope is the width from which the column of permissions, or of owners, has room
// for words; under it short ones leave room for the last four.
const longScope = 60

func (t *tokens) columns(width int) []grid.Column {
	columns := []grid.Column{
		{ID: colDescription, Title: "DESCRIPTION", Want: 16, Max: 60, Flex: true, Priority: 9, Do: act{keymap.PageSort}},
		t.scopeColumn(width),
		{ID: colToken, Title: "TOKEN", Want: 8, Priority: 2},
		{ID: colCreated, Title: "CREATED", Want: 10, Priority: 1, Do: act{keymap.PageSort}},
		{ID: colUsed, Title: "LAST USED", Want: 14, Priority: 0, From: usedFrom},
	}
	if t.kind == model.ServiceToken {
		columns = slices.Delete(columns, 1, 2)
	}
	if t.s.width >= paneFrom && grid.Layout(columns, width)[0].W < besidePane {
		columns = columns[:len(columns)-2] // the pane has both
	}
	return columns
}

// besidePane is how wide descriptions stay beside the pane, where when tokens were created
// and last used gives way to them.
const besidePane = 38

// scopeColumn says what a token reaches: an agent token's permissions, or whose a user
// token is.
func (t *tokens) scopeColumn(width int) grid.Column {
	scope, want := "PERMISSIONS", 14
	switch {
	case t.kind == model.UserToken && width < longScope:
		scope, want = "OWNER", 8
	case t.kind == model.UserToken:
		scope = "OWNER"
	case width < longScope:
		scope, want = "PERMS", 7
	}
	return grid.Column{ID: colScope, Title: scope, Want: want, Min: 3, Priority: 3}
}

// Draw draws the lists' line, the heads and the rows, and the details beside them
// where there is room.
func (t *tokens) Draw(width, height int) draw.Frame {
	head := t.listLine(width).Frame()
	if width < paneFrom {
		return head.Below(t.body(width, height-1))
	}
	left := t.tableWidth(width)
	return head.Below(t.body(left, height-1).Beside(left, t.pane(height-1)))
}

// body draws the rows, or what stands there instead of them.
func (t *tokens) body(width, height int) draw.Frame {
	l := t.list()
	switch {
	case l.rows.err != nil:
		return notice(t.s, width, height, t.s.theme.Danger, sentence(l.rows.err.Error()), "", t.s.action(keymap.PageReload, ""))
	case l.rows.known && l.rows.total == 0:
		return t.empty(width, height)
	}
	columns := t.columns(width)
	return l.grid.View(grid.Options{
		Width: width, Height: height, Theme: t.s.theme, Columns: columns, Heads: height >= listHeads,
		Sort: t.sortColumn(), Desc: l.rows.query.Sort == model.NewestFirst,
		Row: func(i int) grid.Row { return t.row(i, width, columns) },
	})
}

func (t *tokens) sortColumn() string {
	if t.list().rows.query.Sort == model.ByDescription {
		return colDescription
	}
	return colCreated
}

// empty says why there are no rows and what can be done about it.
func (t *tokens) empty(width, height int) draw.Frame {
	th, l := t.s.theme, t.list()
	if l.rows.query.Filter != "" {
		return noMatch(t.s, width, height, l.rows.query.Filter, t.whole(), t.filtering)
	}
	if login, others := t.whose(); others {
		return notice(t.s, width, height, th.Text, th.Safe(login)+" has no user tokens", "User tokens authenticate as their owner.", t.createAction())
	}
	words := wordsOf(t.kind)
	return notice(t.s, width, height, th.Text, words.none, words.about, t.createAction())
}
