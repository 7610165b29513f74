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
	token model.Token
	value model.Secret
	until time.Time
}

func (r reveal) shown() bool { return !r.value.Empty() }

// secretRevealed brings a value; its event is durable by now.
type secretRevealed struct {
	gen   int
	token model.Token
	value model.Secret
	copy  bool // for the clipboard only: it is never drawn
	err   error
}

type revealTick struct{ gen int }

// startReveal asks for the value of the selected token. Revealing and copying are
// both events, durable before the value arrives here.
func (t *tokens) startReveal(copyOnly bool) tea.Cmd {
	token, ok := t.selected()
	if !ok {
		return nil
	}
	t.hide()
	return t.askValue(token, copyOnly)
}

func (t *tokens) askValue(token model.Token, copyOnly bool) tea.Cmd {
	gen, s, r := t.reveal.gen, t.s, newRequest()
	return s.ask(func(ctx context.Context) tea.Msg {
		value, err := s.store.Reveal(ctx, s.actor, r, model.Reveal{Token: token.ID, Copy: copyOnly})
		return secretRevealed{gen, token, value, copyOnly, err}
	})
}

// revealed shows the value that came, or hands it to the clipboard, unless something
// else was done meanwhile.
func (t *tokens) revealed(m secretRevealed) tea.Cmd {
	if m.gen != t.reveal.gen {
		return nil
	}
	if m.err != nil {
		verb := "Not revealed: "
		if m.copy {
			verb = "Not copied: "
		}
		t.s.say(bad, verb+explain(m.err))
		return nil
	}
	if m.copy {
		t.s.post(copyAsked{m.token, m.value})
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

// copyRevealed copies the value on the screen. Copying is an event of its own, so the
// value is asked for again; what is drawn stays until that answers.
func (t *tokens) copyRevealed() tea.Cmd {
	if !t.reveal.shown() {
		return nil
	}
	return t.askValue(t.reveal.token, true)
}

// hide forgets the value, if one is shown, and whatever was under way to show one.
func (t *tokens) hide() {
	t.reveal = reveal{gen: t.reveal.gen + 1}
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
	case id == keymap.TokenEdit && token.Kind == model.UserToken:
		return "A user token has no permissions of its own: its owner's roles decide."
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
