package ui

import (
	"fmt"
	"strconv"
	"strings"

	"jeton/keymap"
	"jeton/ui/draw"
	"jeton/ui/overlay"
)

// The smallest window in which everything works; below it only leaving does.
const (
	minWidth  = 40
	minHeight = 10
)

// lines says which of the lines around a page a height has room for. Short windows
// lose the blank first, then the underline, the rule, and the tabs.
type lines struct{ blank, tabs, underline, rule bool }

func linesFor(height int) lines {
	return lines{blank: height >= 16, underline: height >= 15, rule: height >= 14, tabs: height >= 12}
}

// page draws what is below the dialogs, exactly width x height.
func (a *App) page(width, height int) draw.Frame {
	if a.opening != nil {
		return a.opening.Draw(width, height).Fill(width, height)
	}
	has := linesFor(height)
	top := []*draw.Line{a.titleLine(width)}
	if has.blank {
		top = append(top, draw.NewLine(width))
	}
	if has.tabs {
		tabs, under := a.tabLines(width)
		if top = append(top, tabs); has.underline {
			top = append(top, under)
		}
	}
	var bottom []*draw.Line
	if has.rule {
		bottom = append(bottom, draw.NewLine(width).Space(1).Text(nil, a.s.theme.RuleLine(width-2)))
	}
	bottom = append(append(bottom, a.statusLines(width, statusHeight(height))...), a.hintLine(width))
	left := height - len(top) - len(bottom)
	return draw.Stack(draw.Rows(top...).Fill(width, len(top)), a.base().Draw(width, left).Fill(width, left),
		draw.Rows(bottom...).Fill(width, len(bottom)))
}

// place draws a dialog over what is there, in the middle of its room: above the status
// line, however many lines that has now.
func (a *App) place(frame draw.Frame, d screen, width, height int) draw.Frame {
	if width < boxed || a.opening != nil {
		return overlay.Place(frame, d.Draw(width, height), width, height)
	}
	left := height
	if has := linesFor(height); has.rule {
		left -= len(a.statusLines(width, statusHeight(height))) - 1
	}
	box := d.Draw(width, left)
	top, rows := boxArea(left)
	return overlay.PlaceAt(frame, box, (width-box.Width())/2, top+(rows-box.Height())/2, width, height)
}

// titleLine says where this is and, at the right, who is looking.
func (a *App) titleLine(width int) *draw.Line {
	t := a.s.theme
	who := draw.NewLine(width / 2)
	who.Text(t.Text, t.Safe(a.s.self.User.Login)).Text(t.Muted, " "+t.Glyphs.Down)
	if role := a.role(); width >= 72 {
		who.Text(t.Muted, " "+t.Glyphs.Dot+" "+role)
	}
	who.Mark(act{keymap.AppWho}, 0).Space(1)
	l := draw.NewLine(width).Space(1).Text(t.Title, "jeton").Space(2)
	crumbs := a.crumbs(width, l.Left()-who.X()-1)
	for i, c := range crumbs {
		if i > 0 {
			l.Text(t.Muted, " "+t.Glyphs.Crumb+" ")
		}
		style := t.Muted
		if i == len(crumbs)-1 {
			style = t.Text
		}
		l.Text(style, c)
	}
	return l.Right(who)
}

// crumbs are the places from the organization down to this one, in at most room cells.
// Its name is shortened and then left out; this place always stays.
func (a *App) crumbs(width, room int) []string {
	t := a.s.theme
	between := draw.Width(t.Glyphs.Crumb) + 2
	name, place := t.Safe(a.s.self.Organization.Name), a.base().Title()
	for _, rest := range [][]string{{"Organization Settings", place}, {place}} {
		if width < 64 && len(rest) > 1 {
			continue
		}
		left := room
		for _, c := range rest {
			left -= between + draw.Width(c)
		}
		if left >= min(draw.Width(name), leastName) {
			return append([]string{draw.Fit(name, min(draw.Width(name), left), t.Glyphs.Ellipsis)}, rest...)
		}
	}
	return []string{place}
}

// leastName is how few cells of an organization's name still say which one it is.
const leastName = 6

// role says what the one who looks is, in a word or two.
func (a *App) role() string {
	if a.s.admin() {
		return "Organization Admin"
	}
	return "member"
}

// tabLines draws the tabs and the underline of the one that is open; tabs that do not
// fit become one with arrows. A step aside is under the tab it was made from, and a click
// there goes back.
func (a *App) tabLines(width int) (tabs, under *draw.Line) {
	t, all, at := a.s.theme, a.tabs(), a.tab
	var back any
	if at >= len(all) {
		at, back = 0, act{all[0].key}
	}
	total := 1
	for _, p := range all {
		total += draw.Width(p.screen.Title()) + 3
	}
	tabs, under = draw.NewLine(width).Space(1), draw.NewLine(width).Space(1)
	if total > width {
		title := all[at].screen.Title()
		before, after := all[(at+len(all)-1)%len(all)], all[(at+1)%len(all)]
		tabs.Zone(act{before.key}, t.Muted, t.Glyphs.Less+" ").Zone(back, t.Accent, title).
			Zone(act{after.key}, t.Muted, " "+t.Glyphs.More).Text(t.Muted, fmt.Sprintf("  %d/%d", at+1, len(all)))
		under.Space(2).Text(t.Accent, strings.Repeat(t.Glyphs.Heavy, draw.Width(title)))
		return tabs, under
	}
	for i, p := range all {
		title := p.screen.Title()
		if i == at {
			under.To(tabs.X()).Text(t.Accent, strings.Repeat(t.Glyphs.Heavy, draw.Width(title)))
			tabs.Zone(back, t.Accent, title)
		} else {
			tabs.Zone(act{p.key}, t.Muted, title)
		}
		tabs.Space(3)
	}
	return tabs, under
}

// hintLine shows keys: what can be done now, and help and nothing else at the right.
// What does not work now is shown dim; trying it tells why.
func (a *App) hintLine(width int) *draw.Line {
	right := draw.NewLine(width)
	if len(a.dialogs) > 0 {
		return right // the dialog shows its own keys; these do nothing now
	}
	if scope := a.base().Scope(); !scope.Typing() {
		a.hint(right, a.s.action(keymap.AppHelp, ""))
		right.Space(1)
	}
	l := draw.NewLine(width - right.X() - 1).Space(1)
	for _, k := range a.base().Keys() {
		next := draw.NewLine(width)
		a.hint(next, k)
		if next.X() == 0 {
			continue
		}
		if next.X() > l.Left() {
			break
		}
		l.Append(next).Space(2)
	}
	return draw.NewLine(width).Append(l).Right(right)
}

// hint writes a key and its word; both answer a click.
func (a *App) hint(l *draw.Line, k keymap.Action) { hint(a.s, l, k) }

func hint(s *session, l *draw.Line, k keymap.Action) {
	t, from := s.theme, l.X()
	if len(k.Keys) == 0 || k.Off != "" && !t.Colours { // where nothing dims it, a dead key would look alive
		return
	}
	key, word := draw.Style(t.Key), draw.Style(t.Word)
	if k.Off != "" {
		key = t.Muted
	}
	l.Text(key, shownKey(s, k.Keys[0])).Text(word, " "+shownWord(s, k))
	l.Mark(act{k.ID}, from)
}

// shownKey is a key and shownWord an action's word with the signs this terminal has.
func shownKey(s *session, key string) string {
	return keymap.Show(key, s.theme.Glyphs.Name == asciiGlyphs)
}

func shownWord(s *session, k keymap.Action) string {
	return strings.ReplaceAll(k.Word, "…", s.theme.Glyphs.Dots)
}

// tooSmall says so, and stays harmless at any size.
func (a *App) tooSmall(width, height int) draw.Frame {
	t := a.s.theme
	return draw.Rows(
		draw.NewLine(width).Text(t.Warning, "Window too small"),
		draw.NewLine(width).Text(t.Text, fmt.Sprintf("%dx%d; jeton needs %dx%d", width, height, minWidth, minHeight)),
		draw.NewLine(width).Text(t.Muted, "enlarge it, or q to quit"),
	).Fill(width, height)
}

// short writes a count in at most five characters: over 9,999 in thousands.
func short(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.Itoa(n/1_000_000) + "." + strconv.Itoa(n/100_000%10) + "M"
	case n >= 10_000:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}
