package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/theme"
)

// Columns of the list.
const (
	colTime = "time"
	colWho  = "who"
	colWhat = "what"
	colFrom = "from"
)

// fullFrom is the width from which there is room for the door and the terminal somebody
// came from; under it stands what tells them apart best, as long as an IPv4 address.
const fullFrom = 96

func eventColumns(width int) []grid.Column {
	who, from := 12, 26
	if width < fullFrom {
		who, from = 9, 15
	}
	return []grid.Column{
		{ID: colTime, Title: "TIME UTC", Want: 11, Min: 5, Priority: 3},
		{ID: colWho, Title: "WHO", Want: who, Min: 5, Priority: 2},
		{ID: colWhat, Title: "WHAT", Want: 16, Flex: true, Priority: 9},
		{ID: colFrom, Title: "FROM", Want: from, Min: 10, Priority: 1, From: 76},
	}
}

// Draw draws what is looked at, the heads and the events.
func (a *activity) Draw(width, height int) draw.Frame {
	head := draw.Rows(a.head(width))
	t, l := a.s.theme, &a.log
	switch {
	case l.err != nil:
		try := worded(a.s.action(keymap.PageReload, ""), "try again")
		return head.Below(notice(a.s, width, height-1, t.Danger, t.Safe(sentence(explain(l.err))), "", try))
	case l.rows() > 0:
		return head.Below(a.grid.View(grid.Options{Width: width, Height: height - 1, Theme: t, Columns: eventColumns(width),
			Heads: height-1 >= listHeads, Row: func(i int) grid.Row { return a.row(i, width) }}))
	case !l.known || l.next != 0:
		return head
	case a.narrowed():
		all := worded(a.s.action(keymap.PageBack, ""), "show all")
		if a.filtering {
			all = a.s.action(keymap.FilterClear, "")
		}
		return head.Below(notice(a.s, width, height-1, t.Text, "No event like that",
			fmt.Sprintf("All %s were read.", short(l.total)), all))
	}
	return head.Below(notice(a.s, width, height-1, t.Text, "Nothing happened yet", "Every change, reveal and refusal will stand here.",
		a.s.action(keymap.PageReload, "")))
}

// head says whose events these are, what they are narrowed to, and how far the search
// is while it goes on.
func (a *activity) head(width int) *draw.Line {
	t := a.s.theme
	l := draw.NewLine(width).Space(1)
	if a.s.admin() {
		l.Text(t.Title, "Activity")
	} else {
		l.Text(t.Title, "Your activity")
	}
	if a.log.known && !a.narrowed() {
		l.Text(t.Text, " "+short(a.log.total))
	}
	for _, c := range a.chips.chips(a.s, a.log.logins) {
		from := l.Space(2).X()
		l.Text(t.Muted, "[").Text(t.Accent, t.Safe(c.text)).Text(t.Muted, " x]").Mark(chipGone{c.without}, from)
	}
	if !a.narrowed() || !a.log.reading() {
		return l
	}
	text := "searching" + t.Glyphs.Dots
	if a.log.total > 0 && width >= 64 {
		text += fmt.Sprintf(" %s of %s", short(a.log.scanned), short(a.log.total))
	}
	return l.Right(draw.NewLine(width).Text(t.Muted, text).Space(1))
}

// chip is a field the events are narrowed to, and the fields without it.
type chip struct {
	text    string
	without eventFields
}

func (f eventFields) chips(s *session, logins map[model.UserID]string) []chip {
	var out []chip
	add := func(on bool, text string, clear func(*eventFields)) {
		if on {
			rest := f
			clear(&rest)
			out = append(out, chip{text, rest})
		}
	}
	add(f.actor != 0, "by "+s.login(f.actor, logins), func(r *eventFields) { r.actor = 0 })
	add(f.action != 0, f.action.String(), func(r *eventFields) { r.action = 0 })
	add(f.target.Kind != 0, targetOf(f.target, f.label), func(r *eventFields) { r.target, r.label = model.Target{}, "" })
	add(f.refused, "refused", func(r *eventFields) { r.refused = false })
	return out
}

// targetOf names what an event was about.
func targetOf(on model.Target, label string) string {
	kind := ""
	switch on.Kind {
	case model.TargetOrganization:
		return label
	case model.TargetUser:
		kind = "user"
	case model.TargetDeployment:
		kind = "deployment"
	case model.TargetToken:
		kind = "token"
	default:
		return label
	}
	if on.ID != 0 && (on.Kind == model.TargetToken || label == "") {
		kind += " " + strconv.FormatUint(on.ID, 10)
	}
	if label == "" {
		return kind
	}
	return kind + " " + label
}

// row draws one event.
func (a *activity) row(i, width int) grid.Row {
	t := a.s.theme
	e, ok := a.log.at(i)
	if !ok {
		return grid.Row{Cells: []grid.Cell{grid.Plain(t.Muted, t.Glyphs.Dot)}, Do: rowChosen{at: i}}
	}
	action, from, gap := brief(e.Action.String()), fromOf(e), "  "
	if width < fullFrom {
		from, gap = shortFrom(e), " "
	}
	var what grid.Cell
	words := t.Text
	if e.Outcome == model.Refused {
		words = t.Danger
		what = append(what, grid.Segment{Text: refusedWords(t, e) + gap, Paint: t.Danger})
	}
	what = append(what, marked(t, a.match, action, words, nil)...)
	if label := shortTarget(e); label != "" {
		what = append(what, grid.Segment{Text: gap, Paint: t.Muted})
		what = append(what, marked(t, a.match, label, t.Muted, nil)...)
	}
	return grid.Row{Do: rowChosen{at: i, do: a.detailsOn(i)}, Cells: []grid.Cell{
		grid.Plain(t.Muted, when(a.s.now(), e.At)),
		marked(t, a.match, a.s.login(e.Actor, a.log.logins), t.Text, nil),
		what, marked(t, a.match, from, t.Muted, nil)}}
}

// detailsOn makes a second click on the selected row open its details.
func (a *activity) detailsOn(i int) keymap.ID {
	if i == a.grid.Cursor {
		return keymap.ActivityDetails
	}
	return ""
}

// refusedWords says that something was refused and, where it was tried over and over,
// how often.
func refusedWords(t *theme.Theme, e model.Event) string {
	if e.Count < 2 {
		return "refused"
	}
	times := "×"
	if t.Glyphs.Name == asciiGlyphs {
		times = "x"
	}
	return fmt.Sprintf("refused %s%d", times, e.Count)
}

// shortTarget is what the event was about, without the word that the action has said.
func shortTarget(e model.Event) string {
	if e.Target.Kind == model.TargetToken && e.Target.ID != 0 {
		if e.Details.Label == "" {
			return strconv.FormatUint(e.Target.ID, 10)
		}
		return strconv.FormatUint(e.Target.ID, 10) + " " + e.Details.Label
	}
	return e.Details.Label
}

// fromOf says the door somebody came through and where they sat.
func fromOf(e model.Event) string {
	if e.Details.Origin == "" {
		return e.Door.String()
	}
	return e.Door.String() + " " + e.Details.Origin
}

// brief is an action without its articles, so that what it was about keeps its number.
func brief(action string) string {
	return strings.NewReplacer(" an ", " ", " a ", " ", " the ", " ").Replace(action)
}

// shortFrom is the address somebody came from, or their terminal, or the door.
func shortFrom(e model.Event) string {
	if _, address, ok := strings.Cut(e.Details.Origin, " from "); ok {
		return address
	}
	if e.Details.Origin != "" {
		return e.Details.Origin
	}
	return e.Door.String()
}

// when writes a moment in at most 11 cells: the time today, the day and time this
// year, the day otherwise. UTC.
func when(now time.Time, at model.Time) string {
	t := at.Std()
	now = now.UTC()
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return "today " + t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("01-02 15:04")
	}
	return day(at)
}
