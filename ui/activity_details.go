package ui

import (
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// eventDetails shows the whole of an event. Events never change, so neither does this.
type eventDetails struct {
	s      *session
	event  model.Event
	logins map[model.UserID]string
	chips  eventFields
	grid   grid.Grid
	end    ending
}

func newEventDetails(s *session, e model.Event, logins map[model.UserID]string, chips eventFields) screen {
	return &eventDetails{s: s, event: e, logins: logins, chips: chips}
}

// Title is which event this is.
func (d *eventDetails) Title() string { return fmt.Sprintf("Event %d", d.event.Seq) }

// Scope is that of the list: the letters do the same here.
func (d *eventDetails) Scope() keymap.Scope { return keymap.Activity }

// Keys are filtering by one of these fields, and closing.
func (d *eventDetails) Keys() []keymap.Action {
	return []keymap.Action{d.s.action(keymap.ActivityField, ""), worded(d.s.action(keymap.PageBack, ""), "close")}
}

// Update scrolls, closes, or goes on to filtering.
func (d *eventDetails) Update(msg tea.Msg) (screen, tea.Cmd) {
	if d.end.again(d.s) {
		return d, nil
	}
	p := d.panel(d.s.width, d.s.height)
	d.grid.Total = p.list.total
	switch msg := msg.(type) {
	case act:
		switch msg.id {
		case keymap.PageBack:
			d.end.close(d.s)
		case keymap.ActivityField:
			d.end.close(d.s)
			d.s.push(newEventFields(d.s, d.event, d.logins, d.chips))
		default:
			scroll(&d.grid, msg.id, p.listHeight())
		}
	case wheel:
		scrollTo(&d.grid, d.grid.Top+msg.rows, p.listHeight())
	}
	return d, nil
}

// facts are the event's fields, one after the other.
func (d *eventDetails) facts() [][2]string {
	e := d.event
	at := e.At.Std()
	moment := at.Format(time.DateOnly + " 15:04:05.000 UTC")
	if past := ago(d.s.now(), e.At); !strings.HasPrefix(past, "on ") {
		moment += ", " + past
	}
	out := [][2]string{
		{"When", moment},
		{"Who", fmt.Sprintf("%s (user %d)", d.s.login(e.Actor, d.logins), e.Actor)},
		{"What", fmt.Sprintf("%s (%s)", e.Action, e.Action.Name())},
	}
	if e.Actor == 0 {
		out[1][1] = "nobody"
	}
	if e.Target.Kind != 0 {
		out = append(out, [2]string{"Target", targetOf(e.Target, e.Details.Label)})
	}
	if e.Subject != 0 && e.Subject != e.Actor {
		out = append(out, [2]string{"Concerns", d.s.login(e.Subject, d.logins)})
	}
	out = append(out, [2]string{"From", fromOf(e)}, [2]string{"Outcome", d.outcome()})
	if e.Details.Reason != "" {
		out = append(out, [2]string{"Reason", e.Details.Reason})
	}
	for _, c := range e.Details.Changes {
		out = append(out, [2]string{"Changed", fmt.Sprintf("%s: %s %s %s", c.Field, orNothing(c.From), arrow(d.s), orNothing(c.To))})
	}
	if (e.Request != model.Request{}) {
		out = append(out, [2]string{"Request", e.Request.String()})
	}
	return out
}

// outcome says how it ended, and how often that was.
func (d *eventDetails) outcome() string {
	switch e := d.event; {
	case e.Outcome != model.Refused:
		return e.Outcome.String()
	case e.Count > 1:
		return refusedWords(d.s.theme, e) + " in a minute"
	}
	return refusedWords(d.s.theme, d.event)
}

func orNothing(text string) string {
	if text == "" {
		return "(nothing)"
	}
	return text
}

// arrow stands between before and after.
func arrow(s *session) string {
	if s.theme.Glyphs.Name == asciiGlyphs {
		return "->"
	}
	return "→"
}

// lines writes the facts in this width, what is refused in the colour of danger.
func (d *eventDetails) lines(width int) []*draw.Line {
	const at = 10
	t := d.s.theme
	var out []*draw.Line
	for _, f := range d.facts() {
		style := draw.Style(t.Text)
		if d.event.Outcome == model.Refused && (f[0] == "Outcome" || f[0] == "Reason") {
			style = t.Danger
		}
		for i, text := range paragraph(t.Safe(f[1]), max(width-at, 1)) {
			l := draw.NewLine(width)
			if i == 0 {
				l.Text(t.Muted, f[0])
			}
			out = append(out, l.To(at).Text(style, text))
		}
	}
	return out
}

// Draw draws as much as there is room for.
func (d *eventDetails) Draw(width, height int) draw.Frame { return d.panel(width, height).frame() }

func (d *eventDetails) panel(width, height int) *panel {
	p := newPanel(d.s, 76, width, height)
	p.title = d.Title()
	p.above(6)
	lines := d.lines(p.inner)
	p.rows(panelList{total: len(lines), least: len(lines), at: d.grid, row: func(i int) *draw.Line { return lines[i] }})
	p.below(6)
	keys := d.Keys()
	p.answers(keys[:1], keys[1])
	return p
}
