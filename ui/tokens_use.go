package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
	"jeton/ui/grid"
)

// usedFrom is the width of the table from which it says when each token was last used.
const usedFrom = 96

// Messages about the column of last uses, which Follow tells nothing of.
type (
	latelyDue  struct{ gen int }
	latelyRead struct {
		gen  int
		ids  []model.TokenID
		page model.TokenPage
		err  error
	}
)

// watch reads how the token in the pane is used, as long as there is a pane.
func (t *tokens) watch() tea.Cmd {
	token, ok := t.selected()
	if !ok || t.s.width < paneFrom {
		t.use.forget()
		return nil
	}
	return t.use.settle(token.ID)
}

// watchList keeps the column of last uses true, as long as it is on the screen.
func (t *tokens) watchList() tea.Cmd {
	if !t.usedShown() {
		t.lately = 0
		return nil
	}
	if t.lately != 0 {
		return nil
	}
	t.lately = t.s.generation()
	return t.tickLately()
}

// usedShown reports whether the table is wide enough to say when tokens were last used.
func (t *tokens) usedShown() bool { return t.tableWidth(t.s.width) >= usedFrom }

// tableWidth is how wide the table is in a window: where there is a pane beside it, no
// wider than it gets.
func (t *tokens) tableWidth(window int) int {
	if window < paneFrom {
		return window
	}
	return min(window-paneWidth, widestOf(t.columns(window)))
}

// widestOf is a table with every column as wide as it gets.
func widestOf(columns []grid.Column) int {
	width := 2*grid.Margin + grid.Marker - grid.Gap
	for _, c := range columns {
		width += max(c.Want, c.Max) + grid.Gap
	}
	return width
}

func (t *tokens) tickLately() tea.Cmd {
	gen := t.lately
	return tea.Tick(useEvery, func(time.Time) tea.Msg { return latelyDue{gen} })
}

// keepTrue reads the last uses of the rows on the screen, and of no others.
func (t *tokens) keepTrue(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case latelyDue:
		if msg.gen == t.lately && t.lately != 0 {
			return t.askLately()
		}
	case latelyRead:
		if msg.gen != t.lately || t.lately == 0 {
			return nil
		}
		if msg.err == nil { // else the next reading of the list says so
			t.list().rows.used(msg.ids, msg.page)
		}
		return t.tickLately()
	}
	return nil
}

func (t *tokens) askLately() tea.Cmd {
	l, s, gen := t.list(), t.s, t.lately
	first, shown := l.grid.First(s.rowsShown()), s.rowsShown()
	var ids []model.TokenID
	for i := first; i < first+shown; i++ {
		if token, ok := l.rows.at(i); ok {
			ids = append(ids, token.ID)
		}
	}
	if len(ids) == 0 {
		return t.tickLately()
	}
	return s.ask(func(ctx context.Context) tea.Msg {
		page, err := s.store.TokenRows(ctx, s.actor, ids)
		return latelyRead{gen, ids, page, err}
	})
}

// used takes in when these tokens were last used.
func (r *rows) used(ids []model.TokenID, page model.TokenPage) {
	if r.lastUsed == nil {
		r.lastUsed = map[model.TokenID]model.Time{}
	}
	for _, id := range ids {
		delete(r.lastUsed, id)
	}
	for id, at := range page.LastUsed {
		r.lastUsed[id] = at
	}
	r.useSince = page.UseSince
}

// lastUsed says when a token of this list was last used.
func (t *tokens) lastUsed(token model.Token) grid.Cell {
	th, r := t.s.theme, &t.list().rows
	text, style := lastUsed(t.s, token, r.lastUsed[token.ID], r.useSince), th.Text
	if r.lastUsed[token.ID].Never() || token.Revoked() {
		style = th.Muted
	}
	return grid.Plain(style, text)
}
