package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/theme"
)

const (
	paneFrom  = 120 // from this width on, details stand beside the list
	paneWidth = 47
)

// Columns of the lists.
const (
	colDescription = "description"
	colScope       = "scope" // permissions, or the owner
	colToken       = "token"
	colCreated     = "created"
)

func (t *tokens) columns() []grid.Column {
	scope := "PERMISSIONS"
	if t.kind == model.UserToken {
		scope = "OWNER"
	}
	return []grid.Column{
		{ID: colDescription, Title: "DESCRIPTION", Want: 16, Max: 60, Flex: true, Priority: 9, Do: act{keymap.PageSort}},
		{ID: colScope, Title: scope, Want: 14, Min: 3, Priority: 3},
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

// pane is the details of the selected token.
func (t *tokens) pane(height int) draw.Frame {
	token, ok := t.selected()
	if !ok {
		return draw.Frame{}.Fill(paneWidth, height)
	}
	inner := detailLines(t.s, token, t.list().rows.logins, paneWidth-4, height)
	rule := make([]string, height)
	for i := range rule {
		rule[i] = " " + t.s.theme.Rule.Render(t.s.theme.Glyphs.Side) + " "
	}
	return draw.Text(rule...).Beside(3, inner).Fill(paneWidth, height)
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
		Width: width, Height: height, Theme: t.s.theme, Columns: t.columns(), Heads: height >= listHeads,
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
		return notice(t.s, width, height, th.Text, fmt.Sprintf("Nothing matches %q", th.Safe(l.rows.query.Filter)),
			fmt.Sprintf("0 of %s", short(l.whole)), t.s.action(keymap.PageBack, ""))
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

// row draws one token: as itself, as the field its description is typed in, or as its
// revealed value.
func (t *tokens) row(i, width int) grid.Row {
	token, ok := t.list().rows.at(i)
	if !ok {
		return grid.Row{Cells: []grid.Cell{grid.Plain(t.s.theme.Muted, t.s.theme.Glyphs.Dot)}, Do: rowChosen{at: i}}
	}
	switch {
	case t.describe != nil && t.describe.token.ID == token.ID:
		return t.describeRow(token, width)
	case t.reveal.shown() && t.reveal.token.ID == token.ID:
		return t.revealRow(width)
	}
	th := t.s.theme
	return grid.Row{Do: rowChosen{at: i}, Cells: []grid.Cell{
		t.description(i, token), t.scope(i, token, width), t.masked(i, token), grid.Plain(th.Muted, day(token.CreatedAt)),
	}}
}

// description is what the token is called, with what the filter matched underlined.
func (t *tokens) description(i int, token model.Token) grid.Cell {
	th := t.s.theme
	style := th.Text
	var cell grid.Cell
	if token.Revoked() {
		style = th.Muted
		cell = append(cell, grid.Segment{Text: "revoked  ", Paint: th.Muted})
	}
	do := rowChosen{at: i}
	if i == t.list().grid.Cursor {
		do.do = keymap.TokenDescribe
	}
	if token.Description == "" {
		return append(cell, grid.Segment{Text: "(no description)", Paint: th.Muted, Do: do})
	}
	return append(cell, t.highlight(token.Description, style, do)...)
}

// highlight splits text into what the filter matched and the rest.
func (t *tokens) highlight(text string, style theme.Paint, do any) grid.Cell {
	th := t.s.theme
	var cell grid.Cell
	at := 0
	add := func(part string, p theme.Paint) {
		if part != "" {
			cell = append(cell, grid.Segment{Text: th.Safe(part), Paint: p, Do: do})
		}
	}
	for _, span := range t.list().match.Spans(text) {
		add(text[at:span.Start], style)
		add(text[span.Start:span.End], style.And(th.Match))
		at = span.End
	}
	add(text[at:], style)
	return cell
}

// scope is what an agent token reaches, or whose a user token is.
func (t *tokens) scope(i int, token model.Token, width int) grid.Cell {
	th := t.s.theme
	if token.Kind == model.UserToken {
		return t.highlight(t.s.login(token.Owner, t.list().rows.logins), th.Text, rowChosen{at: i})
	}
	style := th.Text
	switch {
	case token.Revoked():
		style = th.Muted
	case token.Permissions.OrgAgent:
		style = th.Agent
	}
	return grid.Cell{{Text: reach(t.s, token.Permissions, width >= 60), Paint: style, Do: rowChosen{i, keymap.TokenEdit}}}
}

// reach says permissions in a word or two; short ones where the window is narrow.
func reach(s *session, p model.Permissions, long bool) string {
	n, all := 0, 0
	for _, d := range s.deployments {
		if d.Removed() {
			continue
		}
		all++
		if p.Reaches(d.ID) {
			n++
		}
	}
	switch {
	case p.OrgAgent && long:
		return "Org Agent"
	case p.OrgAgent:
		return "all"
	case n == 0 && !p.AllBranches && long:
		return "none"
	case n == 0 && !p.AllBranches:
		return "-"
	case !long && p.AllBranches:
		return fmt.Sprintf("%d/%d+", n, all)
	case !long:
		return fmt.Sprintf("%d/%d", n, all)
	case n == 0:
		return "branches"
	case n == 1 && !p.AllBranches:
		return "1 deployment"
	case p.AllBranches:
		return fmt.Sprintf("%d + branches", n)
	}
	return fmt.Sprintf("%d deployments", n)
}

// masked is the token by its last four; a click reveals it.
func (t *tokens) masked(i int, token model.Token) grid.Cell {
	th := t.s.theme
	style := th.Text
	if token.Revoked() {
		style = th.Muted
	}
	do := rowChosen{i, keymap.TokenReveal}
	return append(grid.Cell{{Text: th.Glyphs.Mask, Paint: th.Muted, Do: do}}, t.highlight(token.LastFour, style, do)...)
}

// describeRow is the row as the field its description is typed in; nothing moves.
func (t *tokens) describeRow(token model.Token, width int) grid.Row {
	th := t.s.theme
	cols := grid.Layout(t.columns(), width)
	l := draw.NewLine(grid.Inner(width))
	for _, c := range cols {
		l.To(c.X - grid.Margin - grid.Marker)
		switch c.ID {
		case colDescription:
			l.Text(th.Accent, "[").Text(nil, t.describe.field.draw(th, c.W-2)).Text(th.Accent, "]")
		case colScope:
			text := reach(t.s, token.Permissions, width >= 60)
			if token.Kind == model.UserToken {
				text = th.Safe(t.s.login(token.Owner, t.list().rows.logins))
			}
			l.Fit(th.Muted, text, c.W, th.Glyphs.Ellipsis)
		case colToken:
			l.Text(th.Muted, th.Glyphs.Mask+token.LastFour)
		case colCreated:
			l.Text(th.Muted, day(token.CreatedAt))
		}
	}
	return grid.Row{Full: l.Frame()}
}

// revealRow is the value on its own background, which drains, and when it hides. No
// border touches the value, so that a mouse selection holds it alone.
func (t *tokens) revealRow(width int) grid.Row {
	th := t.s.theme
	left, part := t.left()
	value := t.reveal.value.Expose()
	copyIt := act{keymap.RevealedCopy}
	hides := "hides in " + clock(left)
	if width >= 66 {
		inner := grid.Inner(width)
		l := draw.NewLine(inner).Zone(copyIt, nil, th.Drain(value, len(value), part))
		return grid.Row{Full: l.Right(draw.NewLine(inner).Text(th.Muted, hides)).Frame()}
	}
	first := draw.NewLine(width).Zone(copyIt, nil, th.Drain(value[:min(len(value), width)], width, part))
	rest := value[min(len(value), width):]
	second := draw.NewLine(width).Zone(copyIt, nil, th.Drain(rest, len(rest), part)).Right(draw.NewLine(width).Text(th.Muted, hides))
	return grid.Row{Bleed: true, Full: draw.Rows(first, second)}
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
