package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// reveal is the one place of the screens that holds a value, and only while it is
// drawn. The generation makes replies and ticks that come late harmless.
type reveal struct {
	gen   int
	asked model.TokenID // whose value is on its way here
	token model.Token
	value model.Secret
	until time.Time
}

func (r reveal) shown() bool { return !r.value.Empty() }

func (r reveal) pending() bool { return r.asked != 0 }

// secretRevealed brings a value; its event is durable by now.
type secretRevealed struct {
	gen   int
	token model.Token
	value model.Secret
	copy  bool // for the clipboard only: it is never drawn
	err   error
}

type revealTick struct{ gen int }

// startReveal asks for the value of the selected token. Revealing is an event, durable
// before the value arrives here; a key that is held down or hit twice is one reveal.
func (t *tokens) startReveal() tea.Cmd {
	token, ok := t.selected()
	if !ok || t.reveal.asked == token.ID {
		return nil
	}
	t.hide()
	t.reveal.asked = token.ID
	return t.askValue(token, false)
}

// copyValue asks for a value to copy it: an event of its own. Unlike a reveal it is
// called off by nothing, or whoever goes on to where they want to paste would find
// nothing there; until it is on the clipboard, the same copy is not asked for again.
func (t *tokens) copyValue(token model.Token) tea.Cmd {
	if t.copying[token.ID] {
		return nil
	}
	t.copying[token.ID] = true
	return t.askValue(token, true)
}

// startCopy copies the selected token's value without drawing it.
func (t *tokens) startCopy() tea.Cmd {
	token, ok := t.selected()
	if !ok {
		return nil
	}
	t.hide()
	return t.copyValue(token)
}

// copyRevealed copies the value on the screen, which stays there.
func (t *tokens) copyRevealed() tea.Cmd {
	if !t.reveal.shown() {
		return nil
	}
	return t.copyValue(t.reveal.token)
}

func (t *tokens) askValue(token model.Token, copyOnly bool) tea.Cmd {
	gen, s, r := t.reveal.gen, t.s, newRequest()
	return s.ask(func(ctx context.Context) tea.Msg {
		value, err := s.store.Reveal(ctx, s.actor, r, model.Reveal{Token: token.ID, Copy: copyOnly})
		return secretRevealed{gen, token, value, copyOnly, err}
	})
}

// revealed shows the value that came, unless something else was done meanwhile, or
// hands it to the clipboard.
func (t *tokens) revealed(m secretRevealed) tea.Cmd {
	switch {
	case m.copy && !t.copying[m.token.ID]: // another tab asked for it
		return nil
	case m.copy && m.err != nil:
		delete(t.copying, m.token.ID)
		t.s.say(bad, "Not copied: "+explain(m.err))
		return nil
	case m.copy:
		t.s.post(copyAsked{m.token, m.value})
		return nil
	case m.gen != t.reveal.gen:
		return nil
	}
	t.reveal.asked = 0
	if m.err != nil {
		t.s.say(bad, "Not revealed: "+explain(m.err))
		return nil
	}
	t.reveal.token, t.reveal.value = m.token, m.value
	t.reveal.until = t.s.now().Add(t.s.times.Hide)
	return t.tickReveal()
}

func (t *tokens) tickReveal() tea.Cmd {
	gen := t.reveal.gen
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return revealTick{gen} })
}

func (t *tokens) tick(m revealTick) tea.Cmd {
	if m.gen != t.reveal.gen || !t.reveal.shown() {
		return nil
	}
	if !t.s.now().Before(t.reveal.until) {
		t.hide()
		return nil
	}
	return t.tickReveal()
}

// hide forgets the value, if one is shown, and whatever was under way to show one.
func (t *tokens) hide() {
	t.reveal = reveal{gen: t.s.generation()}
}

// callOff ends a reveal whose value is not here yet: something else is being done.
func (t *tokens) callOff() {
	if t.reveal.pending() {
		t.hide()
	}
}

// left is how much of its time a revealed value has, from 1 down to 0.
func (t *tokens) left() (time.Duration, float64) {
	d := max(0, t.reveal.until.Sub(t.s.now()))
	return d, float64(d) / float64(t.s.times.Hide)
}

// off tells why an action does not work on the selected token, or "".
func (t *tokens) off(id keymap.ID) string {
	token, ok := t.selected()
	if !ok {
		return "No token is selected."
	}
	switch {
	case id == keymap.TokenDetails:
		return ""
	case token.Revoked():
		return "It is revoked: that is final, and its value is of no use."
	case id == keymap.TokenReveal || id == keymap.TokenCopy:
		return t.private()
	}
	return ""
}

// private tells why somebody else's tokens may not be created or revealed, or "".
func (t *tokens) private() string {
	if _, others := t.whose(); others && t.s.self.Organization.Settings.PrivateUserTokens {
		return "Private user tokens is on: only the owner may create or reveal them."
	}
	return ""
}
