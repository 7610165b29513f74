package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// Draw draws the toggle in the border, the deployments with their roles, and the keys.
func (d *roles) Draw(width, height int) draw.Frame {
	t := d.s.theme
	p := newPanel(d.s, 68, width, height)
	p.title = t.Safe("Roles " + t.Glyphs.Dot + " " + d.user.Login)
	p.right = d.toggle(p)
	p.blank(6)
	if d.orgAdmin() {
		p.text(4, t.Muted, fmt.Sprintf("Everything, in every deployment. Turn it off (%s) to choose.", keyName(d.s, keymap.RoleAdmin)))
	} else {
		p.text(5, t.Text, "Roles per deployment")
	}
	p.above(6)
	p.rows(panelList{total: len(d.list.rows), least: 3, at: d.list.grid, row: func(i int) *draw.Line { return d.row(p, i) }})
	if len(d.list.rows) == 0 {
		p.text(0, t.Muted, d.noRows())
	}
	p.below(6)
	d.say(p)
	d.hints(p)
	return p.frame()
}

// toggle is the switch at the top right.
func (d *roles) toggle(p *panel) *draw.Line {
	t := d.s.theme
	word, style := "off", draw.Style(t.Muted)
	if d.orgAdmin() {
		word, style = "on", t.Agent
	}
	name := "Organization Admin "
	if p.inner < 50 {
		name = "Org Admin "
	}
	l := draw.NewLine(p.inner)
	d.point(l, rolesToggle)
	return l.Text(t.Text, name).Text(style, t.Glyphs.Toggle(d.orgAdmin())+" "+word).Mark(rolesPressed{rolesToggle}, 0)
}

// point marks the part that has the keys.
func (d *roles) point(l *draw.Line, part rolesPart) {
	if d.focus == part {
		l.Text(d.s.theme.Accent, d.s.theme.Glyphs.Point).Space(1)
	}
}

func (d *roles) noRows() string {
	switch {
	case d.list.filter.text != "":
		return nothingMatches(d.s, d.list.filter.text)
	case d.review:
		return "Their change was to Organization Admin."
	}
	return "There are no deployments yet."
}

// row is one deployment with its role and, where it was changed, what it was.
func (d *roles) row(p *panel, i int) *draw.Line {
	t, dep := d.s.theme, d.list.rows[i]
	l, style := p.line(), draw.Style(t.Text)
	if i == d.list.grid.Cursor && d.focus == rolesList {
		l.Text(t.Accent, t.Glyphs.Point+" ")
	}
	l.To(2)
	role := d.role(dep.ID).String()
	switch {
	case d.orgAdmin():
		role, style = "Admin", t.Muted
	case d.role(dep.ID) == model.NoRole:
		style = t.Muted
	}
	name := max(12, min(28, p.inner-26))
	l.Fit(t.Text, t.Safe(dep.Name), name, t.Glyphs.Ellipsis).Space(2).Mark(rowChosen{at: i}, 0)
	from := l.X()
	l.Text(style, draw.Fit(role, 10, "")).Mark(rowChosen{i, keymap.RoleToggle}, from)
	if text := d.note(dep.ID); text != "" && !d.orgAdmin() {
		l.Text(t.Warning, t.Safe(text))
	}
	return l
}

// note says what a role was, or what somebody else made it meanwhile.
func (d *roles) note(id model.DeploymentID) string {
	now, was := granted(d.user, id), granted(d.was, id)
	_, edited := d.edits[id]
	switch {
	case d.by != "" && now != was && edited:
		return fmt.Sprintf("%s: %s", d.by, now)
	case d.by != "" && now != was:
		return fmt.Sprintf("by %s, was %s", d.by, was)
	case edited:
		return "was " + now.String()
	}
	return ""
}

// say adds what is wrong, what somebody else did, or how many roles there are.
func (d *roles) say(p *panel) {
	t := d.s.theme
	switch {
	case d.list.filtering:
		p.add(0, p.line().Text(t.Key, "/ ").Text(nil, d.list.filter.draw(t, max(1, min(30, p.inner-16)))).
			Text(t.Muted, "  "+d.list.Place()))
	case d.err != "":
		p.text(0, t.Danger, t.Safe(d.err))
	case d.by != "":
		text := fmt.Sprintf("%s changed these roles meanwhile. Your edits are kept.", t.Safe(d.by))
		if d.was.OrgAdmin != d.user.OrgAdmin {
			text = fmt.Sprintf("%s turned Organization Admin %s meanwhile. Your edits are kept.", t.Safe(d.by), onOff(d.user.OrgAdmin))
		}
		p.text(0, t.Warning, text)
		l := p.line()
		word := "review"
		if d.review {
			word = "show all"
		}
		p.hint(l, worded(d.s.action(keymap.RoleReview, ""), word))
		p.add(0, l)
	default:
		text := d.summary() + "."
		if d.list.filter.text != "" {
			text = "/" + d.list.filter.text + "  " + d.list.Place()
		}
		p.add(3, p.line().Text(t.Muted, t.Safe(text)))
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// hints writes the keys of the list, while they do anything, and the buttons; or the
// question in their place.
func (d *roles) hints(p *panel) {
	keys := d.Keys()
	switch {
	case d.asking:
		p.ask(unsaved, 2, keys...)
		return
	case d.list.filtering:
		p.hints(0, keys[:3]...)
		p.blank(2)
		return
	case d.orgAdmin():
		p.blank(2)
	default:
		p.hints(2, keys[0], worded(d.s.action(keymap.ListRight, ""), "stronger"), keys[2], keys[1])
	}
	button := func(l *draw.Line, part rolesPart, k keymap.Action) *draw.Line {
		from := l.X()
		d.point(l, part)
		p.hint(l, k)
		return l.Mark(rolesPressed{part}, from)
	}
	left, right := button(p.line(), rolesEnd, keys[4]), button(p.line(), rolesCancel, keys[8])
	button(left.Space(3), rolesTokens, keys[5])
	button(right.Space(3), rolesSave, keys[9])
	p.ends(0, left, right)
}
