package store

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"jeton/model"
)

// maxCaller is how many bytes of each text of a caller are kept.
const maxCaller = 128

// cleanCaller makes what somebody says of themselves fit to be kept and drawn: a text that
// no description may be is escaped, and what is too long is cut.
func cleanCaller(from model.Caller) model.Caller {
	from.Addr, from.Agent, from.Place.Name = cleanAddr(from.Addr), cleanOutside(from.Agent), cleanOutside(from.Place.Name)
	if from.Place.Name == "" {
		from.Place = model.Place{}
	}
	return from
}

// cleanAddr writes each address in one way.
func cleanAddr(s string) string {
	s = cleanOutside(s)
	if s == "" {
		return s
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Is4() {
		return s
	}
	return cleanOutside(a.Unmap().String()) // whose zone may be anything
}

// cleanOutside is a text from outside as it is kept.
func cleanOutside(s string) string {
	if plain(s) && len(s) <= maxCaller {
		return s
	}
	const far = 4 * maxCaller // beyond it nothing is kept in any form
	s = cut(s, far)
	clean, err := model.CleanDescription(s)
	if err != nil {
		clean = strconv.QuoteToASCII(s)
		clean = clean[1 : len(clean)-1]
	}
	return strings.TrimSpace(cut(strings.TrimSpace(clean), maxCaller))
}

// plain reports whether a text needs no cleaning, as nearly all do: printable ASCII without
// space around it.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

// cut returns the beginning of a text, and no half character.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for range utf8.UTFMax - 1 {
		if !utf8.RuneStart(s[most]) {
			most--
		}
	}
	return s[:most]
}
