package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// Draw draws the deployments, what is chosen, and the buttons.
func (d *permissions) Draw(width, height int) draw.Frame { return d.panel(width, height).frame() }

func (d *permissions) panel(width, height int) *panel {
	p := newPanel(d.s, 64, width, height)
	p.title, p.right = d.heading(p), d.toggleSign(p)
	p.blank(8)
	d.head(p)
	d.list(p)
	p.below(6)
	d.said(p)
	const last = 3 // lines below the list; one less under Org Agent, whose words take one more above it
	lines := last
	if d.draft.org {
		lines--
	}
	switch d.asking {
	case askNothing:
		p.ask("This token will reach nothing.", lines, d.Keys()...)
		return p
	case askDiscard:
		p.ask(unsaved, lines, d.Keys()...)
		return p
	}
	counted := d.counted(p)
	p.add(0, counted...)
	switch {
	case d.typing:
		p.hints(3, d.s.action(keymap.FilterKeep, ""), d.s.action(keymap.FilterClear, ""))
	case d.draft.org && len(counted) == 0:
		p.blank(3)
	case !d.draft.org:
		p.hints(3, d.s.action(keymap.PermissionsToggle, ""), d.s.action(keymap.PermissionsAll, ""),
			d.s.action(keymap.PermissionsFilter, ""), d.s.action(keymap.PermissionsOrg, ""))
	}
	if d.typing { // one key means one thing at a time
		p.blank(0)
	} else {
		d.buttons(p)
	}
	return p
}

// heading names the token: by its description or, where there is none or the window is
// narrow, by its number, which is never cut.
func (d *permissions) heading(p *panel) string {
	t, name := d.s.theme, d.token.Description
	switch {
	case p.inner < 50:
		return "Token " + d.token.ID.String()
	case name == "" || p.full():
		name = d.token.ID.String()
	}
	return "Permissions " + t.Glyphs.Dot + " " + t.Safe(name)
}

// toggleSign is the Org Agent toggle in the border.
func (d *permissions) toggleSign(p *panel) *draw.Line {
	t := d.s.theme
	l, style, word := p.line(), draw.Style(t.Muted), "off"
	if d.draft.org {
		style, word = t.Agent, "on"
	}
	d.point(l, partToggle)
	l.Text(t.Text, "Org Agent ").Text(style, t.Glyphs.Toggle(d.draft.org)+" "+word)
	return l.Mark(permissionsPressed{partToggle}, 0)
}

// point marks the part that has the keys.
func (d *permissions) point(l *draw.Line, part permissionsPart) {
	if d.focus == part {
		l.Text(d.s.theme.Accent, d.s.theme.Glyphs.Point).Space(1)
	}
}

// head is the line over the list: the filter, what the list is, or why nothing can be
// chosen in it.
func (d *permissions) head(p *panel) {
	t := d.s.theme
	if d.draft.org {
		text := "Org Agent reaches every deployment, now and later, branch deployments included. Turn it off (" +
			keyName(d.s, keymap.PermissionsOrg) + ") to choose."
		for _, line := range paragraph(text, p.inner-2) {
			p.add(0, p.line().Space(2).Text(t.Text, line))
		}
	}
	switch {
	case d.typing, d.filter.text != "":
		shown := p.line().Text(t.Muted, fmt.Sprintf("%d of %d", len(d.rows), len(d.live)+1))
		l := p.line().Space(2).Text(t.Key, "/")
		if d.typing {
			l.Text(nil, d.filter.draw(t, p.inner-l.X()-shown.X()-1))
		} else {
			l.Fit(t.Text, t.Safe(d.filter.text), p.inner-l.X()-shown.X()-1, t.Glyphs.Ellipsis)
		}
		p.add(0, l.Right(shown))
	case !d.draft.org:
		p.add(5, p.line().Space(2).Text(t.Muted, "Deployments this token may reach"))
	}
	p.above(7)
}

func (d *permissions) list(p *panel) {
	p.rows(panelList{total: len(d.rows), least: 3, keep: len(d.live) + 1, at: d.at, none: nothingMatches(d.s, d.filter.text), row: func(i int) *draw.Line { return d.row(p, i) }})
}

// row writes one deployment, and whether somebody else left it otherwise.
func (d *permissions) row(p *panel, i int) *draw.Line {
	t, id := d.s.theme, d.rows[i]
	name := branchesRow
	if id != allBranches {
		name = d.nameOf(id)
	}
	l := p.line()
	style := draw.Style(t.Text)
	if d.focus == partList && i == d.at.Cursor {
		l.Text(t.Accent, t.Glyphs.Point)
		style = t.Title
	}
	if d.draft.org {
		style = t.Muted
	}
	mark := d.mark(p, id)
	l.To(2).Text(style, t.Glyphs.Box(d.draft.reaches(id))).Space(1)
	l.Fit(style, t.Safe(name), p.inner-l.X()-mark.X()-1, t.Glyphs.Ellipsis)
	return l.Right(mark).Mark(permissionsChosen{i}, 0)
}

// mark says how somebody else left a deployment, where that differs.
func (d *permissions) mark(p *panel, id model.DeploymentID) *draw.Line {
	if d.marked == nil || d.marked.reaches(id) == d.draft.reaches(id) {
		return p.line()
	}
	t, text := d.s.theme, "unchecked by "
	if d.marked.reaches(id) {
		text = "checked by "
	}
	text += t.Safe(d.by.name(d.s))
	return p.line().Text(t.Warning, draw.Fit(text, min(draw.Width(text), p.inner/2), t.Glyphs.Ellipsis))
}

// said adds what went wrong and what others did meanwhile.
func (d *permissions) said(p *panel) {
	t := d.s.theme
	switch {
	case d.token.Revoked():
		p.text(0, t.Warning, t.Safe(revokedBy(d.s, d.token, d.logins)+" Nothing can be saved."))
		return
	case d.err != nil:
		p.text(0, t.Danger, t.Safe("Not saved: "+explain(d.err)))
	}
	did := fmt.Sprintf("%s %s.", t.Safe(d.by.name(d.s)), t.Safe(d.did))
	switch {
	case d.theirs != nil:
		review := p.line()
		p.hint(review, d.s.action(keymap.PermissionsReview, ""))
		text := did + " Your edits are kept."
		if w := draw.Width(text); w+2+review.X() <= p.inner {
			p.add(0, p.line().Text(t.Warning, text).Space(2).Append(review))
			return
		}
		p.text(0, t.Warning, text)
		p.add(0, review)
	case d.marked != nil:
		p.text(0, t.Warning, did+" Marked where yours differ: saving keeps yours.")
	case d.did != "":
		p.text(0, t.Warning, did)
	}
}

// counted says how many are chosen and what that means for later ones.
func (d *permissions) counted(p *panel) []*draw.Line {
	t := d.s.theme
	n, all := d.draft.count(d.live), len(d.live)
	later := "New deployments will need adding."
	if p.inner < narrow {
		later = "New ones need adding."
	}
	text, style := fmt.Sprintf("%d of %d. %s", n, all, later), draw.Style(t.Muted)
	switch {
	case d.request != model.Request{}:
		text = "Saving" + t.Glyphs.Dots
	case d.draft.org:
		return nil
	case d.draft.nothing(d.live):
		text, style = fmt.Sprintf("0 of %d. This token will reach nothing.", all), t.Warning
	case d.draft.chosen[allBranches]:
		text = fmt.Sprintf("%d of %d, and branches. %s", n, all, later)
	}
	var lines []*draw.Line
	for _, line := range paragraph(text, p.inner) {
		lines = append(lines, p.line().Text(style, line))
	}
	return lines
}

// buttons writes Revoke at the bottom left, cancel and save at the right.
func (d *permissions) buttons(p *panel) {
	button := func(l *draw.Line, part permissionsPart, k keymap.Action) {
		from := l.X()
		d.point(l, part)
		p.hint(l, k)
		l.Mark(permissionsPressed{part}, from)
	}
	left, right := p.line(), p.line()
	button(left, partRevoke, d.s.action(keymap.PermissionsRevoke, ""))
	button(right, partCancel, d.back())
	right.Space(3)
	button(right, partSave, d.s.action(keymap.PermissionsSave, ""))
	p.ends(0, left, right)
}
