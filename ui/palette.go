package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// palette finds an action by its name and runs it on the page it was opened from.
type palette struct {
	s     *session
	keys  []keymap.Action
	found []keymap.Action
	typed field
	at    grid.Grid
}

// paletteChosen is a click on a command.
type paletteChosen struct{ at int }

func newPalette(s *session, keys []keymap.Action) screen {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k keymap.Action) bool {
		return k.Scope == keymap.List || k.ID == keymap.AppCommands || k.ID == keymap.PageBack
	})
	p := &palette{s: s, keys: keys}
	p.find()
	return p
}

// find keeps the actions that contain what is typed: those whose name does come
// before those whose sentence does.
func (p *palette) find() {
	filter := model.NewFilter(p.typed.text)
	var byName, byHelp []keymap.Action
	for _, k := range p.keys {
		switch {
		case filter.Match(k.Word):
			byName = append(byName, k)
		case filter.Match(k.Word, k.Help):
			byHelp = append(byHelp, k)
		}
	}
	p.found = append(byName, byHelp...)
	p.at.Home()
	p.at.Set(len(p.found))
}

// Title is the dialog's place in the breadcrumb.
func (p *palette) Title() string { return "Commands" }

// Scope is that of the palette.
func (p *palette) Scope() keymap.Scope { return keymap.Palette }

// Keys lists what the palette itself answers to.
func (p *palette) Keys() []keymap.Action {
	off := ""
	if len(p.found) == 0 {
		off = "No command contains what is typed."
	}
	return []keymap.Action{p.s.action(keymap.PaletteRun, off), p.s.action(keymap.PaletteClose, ""),
		p.s.action(keymap.PaletteUp, ""), p.s.action(keymap.PaletteDown, ""), p.s.action(keymap.PalettePageUp, ""),
		p.s.action(keymap.PalettePageDown, ""), p.s.action(keymap.PaletteClear, "")}
}

// Update takes what is typed and runs what is chosen.
func (p *palette) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		p.act(msg.id)
	case paletteChosen:
		if msg.at < len(p.found) {
			p.at.Cursor = msg.at
			p.run()
		}
	case wheel:
		p.at.Move(msg.rows, p.rows())
	case tea.KeyMsg:
		before := p.typed.text
		if p.typed, _ = p.typed.update(msg); p.typed.text != before {
			p.find()
		}
	}
	return p, nil
}

func (p *palette) act(id keymap.ID) {
	switch id {
	case keymap.PaletteRun:
		p.run()
	case keymap.PaletteClose:
		p.s.pop()
	case keymap.PaletteClear:
		p.typed = field{}
		p.find()
	default:
		steer(&p.at, id, p.rows())
	}
}

// run closes the palette and does the action where it was opened. What does not work
// now stays: its row says why.
func (p *palette) run() {
	if p.at.Cursor >= len(p.found) {
		return
	}
	k := p.found[p.at.Cursor]
	if k.Off != "" {
		p.s.refuse(k.Off)
		return
	}
	p.s.pop()
	p.s.post(act{k.ID})
}

func (p *palette) rows() int { return p.panel(p.s.width, p.s.height).listHeight() }

// Draw draws the field and the actions found.
func (p *palette) Draw(width, height int) draw.Frame { return p.panel(width, height).frame() }

func (p *palette) panel(width, height int) *panel {
	d := newPanel(p.s, 132, width, height)
	d.title = "Commands"
	d.find(p.typed, len(p.found), len(p.keys))
	d.above(4)
	d.rows(panelList{total: len(p.found), least: 3, keep: len(p.keys), at: p.at, none: nothingMatches(p.s, p.typed.text), row: func(i int) *draw.Line { return p.row(d, i) }})
	d.below(4)
	if d.inner < narrow {
		p.marked(d)
	}
	d.answers(nil, p.s.action(keymap.PaletteClose, ""), p.s.action(keymap.PaletteRun, ""))
	return d
}

// narrow is the width under which a row has no room for what an action does: then the
// marked one's sentence stands below the list.
const narrow = 56

// marked writes the sentence of the marked action in two lines, whatever its length:
// the list must not move.
func (p *palette) marked(d *panel) {
	says, style := "", draw.Style(p.s.theme.Muted)
	if p.at.Cursor < len(p.found) {
		says, style = p.says(p.found[p.at.Cursor])
	}
	lines := append(paragraph(says, d.inner), "")
	if len(lines) > 3 {
		dots := p.s.theme.Glyphs.Ellipsis
		lines[1] = draw.Fit(lines[1]+dots, min(draw.Width(lines[1]+dots), d.inner), dots)
	}
	d.add(2, d.line().Text(style, lines[0]), d.line().Text(style, lines[1]))
}

// says is what an action does or, when it does not work now, why.
func (p *palette) says(k keymap.Action) (string, draw.Style) {
	if k.Off != "" {
		return "Not now: " + p.s.theme.Safe(k.Off), p.s.theme.Warning
	}
	return k.Help, p.s.theme.Muted
}

// row writes one action: its name, its key, and what it does or why not now.
func (p *palette) row(d *panel, i int) *draw.Line {
	t, k := p.s.theme, p.found[i]
	l := d.line()
	mark, word := " ", draw.Style(t.Text)
	if i == p.at.Cursor {
		mark, word = t.Glyphs.Point, t.Title
	}
	if k.Off != "" {
		word = t.Muted
	}
	key := ""
	if len(k.Keys) > 0 {
		key = t.Safe(shownKey(p.s, k.Keys[0]))
	}
	name := shownWord(p.s, k)
	l.Text(t.Accent, mark).Space(1)
	if d.inner < narrow {
		l.Fit(word, name, d.inner-10, t.Glyphs.Ellipsis).Space(1).Fit(t.Key, key, 7, t.Glyphs.Ellipsis)
		return l.Mark(paletteChosen{i}, 0)
	}
	says, style := p.says(k)
	l.Fit(word, name, 20, t.Glyphs.Ellipsis).Space(1).Fit(t.Key, key, 7, t.Glyphs.Ellipsis).Space(1)
	return l.Fit(style, says, l.Left(), t.Glyphs.Ellipsis).Mark(paletteChosen{i}, 0)
}
