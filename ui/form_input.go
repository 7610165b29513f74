package ui

import (
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// input is one labelled field of a form, or a yes or no.
type input struct {
	what   string // what errors of the model call it: "login", "deployment name"
	label  string
	note   string // what may be typed, shown while nothing is wrong with it
	always bool   // the note is shown even without the keys
	field  field
	needed bool // it may not stay empty
	toggle bool // a yes or no, said by note
	yes    bool
	check  func(string) error // the model's rule for it; nil accepts everything
	err    error
}

// inputChosen is a click on a field.
type inputChosen struct{ at int }

// inputs are the fields of a form; one of them has the keys.
type inputs struct {
	list []input
	at   int
}

// text is what stands in the field that errors call by this name.
func (in inputs) text(what string) string {
	for _, i := range in.list {
		if i.what == what {
			return i.field.text
		}
	}
	return ""
}

// input finds the field that errors call by this name; nil when there is none.
func (in *inputs) input(what string) *input {
	for i := range in.list {
		if in.list[i].what == what {
			return &in.list[i]
		}
	}
	return nil
}

// move goes to the next field, or to the one before.
func (in *inputs) move(by int) {
	in.at = (in.at + by + len(in.list)) % len(in.list)
}

// worth reports whether what was typed over these is asked about before it is thrown
// away. A single field is retyped as quickly as the question is answered.
func (in inputs) worth(before []input) bool {
	return len(in.list) > 1 && slices.ContainsFunc(in.list, func(i input) bool {
		was := before[slices.IndexFunc(before, func(b input) bool { return b.what == i.what })]
		return i.field.text != was.field.text || i.yes != was.yes
	})
}

// choose goes to a field that was clicked; a yes or no changes at once.
func (in *inputs) choose(at int) {
	in.at = at
	if i := &in.list[at]; i.toggle {
		i.yes = !i.yes
	}
}

// typed takes a key into the field that has the keys. What the model would refuse is
// said while it is typed, but an empty field is not blamed before enter.
func (in *inputs) typed(k tea.KeyMsg) {
	i := &in.list[in.at]
	if i.toggle {
		if k.Type == tea.KeySpace || k.String() == " " || k.String() == "x" || k.Type == tea.KeyLeft || k.Type == tea.KeyRight {
			i.yes = !i.yes
		}
		return
	}
	before := i.field.text
	if i.field, _ = i.field.update(k); i.field.text != before {
		i.judge(false)
	}
}

// clear empties the field that has the keys.
func (in *inputs) clear() {
	i := &in.list[in.at]
	i.field, i.yes, i.err = field{}, false, nil
}

// judge asks the model's rule about a field.
func (i *input) judge(empty bool) {
	i.err = nil
	if i.toggle || i.check == nil || i.field.text == "" && !(i.needed && empty) {
		return
	}
	i.err = i.check(i.field.text)
}

// ready judges every field and reports whether all may be kept. Otherwise it goes to
// the first that may not, or, from a field that is filled, to the next one to fill.
func (in *inputs) ready() bool {
	here := in.list[in.at]
	for i := range in.list {
		in.list[i].judge(true)
	}
	for n := range len(in.list) {
		i := (in.at + n) % len(in.list)
		if in.list[i].err == nil {
			continue
		}
		if i != in.at && in.list[i].field.text == "" && here.err == nil {
			in.list[i].err = nil // it was only not reached yet
		}
		in.at = i
		return false
	}
	return true
}

// unfilled reports whether enter will go to another field instead of saving.
func (in inputs) unfilled() bool {
	for n, i := range in.list {
		if n != in.at && i.needed && i.field.text == "" {
			return true
		}
	}
	return false
}

// blame puts an error under the field it is about; false when it is about none.
func (in *inputs) blame(err error) bool {
	var text *model.TextError
	about := strings.SplitN(err.Error(), " ", 2)[0]
	for n := range in.list {
		i := &in.list[n]
		if errors.As(err, &text) && text.What == i.what || errors.Is(err, model.ErrTaken) && strings.HasPrefix(i.what, about) {
			i.err, in.at = err, n
			return true
		}
	}
	return false
}

// reason is an error as it is said under its field, which need not be named again.
func reason(err error) string {
	var text *model.TextError
	if errors.As(err, &text) {
		return sentence(text.Reason)
	}
	return sentence(err.Error())
}

// draw adds the fields to a dialog, one below the other. The labels stand beside them.
func (in inputs) draw(p *panel) {
	label := 0
	for _, i := range in.list {
		label = max(label, draw.Width(i.label)+2)
	}
	for n, i := range in.list {
		style := draw.Style(p.s.theme.Muted)
		if n == in.at {
			style = p.s.theme.Text
		}
		l := p.line().Text(style, i.label).To(label)
		p.add(0, in.field(p.s.theme, l, n))
		i.say(p, n == in.at, label+1)
	}
}

// field draws one field: in brackets while it has the keys.
func (in inputs) field(t *theme.Theme, l *draw.Line, n int) *draw.Line {
	i, has := in.list[n], n == in.at
	room := max(min(l.Left()-2, 48), 1)
	switch {
	case i.toggle:
		point := " "
		if has {
			point = t.Glyphs.Point
		}
		l.Text(t.Accent, point).Text(t.Text, t.Glyphs.Box(i.yes)+" "+i.note)
	case has:
		l.Text(t.Accent, "[").Text(nil, i.field.draw(t, room)).Text(t.Accent, "]")
	case i.field.text == "":
		l.Space(1).Text(t.Muted, "(none)")
	default:
		text := t.Safe(i.field.text)
		l.Space(1).Text(t.Text, draw.Fit(text, min(draw.Width(text), room), t.Glyphs.Ellipsis))
	}
	return l.Mark(inputChosen{n}, 0)
}

// say adds what stands under a field: what is wrong with it or, while it has the keys,
// what it wants. A short window keeps the first line of what is wrong.
func (i input) say(p *panel, has bool, indent int) {
	t := p.s.theme
	text, style := i.note, draw.Style(t.Muted)
	switch {
	case i.err != nil:
		text, style = reason(i.err), t.Danger
	case !has && !i.always || i.toggle || text == "":
		return
	}
	for n, part := range wrap(t.Safe(text), max(p.inner-indent, 1)) {
		drop := 4
		if i.err != nil {
			drop = n
		}
		p.add(drop, p.line().Space(indent).Text(style, part))
	}
}
