package ui

import (
	"fmt"
	"strings"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// listLine names the lists and says whose user tokens these are: that, and the counts,
// are there at any width.
func (t *tokens) listLine(width int) *draw.Line {
	l := draw.NewLine(width).Space(1)
	for i, own := range t.lists {
		if i > 0 {
			l.Space(3)
		}
		t.listName(l, own)
	}
	if t.kind == model.UserToken && t.s.admin() {
		return l.Right(t.pickerLine(l.Left() - 1))
	}
	if notice := t.knocks.notice(t.s, l.Left()-3); notice != nil {
		l.Right(notice)
	}
	return l
}

// shortLists is the width under which the line of the user list needs the room of the
// lists' full names.
const shortLists = 64

// listName writes a list's name and count; the list on the screen knows its own count
// best.
func (t *tokens) listName(l *draw.Line, own *tokenList) {
	th, width := t.s.theme, l.X()+l.Left()
	title, count := wordsOf(own.kind).list, working(t.s, own.kind)
	if _, others := t.whose(); others && own.kind == model.UserToken {
		count = own.whole.total // the session counts one's own
	}
	if own.rows.known && own.rows.query.Filter == "" && !own.rows.query.Revoked {
		count = own.rows.total
	}
	if width < shortLists && len(t.lists) > 1 && (t.kind == model.UserToken || t.list().rows.query.Revoked) {
		title = strings.TrimSuffix(title, " tokens")
	}
	from := l.X()
	if own.kind != t.kind {
		l.Text(th.Muted, title+" "+short(count)).Mark(act{keymap.TokensOther}, from)
		return
	}
	more := ""
	if own.rows.query.Revoked {
		count, more = t.withRevoked(own, count)
	}
	if !th.Colours && len(t.lists) > 1 {
		l.Text(nil, th.Glyphs.Point+" ") // the list on the screen, where nothing else tells
	}
	l.Text(th.Title, title).Text(th.Text, " "+short(count))
	if width >= shortLists || own.kind == model.AgentToken && l.Left() > len(more)+len("   User 1000") || own.kind == model.ServiceToken {
		l.Text(th.Muted, more)
	}
}

// withRevoked says how many tokens of a list work and how many do not. How many of
// somebody else's work is not known while all are shown: then it says how many there
// are of both.
func (t *tokens) withRevoked(l *tokenList, working int) (count int, more string) {
	_, others := t.whose()
	switch revoked := l.whole.total - working; {
	case !l.whole.revoked:
		return working, ""
	case others:
		return l.whole.total, ", revoked ones included"
	case revoked <= 0:
		return working, ", none revoked"
	default:
		return working, fmt.Sprintf(" and %s revoked", short(revoked))
	}
}

// pickerLine says whose tokens these are in at most room cells: in fewer words first,
// then with less of the login.
func (t *tokens) pickerLine(room int) *draw.Line {
	th := t.s.theme
	login, others := t.whose()
	you, short, style := "(you)", "(you)", draw.Style(th.Text)
	if others {
		you, short, style = "(not you)", "(not you)", th.Warning
	}
	if t.stopped() {
		you, short = "(not you, deactivated)", "(deactivated)"
	}
	login = shortened(t.s, login, 24)
	rest := draw.Width(login) + 1 + draw.Width(th.Glyphs.Down) + 2 // blanks, and the margin
	words := ""
	for _, w := range []string{"Manage tokens for ", "for "} {
		if words == "" && len(w)+rest+len(you) <= room {
			words = w
		}
	}
	if rest+len(you) > room {
		you = short
	}
	if over := rest + len(you) - room; over > 0 {
		login = draw.Fit(login, max(draw.Width(login)-over, 2), th.Glyphs.Ellipsis)
	}
	l := draw.NewLine(room).Text(th.Muted, words).Text(style, login+" "+you).Text(th.Muted, " "+th.Glyphs.Down)
	return l.Mark(act{keymap.TokensOwner}, 0).Space(1)
}
