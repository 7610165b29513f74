package ui

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// revoke asks for a token's last four characters before it stops the token for good.
// Because text is typed in it, it never closes by itself: when somebody else revokes
// the token meanwhile it says so and stays, so that what is being typed reaches no
// list below.
type revoke struct {
	s       *session
	token   model.Token
	logins  map[model.UserID]string
	typed   field
	request model.Request // of the revocation under way
	err     error         // why the last try failed
	use     useOf         // what will stop
	done    ending
}

func newRevoke(s *session, token model.Token, logins map[model.UserID]string) screen {
	return &revoke{s: s, token: token, logins: logins, use: useOf{s: s}}
}

// openRevoke asks about a token and reads how it is used.
func openRevoke(s *session, token model.Token, logins map[model.UserID]string) (*revoke, tea.Cmd) {
	r := newRevoke(s, token, logins).(*revoke)
	s.push(r)
	return r, r.use.begin(token.ID)
}

// Title is the dialog's place in the breadcrumb.
func (r *revoke) Title() string { return "Revoke" }

// Scope is that of the question before a revocation.
func (r *revoke) Scope() keymap.Scope { return keymap.Revoke }

// Keys lists the two answers; revoking says what is missing.
func (r *revoke) Keys() []keymap.Action {
	keep, yes := r.s.action(keymap.RevokeKeep, ""), r.s.action(keymap.RevokeAccept, "")
	if missing := r.missing(); missing != "" {
		yes.Off = sentence(missing)
	}
	if r.token.Revoked() {
		keep.Word = "close"
		return []keymap.Action{keep}
	}
	return []keymap.Action{keep, yes, r.s.action(keymap.RevokeClear, "")}
}

// phrase is what must be typed: the last four characters, or for a token whose record
// has none its number.
func (r *revoke) phrase() string {
	if r.token.LastFour == "" {
		return r.token.ID.String()
	}
	return r.token.LastFour
}

// missing says why enter does not revoke yet; "" when it does. Either case will do:
// the characters are to make people look, not to be guessed.
func (r *revoke) missing() string {
	want, typed := r.phrase(), strings.TrimSpace(r.typed.text)
	switch {
	case r.token.Revoked():
		return "It is revoked already."
	case r.request != model.Request{}:
		return "revoking"
	case strings.EqualFold(typed, want):
		return ""
	case len(typed) < len(want) && strings.EqualFold(typed, want[:len(typed)]):
		return fmt.Sprintf("type %d more", utf8.RuneCountInString(want[len(typed):]))
	}
	return "does not match"
}

// Update takes what is typed, the answer, and the outcome.
func (r *revoke) Update(msg tea.Msg) (screen, tea.Cmd) {
	if r.done.again(r.s) {
		return r, nil
	}
	switch msg := msg.(type) {
	case act:
		return r, r.act(msg.id)
	case tea.KeyMsg:
		if r.request == (model.Request{}) {
			r.typed, _ = r.typed.update(msg)
		}
	case changed:
		if msg.request == r.request && r.request != (model.Request{}) {
			r.settled(msg)
		}
	case storeChanged:
		return r, readToken(r.s, r.token.ID)
	case tokenRead:
		r.read(msg)
	case useDue, useRead:
		return r, r.use.update(msg)
	case rowsFetched:
		if m, ok := tokenIn(msg, r.token.ID); ok {
			r.read(m)
		}
	}
	return r, nil
}

// read takes in the token as it is now; while a revocation is under way, its reply
// tells better.
func (r *revoke) read(m tokenRead) {
	if r.request == (model.Request{}) && m.news(r.token) {
		r.token, r.logins = m.token, m.logins
	}
}

func (r *revoke) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.RevokeKeep:
		r.done.close(r.s)
		if r.token.Revoked() {
			// The permissions below waited for this dialog: now they may close too.
			r.s.post(tokenRead{token: r.token, logins: r.logins})
		}
	case keymap.RevokeClear:
		r.typed = field{}
	case keymap.RevokeAccept:
		if r.missing() != "" {
			return nil
		}
		r.request, r.err = newRequest(), nil
		return r.s.change(r.request, model.Revoke{Token: r.token.ID})
	}
	return nil
}

// settled closes after success and says why after anything else. The dialog from which
// this one was opened closes on its own: it hears the same outcome.
func (r *revoke) settled(m changed) {
	r.request = model.Request{}
	if m.err == nil {
		r.s.say(good, fmt.Sprintf("Revoked %s %d.", r.token.Kind, r.token.ID))
		r.done.close(r.s)
		return
	}
	r.err = m.err
	if errors.Is(m.err, model.ErrRevoked) {
		r.err = nil
		r.token.RevokedAt = model.TimeOf(r.s.now())
	}
}
