package ui

import (
	"fmt"

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
)

// longScope is the width from which the column of permissions, or of owners, has room
// for words; under it short ones leave room for the last four.
const longScope = 60

func (t *tokens) columns(width int) []grid.Column {
	scope, want := "PERMISSIONS", 14
	switch {
	case t.kind == model.UserToken && width < longScope:
		scope, want = "OWNER", 8
	case t.kind == model.UserToken:
		scope = "OWNER"
	case width < longScope:
		scope, want = "PERMS", 7
	}
	return []grid.Column{
		{ID: colDescription, Title: "DESCRIPTION", Want: 16, Max: 60, Flex: true, Priority: 9, Do: act{keymap.PageSort}},
		{ID: colScope, Title: scope, Want: want, Min: 3, Priority: 3},
		{ID: colToken, Title: "TOKEN", Want: 8, Priority: 2},
		{ID: colCreated, Title: "CREATED", Want: 10, Priority: 1, Do: act{keymap.PageSort}},
	}
}

// Draw draws the lists' line, the heads and the rows, and the details beside them
// where there is room.
func (t *tokens) Draw(width, height int) draw.Frame {
	head := t.listLine(width).Frame()
	if width < paneFrom {
		return head.Below(t.body(width, height-1))
	}
	left := width - paneWidth
	return head.Below(t.body(left, height-1).Beside(left, t.pane(height-1)))
}

// listLine names the two lists and says whose user tokens these are.
func (t *tokens) listLine(width int) *draw.Line {
	l := draw.NewLine(width).Space(1)
	if t.s.admin() {
		t.listName(l, model.AgentToken, "Agent tokens", t.s.self.AgentTokens)
		l.Space(3)
	}
	t.listName(l, model.UserToken, "User tokens", t.s.self.UserTokens)
	if t.kind == model.UserToken && t.s.admin() {
		l.Right(t.pickerLine(width))
	}
	return l
}

// listName writes a list's name and count; the list on the screen knows its own count
// best.
func (t *tokens) listName(l *draw.Line, kind model.TokenKind, title string, count int) {
	th := t.s.theme
	if own := t.lists[kind-model.AgentToken]; own.rows.known && own.rows.query.Filter == "" && !own.rows.query.Revoked {
		count = own.rows.total
	}
	if l.Left() < 34 && kind == model.UserToken && t.kind == kind && t.s.admin() {
		title = "User"
	}
	from := l.X()
	if kind == t.kind {
		l.Text(th.Title, title).Text(th.Text, " "+short(count))
		if t.list().rows.query.Revoked {
			l.Text(th.Muted, " with revoked")
		}
		return
	}
	l.Text(th.Muted, title+" "+short(count)).Mark(act{keymap.TokensOther}, from)
}

func (t *tokens) pickerLine(width int) *draw.Line {
	th := t.s.theme
	login, others := t.whose()
	you, style := "(you)", draw.Style(th.Text)
	if others {
		you, style = "(not you)", th.Warning
	}
	if t.stopped() {
		you = "(not you, deactivated)"
	}
	l := draw.NewLine(width)
	if width >= 64 {
		l.Text(th.Muted, "Manage tokens for ")
	}
	l.Text(style, draw.Fit(th.Safe(login), min(draw.Width(th.Safe(login)), 24), th.Glyphs.Ellipsis)+" "+you).
		Text(th.Muted, " "+th.Glyphs.Down)
	return l.Mark(act{keymap.TokensOwner}, 0).Space(1)
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
	return l.grid.View(grid.Options{
		Width: width, Height: height, Theme: t.s.theme, Columns: t.columns(width), Heads: height >= listHeads,
		Sort: t.sortColumn(), Desc: l.rows.query.Sort == model.NewestFirst,
		Row: func(i int) grid.Row { return t.row(i, width) },
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
		return notice(t.s, width, height, th.Text, nothingMatches(t.s, l.rows.query.Filter),
			fmt.Sprintf("0 of %s", short(t.whole())), t.s.action(keymap.PageBack, ""))
	}
	if t.kind == model.AgentToken {
		return notice(t.s, width, height, th.Text, "No agent tokens yet", "Agent tokens authenticate Hybrid agents.", t.createAction())
	}
	login, others := t.whose()
	if others {
		return notice(t.s, width, height, th.Text, th.Safe(login)+" has no user tokens", "User tokens authenticate as their owner.", t.createAction())
	}
	return notice(t.s, width, height, th.Text, "No user tokens yet", "User tokens authenticate as you, for your scripts.", t.createAction())
}

// notice is a few calm words in the middle of a page, and the key that helps.
func notice(s *session, width, height int, style draw.Style, head, more string, key keymap.Action) draw.Frame {
	t := s.theme
	var body []*draw.Line
	for _, line := range wrap(head, max(min(width-4, 76), 10)) {
		body = append(body, draw.NewLine(width).Text(style, draw.FitCenter(line, width, t.Glyphs.Ellipsis)))
	}
	if more != "" {
		body = append(body, draw.NewLine(width).Text(t.Muted, draw.FitCenter(more, width, t.Glyphs.Ellipsis)))
	}
	keys := draw.NewLine(width)
	hint(s, keys, key)
	body = append(body, draw.NewLine(width), draw.NewLine(width).Space((width-keys.X())/2).Append(keys))
	frame := draw.Rows(body...)
	return frame.Shift(0, max(0, (height-frame.Height())/2)).Fill(width, height)
}
