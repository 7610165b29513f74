package ui

import (
	"slices"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

const (
	paneFrom  = 120 // from this width on, details stand beside the list
	paneWidth = 47
	paneAt    = 3 // the cells left of the text: a blank, the rule, a blank
)

// pane is the details of the selected token and, at its end, what can be done with it.
func (t *tokens) pane(height int) draw.Frame {
	token, ok := t.selected()
	if !ok {
		return draw.Frame{}
	}
	verbs := t.verbs()
	text := t.paneText(token, height-len(verbs)-1)
	if len(text) == 0 { // too low for both: what it is comes first
		text, verbs = t.paneText(token, max(height, paneLeast)), nil
	}
	if t.Scope() != keymap.Tokens {
		verbs = nil // these keys mean something else now, or nothing
	}
	if len(verbs) > 0 {
		text = append(text, draw.NewLine(0))
	}
	for _, k := range verbs {
		text = append(text, t.verb(k))
	}
	return besideRule(t.s, text, height)
}

// besideRule is a pane of these lines, with a rule at its left.
func besideRule(s *session, text []*draw.Line, height int) draw.Frame {
	lines := make([]*draw.Line, height)
	for y := range lines {
		lines[y] = draw.NewLine(paneWidth).Space(1).Text(s.theme.Rule, s.theme.Glyphs.Side).Space(1)
		if y < len(text) {
			lines[y].Append(text[y])
		}
	}
	return draw.Rows(lines...).Fill(paneWidth, height)
}

// paneLeast is the fewest lines that say what a token is.
const paneLeast = 8

// paneText is the facts of a token in at most height lines; none where that says too
// little.
func (t *tokens) paneText(token model.Token, height int) []*draw.Line {
	const width = paneWidth - paneAt - 1
	s := t.s
	lines := []*draw.Line{draw.NewLine(width).Text(s.theme.Title, tokenTitle(s, token)), draw.NewLine(width)}
	lines = append(lines, facts(s, token, t.use, t.list().rows.logins, width)...)
	if len(lines) <= height {
		return lines
	}
	if height < paneLeast {
		return nil
	}
	return append(lines[:height-1], draw.NewLine(width).Text(s.theme.Muted, s.theme.Glyphs.Ellipsis))
}

// verbs are what can be done with the selected token, whatever the list is doing.
func (t *tokens) verbs() []keymap.Action {
	ids := []keymap.ID{keymap.TokenReveal, keymap.TokenCopy, keymap.TokenDescribe, keymap.TokenEdit, keymap.TokenRevoke}
	if t.kind != model.AgentToken {
		ids = slices.Delete(ids, 3, 4)
	}
	verbs := make([]keymap.Action, len(ids))
	for i, id := range ids {
		verbs[i] = t.s.action(id, t.off(id))
	}
	return t.Full(verbs)
}

// Full gives the actions the guide's own words: for help, the palette, and footers wide
// enough.
func (t *tokens) Full(keys []keymap.Action) []keymap.Action {
	for i := range keys {
		switch keys[i].ID {
		case keymap.TokenReveal:
			keys[i].Word = "Reveal token"
		case keymap.TokenCreate:
			keys[i].Word = "Create " + t.kind.String()
		}
	}
	return keys
}

// longWords is the width from which the footer has room for the guide's own words.
const longWords = 100

// verb writes a key and what it does; a click does it, unless a row is being typed in.
func (t *tokens) verb(k keymap.Action) *draw.Line {
	l := draw.NewLine(paneWidth - paneAt)
	hint(t.s, l, k)
	return l.Mark(rowChosen{t.list().grid.Cursor, k.ID}, 0)
}
