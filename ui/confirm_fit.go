package ui

import "slices"

// boxArea is where a box may lie in a window of this height: above the status line,
// where App answers, and in windows tall enough below the tabs and their underline.
func boxArea(height int) (top, rows int) {
	const below = 3 // the rule, the status line and the hints
	switch {
	case height >= 22:
		top = 4
	case height >= 13:
		top = 1
	default:
		return 0, height
	}
	return top, height - top - below
}

// fit drops the lines for which there is no room and returns those that stay with the
// number of rows left for the list. A list that is cut always says so: the line that
// does is the last to go, and comes back in place of a row.
func (p *panel) fit() ([]panelPart, int) {
	parts, room := slices.Clone(p.parts), p.room()
	fixed := len(parts) - 1
	at := slices.IndexFunc(parts, func(part panelPart) bool { return part.list })
	if at < 0 {
		fixed++
	}
	for fixed+min(p.list.total, p.list.least) > room {
		i := p.dispensable(parts, p.cut(room-fixed))
		if i < 0 {
			break
		}
		parts = slices.Delete(parts, i, i+1)
		fixed--
	}
	rows := max(room-fixed, 0)
	if at = slices.IndexFunc(parts, func(part panelPart) bool { return part.more > 0 }); p.cut(rows) && rows > 1 && at < 0 {
		at = slices.IndexFunc(parts, func(part panelPart) bool { return part.list })
		parts = slices.Insert(parts, at+1, panelPart{more: 1})
		rows--
	}
	if !p.full() {
		rows = min(rows, max(p.list.total, p.list.keep))
	}
	return parts, rows
}

// cut reports whether that many rows do not show the whole list.
func (p *panel) cut(rows int) bool { return p.list.beyond > 0 || p.list.total > max(rows, 0) }

// dispensable returns the line to drop next, or -1. The line that says how much of the
// list is out of sight below stays while some of it is.
func (p *panel) dispensable(parts []panelPart, cut bool) int {
	at := -1
	for i, part := range parts {
		if part.drop > 0 && !(cut && part.more > 0) && (at < 0 || part.drop >= parts[at].drop) {
			at = i
		}
	}
	return at
}
