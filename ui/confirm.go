package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/ui/draw"
)

// question is what a small dialog asks. Its texts may come from people: the dialog
// makes them safe and wraps them.
type question struct {
	title  string   // in the border; may be empty
	lines  []string // paragraphs: what happens, what cannot be undone
	danger bool     // something ends with a yes: drawn in the danger colour
}

// choice is one answer that does something. Its key is the key table's: ConfirmAccept
// (enter), ConfirmSave (s) or ConfirmDiscard (D).
type choice struct {
	id   keymap.ID
	word string         // the hint's word, such as "remove prod-us"; empty: the key table's
	do   func() tea.Cmd // runs once, when the question has closed; may post, may be nil
}

// confirm asks a question that was opened by a key and never opens by itself. esc goes
// back and changes nothing.
//
//	s.push(newConfirm(s, question{title: "Remove prod-us", danger: true,
//		lines: []string{"4 tokens name it. They keep their other deployments."}},
//		choice{keymap.ConfirmAccept, "remove", func() tea.Cmd { return s.change(request, remove) }}))
//
// The reply to a change goes to the screen that made the request: the question is gone
// by then.
type confirm struct {
	s       *session
	asks    question
	choices []choice
	answer  ending
}

func newConfirm(s *session, q question, choices ...choice) screen {
	return &confirm{s: s, asks: q, choices: choices}
}

// Title is what the question is about.
func (c *confirm) Title() string { return c.asks.title }

// Scope is that of questions.
func (c *confirm) Scope() keymap.Scope { return keymap.Confirm }

// Keys lists the answers and the way back.
func (c *confirm) Keys() []keymap.Action {
	var keys []keymap.Action
	for _, ch := range c.choices {
		k := c.s.action(ch.id, "")
		if ch.word != "" {
			k.Word = ch.word
		}
		keys = append(keys, k)
	}
	back := c.s.action(keymap.ConfirmBack, "")
	if c.asks.danger {
		back.Word = "keep"
	}
	return append(keys, back)
}

// Update takes one answer; the question closes before the answer is acted on.
func (c *confirm) Update(msg tea.Msg) (screen, tea.Cmd) {
	if c.answer.again(c.s) {
		return c, nil
	}
	a, ok := msg.(act)
	if !ok {
		return c, nil
	}
	if a.id == keymap.ConfirmBack {
		c.answer.close(c.s)
		return c, nil
	}
	for _, ch := range c.choices {
		if ch.id != a.id {
			continue
		}
		c.answer.close(c.s)
		if ch.do != nil {
			return c, ch.do()
		}
	}
	return c, nil
}

// Draw draws the question and its answers.
func (c *confirm) Draw(width, height int) draw.Frame {
	p := newPanel(c.s, 64, width, height)
	p.title, p.danger = c.s.theme.Safe(c.asks.title), c.asks.danger
	p.blank(2)
	style := draw.Style(c.s.theme.Text)
	if c.asks.danger { // what ends is said first
		style = c.s.theme.Danger
	}
	for _, line := range c.asks.lines {
		p.text(0, style, c.s.theme.Safe(line))
		style = c.s.theme.Text
	}
	p.blank(1)
	keys := c.Keys()
	slices.Reverse(keys) // the way out first, what the question is for last
	p.answers(nil, keys...)
	return p.frame()
}

// ending closes a dialog that is done. The dialog may lie under another by the time it
// is done (help opened while a save was under way): then closing the top one was not
// enough, and whatever reaches the dialog next closes it. Nothing else must happen to
// it: a save is not done twice, a key is not acted on.
type ending struct{ done bool }

func (e *ending) close(s *session) {
	e.done = true
	s.pop()
}

// again reports whether the dialog was closed before, and closes it once more.
func (e *ending) again(s *session) bool {
	if e.done {
		s.pop()
	}
	return e.done
}
