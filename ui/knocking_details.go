package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// knockLines say of a token that knocks why it does not work, who presents it, and what
// would help.
func knockLines(s *session, n model.Knock, logins map[model.UserID]string, width int) []*draw.Line {
	t, token := s.theme, n.Token
	var lines []*draw.Line
	add := func(name string, style draw.Style, text string) {
		lines = append(lines, factLines(s, width, name, style, text)...)
	}
	description, style := token.Description, draw.Style(t.Text)
	if description == "" {
		description, style = "(no description)", t.Muted
	}
	add("Description", style, description)
	lines = append(lines, draw.NewLine(width).Text(t.Muted, "Token").To(factsAt).Text(t.Muted, t.Glyphs.Mask).Text(t.Text, t.Safe(token.LastFour)))
	if token.Kind == model.UserToken {
		add("Owner", t.Text, ownerName(s, token.Owner, logins))
	}
	if token.Revoked() {
		add("Revoked", t.Text, moment(token.RevokedAt)+" by "+s.login(token.RevokedBy, logins))
	} else {
		add("State", t.Warning, "stopped while its owner is deactivated")
	}
	add("Refused", t.Warning, times(n.Refused)+", last "+briefly(s.now(), n.Last))
	lines = append(lines, draw.NewLine(width))
	for _, part := range paragraph("Give whoever presents it a token that works, or stop it.", width) {
		lines = append(lines, draw.NewLine(width).Text(t.Muted, part))
	}
	lines = append(lines, draw.NewLine(width), draw.NewLine(width).Text(t.Muted, "Callers, the latest first"))
	return append(lines, callerLines(s, n.Callers, knocked, width)...)
}

// knockDetails is that in a dialog, where there is no room beside the list.
type knockDetails struct {
	s      *session
	knock  model.Knock
	logins map[model.UserID]string
	at     grid.Grid
}

// Title is the dialog's place in the breadcrumb.
func (d *knockDetails) Title() string { return "Details" }

// Scope is that of the list.
func (d *knockDetails) Scope() keymap.Scope { return keymap.Knocking }

// Keys is the way back.
func (d *knockDetails) Keys() []keymap.Action {
	return []keymap.Action{worded(d.s.action(keymap.PageBack, ""), "close")}
}

// Update closes, scrolls, and takes in what happened meanwhile.
func (d *knockDetails) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		if msg.id == keymap.PageBack {
			d.s.pop()
			return d, nil
		}
		scroll(&d.at, msg.id, d.rows())
	case wheel:
		rows := d.rows()
		scrollTo(&d.at, d.at.Top+msg.rows, rows)
	case knocksRead:
		for _, n := range msg.knocks.Knocks {
			if n.Token.ID == d.knock.Token.ID {
				d.knock, d.logins = n, msg.knocks.Logins
			}
		}
	}
	return d, nil
}

func (d *knockDetails) rows() int {
	p := d.panel(d.s.width, d.s.height)
	d.at.Set(p.list.total)
	return p.listHeight()
}

// Draw draws who presents the token.
func (d *knockDetails) Draw(width, height int) draw.Frame { return d.panel(width, height).frame() }

func (d *knockDetails) panel(width, height int) *panel {
	p := newPanel(d.s, 76, width, height)
	p.title = tokenTitle(d.s, d.knock.Token)
	lines := knockLines(d.s, d.knock, d.logins, p.inner)
	at := d.at
	at.Set(len(lines))
	p.above(8)
	p.rows(panelList{total: len(lines), least: 3, at: at, row: func(i int) *draw.Line { return lines[i] }})
	p.below(2)
	p.answers(nil, d.Keys()...)
	return p
}
