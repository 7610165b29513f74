package ui

import (
	"jeton/keymap"
	"jeton/ui/draw"
)

// notice is a few calm words in the middle of a page, and the key that helps.
func notice(s *session, width, height int, style draw.Style, head, more string, key keymap.Action) draw.Frame {
	body := middle(s, width, style, head)
	if more != "" {
		body = append(body, draw.NewLine(width).Text(s.theme.Muted, draw.FitCenter(more, width, s.theme.Glyphs.Ellipsis)))
	}
	keys := draw.NewLine(width)
	hint(s, keys, key)
	return calm(append(body, draw.NewLine(width), centred(keys, width)), width, height)
}

// noMatch stands where a filter leaves no row: what was looked for, the key that shows
// every row again, and how many those are.
func noMatch(s *session, width, height int, typed string, whole int, typing bool) draw.Frame {
	k := s.action(keymap.FilterClear, "")
	if !typing {
		k = clearFilter(s, keymap.PageBack)
	}
	l := draw.NewLine(width)
	hint(s, l, k)
	l.Space(4).Text(s.theme.Muted, "0 of "+short(whole))
	return calm(append(middle(s, width, s.theme.Text, nothingMatches(s, typed)), centred(l, width)), width, height)
}

// middle writes words in the middle of as many lines as they need.
func middle(s *session, width int, style draw.Style, text string) []*draw.Line {
	var lines []*draw.Line
	for _, line := range wrap(text, max(min(width-4, 76), 10)) {
		lines = append(lines, draw.NewLine(width).Text(style, draw.FitCenter(line, width, s.theme.Glyphs.Ellipsis)))
	}
	return lines
}

func centred(l *draw.Line, width int) *draw.Line {
	return draw.NewLine(width).Space((width - l.X()) / 2).Append(l)
}

// calm puts lines in the middle of a page.
func calm(lines []*draw.Line, width, height int) draw.Frame {
	frame := draw.Rows(lines...)
	return frame.Shift(0, max(0, (height-frame.Height())/2)).Fill(width, height)
}
