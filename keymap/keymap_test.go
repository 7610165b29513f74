package keymap

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDefaultKeepsItsOwnRules(t *testing.T) {
	for _, p := range Default().check(nil) {
		t.Error(p)
	}
	for _, a := range Default().Actions() {
		if len(a.Keys) == 0 {
			t.Errorf("%s has no key", a.ID)
		}
		for _, key := range a.Keys {
			if name, why := canonical(key); a.hold != fixed && (name != key || why != "") {
				t.Errorf("%s = %q: canonical gives %q, %q", a.ID, key, name, why)
			}
		}
		if slices.Contains(a.Keys, "esc") != (a.hold == back) {
			t.Errorf("%s has keys %q but its hold is %d", a.ID, a.Keys, a.hold)
		}
	}
}

func TestDefaultIsWholeAndWorded(t *testing.T) {
	id, sentence := regexp.MustCompile(`^[a-z]+\.[a-z]+$`), regexp.MustCompile(`^[A-Z][^.]*[.]$`)
	seen := map[ID]bool{}
	for _, a := range Default().Actions() {
		if !id.MatchString(string(a.ID)) || seen[a.ID] {
			t.Errorf("ID %q is malformed or there twice", a.ID)
		}
		seen[a.ID] = true
		if a.Word == "" || !sentence.MatchString(a.Help) || a.Off != "" {
			t.Errorf("%s: word %q, help %q, off %q; want a word, one sentence, nothing", a.ID, a.Word, a.Help, a.Off)
		}
		if _, ok := placeOf(a.Scope); !ok {
			t.Errorf("%s listens in %q, which is no scope", a.ID, a.Scope)
		}
	}
	for _, s := range Scopes() {
		if len(Default().In(s)) == 0 {
			t.Errorf("nothing listens in %s", s)
		}
		if heard := s.Heard(); !slices.Contains(heard, s) || heard[len(heard)-1] != Global {
			t.Errorf("%s is heard with %v; want itself, and Global last", s, heard)
		}
	}
}

func TestEveryConstantIsInTheTable(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "ids.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		if lit, ok := node.(*ast.BasicLit); ok {
			n++
			text, _ := strconv.Unquote(lit.Value)
			if _, ok := Default().Action(ID(text)); !ok {
				t.Errorf("%s is declared and not in the table", lit.Value)
			}
		}
		return true
	})
	if total := len(Default().Actions()); n != total {
		t.Errorf("%d constants for %d actions", n, total)
	}
}

func TestMatchFindsWhatThePagesPromise(t *testing.T) {
	for _, tt := range []struct {
		scope Scope
		keys  string
		want  []ID
	}{
		{Tokens, "r y d e n X", []ID{TokenReveal, TokenCopy, TokenDescribe, TokenEdit, TokenCreate, TokenRevoke}},
		{Tokens, "/ s v u ctrl+r", []ID{PageFilter, PageSort, TokensRevoked, PageUndo, PageReload}},
		{Tokens, "enter esc tab @", []ID{TokenDetails, PageBack, TokensOther, TokensOwner}},
		{Tokens, "? : M w q", []ID{AppHelp, AppCommands, AppMouse, AppWho, AppQuit}},
		{Tokens, "1 2 3 4 5", []ID{TabTokens, TabUsers, TabDeployments, TabActivity, TabSettings}},
		{Tokens, "ctrl+c ctrl+z f1", []ID{AppInterrupt, AppSuspend, AppHelp}},
		{Tokens, "k j h l up down left right", []ID{ListUp, ListDown, ListLeft, ListRight, ListUp, ListDown, ListLeft, ListRight}},
		{Tokens, "g G home end", []ID{ListTop, ListBottom, ListTop, ListBottom}},
		{Tokens, "pgup pgdown ctrl+u ctrl+d", []ID{ListPageUp, ListPageDown, ListHalfUp, ListHalfDown}},
		{Revealed, "y enter r esc ? q", []ID{RevealedCopy, RevealedCopy, RevealedHide, RevealedHide, AppHelp, ""}},
		{Describe, "enter esc ctrl+u ctrl+c ? q M f1", []ID{DescribeSave, DescribeCancel, DescribeClear, AppInterrupt, "", "", "", AppHelp}},
		{Permissions, "x a o / X tab", []ID{PermissionsToggle, PermissionsAll, PermissionsOrg, PermissionsFilter, PermissionsRevoke, PermissionsNext}},
		{Permissions, "enter esc ctrl+r j ? s", []ID{PermissionsSave, PermissionsCancel, PermissionsReview, ListDown, AppHelp, ""}},
		{Confirm, "s enter esc", []ID{ConfirmSave, ConfirmAccept, ConfirmBack}},
		{Revoke, "enter esc r X", []ID{RevokeAccept, RevokeKeep, "", ""}},
		{Users, "n e d X enter /", []ID{UserAdd, UserRoles, UserRename, UserDeactivate, UserDetails, PageFilter}},
		{Deployments, "n d X enter", []ID{DeploymentCreate, DeploymentRename, DeploymentRemove, DeploymentDetails}},
		{Activity, "enter / f ctrl+r", []ID{ActivityDetails, PageFilter, ActivityField, PageReload}},
		{Settings, "enter e", []ID{SettingEdit, SettingEdit}},
		{Quit, "enter q esc", []ID{QuitKeep, QuitClear, QuitStay}},
		{Opening, "r q c", []ID{OpeningRetry, OpeningQuit, OpeningCreate}},
		{Setup, "tab shift+tab up down enter esc", []ID{SetupNext, SetupPrevious, SetupPrevious, SetupNext, SetupAccept, SetupCancel}},
	} {
		for i, key := range strings.Fields(tt.keys) {
			if a, ok := Default().Match(key, tt.scope.Heard()...); a.ID != tt.want[i] || ok != (tt.want[i] != "") {
				t.Errorf("%s: %q matches %q, want %q", tt.scope, key, a.ID, tt.want[i])
			}
		}
	}
	if a, _ := Default().Match(" ", Permissions.Heard()...); a.ID != PermissionsToggle {
		t.Errorf("space in permissions matches %q", a.ID)
	}
}

func TestMatchLetsTheFirstScopeWin(t *testing.T) {
	if a, _ := Default().Match("r", Revealed, Tokens); a.ID != RevealedHide {
		t.Errorf("revealed first: %q", a.ID)
	}
	if a, _ := Default().Match("r", Tokens, Revealed); a.ID != TokenReveal {
		t.Errorf("tokens first: %q", a.ID)
	}
}

func TestSplit(t *testing.T) {
	bound, err := Default().With(Override{ID: TokenReveal, Keys: []string{"alt+r"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		key  string
		m    Map
		want []string
	}{
		{"alt+r", Default(), []string{"esc", "r"}},
		{"alt+r", bound, []string{"alt+r"}},
		{"alt+X", bound, []string{"esc", "X"}},
		{"alt+ ", Default(), []string{"esc", " "}},
		{"alt++", Default(), []string{"esc", "+"}},
		{"alt+é", Default(), []string{"esc", "é"}},
		{"alt+enter", Default(), []string{"esc", "enter"}},
		{"alt+esc", Default(), []string{"esc", "esc"}},
		{"alt+up", Default(), []string{"alt+up"}},
		{"alt+backspace", Default(), []string{"alt+backspace"}},
		{"alt+", Default(), []string{"alt+"}},
		{"r", Default(), []string{"r"}},
		{"ctrl+r", Default(), []string{"ctrl+r"}},
	} {
		if got := tt.m.Split(tt.key, Tokens.Heard()...); !slices.Equal(got, tt.want) {
			t.Errorf("Split(%q) = %q, want %q", tt.key, got, tt.want)
		}
	}
	if got := bound.Split("alt+r", Describe.Heard()...); !slices.Equal(got, []string{"esc", "r"}) {
		t.Errorf("alt+r is bound in tokens only, yet Split in describe gives %q", got)
	}
}

func TestWhatIsHandedOutCannotChangeTheMap(t *testing.T) {
	m := Default()
	spoil := func(a Action) { a.Keys[0] = "spoilt" }
	spoil(m.Actions()[0])
	spoil(m.In(Tokens)[0])
	a, _ := m.Action(TokenCopy)
	spoil(a)
	a, _ = m.Match("d", Tokens)
	spoil(a)
	Tokens.Heard()[0] = Quit
	if _, err := m.With(Override{ID: TokenReveal, Keys: []string{"R"}}); err != nil {
		t.Fatal(err)
	}
	for _, x := range slices.Concat(m.Actions(), Default().Actions()) {
		if x.Keys[0] == "spoilt" || x.Keys[0] == "R" {
			t.Errorf("%s has become %q", x.ID, x.Keys)
		}
	}
	if Tokens.Heard()[0] != Tokens {
		t.Error("Heard handed out its own table")
	}
}

func TestShow(t *testing.T) {
	for _, tt := range []struct{ key, unicode, ascii string }{
		{"enter", "↵", "enter"}, {"ctrl+r", "ctrl+r", "ctrl+r"}, {"up", "↑", "up"}, {" ", "space", "space"},
		{"alt+enter", "alt+↵", "alt+enter"}, {"ctrl+left", "ctrl+←", "ctrl+left"}, {"alt+ ", "alt+space", "alt+space"},
		{"+", "+", "+"}, {"é", "é", "U+00E9"}, {"alt+é", "alt+é", "alt+U+00E9"}, {"R", "R", "R"}, {"pgdown", "pgdown", "pgdown"},
	} {
		if got := Show(tt.key, false); got != tt.unicode {
			t.Errorf("Show(%q) = %q, want %q", tt.key, got, tt.unicode)
		}
		if got := Show(tt.key, true); got != tt.ascii {
			t.Errorf("Show(%q, ascii) = %q, want %q", tt.key, got, tt.ascii)
		}
	}
}

func TestMarkdown(t *testing.T) {
	odd, err := Default().With(
		Override{ID: PageFilter, Keys: []string{"|", "`"}}, Override{ID: AppWho}, Override{ID: SettingToggle, Keys: []string{"space"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]Map{"default": Default(), "odd": odd} {
		path := filepath.Join("testdata", name+".md")
		got := Markdown(m)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; run with -update and read the difference:\n%s", path, got)
		}
	}
	if Markdown(Map{}) != "" {
		t.Error("a map without actions has a table")
	}
}
