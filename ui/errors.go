package ui

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"jeton/model"
)

// explain turns an error into the end of a sentence for the status line, after "Not
// saved: ": what failed and, where the error does not say it already, what to do next.
func explain(err error) string {
	switch {
	case err == nil:
		return "the store gave no answer; press ctrl+r to look again."
	case errors.Is(err, context.Canceled):
		return "stopped."
	case errors.Is(err, model.ErrRevoked):
		return "it is revoked already; press ctrl+r to see it."
	case errors.Is(err, model.ErrNothing):
		return "nothing changed."
	case errors.Is(err, model.ErrClosed):
		return "the store is closed; quit and start again."
	}
	return strings.TrimSuffix(err.Error(), ".") + "."
}

// sentence ends a text with a period and begins it with a capital letter, unless it begins
// with a name: of a file, or of anything else that is not a plain word.
func sentence(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if word != "" && !strings.ContainsFunc(strings.TrimSuffix(word, ":"), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' }) {
		r, n := utf8.DecodeRuneInString(s)
		s = string(unicode.ToUpper(r)) + s[n:]
	}
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
