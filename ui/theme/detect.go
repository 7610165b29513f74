package theme

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// ErrMode is returned for a theme name there is none of.
var ErrMode = errors.New("unknown theme")

// Mode is what the user asked for: auto, dark or light.
type Mode string

// Modes.
const (
	ModeAuto  Mode = "auto"
	ModeDark  Mode = "dark"
	ModeLight Mode = "light"
)

// ParseMode reads a mode as written in a flag or the configuration; empty is
// auto. The error wraps [ErrMode] and names the choices.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case "":
		return ModeAuto, nil
	case ModeAuto, ModeDark, ModeLight:
		return m, nil
	}
	return "", fmt.Errorf("%w %q: choose auto, dark or light", ErrMode, s)
}

// Detect finds out what the terminal looks like from the session's environment
// and, where that does not say, by asking through the session's renderer.
func Detect(getenv func(string) string, mode Mode, ascii bool, r *lipgloss.Renderer) (Background, Glyphs) {
	return DetectBackground(getenv, mode, r), DetectGlyphs(getenv, ascii)
}

// DetectBackground finds the background. A mode other than auto is the answer.
// Inside tmux and screen the terminal is not asked: they answer for themselves
// or not at all, and the library would take silence for dark; there COLORFGBG
// decides if somebody passed it on, and otherwise the background is [Unknown].
// Without colours it makes no difference and nobody is asked. Asking a terminal
// that does not answer takes up to 5 s, so call this once, before the program
// reads keys.
func DetectBackground(getenv func(string) string, mode Mode, r *lipgloss.Renderer) Background {
	switch {
	case mode == ModeDark:
		return Dark
	case mode == ModeLight:
		return Light
	case r.ColorProfile() == termenv.Ascii:
		return Unknown
	case multiplexed(getenv):
		return fromColorFGBG(getenv("COLORFGBG"))
	case r.HasDarkBackground():
		return Dark
	}
	return Light
}

func multiplexed(getenv func(string) string) bool {
	term := getenv("TERM")
	return getenv("TMUX") != "" || getenv("STY") != "" ||
		strings.HasPrefix(term, "screen") || strings.HasPrefix(term, "tmux")
}

// fromColorFGBG reads rxvt's "foreground;background" (a third field may stand
// between): 0 to 6 and 8 are the dark ones of the sixteen colours.
func fromColorFGBG(s string) Background {
	n, err := strconv.Atoi(s[strings.LastIndexByte(s, ';')+1:])
	switch {
	case err != nil || n < 0 || n > 15:
		return Unknown
	case n < 7 || n == 8:
		return Dark
	}
	return Light
}

// DetectGlyphs chooses the glyph set: ASCII when asked for, when the locale
// (the first of LC_ALL, LC_CTYPE and LANG that is set, as POSIX has it) is not
// UTF-8, and on the Linux console, whose font has few of the others.
func DetectGlyphs(getenv func(string) string, ascii bool) Glyphs {
	utf8 := strings.Contains(locale(getenv), "utf-8") || strings.Contains(locale(getenv), "utf8")
	if utf8 && !ascii && getenv("TERM") != "linux" {
		return Unicode()
	}
	g := ASCII()
	g.Bytes = !utf8
	return g
}

func locale(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			return strings.ToLower(v)
		}
	}
	return ""
}
