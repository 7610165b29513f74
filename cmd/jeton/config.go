package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jeton/keymap"
)

// Config is what the user may choose. It holds no secret, and every value in it was checked.
type Config struct {
	Theme          string        // auto, dark or light
	Glyphs         string        // auto, unicode or ascii
	Mouse          bool          // whether clicks and the wheel come to the program
	ClipboardMode  string        // auto, tmux, osc52, native or off
	ClearAfter     time.Duration // until a copied secret is cleared: 5 s to 10 min
	HideAfter      time.Duration // until a revealed secret is hidden: 5 s to 5 min
	UndoKeep       time.Duration // how long an edit can be undone: 5 s to 2 min
	StoreDirectory string        // absolute, or under ~/; empty: see storeDir
	StoreKeyset    string        // absolute, or under ~/; empty: see keysetFile
	AuditAnchor    string        // empty: none
	Keys           keymap.Map

	origins map[string]Origin // by name; none for a default
}

// Source is the kind of place a value came from.
type Source uint8

// The sources, the later ones overruling the earlier.
const (
	FromDefault Source = iota
	FromFile
	FromEnvironment
	FromFlag
)

// Origin says where a value came from. The zero Origin is the default.
type Origin struct {
	Source Source
	Where  string // the file, the variable, or the flag with its dashes
	Line   int    // in a file, counted from 1
}

// String writes the origin on one line, whatever a path contains.
func (o Origin) String() string {
	where := o.Where
	if !printable(where) {
		where = strconv.Quote(where)
	}
	switch o.Source {
	case FromFile:
		return where + ":" + strconv.Itoa(o.Line)
	case FromEnvironment:
		return "$" + where
	case FromFlag:
		return where
	default:
		return "default"
	}
}

// Origin returns where a value came from, by its name in the file: "theme", "clipboard.mode", "keys.token.reveal".
func (c Config) Origin(name string) Origin { return c.origins[name] }

// With returns the configuration with one setting from a flag or the environment, held to the same limits as in the file.
// The name is the file's, as in "reveal.hide_after"; keys cannot be given this way.
func (c Config) With(name, text string, from Origin) (Config, error) {
	i := slices.IndexFunc(configSettings, func(s configSetting) bool { return s.name == name })
	if i < 0 {
		return c, fmt.Errorf("%s sets %q, which is no setting", from, name)
	}
	if why := configSettings[i].set(&c, text); why != "" {
		return c, fmt.Errorf("%s = %s: %s", from, quotedShort(text), why)
	}
	return c.from(name, from), nil
}

func (c Config) from(name string, from Origin) Config {
	c.origins = maps.Clone(c.origins)
	if c.origins == nil {
		c.origins = map[string]Origin{}
	}
	c.origins[name] = from
	return c
}

// defaultConfig is what holds when nothing is configured.
func defaultConfig() Config {
	return Config{
		Theme: "auto", Glyphs: "auto", Mouse: true, ClipboardMode: "auto",
		ClearAfter: 45 * time.Second, HideAfter: 30 * time.Second, UndoKeep: 20 * time.Second,
		Keys: keymap.Default(),
	}
}

// A configSetting is one line of the file. Reading, printing, flags and the environment all go through it.
type configSetting struct {
	name  string // section and name, with a dot
	help  string
	limit string                             // what is allowed, in words
	truth bool                               // true or false, without quotes
	get   func(Config) string                // as text that set takes back
	set   func(*Config, string) (why string) // refuses by saying why, and then changes nothing
}

var configSettings = []configSetting{
	choiceSetting("theme", "Colours. auto asks the terminal for its background.",
		func(c *Config) *string { return &c.Theme }, "auto", "dark", "light"),
	choiceSetting("glyphs", "Characters for lines and marks. auto takes ascii when the locale is not UTF-8 or TERM is linux.",
		func(c *Config) *string { return &c.Glyphs }, "auto", "unicode", "ascii"),
	toggleSetting("mouse", "Whether clicks and the wheel work. When off, the terminal's own selection does.",
		func(c *Config) *bool { return &c.Mouse }),
	choiceSetting("clipboard.mode", "The way to the clipboard. auto: tmux inside tmux, osc52 over SSH, else native.",
		func(c *Config) *string { return &c.ClipboardMode }, "auto", "tmux", "osc52", "native", "off"),
	spanSetting("clipboard.clear_after", "A copied secret is cleared from the clipboard after this time, if it is still there.",
		func(c *Config) *time.Duration { return &c.ClearAfter }, 5*time.Second, 10*time.Minute),
	spanSetting("reveal.hide_after", "A revealed secret is hidden after this time.",
		func(c *Config) *time.Duration { return &c.HideAfter }, 5*time.Second, 5*time.Minute),
	spanSetting("undo.keep", "An edit can be undone for this time.",
		func(c *Config) *time.Duration { return &c.UndoKeep }, 5*time.Second, 2*time.Minute),
	pathSetting("store.directory", "Where the organization is kept. Empty: $XDG_DATA_HOME/jeton, else ~/.local/share/jeton.",
		func(c *Config) *string { return &c.StoreDirectory }),
	pathSetting("store.keyset", "The keys that open it. Empty: $XDG_CONFIG_HOME/jeton/keyset, else ~/.config/jeton/keyset.",
		func(c *Config) *string { return &c.StoreKeyset }),
	pathSetting("audit.anchor", "A file elsewhere, or a pipe, to which every signed head of the history is appended. Empty: none.",
		func(c *Config) *string { return &c.AuditAnchor }),
}

func choiceSetting(name, help string, field func(*Config) *string, allowed ...string) configSetting {
	limit := strings.Join(allowed, ", ")
	return configSetting{name: name, help: help, limit: "One of " + limit + ".",
		get: func(c Config) string { return *field(&c) },
		set: func(c *Config, text string) string {
			if !slices.Contains(allowed, text) {
				return "must be one of " + limit
			}
			*field(c) = text
			return ""
		}}
}

func toggleSetting(name, help string, field func(*Config) *bool) configSetting {
	return configSetting{name: name, help: help, limit: "true or false.", truth: true,
		get: func(c Config) string { return strconv.FormatBool(*field(&c)) },
		set: func(c *Config, text string) string {
			if text != "true" && text != "false" {
				return "must be true or false"
			}
			*field(c) = text == "true"
			return ""
		}}
}

func spanSetting(name, help string, field func(*Config) *time.Duration, low, high time.Duration) configSetting {
	return configSetting{name: name, help: help, limit: "From " + shortSpan(low) + " to " + shortSpan(high) + ".",
		get: func(c Config) string { return shortSpan(*field(&c)) },
		set: func(c *Config, text string) string {
			d, err := time.ParseDuration(text)
			if err != nil {
				return "must be a time with its unit, such as \"" + shortSpan(low) + "\" or \"1m30s\""
			}
			if d < low || d > high {
				return "must be from " + shortSpan(low) + " to " + shortSpan(high)
			}
			*field(c) = d
			return ""
		}}
}

func pathSetting(name, help string, field func(*Config) *string) configSetting {
	return configSetting{name: name, help: help, limit: "An absolute path, or one that begins with ~/.",
		get: func(c Config) string { return *field(&c) },
		set: func(c *Config, text string) string {
			switch {
			case !printable(text):
				return "must be UTF-8 without control characters"
			case text != "" && !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "~/"):
				return "must be an absolute path, or begin with ~/"
			}
			*field(c) = text
			return ""
		}}
}

// shortSpan writes whole minutes without their seconds: 10m, not 10m0s.
func shortSpan(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		return strings.TrimSuffix(text, "0s")
	}
	return text
}

// printable reports whether text is UTF-8 and cannot end a line or move a cursor.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// quotedShort shows a value in an error: on one line, and not for pages.
func quotedShort(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
