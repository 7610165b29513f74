package ui

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

func TestPaletteRunsWhereItWasOpened(t *testing.T) {
	s := plainSession()
	d := newPalette(s, s.keys.In(keymap.Tokens, keymap.List, keymap.Tabs))
	tell(d, "other LIST", keymap.PaletteRun)
	posts := posted(s)
	if len(posts) != 2 || pops(posts[:1]) != 1 || posts[1] != (act{keymap.TokensOther}) {
		t.Errorf("posted %v", posts)
	}
}

// TestPaletteKeepsWhatIsOff: it is found, says why, and does not run.
func TestPaletteKeepsWhatIsOff(t *testing.T) {
	s := plainSession()
	d := newPalette(s, []keymap.Action{s.action(keymap.TokenReveal, "It is revoked."), s.action(keymap.TokenCreate, "")})
	for _, width := range []int{40, 80} {
		if screen := text(d, width, 24); !strings.Contains(screen, "Not now: It is revoked.") {
			t.Errorf("no reason on the screen:\n%s", screen)
		}
	}
	tell(d, keymap.PaletteRun)
	if posts := posted(s); pops(posts) != 0 || saysOf(posts) != "It is revoked." {
		t.Errorf("posted %v", posts)
	}
	tell(d, keymap.PaletteDown, keymap.PaletteRun)
	if posts := posted(s); !slices.Contains(posts, tea.Msg(act{keymap.TokenCreate})) {
		t.Errorf("posted %v", posts)
	}
}

// TestPaletteNamesFirst: "reveal" finds Reveal before what mentions it.
func TestPaletteNamesFirst(t *testing.T) {
	s := plainSession()
	d := newPalette(s, s.keys.Actions()).(*palette)
	tell(d, "reveal")
	if len(d.found) < 2 || d.found[0].ID != keymap.TokenReveal {
		t.Errorf("found %v", d.found)
	}
	for _, k := range d.keys {
		if k.Scope == keymap.List {
			t.Errorf("%s moves about and is offered", k.ID)
		}
	}
	tell(d, "nothing of the kind", keymap.PaletteRun)
	if !strings.Contains(text(d, 80, 24), "Nothing matches") || len(posted(s)) != 0 {
		t.Error("nothing was found, and something ran")
	}
}

func TestHelpTellsKeysAndReasons(t *testing.T) {
	s := plainSession()
	keys := []keymap.Action{s.action(keymap.TokenReveal, "It is revoked."), s.action(keymap.AppQuit, ""), s.action(keymap.TokenCopy, "")}
	d := newHelp(s, keys)
	screen := text(d, 100, 30)
	for _, want := range []string{"Not now: It is revoked.", "Quits; asks first", "Every tab", "esc close"} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not on the screen:\n%s", want, screen)
		}
	}
	if strings.Count(screen, "Tokens") != 1 {
		t.Errorf("a heading stands twice:\n%s", screen)
	}
}

// TestHelpScrolls to its end and not beyond.
func TestHelpScrolls(t *testing.T) {
	s := plainSession()
	d := newHelp(s, s.keys.Actions())
	first := text(d, 80, 24)
	tell(d, keymap.ListDown)
	if text(d, 80, 24) == first {
		t.Error("one line down moved nothing")
	}
	tell(d, keymap.ListBottom, wheel{3}, keymap.ListPageDown)
	last := text(d, 80, 24)
	all := s.keys.Actions()
	if end := strings.Fields(all[len(all)-1].Help); !strings.Contains(last, end[len(end)-1]) || regexp.MustCompile(`↓ \d+ more`).MatchString(last) {
		t.Errorf("the end is not on the screen:\n%s", last)
	}
	tell(d, keymap.ListTop)
	if text(d, 80, 24) != first {
		t.Error("it does not come back")
	}
	tell(d, keymap.HelpClose)
	if pops(posted(s)) != 1 {
		t.Error("it does not close")
	}
}

func TestQuitAnswers(t *testing.T) {
	s := plainSession()
	d := newQuit(s, 14)
	for id, want := range map[keymap.ID]tea.Msg{keymap.QuitKeep: tea.QuitMsg{}, keymap.QuitClear: clearAndQuit{}} {
		_, cmd := d.Update(act{id})
		if cmd == nil || cmd() != want {
			t.Errorf("%s does not give %T", id, want)
		}
	}
	if _, cmd := d.Update(act{keymap.QuitStay}); cmd != nil || pops(posted(s)) != 1 {
		t.Error("stay does not just close")
	}
}

func TestWhoTellsRolesAndDoor(t *testing.T) {
	s := plainSession()
	s.actor = model.Actor{User: 2, Source: model.Source{Door: model.DoorTerminal, Origin: "pts/3 from 10.0.0.7"}}
	s.about.Account = "ben (1001)"
	s.self.User = model.User{ID: 2, Login: "ben", Grants: []model.Grant{{Deployment: 1, Role: model.Viewer}, {Deployment: 3, Role: model.Editor}}}
	screen := text(newWho(s), 80, 24)
	for _, want := range []string{"ben", "acme", "terminal, pts/3 from 10.0.0.7", "ben (1001)", "Viewer    prod-eu", "Editor    staging"} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not on the screen:\n%s", want, screen)
		}
	}
	if strings.Contains(screen, "prod-us") {
		t.Error("a deployment without a role is listed")
	}
}
