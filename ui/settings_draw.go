package ui

import (
	"slices"

	"jeton/keymap"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/theme"
)

// Draw draws the rows and, below them, what the selected one means.
func (p *settings) Draw(width, height int) draw.Frame {
	t := p.s.theme
	head := draw.NewLine(width).Space(1).Text(t.Title, "Settings").Text(t.Muted, "   of "+t.Safe(p.s.self.Organization.Name))
	if p.err != nil {
		try := worded(p.s.action(keymap.PageReload, ""), "try again")
		return draw.Rows(head).Below(notice(p.s, width, height-1, t.Danger, t.Safe(sentence(explain(p.err))), "", try))
	}
	rows := p.rows()
	about := p.about(rows[p.grid.Cursor], width)
	room := height - 1 - len(about) - 1
	if room < 3 {
		about, room = nil, height-1
	}
	table := p.grid.View(grid.Options{Width: width, Height: min(room, len(rows)), Theme: t,
		Columns: settingColumns(), Row: func(i int) grid.Row { return p.row(i, rows[i]) }})
	if about != nil {
		about = slices.Insert(about, 0, draw.NewLine(width))
	}
	return draw.Rows(head).Below(table, draw.Rows(about...))
}

func settingColumns() []grid.Column {
	return []grid.Column{
		{ID: colName, Title: "SETTING", Want: 21, Min: 12, Priority: 1},
		{ID: colState, Title: "VALUE", Want: 12, Flex: true, Priority: 9},
	}
}

// row is a name and its value; what can be changed answers a click on the value.
func (p *settings) row(i int, r setting) grid.Row {
	t := p.s.theme
	name, do := t.Muted, rowChosen{at: i}
	if r.edit || r.flip {
		name, do.do = t.Text, keymap.SettingEdit
	}
	style, _ := r.style.(theme.Paint)
	value := grid.Cell{{Text: t.Safe(r.value), Paint: style, Do: do}}
	if r.flip {
		value = slices.Insert(value, 0, grid.Segment{Text: t.Glyphs.Toggle(r.value == "on") + " ", Paint: style, Do: do})
	}
	return grid.Row{Do: rowChosen{at: i}, Cells: []grid.Cell{grid.Plain(name, r.name), value}}
}

// about is the selected row in full: what a setting does, or a value too long for its
// row, in lines that hold nothing else, so that it can be selected with the mouse.
func (p *settings) about(r setting, width int) []*draw.Line {
	t := p.s.theme
	texts := []string{r.value}
	text := &texts[0]
	switch {
	case r.edit:
		*text = "The name stands at the top of every screen. Tokens do not depend on it."
	case r.flip && r.value == "on":
		*text = "Only owners create and reveal their user tokens. Organization Admins still list, describe and revoke them."
	case r.flip:
		*text = "Organization Admins may create and reveal user tokens for others; each reveal is shown to the owner."
	case r.name == "Keyset file":
		texts = append(texts, "Keep a copy elsewhere: without it nothing in the store can be read.")
	}
	var out []*draw.Line
	for _, text := range texts {
		for _, line := range paragraph(t.Safe(text), max(min(width-6, 76), 10)) {
			out = append(out, draw.NewLine(width).Space(grid.Margin+grid.Marker).Text(t.Muted, line))
		}
	}
	return out
}
