package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"jeton/keymap"
)

func configProblems(t *testing.T, err error) (all []*ConfigProblem) {
	t.Helper()
	if err == nil {
		return nil
	}
	if !errors.Is(err, ErrConfigRefused) {
		t.Fatalf("not ErrConfigRefused: %v", err)
	}
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		if joined, ok := e.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				all = append(all, e.(*ConfigProblem))
			}
		}
	}
	return all
}

// configDiff says what differs between two configurations, leaving out where their values came from.
func configDiff(a, b Config) string {
	for _, s := range configSettings {
		if s.get(a) != s.get(b) {
			return fmt.Sprintf("%s is %q and %q", s.name, s.get(a), s.get(b))
		}
	}
	mine, theirs := a.Keys.Actions(), b.Keys.Actions()
	for i := range mine {
		if !slices.Equal(mine[i].Keys, theirs[i].Keys) {
			return fmt.Sprintf("%s is %q and %q", mine[i].ID, mine[i].Keys, theirs[i].Keys)
		}
	}
	return ""
}

func TestConfigReadsEverySetting(t *testing.T) {
	const file = `theme = "light"
glyphs = 'ascii'
mouse = false
clipboard.clear_after = "1m30s"
clipboard.mode = "off"

[reveal]
hide_after = "5s"
[undo]
keep = "2m"
[store]
directory = "/srv/jeton"
keyset = "~/secret/keyset"
[keys]
"token.reveal" = "f5"
token.copy = [
  "c", # a comment in between
  "f6",
]
"app.who" = []
`
	c, err := parseConfig("c.toml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Theme: "light", Glyphs: "ascii", ClipboardMode: "off", ClearAfter: 90 * time.Second,
		HideAfter: 5 * time.Second, UndoKeep: 2 * time.Minute, StoreDirectory: "/srv/jeton", StoreKeyset: "~/secret/keyset"}
	want.Keys, err = keymap.Default().With(keymap.Override{ID: keymap.TokenReveal, Keys: []string{"f5"}},
		keymap.Override{ID: keymap.TokenCopy, Keys: []string{"c", "f6"}}, keymap.Override{ID: keymap.AppWho})
	if err != nil {
		t.Fatal(err)
	}
	if diff := configDiff(c, want); diff != "" {
		t.Error(diff)
	}
	for name, line := range map[string]int{"theme": 1, "clipboard.mode": 5, "reveal.hide_after": 8, "store.keyset": 13,
		"keys.token.reveal": 15, "keys.token.copy": 16, "keys.app.who": 20} {
		if got, want := c.Origin(name).String(), fmt.Sprintf("c.toml:%d", line); got != want {
			t.Errorf("%s comes from %s, want %s", name, got, want)
		}
	}
	if got := c.Origin("keys.token.edit").String(); got != "default" {
		t.Errorf("token.edit comes from %s", got)
	}
}

func TestConfigTakesOtherWaysToWriteTheSame(t *testing.T) {
	for _, file := range []string{
		"[keys]\n\"token.reveal\" = \"R\"", "[keys]\ntoken.reveal = [\"R\"]", "[keys.token]\nreveal = \"R\"",
		"keys = { \"token.reveal\" = \"R\" }", "keys.token = { reveal = [\"R\"] }", "keys.\"token.reveal\" = 'R'\r\n",
	} {
		c, err := parseConfig("c.toml", []byte(file))
		if err != nil {
			t.Errorf("%q: %v", file, err)
			continue
		}
		if a, _ := c.Keys.Match("R", keymap.Tokens); a.ID != keymap.TokenReveal {
			t.Errorf("%q: R matches %q", file, a.ID)
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{`theme = "blue"`, `c.toml:1:1: theme = "blue": must be one of auto, dark, light`},
		{"\n  glyphs = \"latin1\"", `c.toml:2:3: glyphs = "latin1": must be one of auto, unicode, ascii`},
		{`mouse = "yes"`, `c.toml:1:1: mouse = "yes": must be true or false, without quotes`},
		{`mouse = 1`, `c.toml:1:1: mouse = 1: must be true or false, without quotes`},
		{`theme = 3`, `c.toml:1:1: theme = 3: must stand in quotes, such as "auto"`},
		{`theme = ["dark"]`, `c.toml:1:1: theme: must stand in quotes, such as "auto"`},
		{`theme = {}`, `c.toml:1:1: theme: no such section; there are [clipboard], [reveal], [undo], [store] and [keys]`},
		{`clipboard.mode = "xclip"`, `c.toml:1:1: clipboard.mode = "xclip": must be one of auto, tmux, osc52, native, off`},
		{`clipboard.clear_after = "4.9s"`, `c.toml:1:1: clipboard.clear_after = "4.9s": must be from 5s to 10m`},
		{`clipboard.clear_after = "10m0.001s"`, `c.toml:1:1: clipboard.clear_after = "10m0.001s": must be from 5s to 10m`},
		{"[reveal]\nhide_after = \"6m\"", `c.toml:2:1: reveal.hide_after = "6m": must be from 5s to 5m`},
		{"[reveal]\nhide_after = \"-5s\"", `c.toml:2:1: reveal.hide_after = "-5s": must be from 5s to 5m`},
		{"[reveal]\nhide_after = 30", `c.toml:2:1: reveal.hide_after = 30: must stand in quotes, such as "30s"`},
		{"[reveal]\nhide_after = \"30\"", `c.toml:2:1: reveal.hide_after = "30": must be a time with its unit, such as "5s" or "1m30s"`},
		{`undo.keep = "121s"`, `c.toml:1:1: undo.keep = "121s": must be from 5s to 2m`},
		{`store.directory = "data"`, `c.toml:1:1: store.directory = "data": must be an absolute path, or begin with ~/`},
		{`store.directory = "~ana/x"`, `c.toml:1:1: store.directory = "~ana/x": must be an absolute path, or begin with ~/`},
		{`store.keyset = "/a\u001bb"`, `c.toml:1:1: store.keyset = "/a\x1bb": must be UTF-8 without control characters`},
		{`thema = "dark"`, `c.toml:1:1: thema: no such setting; did you mean theme?`},
		{"[clipboard]\nclear-after = \"9s\"", `c.toml:2:1: clipboard.clear-after: no such setting; did you mean clipboard.clear_after?`},
		{`completely_else = 1`, `c.toml:1:1: completely_else: no such setting; remove it, or print the configuration to see them all`},
		{`[colours]`, `c.toml:1:2: colours: no such section; there are [clipboard], [reveal], [undo], [store] and [keys]`},
		{`clipboard = "tmux"`, `c.toml:1:1: clipboard: is a section; write [clipboard] and its settings on the lines below`},
		{`[[keys]]`, `c.toml:1:3: keys: is a section; write [keys] and its settings on the lines below`},
		{`[[keys.token.reveal]]`, `c.toml:1:3: keys."token.reveal": must be a key in quotes, or several in brackets: ["r", "f5"]`},
		{"[keys]\n\"token.reveal\" = 5", `c.toml:2:1: keys."token.reveal" = 5: must be a key in quotes, or several in brackets: ["r", "f5"]`},
		{"[keys]\n\"token.reveal\" = [\"r\", 5]", `c.toml:2:1: keys."token.reveal": must be a key in quotes, or several in brackets: ["r", "f5"]`},
		{"[keys]\n\"token.reveal\" = {}", `c.toml:2:1: keys."token.reveal": no such section; there are [clipboard], [reveal], [undo], [store] and [keys]`},
		{"[keys]\n\"token.revael\" = \"r\"", `c.toml:2:1: keys."token.revael": no such action; did you mean "token.reveal"?`},
		{"[keys]\n\n  \"token.reveal\" = \"ctrl+i\"", `c.toml:3:3: keys."token.reveal" = "ctrl+i": terminals send ctrl+i as tab: write "tab"`},
		{"[keys]\ntoken.revoke = \"x\"", `c.toml:2:1: keys."token.revoke" = "x": starts what cannot be undone; take a capital letter`},
		{"theme = \"dark\"\ntheme = \"light\"", `c.toml:2:1: theme: is set on line 1 already; keep one of the two`},
		{"[keys]\n\"app.who\" = \"W\"\napp.who = \"W\"", `c.toml:3:1: keys."app.who": is set on line 2 already; keep one of the two`},
		{"\"the\\nme\" = 1", `c.toml:1:1: "the\nme": no such setting; did you mean theme?`},
	} {
		c, err := parseConfig("c.toml", []byte(tt.file))
		all := configProblems(t, err)
		if len(all) != 1 || all[0].Error() != tt.want {
			t.Errorf("%q: got\n%v\nwant\n%s", tt.file, err, tt.want)
		}
		if diff := configDiff(c, defaultConfig()); diff != "" {
			t.Errorf("%q: refused, yet %s", tt.file, diff)
		}
	}
}

func TestConfigThatIsNoTOML(t *testing.T) {
	for _, tt := range []struct {
		file   string
		places []string
	}{
		{"theme = \"dark\"\nmouse = yes\n", []string{"c.toml:2:9: "}},
		{"theme = \"dark\n", []string{"c.toml:1:"}},
		{"theme = \"blue\"\n[reveal\n", []string{"c.toml:1:1: theme", "c.toml:2:8: "}},
		{"a = \"\xff\"", []string{"c.toml:1:"}},
		{"[reveal]\n[reveal]\n", []string{"c.toml:2:"}},
		{"theme.x = 1\ntheme = \"dark\"\n", []string{"c.toml:1:1: theme.x", "c.toml:2:"}},
	} {
		_, err := parseConfig("c.toml", []byte(tt.file))
		all := configProblems(t, err)
		if len(all) != len(tt.places) {
			t.Errorf("%q: %d problems, want %d: %v", tt.file, len(all), len(tt.places), err)
			continue
		}
		for i, place := range tt.places {
			if !strings.HasPrefix(all[i].Error(), place) || strings.ContainsRune(all[i].Error(), '\n') {
				t.Errorf("%q: got %q, want one line that begins with %q", tt.file, all[i], place)
			}
		}
	}
}

func TestConfigReportsAllAtOnceInOrder(t *testing.T) {
	_, err := parseConfig("/etc/c.toml", []byte("[keys]\ntoken.copy = \"d\"\napp.who = \"super+w\"\n[reveal]\nhide_after = \"1h\"\nhide = 1\n"))
	const want = `the configuration file is refused, for 4 reasons; correct that, or start with --config /dev/null
/etc/c.toml:2:1: keys."token.copy" = "d": is heard at the same time as token.describe (describe); take another key, or free it with "token.describe" = []
/etc/c.toml:3:1: keys."app.who" = "super+w": super never reaches a program in a terminal: take another key
/etc/c.toml:5:1: reveal.hide_after = "1h": must be from 5s to 5m
/etc/c.toml:6:1: reveal.hide: no such setting; remove it, or print the configuration to see them all`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestLoadConfigFromDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	missing := filepath.Join(dir, "none.toml")
	for _, tt := range []struct {
		name, path string
		explicit   bool
		want       error
		says       string
	}{
		{"no path", "", false, nil, ""},
		{"missing", missing, false, nil, ""},
		{"missing and asked for", missing, true, ErrConfigMissing, missing},
		{"empty path asked for", "", true, ErrConfigMissing, "leave out --config"},
		{"no directory", filepath.Join(write("file", ""), "c.toml"), false, ErrConfigUnreadable, "not a directory"},
		{"directory", dir, false, ErrConfigUnreadable, "is a directory; correct that"},
		{"too big", write("big.toml", strings.Repeat("#", maxConfig+1)), false, ErrConfigUnreadable, "more than 64 KiB"},
		{"just not too big", write("most.toml", strings.Repeat("#", maxConfig)), false, nil, ""},
		{"nothing in it", os.DevNull, true, nil, ""},
		{"refused", write("bad.toml", "theme = 1"), false, ErrConfigRefused, "bad.toml:1:1: theme = 1"},
	} {
		c, err := LoadConfig(tt.path, tt.explicit)
		if !errors.Is(err, tt.want) || (err != nil) != (tt.want != nil) || (err != nil && !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v, want %v with %q", tt.name, err, tt.want, tt.says)
		}
		if diff := configDiff(c, defaultConfig()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	if c, err := LoadConfig(write("good.toml", "theme = \"dark\""), false); err != nil || c.Theme != "dark" {
		t.Errorf("good: %q, %v", c.Theme, err)
	}
}

func TestConfigWith(t *testing.T) {
	flag := Origin{Source: FromFlag, Where: "--theme"}
	before := defaultConfig()
	c, err := before.With("theme", "dark", flag)
	if err != nil || c.Theme != "dark" || c.Origin("theme").String() != "--theme" {
		t.Errorf("got %q from %s, %v", c.Theme, c.Origin("theme"), err)
	}
	if before.Theme != "auto" || before.Origin("theme").String() != "default" {
		t.Error("With changed what it was called on")
	}
	if _, err := c.With("theme", "light", Origin{Source: FromFlag, Where: "--other"}); err != nil || c.Origin("theme").String() != "--theme" {
		t.Errorf("With changed the origin in what it was called on to %s, %v", c.Origin("theme"), err)
	}
	c, err = c.With("theme", "blue", Origin{Source: FromEnvironment, Where: "JETON_THEME"})
	if c.Theme != "dark" || err == nil || err.Error() != `$JETON_THEME = "blue": must be one of auto, dark, light` {
		t.Errorf("got %q, %v", c.Theme, err)
	}
	if _, err := c.With("keys.token.reveal", "x", flag); err == nil {
		t.Error("a key was set from a flag")
	}
}

// TestConfigIsNotWaitedFor gives a pipe nobody writes to.
func TestConfigIsNotWaitedFor(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadConfig(pipe, true); !errors.Is(err, ErrConfigUnreadable) || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a pipe: %v", err)
	}
	if _, err := LoadConfig(os.DevNull, true); err != nil {
		t.Errorf("the null device: %v", err)
	}
}

// TestConfigHelpDestroysNothing: a shell empties the file it writes to before jeton reads it.
func TestConfigHelpDestroysNothing(t *testing.T) {
	out, _, _ := command(t, home(t), "config", "--help")
	if !strings.Contains(out, "> ~/.config/jeton/config.new.toml") || strings.Contains(out, "> ~/.config/jeton/config.toml") {
		t.Errorf("the help says:\n%s", out)
	}
}
