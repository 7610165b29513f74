package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// help says what every key does where it was opened: what works now, and of what does
// not, why.
type help struct {
	s    *session
	keys []keymap.Action
	at   grid.Grid
}

func newHelp(s *session, keys []keymap.Action) screen { return &help{s: s, keys: keys} }

// Title is the dialog's place in the breadcrumb.
func (h *help) Title() string { return "Help" }

// Scope is that of the help.
func (h *help) Scope() keymap.Scope { return keymap.Help }

// Keys lists what the help itself answers to.
func (h *help) Keys() []keymap.Action {
	return []keymap.Action{h.s.action(keymap.HelpClose, ""), h.s.action(keymap.ListDown, ""), h.s.action(keymap.ListPageDown, "")}
}

// Update scrolls and closes.
func (h *help) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		if msg.id == keymap.HelpClose {
			h.s.pop()
			return h, nil
		}
		scroll(&h.at, msg.id, h.rows())
	case wheel:
		rows := h.rows()
		scrollTo(&h.at, h.at.Top+msg.rows, rows)
	}
	return h, nil
}

// rows is how many lines are seen in the window as it is; the number of lines there
// are depends on its width too.
func (h *help) rows() int {
	p := h.panel(h.s.width, h.s.height)
	h.at.Set(p.list.total)
	return p.listHeight()
}

// Draw draws the keys in view.
func (h *help) Draw(width, height int) draw.Frame { return h.panel(width, height).frame() }

func (h *help) panel(width, height int) *panel {
	p := newPanel(h.s, 120, width, height)
	p.title = "Help"
	lines, heads := h.lines(p)
	at := h.at
	at.Set(len(lines))
	p.above(8)
	p.rows(panelList{total: len(lines), least: 5, at: at, row: func(i int) *draw.Line {
		if rows := p.listHeight(); heads[i] && i == at.First(rows)+rows-1 {
			return p.line() // a head with nothing below it waits for what it heads
		}
		return lines[i]
	}})
	p.below(1)
	p.answers(nil, h.s.action(keymap.HelpClose, ""))
	return p
}

// lines writes the keys scope by scope, in the order in which the scopes first occur,
// and tells which lines are the heads.
func (h *help) lines(p *panel) (lines []*draw.Line, heads map[int]bool) {
	heads = map[int]bool{}
	cols := h.columns(p.inner)
	var told []keymap.Scope
	for _, first := range h.keys {
		if slices.Contains(told, first.Scope) {
			continue
		}
		if told = append(told, first.Scope); len(told) > 1 {
			lines = append(lines, p.line())
		}
		heads[len(lines)] = true
		lines = append(lines, p.line().Text(h.s.theme.Title, first.Scope.Title()))
		for _, k := range h.keys {
			if k.Scope == first.Scope && len(k.Keys) > 0 {
				lines = append(lines, h.entry(p, k, cols)...)
			}
		}
	}
	return lines, heads
}

// entry writes one key: its names, its word in the footer where there is room, what it
// does and, when it does not work now, why.
func (h *help) entry(p *panel, k keymap.Action, cols helpColumns) []*draw.Line {
	t := h.s.theme
	key, text := draw.Style(t.Key), draw.Style(t.Text)
	if k.Off != "" {
		key, text = t.Muted, t.Muted
	}
	first := p.line().Fit(key, h.names(k), cols.word-1, t.Glyphs.Ellipsis).Space(1)
	if cols.help > cols.word {
		first.Fit(text, h.word(k), cols.help-cols.word-2, t.Glyphs.Ellipsis)
	}
	lines := []*draw.Line{first}
	style := text
	if cols.help > cols.word {
		style = t.Muted
	}
	for i, part := range paragraph(k.Help, p.inner-cols.help) {
		if i > 0 {
			lines = append(lines, p.line())
		}
		lines[i].To(cols.help).Text(style, part)
	}
	if k.Off == "" {
		return lines
	}
	for _, part := range paragraph("Not now: "+t.Safe(k.Off), p.inner-cols.help) {
		lines = append(lines, p.line().To(cols.help).Text(t.Warning, part))
	}
	return lines
}

// word is what the footer calls an action.
func (h *help) word(k keymap.Action) string {
	return shownWord(h.s, k)
}

// names writes the keys of an action.
func (h *help) names(k keymap.Action) string {
	shown := make([]string, len(k.Keys))
	for i, key := range k.Keys {
		shown[i] = shownKey(h.s, key)
	}
	return h.s.theme.Safe(strings.Join(shown, " "))
}

// helpColumns are where the words and the sentences begin; at the same place, there
// are no words.
type helpColumns struct{ word, help int }

// helpWords is the width of a line from which there is room for the words too.
const helpWords = 68

func (h *help) columns(inner int) helpColumns {
	keys, words := 0, 0
	for _, k := range h.keys {
		keys, words = max(keys, draw.Width(h.names(k))), max(words, draw.Width(h.word(k)))
	}
	at := max(min(keys+2, inner/3), 4)
	if inner < helpWords {
		return helpColumns{at, at}
	}
	return helpColumns{at, at + min(words, 20) + 2}
}
