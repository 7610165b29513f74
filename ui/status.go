package ui

import (
	"jeton/keymap"
	"jeton/ui/draw"
)

// message is what the status line says.
type message struct {
	mood mood
	text string
	undo bool
}

// statusHeight is how many lines a long message may take in a window of this height.
func statusHeight(height int) int {
	if height >= 24 {
		return 4
	}
	return 3 // which leaves the smallest window's body five
}

// statusLines says what is being typed or what happened last and, at the right, where
// the cursor is. What does not fit into one line goes on, up to most lines: an error
// that cannot be read to its end does not say what to do next.
func (a *App) statusLines(width, most int) []*draw.Line {
	t := a.s.theme
	right := draw.NewLine(width / 2)
	if p, ok := a.base().(interface{ Place() string }); ok {
		right.Text(t.Muted, p.Place()).Space(1)
	}
	room := width - right.X() - 1
	if p, ok := a.base().(interface{ Status(int) *draw.Line }); ok && !a.toast.refusal {
		if l := p.Status(room); l != nil {
			return []*draw.Line{draw.NewLine(width).Append(l.Trim(room)).Right(right)}
		}
	}
	const all = 9 // lines: more than any message needs
	m := a.message()
	if alone := a.spell(m, width, width, all); len(alone) <= most && len(a.spell(m, width, room, all)) > len(alone) {
		return alone // fewer lines say it, if the place gives up its room
	}
	lines := a.spell(m, width, room, most)
	lines[len(lines)-1].Right(right)
	return lines
}

// spell writes a message into lines of the width, the last of which leaves room at the
// right for what stands there.
func (a *App) spell(m message, width, room, most int) []*draw.Line {
	t, style, mark := a.s.theme, a.moodStyle(m.mood), a.moodMark(m.mood)
	indent := 1
	if mark != "" {
		indent = 3
	}
	undo := draw.NewLine(width)
	if m.undo {
		a.hint(undo.Space(3), a.s.action(keymap.PageUndo, ""))
	}
	room -= undo.X()
	parts := wrap(t.Safe(m.text), max(room-indent-1, 10))
	if len(parts) > most {
		parts = parts[:most]
		parts[most-1] = draw.Fit(parts[most-1]+" "+t.Glyphs.Ellipsis, room-indent-1, t.Glyphs.Ellipsis)
	}
	lines := make([]*draw.Line, len(parts))
	for i, part := range parts {
		lines[i] = draw.NewLine(width).Space(1)
		if i == 0 && mark != "" {
			lines[i].Text(style, mark)
		}
		lines[i].To(indent).Text(style, part)
	}
	lines[len(lines)-1].Append(undo)
	return lines
}

// message is what there is to say: what just happened first, then what the store and
// the clipboard have to say for themselves.
func (a *App) message() message {
	if p, ok := a.base().(interface{ Saying() string }); ok && p.Saying() != "" {
		return message{mood: bad, text: p.Saying()}
	}
	h := a.s.health
	switch waiting := a.s.waiting(); {
	case waiting != "":
		return message{mood: careful, text: waiting}
	case a.toast.copied && a.holding():
		return message{mood: good, text: a.clipNote()}
	case a.toast.text != "":
		return message{a.toast.mood, a.toast.text, a.toast.undo != nil && a.noUndo() == ""}
	case a.noUndo() == "":
		return message{a.edit.toast.mood, a.edit.toast.text, true}
	case h.Damage != nil:
		return message{mood: bad, text: "Damaged: " + explain(h.Damage)}
	case h.LowSpace:
		return message{mood: careful, text: "Disk almost full: changes and reveals are refused; lists and revoking go on."}
	case a.holding():
		return message{mood: good, text: a.clipNote()}
	case h.Notice != "":
		return message{mood: careful, text: sentence(h.Notice)}
	case h.Checking:
		return message{text: "Checking the history" + a.s.theme.Glyphs.Dots}
	}
	return message{}
}

func (a *App) moodStyle(m mood) draw.Style {
	switch t := a.s.theme; m {
	case good:
		return t.Success
	case careful:
		return t.Warning
	case bad:
		return t.Danger
	default:
		return t.Text
	}
}

func (a *App) moodMark(m mood) string {
	switch g := a.s.theme.Glyphs; m {
	case good:
		return g.Check
	case careful:
		return g.Warn
	case bad:
		return g.Cross
	}
	return ""
}
