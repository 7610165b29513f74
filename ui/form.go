package ui

import (
	"errors"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// formSpec is what a form is for.
type formSpec struct {
	title  string
	accept string // the word of enter
	inputs []input

	// needed returns the change that is still to be made for what stands in the
	// fields, nil when nothing is left to do. It is asked again after each change.
	needed func(*inputs) (model.Change, error)
	// kept takes in what a change came to.
	kept func(model.Record)
	// theirs takes in the record as somebody else made it, and says what they did.
	theirs func(model.Record) string
	// said is the toast when all is kept.
	said func() string
}

// form is a dialog of fields. What was typed stays until it is kept or given up,
// whatever the store answers.
type form struct {
	s       *session
	spec    formSpec
	inputs  inputs
	request model.Request // of the change under way
	done    int           // changes kept so far
	err     string        // what is wrong with no single field
	asking  bool          // whether to throw away what was typed
	end     ending
}

const formWidth = 64

func newForm(s *session, spec formSpec) *form {
	return &form{s: s, spec: spec, inputs: inputs{list: slices.Clone(spec.inputs)}}
}

// Title is not shown: a form is not a place.
func (f *form) Title() string { return f.spec.title }

// Scope is where text is typed into fields, or the question's.
func (f *form) Scope() keymap.Scope {
	if f.asking {
		return keymap.Confirm
	}
	return keymap.Form
}

func (f *form) saving() bool { return pending(f.request) }

// pending reports whether a change was asked for and not answered yet.
func pending(r model.Request) bool { return r != model.Request{} }

// Keys are saving, leaving, and going about.
func (f *form) Keys() []keymap.Action {
	if f.asking {
		return []keymap.Action{f.s.action(keymap.ConfirmDiscard, ""), f.s.action(keymap.ConfirmBack, "")}
	}
	off := ""
	if f.saving() {
		off = "It is being saved."
	}
	word := f.spec.accept
	if f.inputs.unfilled() {
		word = "next"
	}
	s := f.s
	return []keymap.Action{worded(s.action(keymap.FormAccept, off), word), s.action(keymap.FormCancel, ""),
		s.action(keymap.FormNext, ""), s.action(keymap.FormPrevious, ""), s.action(keymap.FormClear, off)}
}

// Update takes keys into the fields, and the outcome of saving.
func (f *form) Update(msg tea.Msg) (screen, tea.Cmd) {
	if f.end.again(f.s) {
		return f, nil
	}
	switch msg := msg.(type) {
	case act:
		return f, f.act(msg.id)
	case tea.KeyMsg:
		if !f.saving() && !f.asking {
			f.err = ""
			f.inputs.typed(msg)
		}
	case inputChosen:
		if f.asking = false; !f.saving() {
			f.inputs.choose(msg.at)
		}
	case changed:
		if f.saving() && msg.request == f.request {
			return f, f.changed(msg)
		}
	}
	return f, nil
}

func (f *form) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.FormAccept:
		return f.accept()
	case keymap.FormCancel:
		if f.asking = f.inputs.worth(f.spec.inputs); !f.asking {
			f.end.close(f.s)
		}
	case keymap.ConfirmBack:
		f.asking = false
	case keymap.ConfirmDiscard:
		f.end.close(f.s)
	case keymap.FormNext:
		f.inputs.move(1)
	case keymap.FormPrevious:
		f.inputs.move(-1)
	case keymap.FormClear:
		f.inputs.clear()
	}
	return nil
}

// accept saves what may be kept.
func (f *form) accept() tea.Cmd {
	if f.saving() || !f.inputs.ready() {
		return nil
	}
	return f.save()
}

// save asks for the next change, or closes when there is none.
func (f *form) save() tea.Cmd {
	change, err := f.spec.needed(&f.inputs)
	switch {
	case err != nil:
		f.fail(err)
		return nil
	case change == nil:
		f.end.close(f.s)
		if f.done > 0 {
			f.s.say(good, f.spec.said())
		}
		return nil
	}
	f.request = newRequest()
	return f.s.change(f.request, change)
}

func (f *form) changed(m changed) tea.Cmd {
	f.request = model.Request{}
	var conflict *model.ConflictError
	switch {
	case m.err == nil:
		f.done++
		f.spec.kept(m.record)
		return f.save()
	case errors.As(m.err, &conflict) && f.spec.theirs != nil:
		enter := keyName(f.s, keymap.FormAccept)
		f.err = conflict.By + " " + f.spec.theirs(conflict.Now) + " meanwhile. What you typed is kept: " +
			enter + " saves it over theirs."
	default:
		f.fail(m.err)
	}
	return nil
}

// fail says an error under its field, or below them all.
func (f *form) fail(err error) {
	if !f.inputs.blame(err) {
		f.err = sentence(explain(err))
	}
}

// Draw draws the fields with what is wrong with them.
func (f *form) Draw(width, height int) draw.Frame {
	t := f.s.theme
	p := newPanel(f.s, formWidth, width, height)
	p.title = t.Safe(f.spec.title)
	p.blank(5)
	f.inputs.draw(p)
	if f.err != "" {
		p.text(0, t.Warning, t.Safe(f.err))
	}
	p.blank(5)
	keys := f.Keys()
	if f.asking {
		p.ask(unsaved, 1, keys...)
		return p.frame()
	}
	also := keys[4:]
	if len(f.inputs.list) > 1 {
		also = keys[2:3]
	}
	p.answers(also, keys[1], keys[0])
	return p.frame()
}

// worded is an action under another word, where the usual one would say too little.
func worded(k keymap.Action, word string) keymap.Action {
	k.Word = word
	return k
}

// keyName is the key of an action, as sentences name it.
func keyName(s *session, id keymap.ID) string {
	k := s.action(id, "")
	if len(k.Keys) == 0 {
		return k.Word
	}
	return shownKey(s, k.Keys[0])
}
