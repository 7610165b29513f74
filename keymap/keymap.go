// Package keymap holds every key the program answers to, as data: what it does, where it is heard, and the words for it.
// Footer, help, palette, README and the user's own keys all read this one table, so they cannot disagree.
//
// The policy, which holds for the default keys and is enforced on every change to them:
//
//   - no two actions heard at the same time share a key;
//   - what cannot be undone needs a capital letter, never a plain one and never ctrl, or enter in answer to a question;
//   - esc is one step back and never quits; ctrl+c always quits; help, esc and quit cannot be left without a key;
//   - a key that terminals cannot tell from another, or keep for themselves, is refused with the reason;
//   - where text is typed a character is text, and no action may listen to it.
//
// Keys are named as Bubble Tea names them: "r", "R", "ctrl+r", "shift+tab", "pgdown", " " (written "space" in files).
package keymap

import (
	"slices"
	"strings"
)

// hold says how firmly an action keeps its keys.
type hold uint8

const (
	loose  hold = iota // may lose every key
	needed             // must keep at least one key, or there is no way out
	back               // needed, and alone in being allowed esc
	fixed              // has the keys it has
)

// Action is one thing the program does at a key.
type Action struct {
	ID     ID
	Scope  Scope
	Keys   []string // the first is the one shown; empty when the user took them away
	Word   string   // the hint's word, as in "r Reveal"
	Help   string   // one sentence for help, palette and README
	Danger bool     // cannot be undone, or asks a question whose yes cannot
	Off    string   // why it does not work now, set by a screen; empty: it works

	hold hold
}

// Map is a checked table of actions. It never changes: With returns another one. The zero Map has no actions.
type Map struct{ actions []Action }

// Default returns the keys as they come.
func Default() Map { return Map{slices.Concat(pages, dialogs)} }

// Actions returns every action in the table's order. The caller may change what it gets.
func (m Map) Actions() []Action {
	all := make([]Action, len(m.actions))
	for i, a := range m.actions {
		all[i] = a.clone()
	}
	return all
}

// In returns the actions of these scopes: scope by scope as asked, each in the table's order.
func (m Map) In(scopes ...Scope) []Action {
	var found []Action
	for _, s := range scopes {
		for _, a := range m.actions {
			if a.Scope == s {
				found = append(found, a.clone())
			}
		}
	}
	return found
}

// Action returns the action with this ID; false when there is none.
func (m Map) Action(id ID) (Action, bool) {
	i := m.index(id)
	if i < 0 {
		return Action{}, false
	}
	return m.actions[i].clone(), true
}

// Match returns the action that listens to a key in these scopes; the first scope that has one wins. If a text field has
// the keys in any of them, a key that writes a character matches nothing. See Scope.Heard for the scopes to give.
func (m Map) Match(key string, scopes ...Scope) (Action, bool) {
	if writes(key) && slices.ContainsFunc(scopes, Scope.Typing) {
		return Action{}, false
	}
	for _, s := range scopes {
		for _, a := range m.actions {
			if a.Scope == s && slices.Contains(a.Keys, key) {
				return a.clone(), true
			}
		}
	}
	return Action{}, false
}

// Split takes apart what a terminal ran together: esc and a key typed soon after it arrive as one alt key, most of all in
// tmux. It returns both when the second is a single byte on the wire (a character, enter, tab, esc) and no action in these
// scopes listens to the alt key; otherwise the key alone, as it came.
func (m Map) Split(key string, scopes ...Scope) []string {
	rest, isAlt := strings.CutPrefix(key, "alt+")
	if !isAlt || !(writes(rest) || rest == "enter" || rest == "tab" || rest == "esc") {
		return []string{key}
	}
	if _, bound := m.Match(key, scopes...); bound {
		return []string{key}
	}
	return []string{"esc", rest}
}

func (m Map) index(id ID) int {
	return slices.IndexFunc(m.actions, func(a Action) bool { return a.ID == id })
}

func (a Action) clone() Action {
	a.Keys = slices.Clone(a.Keys)
	return a
}
