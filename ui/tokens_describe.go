package ui

import (
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// describing is a description being typed in its row.
type describing struct {
	token   model.Token
	field   field
	fresh   bool          // the token was just created
	request model.Request // set while saving
	err     error
}

func (t *tokens) startDescribe() {
	token, ok := t.selected()
	if !ok {
		return
	}
	t.hide()
	t.describe = &describing{token: token, field: newField(token.Description)}
}

// describeFirst is why nothing else can be done while a description is typed.
func describeFirst(s *session) string {
	return "First end the description: " + keyName(s, keymap.DescribeSave) + " saves it, " + keyName(s, keymap.DescribeCancel) + " leaves it as it was."
}

// saveDescription refuses what the model refuses before asking, so that what was
// typed stays in the field with the reason beside it.
func (t *tokens) saveDescription() tea.Cmd {
	d := t.describe
	text, err := model.CleanDescription(d.field.text)
	if err != nil {
		d.err = err
		return nil
	}
	if text == d.token.Description {
		t.describe = nil
		return nil
	}
	d.request = newRequest()
	return t.s.change(d.request, model.Describe{Token: d.token.ID, Revision: d.token.Revision, Description: text})
}

func (t *tokens) described(m changed) tea.Cmd {
	d := t.describe
	d.request = model.Request{}
	if m.err != nil && !errors.Is(m.err, model.ErrNothing) {
		t.s.post(unheard{})
	}
	var conflict *model.ConflictError
	switch {
	case errors.As(m.err, &conflict):
		if now, ok := conflict.Now.(model.Token); ok {
			d.err = fmt.Errorf("%s changed it to %q meanwhile: ↵ saves yours over it, esc keeps theirs", conflict.By, now.Description)
			d.token = now
		}
		return t.renew()
	case m.err != nil && !errors.Is(m.err, model.ErrNothing):
		d.err = m.err
		return nil
	}
	t.describe = nil
	if now, ok := m.record.(model.Token); ok && m.err == nil {
		t.list().rows.replace(now)
	}
	t.s.post(toasted{toast{mood: good, text: "Description saved",
		undo: model.Describe{Token: d.token.ID, Revision: m.event.Seq, Description: d.token.Description}}})
	return t.renew()
}
