package ui

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/theme"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a drawing with the one kept in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update if this is meant:\n%s", path, got)
	}
}

// dialogSession is a session that needs no store: ana, an Organization Admin, and
// bo, who is deactivated, with a few deployments.
func dialogSession(th *theme.Theme) *session {
	now := time.Date(2026, 3, 9, 9, 14, 0, 0, time.UTC)
	ana := model.User{ID: 1, Login: "ana", Name: "Ana María", OrgAdmin: true}
	s := &session{ctx: context.Background(), theme: th, keys: keymap.Default(), now: func() time.Time { return now },
		self:  model.Session{User: ana, Organization: model.Organization{Name: "acme"}},
		users: []model.User{ana, {ID: 2, Login: "ben"}, {ID: 3, Login: "bo", DeactivatedAt: 5}}, width: 80, height: 24}
	for i, name := range []string{"prod-eu", "prod-us", "staging", "staging-blue"} {
		s.deployments = append(s.deployments, model.Deployment{ID: model.DeploymentID(i + 1), Name: name})
	}
	return s
}

func plainSession() *session {
	return dialogSession(testTheme(termenv.Ascii, theme.Unknown, theme.Unicode()))
}

// agentToken is a token of a few deployments.
func agentToken() model.Token {
	return model.Token{ID: 14, Kind: model.AgentToken, Description: "staging runner, blue", LastFour: "9f3E", Revision: 7,
		CreatedAt: model.TimeOf(time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC)), CreatedBy: 1,
		RevealedAt: model.TimeOf(time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC)), RevealedBy: 1,
		Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 3, 4}}}
}

func userToken(owner model.UserID) model.Token {
	return model.Token{ID: 15, Kind: model.UserToken, Owner: owner, Description: "scripts", LastFour: "77c0", CreatedAt: 5, CreatedBy: owner}
}

// text is a dialog's drawing without colours.
func text(d screen, width, height int) string { return ansi.Strip(d.Draw(width, height).String()) }

// posted takes what a dialog asked App for.
func posted(s *session) []tea.Msg {
	posts := s.posts
	s.posts = nil
	return posts
}

// saysOf joins what was said among the posts.
func saysOf(posts []tea.Msg) string {
	var said []string
	for _, p := range posts {
		if m, ok := p.(toasted); ok {
			said = append(said, m.toast.text)
		}
	}
	return strings.Join(said, "\n")
}

// pops counts how often closing was asked for.
func pops(posts []tea.Msg) int {
	n := 0
	for _, p := range posts {
		if _, ok := p.(popped); ok {
			n++
		}
	}
	return n
}

// tell hands messages to a dialog; letters of a text field as keys.
func tell(d screen, msgs ...any) {
	for _, m := range msgs {
		switch m := m.(type) {
		case keymap.ID:
			d.Update(act{m})
		case string:
			for _, r := range m {
				d.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
			}
		default:
			d.Update(m)
		}
	}
}

func TestConfirmClosesBeforeItActs(t *testing.T) {
	for id, want := range map[keymap.ID]string{keymap.ConfirmAccept: "removed", keymap.ConfirmBack: "", keymap.ConfirmSave: ""} {
		s := plainSession()
		d := newConfirm(s, question{title: "Remove prod-us", lines: []string{"4 tokens name it."}, danger: true},
			choice{keymap.ConfirmAccept, "remove", func() tea.Cmd { s.say(good, "removed"); return nil }})
		if screen := text(d, 80, 24); !strings.Contains(screen, "remove") || !strings.Contains(screen, "esc keep") {
			t.Fatalf("the answers are not on the screen:\n%s", screen)
		}
		tell(d, id)
		posts := posted(s)
		if got := saysOf(posts); got != want {
			t.Errorf("%s: said %q, want %q", id, got, want)
		}
		if id == keymap.ConfirmSave {
			if len(posts) != 0 {
				t.Errorf("an answer that is not offered did %v", posts)
			}
			continue
		}
		if _, first := posts[0].(popped); !first || pops(posts) != 1 {
			t.Errorf("%s: %v, want it to close first and once", id, posts)
		}
	}
}

// TestConfirmActsOnce: a question that lies under another dialog when it is answered
// closes as soon as it hears anything, and never acts again.
func TestConfirmActsOnce(t *testing.T) {
	s, n := plainSession(), 0
	d := newConfirm(s, question{lines: []string{"Sure?"}}, choice{keymap.ConfirmAccept, "", func() tea.Cmd { n++; return nil }})
	tell(d, keymap.ConfirmAccept, keymap.ConfirmAccept, sessionRenewed{})
	if n != 1 || pops(posted(s)) != 3 {
		t.Errorf("acted %d times", n)
	}
}
