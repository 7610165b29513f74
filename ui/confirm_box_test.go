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
	"jeton/ui/theme"
)

// dialogs are all dialogs of this package in the states in which they look different.
func dialogs(s *session) map[string]screen {
	broken := agentToken()
	broken.Description, broken.LastFour, broken.ID = strings.Repeat("長い", 90), "", 18_000_000_000_000_000_000
	keys := s.keys.Actions()
	keys[5].Off = "not \x1b[31mnow"
	all := map[string]screen{
		"confirm":     newConfirm(s, question{title: "Remove \u202eprod", lines: []string{"One.", strings.Repeat("word ", 40)}}, choice{id: keymap.ConfirmAccept}),
		"empty":       newConfirm(s, question{}),
		"help":        newHelp(s, keys),
		"helpless":    newHelp(s, nil),
		"palette":     newPalette(s, keys),
		"found":       newPalette(s, keys),
		"who":         newWho(s),
		"quit":        newQuit(s, 14),
		"picker":      newPicker(s, 2),
		"nobody":      newPicker(s, 1),
		"details":     newDetails(s, agentToken(), nil),
		"broken":      newDetails(s, broken, nil),
		"user":        newDetails(s, userToken(3), nil),
		"permissions": newPermissions(s, agentToken(), nil),
		"filtering":   newPermissions(s, agentToken(), nil),
		"nothing":     newPermissions(s, agentToken(), nil),
		"theirs":      newPermissions(s, agentToken(), nil),
		"org":         newPermissions(s, model.Token{ID: 3, Kind: model.AgentToken, Permissions: model.OrgAgent()}, nil),
		"revoke":      newRevoke(s, broken, nil),
		"wrong":       newRevoke(s, userToken(2), nil),
		"used":        knowing(newDetails(s, agentToken(), nil), hostileUse(s)),
		"in use":      knowing(newRevoke(s, agentToken(), nil), hostileUse(s)),
	}
	tell(all["found"], "rev\x00", keymap.PaletteDown)
	tell(all["nobody"], "nobody \u202e at all")
	tell(all["filtering"], keymap.PermissionsFilter, "stagign")
	tell(all["nothing"], keymap.PermissionsAll, keymap.PermissionsAll, keymap.PermissionsSave, keymap.PermissionsNext)
	theirs := agentToken()
	theirs.Revision, theirs.EditedBy, theirs.Permissions = 8, 2, model.OrgAgent()
	tell(all["theirs"], keymap.PermissionsToggle, tokenRead{token: theirs}, keymap.PermissionsNext)
	tell(all["wrong"], strings.Repeat("wrong", 40))
	return all
}

// TestDialogsKeepTheirSize draws every dialog at any size: never more lines or cells
// than there are, and the whole screen where that is narrow.
func TestDialogsKeepTheirSize(t *testing.T) {
	themes := []*theme.Theme{testTheme(termenv.Ascii, theme.Unknown, theme.ASCII()), testTheme(termenv.TrueColor, theme.Dark, theme.Unicode())}
	var all []map[string]screen
	for _, th := range themes {
		s := dialogSession(th)
		for i := range 250 {
			s.deployments = append(s.deployments, model.Deployment{ID: model.DeploymentID(i + 10), Name: fmt.Sprintf("branch-%d", i)})
		}
		all = append(all, dialogs(s))
	}
	check := func(width, height int) error {
		for i := range all {
			for name, d := range all[i] {
				if err := sized(d.Draw(width, height), width, height); err != nil {
					return fmt.Errorf("%s at %dx%d: %w", name, width, height, err)
				}
			}
		}
		return nil
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {3, 200}, {40, 10}, {67, 11}, {68, 10}, {68, 15}, {80, 16}, {80, 24}, {140, 40}, {300, 100}} {
		if err := check(size[0], size[1]); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := check(rapid.IntRange(0, 300).Draw(t, "width"), rapid.IntRange(0, 100).Draw(t, "height")); err != nil {
			t.Fatal(err)
		}
	})
}

func sized(f draw.Frame, width, height int) error {
	if len(f.Lines) > height || width < boxed && len(f.Lines) != height {
		return fmt.Errorf("%d lines", len(f.Lines))
	}
	for y, line := range f.Lines {
		if n := ansi.StringWidth(line); n > width || width < boxed && n != width {
			return fmt.Errorf("line %d has %d cells", y, n)
		}
		if strings.ContainsAny(ansi.Strip(line), "\x00\x1b\u202e") {
			return fmt.Errorf("line %d has controls in it: %q", y, line)
		}
	}
	for _, z := range f.Zones {
		if z.X < 0 || z.Y < 0 || z.X+z.W > width || z.Y+z.H > height {
			return fmt.Errorf("zone %+v lies outside", z)
		}
	}
	return nil
}

// TestDialogsInASCII: with --ascii nothing but ASCII is drawn.
func TestDialogsInASCII(t *testing.T) {
	glyphs := theme.ASCII()
	glyphs.Bytes = true
	for name, d := range dialogs(dialogSession(testTheme(termenv.Ascii, theme.Unknown, glyphs))) {
		for _, size := range [][2]int{{40, 10}, {80, 24}} {
			for _, r := range text(d, size[0], size[1]) {
				if r > '~' {
					t.Errorf("%s at %dx%d draws %q", name, size[0], size[1], r)
					break
				}
			}
		}
	}
}

// TestDialogDrawings keeps the drawings of the dialogs that matter most.
func TestDialogDrawings(t *testing.T) {
	all := dialogs(plainSession())
	delete(all, "broken")
	for _, name := range []string{"permissions", "org", "nothing", "theirs", "wrong", "details", "quit", "picker"} {
		var b strings.Builder
		for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
			fmt.Fprintf(&b, "%dx%d\n%s\n\n", size[0], size[1], text(all[name], size[0], size[1]))
		}
		golden(t, "dialog-"+name, b.String())
	}
}

func TestParagraphKeepsEveryLetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "deployment", "データ基盤チーム", strings.Repeat("x", 50), "é"}), 1, 12).Draw(t, "words")
		width := rapid.IntRange(-1, 40).Draw(t, "width")
		in := strings.Join(words, " ")
		lines := paragraph(in, width)
		for _, l := range lines {
			if width >= 2 && draw.Width(l) > width {
				t.Fatalf("%q has more than %d cells", l, width)
			}
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(strings.Join(lines, "")) != bare(in) {
			t.Fatalf("%q became %q", in, lines)
		}
	})
}

// TestListKeysMoveEveryList: the keys of lists move the cursor where there is one, and
// the text where there is none.
func TestListKeysMoveEveryList(t *testing.T) {
	s := plainSession()
	for i := range 60 {
		s.deployments = append(s.deployments, model.Deployment{ID: model.DeploymentID(i + 10), Name: fmt.Sprintf("more-%02d", i)})
		s.users = append(s.users, model.User{ID: model.UserID(i + 10), Login: fmt.Sprintf("user-%02d", i)})
	}
	s.self.User.OrgAdmin = false
	for _, d := range s.deployments {
		s.self.User.Grants = append(s.self.User.Grants, model.Grant{Deployment: d.ID, Role: model.Viewer})
	}
	list := []keymap.ID{keymap.ListDown, keymap.ListPageDown, keymap.ListHalfDown, keymap.ListBottom, keymap.ListUp, keymap.ListPageUp, keymap.ListHalfUp, keymap.ListTop}
	for name, d := range map[string]screen{"permissions": newPermissions(s, agentToken(), nil), "who": newWho(s), "help": newHelp(s, s.keys.Actions())} {
		before := text(d, 80, 24)
		for _, id := range list {
			tell(d, id)
			after := text(d, 80, 24)
			if after == before {
				t.Errorf("%s: %s moved nothing", name, id)
			}
			before = after
		}
		tell(d, wheel{3})
		if text(d, 80, 24) == before {
			t.Errorf("%s: the wheel moved nothing", name)
		}
	}
	for name, d := range map[string]screen{"picker": newPicker(s, 1), "palette": newPalette(s, s.keys.Actions())} {
		before := text(d, 80, 24)
		for _, id := range []keymap.ID{keymap.PickerDown, keymap.PalettePageDown, keymap.PaletteUp, keymap.PickerPageUp} {
			tell(d, id)
			after := text(d, 80, 24)
			if after == before {
				t.Errorf("%s: %s moved nothing", name, id)
			}
			before = after
		}
	}
}

// TestDialogsNameEveryKey: what a dialog lists as its keys is heard where it says.
func TestDialogsNameEveryKey(t *testing.T) {
	for name, d := range dialogs(plainSession()) {
		heard := map[keymap.Scope]bool{}
		for _, scope := range d.Scope().Heard() {
			heard[scope] = true
		}
		for _, k := range d.Keys() {
			if len(k.Keys) == 0 || !heard[k.Scope] {
				t.Errorf("%s lists %q, which it never hears", name, k.ID)
			}
		}
		if d.Title() == "" && name != "empty" {
			t.Errorf("%s has no title", name)
		}
	}
}
