package main

import (
	"cmp"
	"fmt"
	"strings"

	"jeton/model"
)

// callersNamed is how many callers the question before a revocation names.
const callersNamed = 3

// usedWords say how a token is used, and what nobody will reach without it, in the words of
// the dialog that asks before a revocation.
func (l *listing) usedWords(t model.Token, u model.Usage) []string {
	words := []string{"Never used since it was created."}
	switch {
	case u.All.LastHour > 0:
		words = []string{fmt.Sprintf("Used %s in the last hour%s.", times(u.All.LastHour), by(callers(u.Callers)))}
	case u.All.Count > 0:
		words = []string{fmt.Sprintf("Not used in the last hour, last %s.", u.All.Last)}
	case u.Since > t.CreatedAt:
		words = []string{fmt.Sprintf("Not used since %s. What was before is not known.", u.Since)}
	}
	if names := l.alone(u.Alone); len(names) > 0 {
		words = append(words, "No other agent token reaches "+strings.Join(names, ", ")+".")
	}
	return words
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// callers names who used a token in the last hour, as far as they said or came from somewhere.
func callers(all []model.CallerUse) string {
	var names []string
	more := 0
	for _, c := range all {
		name := cmp.Or(c.Agent, c.Addr)
		switch {
		case c.LastHour == 0 || name == "":
		case len(names) == callersNamed:
			more++
		default:
			names = append(names, name)
		}
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// alone names what is reached by no other token.
func (l *listing) alone(a model.Alone) []string {
	names := l.named(model.Permissions{Deployments: a.Deployments})
	if a.Branches {
		names = append(names, "branch deployments")
	}
	return names
}
