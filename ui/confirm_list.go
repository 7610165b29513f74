package ui

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"jeton/keymap"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// steer moves the cursor of a dialog's list by an action of scope List or one that
// stands for it where text is typed, and reports whether it was one. height is the
// rows the list shows.
func steer(g *grid.Grid, id keymap.ID, height int) bool {
	switch id {
	case keymap.ListUp, keymap.FilterUp, keymap.PickerUp, keymap.PaletteUp:
		g.Move(-1, height)
	case keymap.ListDown, keymap.FilterDown, keymap.PickerDown, keymap.PaletteDown:
		g.Move(1, height)
	case keymap.ListPageUp, keymap.PickerPageUp, keymap.PalettePageUp:
		g.Page(-1, height)
	case keymap.ListPageDown, keymap.PickerPageDown, keymap.PalettePageDown:
		g.Page(1, height)
	case keymap.ListHalfUp:
		g.HalfPage(-1, height)
	case keymap.ListHalfDown:
		g.HalfPage(1, height)
	case keymap.ListTop:
		g.Home()
	case keymap.ListBottom:
		g.End(height)
	default:
		return false
	}
	return true
}

// scroll moves a text that has no cursor: every key moves what is seen.
func scroll(g *grid.Grid, id keymap.ID, height int) bool {
	to := g.Top
	switch id {
	case keymap.ListUp:
		to--
	case keymap.ListDown:
		to++
	case keymap.ListPageUp:
		to -= height
	case keymap.ListPageDown:
		to += height
	case keymap.ListHalfUp:
		to -= max(height/2, 1)
	case keymap.ListHalfDown:
		to += max(height/2, 1)
	case keymap.ListTop:
		to = 0
	case keymap.ListBottom:
		to = g.Total
	default:
		return false
	}
	scrollTo(g, to, height)
	return true
}

func scrollTo(g *grid.Grid, top, height int) {
	g.Top = max(min(top, g.Total-height), 0)
	g.Cursor = g.Top
}

// find adds the field of a dialog that narrows a list, and how much of it is left.
func (p *panel) find(typed field, found, all int) {
	t := p.s.theme
	count := p.line()
	if typed.text != "" {
		count.Text(t.Muted, fmt.Sprintf("%s of %s", short(found), short(all)))
	}
	room := max(p.inner-2-count.X()-1, 1)
	p.blank(9)
	p.add(0, p.line().Text(t.Accent, t.Glyphs.Point).Space(1).Text(nil, typed.draw(t, room)).Right(count))
}

// nothingMatches says so in place of rows, with what was typed, cut where it is long.
func nothingMatches(s *session, typed string) string {
	return `Nothing matches "` + shortened(s, typed, 30) + `"`
}

// shortened makes a text safe and cuts it to at most width cells.
func shortened(s *session, text string, width int) string {
	safe := s.theme.Safe(text)
	return draw.Fit(safe, min(draw.Width(safe), width), s.theme.Glyphs.Ellipsis)
}

// filterPlace says what a list is filtered by, however long that is, and where the
// cursor is in it.
func filterPlace(s *session, filter, place string) string {
	return "/" + shortened(s, filter, 20) + "  " + place
}

// paragraph breaks a text made safe into lines of at most width cells: between words,
// and inside a word that is longer than a line, as in scripts that know no spaces.
func paragraph(text string, width int) []string {
	width = max(width, 1)
	var lines []string
	for _, line := range wrap(text, width) {
		for draw.Width(line) > width {
			var head string
			head, line = breakAt(line, width)
			lines = append(lines, head)
		}
		lines = append(lines, line)
	}
	return lines
}

// balanced is [paragraph] without a last line of a single word, where a narrower one
// takes no more lines.
func balanced(text string, width int) []string {
	lines := paragraph(text, width)
	for w := width - 1; w > width/2 && len(lines) > 1 && !strings.Contains(lines[len(lines)-1], " "); w-- {
		narrower := paragraph(text, w)
		if len(narrower) > len(lines) {
			break
		}
		lines = narrower
	}
	return lines
}

// breakAt returns the clusters of s that fit into width cells, at least one, and the
// rest.
func breakAt(s string, width int) (head, rest string) {
	rest = s
	for used := 0; rest != ""; {
		cluster, after, _, _ := uniseg.FirstGraphemeClusterInString(rest, -1)
		if used += draw.Width(cluster); used > width && len(rest) < len(s) {
			break
		}
		rest = after
	}
	return s[:len(s)-len(rest)], rest
}
