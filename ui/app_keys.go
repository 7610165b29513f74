package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
)

// key finds what a key means on the top screen. Several characters that arrived in
// one read are one key message: each is taken by itself, since the first may open a
// dialog for which the second was meant. A paste is text and never a command.
func (a *App) key(k tea.KeyMsg) tea.Cmd {
	if k.Type != tea.KeyRunes || k.Paste {
		return a.oneKey(k)
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		cmds = append(cmds, a.oneKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}))
	}
	return tea.Batch(cmds...)
}

func (a *App) oneKey(k tea.KeyMsg) tea.Cmd {
	if a.hold(k) {
		return nil
	}
	if k.Paste {
		if a.top().Scope().Typing() {
			return a.write(k)
		}
		return nil
	}
	parts := a.s.keys.Split(k.String(), a.top().Scope().Heard()...)
	if len(parts) == 1 {
		return a.match(parts[0], k)
	}
	k.Alt = false
	return tea.Batch(a.match(parts[0], tea.KeyMsg{Type: tea.KeyEsc}), a.oneKey(k))
}

func (a *App) match(name string, k tea.KeyMsg) tea.Cmd {
	if a.s.width < minWidth || a.s.height < minHeight {
		return a.blindKey(name)
	}
	scope := a.top().Scope()
	if action, ok := a.s.keys.Match(name, scope.Heard()...); ok {
		return a.act(action.ID)
	}
	if scope.Typing() {
		return a.write(k)
	}
	cmd := a.tell(k)
	// A key that only made the screen leave what it was doing (a revealed secret hides
	// on any move) is then heard as what it is.
	if now := a.top().Scope(); now != scope {
		if action, ok := a.s.keys.Match(name, now.Heard()...); ok {
			return tea.Batch(cmd, a.act(action.ID))
		}
	}
	return cmd
}

// write hands on a key that is text. What was refused before is answered by it.
func (a *App) write(k tea.KeyMsg) tea.Cmd {
	a.forgive()
	return a.tell(k)
}

// blindKey obeys only leaving while the window is too small to show anything.
func (a *App) blindKey(name string) tea.Cmd {
	if name == "q" || name == "ctrl+c" {
		return tea.Quit
	}
	return nil
}

// aheadMost is how many keys are kept for a screen that is waiting; a paste counts as
// one.
const aheadMost = 1024

// typedAhead are the keys that came while a screen waited for an answer that decides
// what they mean: letters after "create" are the description of a token that is not
// there yet. They are heard when the answer is.
type typedAhead struct {
	keys []tea.KeyMsg
	of   screen // that waits
}

// waits reports whether a screen waits for such an answer.
func waits(s screen) bool {
	w, ok := s.(interface{ Waits() bool })
	return ok && w.Waits()
}

// hold keeps a key for later while the top screen waits. Leaving and suspending do not
// wait for anything.
func (a *App) hold(k tea.KeyMsg) bool {
	if a.s.width < minWidth || a.s.height < minHeight || !waits(a.top()) {
		return false
	}
	if action, ok := a.s.keys.Match(k.String(), keymap.Global); ok && (action.ID == keymap.AppInterrupt || action.ID == keymap.AppSuspend) {
		return false
	}
	if a.ahead.of = a.top(); len(a.ahead.keys) < aheadMost {
		a.ahead.keys = append(a.ahead.keys, k)
	}
	return true
}

// catchUp hears the keys that were kept, in their order, until one of them makes a
// screen wait again. They were meant for what the answer led to on the same page: when
// that is gone, so are they.
func (a *App) catchUp() tea.Cmd {
	if len(a.ahead.keys) == 0 || waits(a.top()) {
		return nil
	}
	keys, of := a.ahead.keys, a.ahead.of
	a.ahead = typedAhead{}
	if of != a.top() {
		return nil
	}
	var cmds []tea.Cmd
	for _, k := range keys {
		cmds = append(cmds, a.oneKey(k), a.posted())
	}
	return tea.Batch(cmds...)
}
