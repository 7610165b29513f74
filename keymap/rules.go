package keymap

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Override gives an action other keys: all of them, the first being the one shown. No keys takes them away.
type Override struct {
	ID   ID
	Keys []string
	Line int // where it stands in its file, counted from 1; 0 when it stands in none
}

// Problem is one reason why a key cannot be given. Key is empty when the whole action is meant.
type Problem struct {
	Line int
	ID   ID
	Key  string
	What string // lower case, with what to do next
}

// Error names the line, the action and the key, quoted, before the reason.
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	b.WriteString(strconv.Quote(string(p.ID)))
	if p.Key != "" {
		b.WriteString(" = " + strconv.Quote(p.Key))
	}
	return b.String() + ": " + p.What
}

// With returns the map with other keys, all put in place before any is checked, so two actions can trade theirs. If one
// breaks a rule of the package it returns the map as it was and every *Problem, in the order of their lines (errors.Join).
func (m Map) With(overrides ...Override) (Map, error) {
	next := Map{slices.Clone(m.actions)}
	lines := map[ID]int{}
	var problems []*Problem
	for _, o := range overrides {
		if _, twice := lines[o.ID]; twice {
			problems = append(problems, &Problem{o.Line, o.ID, "", "has its keys from another line already; keep one of the two"})
			continue
		}
		lines[o.ID] = o.Line
		keys, bad := m.given(o)
		problems = append(problems, bad...)
		if i := next.index(o.ID); i >= 0 {
			next.actions[i].Keys = keys
		}
	}
	problems = append(problems, next.check(lines)...)
	if len(problems) == 0 {
		return next, nil
	}
	slices.SortStableFunc(problems, func(a, b *Problem) int { return cmp.Compare(a.Line, b.Line) })
	joined := make([]error, len(problems))
	for i, p := range problems {
		joined[i] = p
	}
	return m, errors.Join(joined...)
}

// given returns the keys an override leaves its action with, by Bubble Tea's names, and what is wrong with the others.
func (m Map) given(o Override) ([]string, []*Problem) {
	refuse := func(what string) []*Problem { return []*Problem{{o.Line, o.ID, "", what}} }
	a, ok := m.Action(o.ID)
	switch {
	case !ok:
		return nil, refuse(m.noSuchAction(o.ID))
	case a.hold == fixed && !slices.Equal(o.Keys, a.Keys):
		return a.Keys, refuse("always has " + strings.Join(a.Keys, ", ") + "; remove this line")
	case a.hold == fixed:
		return a.Keys, nil
	case a.hold != loose && len(o.Keys) == 0:
		return a.Keys, refuse("needs a key, there is no other way to do it; name one or remove this line")
	}
	var keys []string
	var problems []*Problem
	for _, written := range o.Keys {
		key, why := canonical(written)
		if why == "" && slices.Contains(keys, key) {
			why = "is written twice; remove one"
		}
		if why != "" {
			problems = append(problems, &Problem{o.Line, o.ID, written, why})
			continue
		}
		keys = append(keys, key)
	}
	return keys, problems
}

func (m Map) noSuchAction(id ID) string {
	ids := make([]ID, len(m.actions))
	for i, a := range m.actions {
		ids[i] = a.ID
	}
	if near := Nearest(id, ids); near != "" {
		return fmt.Sprintf("no such action; did you mean %q?", near)
	}
	return "no such action; the README and the printed configuration list them all"
}

// check holds a whole table against the rules. The lines are those of the actions that were given keys.
func (m Map) check(lines map[ID]int) (problems []*Problem) {
	for _, a := range m.actions {
		for _, key := range a.Keys {
			if why := a.refuses(key); why != "" {
				problems = append(problems, &Problem{lines[a.ID], a.ID, Written(key), why})
			}
		}
	}
	return append(problems, m.conflicts(lines)...)
}

// refuses says why an action of its kind and scope may not have a key, whatever the others have.
func (a Action) refuses(key string) string {
	asked := a.Scope == Revoke || a.Scope == Confirm
	r, size := utf8.DecodeRuneInString(key)
	capital := size == len(key) && unicode.IsUpper(r)
	switch {
	case a.Scope.Typing() && writes(key):
		return "is text where this action listens; take a key that writes no character"
	case a.Scope.Typing() && slices.Contains([]string{"backspace", "delete", "left", "right", "home", "end"}, key):
		return "edits the text where this action listens; take another key"
	case key == "esc" && a.hold != back:
		return "esc is one step back and nothing else; take another key"
	case a.Danger && asked && key != "enter" && !capital:
		return "answers a question about what cannot be undone; take enter or a capital letter"
	case a.Danger && !asked && !capital:
		return "starts what cannot be undone; take a capital letter"
	}
	return ""
}

// conflicts finds the keys that two actions would both hear, each pair and key once, at the line that came last.
func (m Map) conflicts(lines map[ID]int) (problems []*Problem) {
	type clash struct {
		a, b ID
		key  string
	}
	seen := map[clash]bool{}
	for _, p := range places {
		owner := map[string]Action{}
		for _, a := range m.In(p.heard...) {
			for _, key := range a.Keys {
				other, taken := owner[key]
				if !taken || other.ID == a.ID {
					owner[key] = a
					continue
				}
				mine, theirs := a, other
				if lines[theirs.ID] > lines[mine.ID] {
					mine, theirs = theirs, mine
				}
				if c := (clash{mine.ID, theirs.ID, key}); !seen[c] {
					seen[c] = true
					problems = append(problems, &Problem{lines[mine.ID], mine.ID, Written(key), alsoHeard(theirs)})
				}
			}
		}
	}
	return problems
}

func alsoHeard(by Action) string {
	return fmt.Sprintf("is heard at the same time as %s (%s); take another key, or free it with %q = []", by.ID, by.Word, by.ID)
}
