package ui

import (
	"fmt"
	"strings"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/theme"
)

// row draws one token: as itself, as the field its description is typed in, or as its
// revealed value.
func (t *tokens) row(i, width int, columns []grid.Column) grid.Row {
	token, ok := t.list().rows.at(i)
	if !ok {
		return grid.Row{Cells: []grid.Cell{grid.Plain(t.s.theme.Muted, t.s.theme.Glyphs.Dot)}, Do: rowChosen{at: i}}
	}
	switch {
	case t.describe != nil && t.describe.token.ID == token.ID:
		return t.describeRow(token, width)
	case t.reveal.shown() && !t.s.covered && t.reveal.token.ID == token.ID:
		return t.revealRow(width)
	}
	row := grid.Row{Do: rowChosen{at: i}, Cells: make([]grid.Cell, len(columns))}
	for k, c := range columns {
		row.Cells[k] = t.cell(c.ID, i, token, width)
	}
	return row
}

// cell is what stands in a column of a token's row.
func (t *tokens) cell(column string, i int, token model.Token, width int) grid.Cell {
	switch column {
	case colDescription:
		return t.description(i, token, width)
	case colScope:
		return t.scope(i, token, width)
	case colToken:
		return t.masked(i, token)
	case colUsed:
		return t.lastUsed(token)
	}
	return grid.Plain(t.s.theme.Muted, day(token.CreatedAt))
}

// description is what the token is called, with what the filter matched underlined and,
// in the selected row, the pencil. A click selects the row first: to select is what
// most clicks on a row are for.
func (t *tokens) description(i int, token model.Token, width int) grid.Cell {
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
		cell = append(cell, grid.Segment{Text: "(no description)", Paint: th.Muted, Do: do})
	} else {
		cell = append(cell, t.highlight(token.Description, style, do)...)
	}
	if do.do != "" && !token.Revoked() {
		cell = t.pencil(cell, do, width)
	}
	return cell
}

// pencil stands behind a description that leaves it the room.
func (t *tokens) pencil(cell grid.Cell, do any, width int) grid.Cell {
	glyph, used := t.s.theme.Glyphs.Pencil, 2
	for _, s := range cell {
		used += draw.Width(s.Text)
	}
	if glyph == "" || used > grid.Layout(t.columns(width), width)[0].W {
		return cell
	}
	return append(cell, grid.Segment{Text: " " + glyph, Paint: t.s.theme.Muted, Do: do})
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
	do := rowChosen{i, keymap.TokenEdit}
	if name, more := t.reachFound(token.Permissions); name != "" {
		cell := t.highlight(name, style, do)
		if more > 0 {
			cell = append(cell, grid.Segment{Text: fmt.Sprintf(" +%d", more), Paint: style, Do: do})
		}
		return cell
	}
	return t.highlight(reach(t.s, token.Permissions, width >= longScope), style, do)
}

// reachFound names what the filter found of what a token reaches, and how much more it
// reaches; nothing where it found it elsewhere, or where the usual words show it.
func (t *tokens) reachFound(p model.Permissions) (name string, more int) {
	match := t.list().match
	if match.Empty() || p.OrgAgent {
		return "", 0
	}
	look := func(text string) {
		more++
		if name == "" && len(match.Spans(text)) > 0 {
			name = text
		}
	}
	for _, d := range t.s.deployments {
		if !d.Removed() && p.Reaches(d.ID) {
			look(d.Name)
		}
	}
	if p.AllBranches {
		look(strings.ToLower(branchesRow))
	}
	return name, more - 1
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
	cols := grid.Layout(t.columns(width), width)
	l := draw.NewLine(grid.Inner(width))
	for _, c := range cols {
		l.To(c.X - grid.Margin - grid.Marker)
		switch c.ID {
		case colDescription:
			l.Text(th.Accent, "[").Text(nil, t.describe.field.draw(th, c.W-2)).Text(th.Accent, "]")
		case colScope:
			text := reach(t.s, token.Permissions, width >= longScope)
			if token.Kind == model.UserToken {
				text = th.Safe(t.s.login(token.Owner, t.list().rows.logins))
			}
			l.Fit(th.Muted, text, c.W, th.Glyphs.Ellipsis)
		case colToken:
			l.Text(th.Muted, th.Glyphs.Mask+token.LastFour)
		case colCreated:
			l.Text(th.Muted, day(token.CreatedAt))
		case colUsed:
			l.Text(th.Muted, lastUsed(t.s, token, t.list().rows.lastUsed[token.ID], t.list().rows.useSince))
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
		if len(value)+1+draw.Width(hides) > inner { // the value stays whole
			hides = clock(left)
		}
		l := draw.NewLine(inner).Zone(copyIt, nil, th.Drain(value, len(value), part))
		return grid.Row{Full: l.Right(draw.NewLine(inner).Text(th.Muted, hides)).Frame()}
	}
	first := draw.NewLine(width).Zone(copyIt, nil, th.Drain(value[:min(len(value), width)], width, part))
	rest := value[min(len(value), width):]
	second := draw.NewLine(width).Zone(copyIt, nil, th.Drain(rest, len(rest), part)).Right(draw.NewLine(width).Text(th.Muted, hides))
	return grid.Row{Bleed: true, Full: draw.Rows(first, second)}
}
