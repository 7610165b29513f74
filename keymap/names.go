package keymap

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyNames are the names Bubble Tea gives to keys that are not a character. Letters under ctrl and alt are not listed.
var keyNames = []string{
	"enter", "tab", "shift+tab", "esc", "backspace", "delete", "insert",
	"up", "down", "left", "right", "home", "end", "pgup", "pgdown",
	"ctrl+up", "ctrl+down", "ctrl+left", "ctrl+right", "ctrl+home", "ctrl+end", "ctrl+pgup", "ctrl+pgdown",
	"shift+up", "shift+down", "shift+left", "shift+right", "shift+home", "shift+end",
	"ctrl+shift+up", "ctrl+shift+down", "ctrl+shift+left", "ctrl+shift+right", "ctrl+shift+home", "ctrl+shift+end",
	"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10",
	"f11", "f12", "f13", "f14", "f15", "f16", "f17", "f18", "f19", "f20",
	"ctrl+]", "ctrl+^", "ctrl+_",
}

// otherNames are names from elsewhere, with ours.
var otherNames = map[string]string{
	"return": "enter", "cr": "enter", "escape": "esc", "del": "delete", "ins": "insert", "spacebar": "space",
	"pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown", "bs": "backspace", "backtab": "shift+tab",
}

// refusedNames are keys with a name that no action may have, and why.
var refusedNames = map[string]string{
	"ctrl+c":     "ctrl+c always quits",
	"ctrl+z":     "ctrl+z suspends the program",
	"ctrl+s":     "terminals keep ctrl+s to stop their output",
	"ctrl+q":     "terminals keep ctrl+q to continue their output",
	"ctrl+\\":    "terminals keep ctrl+\\ to kill a program",
	"ctrl+i":     "terminals send ctrl+i as tab: write \"tab\"",
	"ctrl+m":     "terminals send ctrl+m as enter: write \"enter\"",
	"ctrl+j":     "terminals send ctrl+j for enter in some settings and pastes: write \"enter\"",
	"ctrl+[":     "terminals send ctrl+[ as esc: write \"esc\"",
	"ctrl+h":     "terminals send ctrl+h for backspace, or backspace for it: take another key",
	"ctrl+?":     "terminals send ctrl+? as backspace: take another key",
	"ctrl+@":     "terminals send ctrl+@, ctrl+space and ctrl+2 as the same byte: take another key",
	"ctrl+space": "terminals send ctrl+@, ctrl+space and ctrl+2 as the same byte: take another key",
	"ctrl+/":     "terminals send ctrl+/ as ctrl+_: write \"ctrl+_\"",
	"alt+[":      "alt+[ is how arrows and function keys begin: take another key",
	"alt+O":      "alt+O is how arrows and function keys begin: take another key",
}

// canonical returns the name Bubble Tea gives to a key, or why the key cannot be had.
func canonical(key string) (name, why string) {
	if why, refused := refusedNames[key]; refused {
		return "", why
	}
	switch {
	case key == "space":
		return " ", ""
	case key == "":
		return "", "a key needs a name, such as \"r\" or \"ctrl+r\""
	case writes(key), slices.Contains(keyNames, key), isCtrlLetter(key):
		return key, ""
	}
	if rest, isAlt := strings.CutPrefix(key, "alt+"); isAlt && !strings.HasPrefix(rest, "alt+") {
		if why, refused := refusedNames[rest]; refused {
			return "", why
		}
		if name, why := canonical(rest); why == "" {
			return "alt+" + name, ""
		}
	}
	return "", unknown(key)
}

// unknown says why a name is none of ours, and what to write instead where that can be guessed.
func unknown(key string) string {
	mods, last := modifiers(key)
	base, one := strings.ToLower(last), utf8.RuneCountInString(last) == 1
	ctrl, shift := slices.Contains(mods, "ctrl"), slices.Contains(mods, "shift")
	if i := slices.IndexFunc(mods, neverArrives); i >= 0 {
		return mods[i] + " never reaches a program in a terminal: take another key"
	}
	switch {
	case ctrl && shift && one:
		return "terminals send it as ctrl+" + base + ", without shift: take another key"
	case shift && one:
		return "write the character that shift gives: \"" + ordered(mods, strings.ToUpper(last), "alt") + "\""
	case (ctrl || shift) && slices.Contains([]string{"space", "enter", "tab", "esc", "backspace"}, base):
		return "terminals send it as " + base + ": write \"" + base + "\""
	}
	near := base
	if ours, ok := otherNames[base]; ok {
		near = ours
	} else if utf8.RuneCountInString(last) == 2 {
		near = "" // two characters are two keys rather than a slip in a name
	} else if !one {
		near = Nearest(base, keyNames)
	}
	better := ordered(mods, near, "alt", "ctrl", "shift")
	if why, refused := refusedNames[better]; refused {
		return why
	}
	if near != "" && better != key {
		if _, why := canonical(better); why == "" {
			return "no such key; did you mean \"" + better + "\"?"
		}
	}
	if ctrl && one {
		return "terminals send no such key: ctrl goes with letters"
	}
	return "no such key; a key is a character, or a name such as \"enter\", \"pgup\", \"f2\", \"ctrl+r\", \"alt+r\""
}

// modifiers takes a key apart at its pluses; the last part may itself be one.
func modifiers(key string) (mods []string, last string) {
	if body, ok := strings.CutSuffix(key, "++"); ok {
		return strings.Split(strings.ToLower(body), "+"), "+"
	}
	i := strings.LastIndexByte(key, '+')
	if i < 0 {
		return nil, key
	}
	return strings.Split(strings.ToLower(key[:i]), "+"), key[i+1:]
}

// ordered writes a key with those of its modifiers that are named, in that order, as Bubble Tea does.
func ordered(mods []string, last string, names ...string) string {
	var b strings.Builder
	for _, mod := range names {
		if slices.Contains(mods, mod) {
			b.WriteString(mod + "+")
		}
	}
	return b.String() + last
}

func neverArrives(mod string) bool {
	return slices.Contains([]string{"super", "cmd", "command", "win", "windows", "hyper", "meta"}, mod)
}

func isCtrlLetter(key string) bool {
	rest, ok := strings.CutPrefix(key, "ctrl+")
	return ok && len(rest) == 1 && rest[0] >= 'a' && rest[0] <= 'z'
}

// writes reports whether a key puts a character into a text field.
func writes(key string) bool {
	r, size := utf8.DecodeRuneInString(key)
	return size > 0 && size == len(key) && r != utf8.RuneError && unicode.IsPrint(r) && !unicode.Is(unicode.M, r)
}
