package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
	"jeton/ui/theme"
)

// TestRevealedValueIsWhole: at every width the value stands on the screen to its last
// character, and so does when it hides.
func TestRevealedValueIsWhole(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("▌ one")
	r.press("r")
	r.when("a value", func() bool { return tokenValue.MatchString(r.screen()) })
	value := tokenValue.FindString(r.screen())
	for width := minWidth; width <= 300; width++ {
		r.app.s.width = width
		rows := strings.Split(ansi.Strip(r.app.View()), "\n")
		shown := strings.Join(rows, "\n")
		if width < 66 {
			shown = strings.Join(rows, "") // it goes on at the start of the next line
		}
		if !strings.Contains(shown, value) || !strings.Contains(shown, "0:30") {
			t.Fatalf("%d wide:\n%s", width, strings.Join(rows, "\n"))
		}
	}
}

// TestASCIIIsASCII: with that set of glyphs, and people's texts of ASCII, nothing else
// is drawn on any screen.
func TestASCIIIsASCII(t *testing.T) {
	ascii := func(c *Config) { c.Theme = testTheme(termenv.TrueColor, theme.Dark, theme.ASCII()) }
	w, r := newTestApp(t, ascii)
	for i := range 12 {
		w.agent(fmt.Sprintf("runner %d %s", i, strings.Repeat("long ", i)))
	}
	w.person("ben")
	r.until("runner 11")
	steps := [][]string{{}, {"r"}, {"esc", "d"}, {"esc", "e"}, {"o"}, {"esc"}, {"D"}, {"X"}, {"esc", "?"}, {"esc", ":"}, {"esc", "w"},
		{"esc", "enter"}, {"esc", "/"}, {"esc", "tab", "@"}, {"esc", "2"}, {"n"}, {"esc", "e"}, {"esc", "enter"}, {"esc", "6"}, {"esc", "K"}, {"esc", "3"}, {"n"},
		{"esc", "4"}, {"enter"}, {"esc", "f"}, {"esc", "5"}, {"enter"}, {"esc", "1", "y"}}
	for _, step := range steps {
		r.press(step...)
		for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
			r.app.s.width, r.app.s.height = size[0], size[1]
			for i, line := range strings.Split(ansi.Strip(r.app.View()), "\n") {
				if draw.SafeASCII(line) != line {
					t.Errorf("after %q at %v line %d is %q", step, size, i, line)
				}
			}
		}
		r.app.s.width, r.app.s.height = 80, 24
	}
}

// TestPanelsSayWhatIsCut: a list in a dialog shows all its rows, or says how many are
// out of sight, and the row under the cursor is in sight.
func TestPanelsSayWhatIsCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := plainSession()
		p := newPanel(s, 64, rapid.IntRange(minWidth, 140).Draw(t, "width"), rapid.IntRange(minHeight, 50).Draw(t, "height"))
		total := rapid.IntRange(1, 60).Draw(t, "rows")
		for range rapid.IntRange(0, 3).Draw(t, "before") {
			p.text(rapid.IntRange(0, 9).Draw(t, "drop"), nil, "words")
		}
		if rapid.Bool().Draw(t, "above") {
			p.above(rapid.IntRange(1, 9).Draw(t, "drop"))
		}
		at := grid.Grid{Total: total}
		p.rows(panelList{total: total, least: rapid.IntRange(2, 5).Draw(t, "least"), at: at,
			row: func(i int) *draw.Line { return p.line().Text(nil, fmt.Sprintf("row %d.", i)) }})
		if rapid.Bool().Draw(t, "below") {
			p.below(rapid.IntRange(1, 9).Draw(t, "drop"))
		}
		p.hints(rapid.IntRange(0, 9).Draw(t, "drop"), s.action(keymap.HelpClose, ""))
		p.list.at.Go(rapid.IntRange(0, total-1).Draw(t, "cursor"), p.listHeight())
		got := ansi.Strip(p.frame().String())
		shown := strings.Count(got, "row ")
		if !strings.Contains(got, fmt.Sprintf("row %d.", p.list.at.Cursor)) {
			t.Fatalf("the row under the cursor, %d, is out of sight:\n%s", p.list.at.Cursor, got)
		}
		if shown < total && !strings.Contains(got, " more") {
			t.Fatalf("%d of %d rows, and not a word about the others:\n%s", shown, total, got)
		}
	})
}

// TestRemovalSaysWhatMatters: however short the window, it says that tokens come to
// nothing, how many are not named, and that it is final.
func TestRemovalSaysWhatMatters(t *testing.T) {
	for width := minWidth; width <= 140; width += 3 {
		for height := minHeight; height <= 40; height++ {
			s := mySession()
			s.width, s.height = width, height
			only := agentToken()
			only.Permissions = model.Permissions{Deployments: []model.DeploymentID{s.deployments[0].ID}}
			d := &removal{s: s, naming: tokensNaming{s: s, dep: s.deployments[0], read: true, total: 5,
				rows: []model.Token{only, only, only, agentToken(), agentToken()}}}
			screen := text(d, width, height)
			for _, want := range []string{"5 agent tokens name it", "3 of them then reach nothing.", "and ", "more", "••••9f3E", " undo", "esc keep"} {
				if want == " undo" && strings.Contains(screen, "cannot be undone") {
					continue
				}
				if !strings.Contains(screen, want) {
					t.Fatalf("%dx%d does not say %q:\n%s", width, height, want, screen)
				}
			}
		}
	}
}

// TestFailureIsReadToItsEnd: what failed and what would help is on the screen whole,
// in the smallest window too, and the list keeps three rows.
func TestFailureIsReadToItsEnd(t *testing.T) {
	w, r := newTestApp(t)
	for i := range 9 {
		w.agent(fmt.Sprintf("runner %d", i))
	}
	r.until("runner 8")
	why := "Could not copy: copying is turned off. Set the clipboard mode to auto to turn it on."
	r.app.say(toast{mood: bad, text: why})
	for width := minWidth; width <= 160; width++ {
		for _, height := range []int{10, 12, 15, 24} {
			screen := ansi.Strip(r.app.Draw(width, height).String())
			if said := strings.Join(strings.Fields(screen), " "); !strings.Contains(said, "Set the clipboard mode to auto") ||
				!strings.Contains(said, "turn it on.") || strings.Count(screen, "runner") < 3 {
				t.Fatalf("%dx%d:\n%s", width, height, screen)
			}
		}
	}
}

// TestBoxesLeaveTheStatusAlone: a dialog covers neither the status lines nor, in a
// window tall enough, the tabs.
func TestBoxesLeaveTheStatusAlone(t *testing.T) {
	w, r := newTestApp(t)
	for i := range 9 {
		w.agent(fmt.Sprintf("runner %d", i))
	}
	r.until("runner 8")
	r.press("?")
	why := "Could not copy: there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set). Set the clipboard mode to osc52."
	r.app.say(toast{mood: bad, text: why})
	for width := boxed; width <= 160; width += 7 {
		for height := 16; height <= 50; height++ {
			screen := ansi.Strip(r.app.Draw(width, height).String())
			if said := strings.Join(strings.Fields(screen), " "); !strings.Contains(said, why) || !strings.Contains(said, "╰") {
				t.Fatalf("%dx%d covers what is said:\n%s", width, height, screen)
			}
			if height >= 24 && !strings.Contains(screen, "━━━━━━  ") {
				t.Fatalf("%dx%d covers the tabs:\n%s", width, height, screen)
			}
		}
	}
}

// TestWithoutColours: the list one is on has a mark, and keys that do nothing now are
// left out, since nothing dims them.
func TestWithoutColours(t *testing.T) {
	w, r := newTestApp(t, func(c *Config) { c.Theme = testTheme(termenv.Ascii, theme.Unknown, theme.Unicode()) })
	r.until("No agent tokens yet")
	r.until("› Agent tokens 0   User tokens 0")
	if lines := strings.Split(r.screen(), "\n"); strings.Contains(lines[len(lines)-1], "r Reveal") {
		t.Errorf("a key that does nothing looks alive: %q", lines[len(lines)-1])
	}
	r.press("tab")
	r.until("Agent tokens 0   › User tokens 0")
	r.press("tab")
	w.agent("one")
	r.until("r Reveal")
}

// TestPermissionsBoxStays: turning Org Agent on and off, and the question about
// unsaved edits, leave the box of the permissions where it is.
func TestPermissionsBoxStays(t *testing.T) {
	s := plainSession()
	d := newPermissions(s, agentToken(), nil)
	want := d.Draw(80, 24).Height()
	for _, id := range []keymap.ID{keymap.PermissionsOrg, keymap.PermissionsCancel, keymap.ConfirmBack, keymap.PermissionsOrg,
		keymap.PermissionsAll, keymap.PermissionsCancel} {
		tell(d, id)
		if got := d.Draw(80, 24).Height(); got != want {
			t.Errorf("after %s it is %d lines high, was %d:\n%s", id, got, want, text(d, 80, 24))
		}
	}
}
