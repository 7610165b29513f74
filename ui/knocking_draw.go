package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// Columns of the list.
const (
	colCaller = "caller"
	colOften  = "often"
	colLast   = "last"
	colWhy    = "why"
)

// Widths from which the columns have room for longer words.
const (
	longOften  = 88
	longKnocks = 96
)

func knockColumns(width int) []grid.Column {
	often, times, from, why := "HOW OFTEN", 9, 26, 17
	if width < longOften {
		often, times = "TIMES", 5
	}
	if width < longKnocks {
		from, why = 16, 7
	}
	return []grid.Column{
		{ID: colToken, Title: "TOKEN", Want: 8, Priority: 5},
		{ID: colDescription, Title: "DESCRIPTION", Want: 14, Max: 60, Flex: true, Priority: 9},
		{ID: colCaller, Title: "FROM", Want: from, Min: 12, Priority: 2},
		{ID: colOften, Title: often, Want: times, Right: true, Priority: 4},
		{ID: colLast, Title: "LAST", Want: 10, Priority: 3},
		{ID: colWhy, Title: "WHY", Want: why, Priority: 1},
	}
}

// Draw draws the count, the heads and the rows, and who presents the selected token
// beside them where there is room.
func (k *knocking) Draw(width, height int) draw.Frame {
	t := k.s.theme
	about := "they do not work and are presented all the same"
	count := short(k.list.whole)
	if k.knocks.More > 0 {
		count, about = count+"+", fmt.Sprintf("the latest; up to %s others knocked before them", short(k.knocks.More))
	}
	head := draw.NewLine(width).Space(1).Text(t.Title, "Still knocking").Text(t.Text, " "+count)
	if head.Left() > len(about)+4 {
		head.Space(3).Text(t.Muted, about)
	}
	if width < paneFrom || len(k.list.rows) == 0 {
		return draw.Rows(head).Below(k.body(width, height-1))
	}
	left := min(width-paneWidth, widestOf(knockColumns(width)))
	return draw.Rows(head).Below(k.body(left, height-1).Beside(left, k.pane(height-1)))
}

// body draws the rows, or what stands there instead of them.
func (k *knocking) body(width, height int) draw.Frame {
	t := k.s.theme
	back := worded(k.s.action(keymap.PageBack, ""), "back to tokens")
	switch {
	case k.err != nil:
		try := worded(k.s.action(keymap.PageReload, ""), "try again")
		return notice(k.s, width, height, t.Danger, t.Safe(sentence(explain(k.err))), "", try)
	case !k.known:
		return draw.Frame{}
	case k.list.whole == 0:
		return notice(k.s, width, height, t.Text, "No revoked token was presented", k.quiet(), back)
	case len(k.list.rows) == 0:
		return k.list.nothing(width, height)
	}
	return k.list.grid.View(grid.Options{Width: width, Height: height, Theme: t, Columns: knockColumns(width),
		Heads: height >= listHeads, Row: func(i int) grid.Row { return k.row(i, width) }})
}

// quiet says for how long nothing knocked.
func (k *knocking) quiet() string {
	if since := model.TimeOf(k.s.now().Add(-model.KnocksFor)); k.knocks.Since <= since {
		return "in the last seven days"
	}
	return "since " + moment(k.knocks.Since)
}

func (k *knocking) row(i, width int) grid.Row {
	t, n := k.s.theme, k.list.rows[i]
	match := k.list.match
	do := rowChosen{at: i}
	token := append(grid.Cell{{Text: t.Glyphs.Mask, Paint: t.Muted, Do: do}}, marked(t, match, n.Token.LastFour, t.Text, do)...)
	description := marked(t, match, n.Token.Description, t.Text, do)
	if n.Token.Description == "" {
		description = grid.Cell{{Text: "(no description)", Paint: t.Muted, Do: do}}
	}
	why := whyKnock(n)
	if width < longKnocks && !n.Token.Revoked() {
		why = "owner"
	}
	return grid.Row{Do: do, Cells: []grid.Cell{token, description, k.from(n, width, do),
		grid.Plain(t.Text, short(int(min(n.Refused, 1<<40)))), grid.Plain(t.Text, briefly(k.s.now(), n.Last)), marked(t, match, why, t.Muted, do)}}
}

// from is the last caller, and how many there are besides.
func (k *knocking) from(n model.Knock, width int, do any) grid.Cell {
	t := k.s.theme
	if len(n.Callers) == 0 {
		return nil
	}
	name := callerName(n.Callers[0].Caller)
	if name == "" {
		name = "others"
	}
	if len(n.Callers) == 1 {
		return marked(t, k.list.match, name, t.Text, do)
	}
	more := fmt.Sprintf(" +%d", len(n.Callers)-1)
	for _, c := range grid.Layout(knockColumns(width), width) {
		if c.ID == colCaller && draw.Width(t.Safe(name)) > c.W-len(more) { // what is cut is not how many
			return grid.Cell{{Text: shortened(k.s, name, c.W-len(more)), Paint: t.Text, Do: do}, {Text: more, Paint: t.Muted, Do: do}}
		}
	}
	return append(marked(t, k.list.match, name, t.Text, do), grid.Segment{Text: more, Paint: t.Muted, Do: do})
}

// whyKnock is why the token does not work.
func whyKnock(n model.Knock) string {
	if n.Token.Revoked() {
		return model.Revoked.String()
	}
	return model.OwnerGone.String()
}

// pane is who presents the selected token.
func (k *knocking) pane(height int) draw.Frame {
	const width = paneWidth - paneAt - 1
	var text []*draw.Line
	if n, ok := k.list.selected(); ok {
		text = append(text, draw.NewLine(width).Text(k.s.theme.Title, tokenTitle(k.s, n.Token)), draw.NewLine(width))
		text = append(text, knockLines(k.s, n, k.knocks.Logins, width)...)
	}
	if len(text) > height {
		text = append(text[:max(height-1, 0)], draw.NewLine(width).Text(k.s.theme.Muted, k.s.theme.Glyphs.Ellipsis))
	}
	return besideRule(k.s, text, height)
}

// notice says on a token list how many tokens knock, and with which key they are shown;
// nil where there is nothing to say, or no room for it.
func (c knockCount) notice(s *session, room int) *draw.Line {
	if c.n == 0 {
		return nil
	}
	t, what := s.theme, "stopped"
	if c.revoked {
		what = "revoked"
	}
	count := short(c.n)
	if c.more {
		count += "+"
	}
	long := fmt.Sprintf("%s %s tokens still knock", count, what)
	if c.n == 1 {
		long = "1 " + what + " token still knocks"
	}
	k := s.action(keymap.PageKnocking, "")
	for _, words := range []string{long, count + " still knock", count} {
		l := draw.NewLine(max(room, 0)).Text(t.Muted, words)
		if len(k.Keys) > 0 {
			l.Space(2).Text(t.Key, shownKey(s, k.Keys[0]))
		}
		if l.Mark(act{k.ID}, 0).Space(1).Left() > 0 {
			return l
		}
	}
	return nil
}
