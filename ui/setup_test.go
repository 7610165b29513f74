package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"jeton/keymap"
	"jeton/model"
)

// firstRun is a first run whose creating is recorded and answered by hand.
type firstRun struct {
	*setup
	s           *session
	name        string
	deployments []string
	created     int
}

func newFirstRun(root bool) *firstRun {
	f := &firstRun{s: plainSession()}
	f.s.about = About{Store: "/var/lib/jeton/acme", Keyset: "/home/ana/.config/jeton/keyset", Account: "ana"}
	f.setup = newSetup(f.s, func(name string, deployments []string) tea.Cmd {
		f.name, f.deployments = name, deployments
		f.created++
		return nil
	}, root).(*setup)
	return f
}

func (f *firstRun) typed(text string) {
	for _, r := range text {
		f.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func (f *firstRun) do(ids ...keymap.ID) {
	for _, id := range ids {
		f.Update(act{id})
	}
}

func TestFirstRunCreates(t *testing.T) {
	f := newFirstRun(false)
	f.typed("acme")
	f.do(keymap.SetupNext, keymap.SetupClear)
	f.typed("prod-eu, prod-us staging")
	f.do(keymap.SetupAccept)
	if f.created != 1 || f.name != "acme" || !slices.Equal(f.deployments, []string{"prod-eu", "prod-us", "staging"}) {
		t.Errorf("created %d times: %q with %v", f.created, f.name, f.deployments)
	}
	f.do(keymap.SetupAccept, keymap.SetupCancel) // deaf while it is being created
	if f.created != 1 || len(f.s.posts) != 0 {
		t.Errorf("created %d times, posted %v", f.created, f.s.posts)
	}
}

func TestFirstRunRefusesAsTheModelDoes(t *testing.T) {
	for _, c := range []struct{ name, deployments, want string }{
		{"", "prod", "Organization [_"},
		{"a\u202eb", "prod", "which reorders the text around it"},
		{"acme", "prod,pr/od", "is not allowed"},
		{"acme", "prod staging PROD", "Deployment PROD: already taken, name it once."},
		{strings.Repeat("a", model.MaxName+1), "", "at most 64 are kept"},
	} {
		f := newFirstRun(false)
		f.typed(c.name)
		f.do(keymap.SetupNext, keymap.SetupClear)
		f.typed(c.deployments)
		f.do(keymap.SetupAccept)
		text := strings.Join(strings.Fields(strings.ReplaceAll(ansi.Strip(f.Draw(90, 24).String()), "│", " ")), " ")
		if f.created != 0 || !strings.Contains(text, c.want) {
			t.Errorf("%q with %q: created %d times; want %q in\n%s", c.name, c.deployments, f.created, c.want, text)
		}
	}
}

func TestFirstRunKeepsWhatWasTypedWhenItFails(t *testing.T) {
	f := newFirstRun(false)
	f.typed("acme")
	f.do(keymap.SetupAccept)
	f.Update(setupDone{err: errors.New("create /var/lib/jeton/acme: permission denied")})
	text := f.Draw(80, 24).String()
	for _, want := range []string{"acme", "Nothing was created: create /var/lib/jeton/acme: permission denied."} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	f.do(keymap.SetupAccept)
	if f.created != 2 {
		t.Errorf("enter tried %d times", f.created)
	}
}

func TestFirstRunEscLeavesNothing(t *testing.T) {
	f := newFirstRun(false)
	f.typed("acme")
	f.do(keymap.SetupCancel)
	if _, closed := f.s.posts[0].(popped); !closed || f.created != 0 {
		t.Errorf("posted %v, created %d times", f.s.posts, f.created)
	}
}

func TestFirstRunLooks(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
		f := newFirstRun(size[0] == 140)
		f.typed("acme")
		golden(t, fmt.Sprintf("setup-%dx%d", size[0], size[1]), f.Draw(size[0], size[1]).String()+"\n")
	}
}

// TestFirstRunStaysDeafOnceCreated presses enter again before the organization's screens
// are there.
func TestFirstRunStaysDeafOnceCreated(t *testing.T) {
	f := newFirstRun(false)
	f.typed("acme")
	f.do(keymap.SetupAccept)
	f.Update(setupDone{})
	f.do(keymap.SetupAccept, keymap.SetupCancel)
	if f.created != 1 || len(f.s.posts) != 0 {
		t.Errorf("created %d times, posted %v", f.created, f.s.posts)
	}
}

// TestFirstRunSuggests: what is suggested can be taken as it is, typed over, or edited.
func TestFirstRunSuggests(t *testing.T) {
	suggested := func() *firstRun {
		f := newFirstRun(false)
		f.s.about.Organization = "acme"
		f.setup = newSetup(f.s, f.setup.create, false).(*setup)
		return f
	}
	for _, c := range []struct {
		what   string
		do     func(f *firstRun)
		name   string
		deploy []string
	}{
		{"taken", func(*firstRun) {}, "acme", []string{"prod", "staging"}},
		{"typed over", func(f *firstRun) {
			f.typed("globex")
			f.do(keymap.SetupNext)
			f.typed("eu")
		}, "globex", []string{"eu"}},
		{"edited", func(f *firstRun) {
			f.Update(tea.KeyMsg{Type: tea.KeyEnd})
			f.typed("-labs")
		}, "acme-labs", []string{"prod", "staging"}},
		{"taken back", func(f *firstRun) {
			f.Update(tea.KeyMsg{Type: tea.KeyBackspace})
			f.typed("x")
			f.do(keymap.SetupNext, keymap.SetupClear)
		}, "x", nil},
	} {
		f := suggested()
		c.do(f)
		f.do(keymap.SetupAccept)
		if f.created != 1 || f.name != c.name || !slices.Equal(f.deployments, c.deploy) {
			t.Errorf("%s: created %d times, %q with %v", c.what, f.created, f.name, f.deployments)
		}
	}
}
