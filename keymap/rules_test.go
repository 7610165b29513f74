package keymap

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func problemsOf(err error) (all []*Problem) {
	if err == nil {
		return nil
	}
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		all = append(all, e.(*Problem))
	}
	return all
}

func TestWithRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		id   ID
		keys []string
		key  string // the key blamed
		what string // a part of the reason
	}{
		{"no such action", "token.revael", []string{"r"}, "", `did you mean "token.reveal"?`},
		{"nothing like it", "zzzzzzzzzzzz.q", []string{"r"}, "", "list them all"},
		{"no name", TokenReveal, []string{""}, "", "needs a name"},
		{"slip", TokenReveal, []string{"entr"}, "entr", `did you mean "enter"?`},
		{"two keys", TokenReveal, []string{"ab"}, "ab", `no such key; a key is a character, or a name`},
		{"capitals", TokenReveal, []string{"Ctrl+R"}, "Ctrl+R", `did you mean "ctrl+r"?`},
		{"order", TokenReveal, []string{"ctrl+alt+r"}, "ctrl+alt+r", `did you mean "alt+ctrl+r"?`},
		{"another's name", TokenReveal, []string{"PageDown"}, "PageDown", `did you mean "pgdown"?`},
		{"two letters", TokenReveal, []string{"gg"}, "gg", "no such key"},
		{"control character", TokenReveal, []string{"\x1b"}, "\x1b", "no such key"},
		{"combining mark", TokenReveal, []string{"\u0301"}, "\u0301", "no such key"},
		{"not UTF-8", TokenReveal, []string{"\xff"}, "\xff", "no such key"},
		{"ctrl+i", TokenReveal, []string{"ctrl+i"}, "ctrl+i", `write "tab"`},
		{"ctrl+m", TokenReveal, []string{"ctrl+m"}, "ctrl+m", `write "enter"`},
		{"ctrl+M", TokenReveal, []string{"ctrl+M"}, "ctrl+M", `write "enter"`},
		{"ctrl+j", TokenReveal, []string{"ctrl+j"}, "ctrl+j", `write "enter"`},
		{"ctrl+[", TokenReveal, []string{"ctrl+["}, "ctrl+[", `write "esc"`},
		{"ctrl+h", TokenReveal, []string{"ctrl+h"}, "ctrl+h", "backspace"},
		{"ctrl+@", TokenReveal, []string{"ctrl+@"}, "ctrl+@", "same byte"},
		{"ctrl+space", TokenReveal, []string{"ctrl+space"}, "ctrl+space", "same byte"},
		{"ctrl+shift+letter", TokenReveal, []string{"ctrl+shift+r"}, "ctrl+shift+r", "as ctrl+r, without shift"},
		{"shift+enter", TokenReveal, []string{"shift+enter"}, "shift+enter", `write "enter"`},
		{"ctrl+enter", TokenReveal, []string{"ctrl+enter"}, "ctrl+enter", `write "enter"`},
		{"shift+letter", TokenReveal, []string{"shift+r"}, "shift+r", `write the character that shift gives: "R"`},
		{"alt+shift+letter", TokenReveal, []string{"alt+shift+r"}, "alt+shift+r", `gives: "alt+R"`},
		{"super", TokenReveal, []string{"super+r"}, "super+r", "never reaches"},
		{"cmd", TokenReveal, []string{"Cmd+r"}, "Cmd+r", "never reaches"},
		{"hyper under alt", TokenReveal, []string{"alt+hyper+r"}, "alt+hyper+r", "never reaches"},
		{"ctrl+digit", TokenReveal, []string{"ctrl+5"}, "ctrl+5", "ctrl goes with letters"},
		{"alt+[", TokenReveal, []string{"alt+["}, "alt+[", "function keys"},
		{"ctrl+s", TokenReveal, []string{"ctrl+s"}, "ctrl+s", "terminals keep"},
		{"ctrl+q under alt", TokenReveal, []string{"alt+ctrl+q"}, "alt+ctrl+q", "terminals keep"},
		{"ctrl+c elsewhere", TokenReveal, []string{"ctrl+c"}, "ctrl+c", "always quits"},
		{"ctrl+z elsewhere", TokenReveal, []string{"ctrl+z"}, "ctrl+z", "suspends"},
		{"twice", TokenReveal, []string{"R", "R"}, "R", "twice"},
		{"space twice", SettingToggle, []string{" ", "space"}, "space", "twice"},
		{"interrupt", AppInterrupt, []string{"q"}, "", "always has ctrl+c"},
		{"interrupt unbound", AppInterrupt, nil, "", "always has ctrl+c"},
		{"suspend", AppSuspend, []string{"ctrl+z", "Z"}, "", "always has ctrl+z"},
		{"quit unbound", AppQuit, nil, "", "needs a key"},
		{"help unbound", AppHelp, nil, "", "needs a key"},
		{"back unbound", DescribeCancel, []string{}, "", "needs a key"},
		{"esc quits", OpeningQuit, []string{"esc"}, "esc", "one step back"},
		{"danger on a plain letter", TokenRevoke, []string{"x"}, "x", "capital letter"},
		{"danger under ctrl", TokenRevoke, []string{"ctrl+x"}, "ctrl+x", "capital letter"},
		{"danger on delete", DeploymentRemove, []string{"delete"}, "delete", "capital letter"},
		{"danger under alt", UserDeactivate, []string{"alt+X"}, "alt+X", "capital letter"},
		{"yes on a plain letter", ConfirmAccept, []string{"y"}, "y", "enter or a capital"},
		{"letter in text", DescribeSave, []string{"S"}, "S", "is text"},
		{"space in text", FilterKeep, []string{"space"}, "space", "is text"},
		{"letter in the revocation", RevokeKeep, []string{"k"}, "k", "is text"},
		{"editing key in text", FormNext, []string{"right"}, "right", "edits the text"},
		{"same scope", TokenReveal, []string{"y"}, "y", "same time as token.copy (copy)"},
		{"scope above", TokenReveal, []string{"s"}, "s", "same time as page.sort"},
		{"scope below", PageSort, []string{"r"}, "r", "same time as token.reveal"},
		{"rows", TokenReveal, []string{"j"}, "j", "same time as list.down"},
		{"rows, on every tab", AppQuit, []string{"j"}, "j", "same time as list.down"},
		{"everywhere", PermissionsAll, []string{"?"}, "?", "same time as app.help"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Default().With(Override{ID: tt.id, Keys: tt.keys, Line: 7})
			all := problemsOf(err)
			if len(all) != 1 {
				t.Fatalf("%d problems, want one: %v", len(all), err)
			}
			p := all[0]
			if p.Line != 7 || p.ID != tt.id || p.Key != tt.key || !strings.Contains(p.What, tt.what) {
				t.Errorf("got %+v\nwant line 7, %s, key %q, %q", p, tt.id, tt.key, tt.what)
			}
			if strings.ContainsAny(p.Error(), "\n\x1b") || !strings.HasPrefix(p.Error(), "line 7: \"") {
				t.Errorf("not one readable line: %q", p.Error())
			}
			if !slices.EqualFunc(m.Actions(), Default().Actions(), sameAction) {
				t.Error("the map changed although it was refused")
			}
		})
	}
}

func TestWithAccepts(t *testing.T) {
	m, err := Default().With(
		Override{ID: TokenReveal, Keys: []string{"y"}}, // two actions trade their keys
		Override{ID: TokenCopy, Keys: []string{"r", "f5", "alt+c", "é"}},
		Override{ID: AppWho}, // freed, so it can be given away
		Override{ID: PageSort, Keys: []string{"w", "alt+space"}}, // taken up
		Override{ID: AppInterrupt, Keys: []string{"ctrl+c"}},     // as it is
		Override{ID: DescribeCancel, Keys: []string{"ctrl+g"}},
		Override{ID: ConfirmAccept, Keys: []string{"Y"}},
		Override{ID: RevokeAccept}, // hands off
	)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]ID{"y": TokenReveal, "r": TokenCopy, "f5": TokenCopy, "w": PageSort, "alt+ ": PageSort, "s": ""} {
		if a, _ := m.Match(key, Tokens.Heard()...); a.ID != want {
			t.Errorf("%q matches %q, want %q", key, a.ID, want)
		}
	}
	again, err := m.With(Override{ID: TokenReveal, Keys: []string{"r"}}, Override{ID: TokenCopy, Keys: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := again.Match("w", Tokens.Heard()...); a.ID != PageSort {
		t.Error("a second With forgot the first")
	}
}

func TestWithReportsEveryProblemInOrder(t *testing.T) {
	_, err := Default().With(
		Override{ID: "token.revoek", Keys: []string{"X"}, Line: 9},
		Override{ID: TokenReveal, Keys: []string{"ctrl+i", "super+r"}, Line: 3},
		Override{ID: TokenCopy, Keys: []string{"d"}, Line: 5},
		Override{ID: TokenDescribe, Keys: []string{"d"}, Line: 4},
		Override{ID: TokenCopy, Keys: []string{"c"}, Line: 6},
	)
	var got []string
	for _, p := range problemsOf(err) {
		got = append(got, p.Error())
	}
	want := []string{
		`line 3: "token.reveal" = "ctrl+i": terminals send ctrl+i as tab: write "tab"`,
		`line 3: "token.reveal" = "super+r": super never reaches a program in a terminal: take another key`,
		`line 5: "token.copy" = "d": is heard at the same time as token.describe (describe); take another key, or free it with "token.describe" = []`,
		`line 6: "token.copy": has its keys from another line already; keep one of the two`,
		`line 9: "token.revoek": no such action; did you mean "token.revoke"?`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var p *Problem
	if !errors.As(err, &p) || p.Line != 3 {
		t.Errorf("errors.As finds %+v", p)
	}
}

// Whatever is asked for: either nothing changes, or the rules hold, found here the slow way.
func TestWithNeverBreaksARule(t *testing.T) {
	pool := append(slices.Clone(keyNames), "a", "b", "r", "x", "X", "Y", "é", "space", "ctrl+a", "ctrl+s", "ctrl+c", "alt+x", "alt+X", "shift+r", "gg", "")
	actions := Default().Actions()
	rapid.Check(t, func(t *rapid.T) {
		overrides := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Override {
			return Override{ID: rapid.SampledFrom(actions).Draw(t, "action").ID,
				Keys: rapid.SliceOfN(rapid.SampledFrom(pool), 0, 2).Draw(t, "keys"), Line: rapid.IntRange(0, 99).Draw(t, "line")}
		}), 1, 3).Draw(t, "overrides")
		m, err := Default().With(overrides...)
		if err != nil {
			if !slices.EqualFunc(m.Actions(), actions, sameAction) {
				t.Fatal("changed although refused")
			}
			return
		}
		all := m.Actions()
		for i, a := range all {
			for _, key := range a.Keys {
				if a.Danger && key != "enter" && strings.ToLower(key) == key {
					t.Fatalf("%s is dangerous and on %q", a.ID, key)
				}
				if a.Scope.Typing() && len([]rune(key)) == 1 {
					t.Fatalf("%s eats %q from the text", a.ID, key)
				}
				for _, b := range all[i+1:] {
					together := slices.ContainsFunc(Scopes(), func(s Scope) bool {
						return slices.Contains(s.Heard(), a.Scope) && slices.Contains(s.Heard(), b.Scope)
					})
					if together && slices.Contains(b.Keys, key) {
						t.Fatalf("%s and %s both hear %q", a.ID, b.ID, key)
					}
				}
			}
		}
		if a, _ := m.Action(AppInterrupt); !slices.Equal(a.Keys, []string{"ctrl+c"}) {
			t.Fatalf("ctrl+c no longer quits: %q", a.Keys)
		}
	})
}

func TestNearest(t *testing.T) {
	candidates := []string{"token.reveal", "token.revoke", "token.edit", "tab.users"}
	for typed, want := range map[string]string{
		"token.reveal": "token.reveal", "token.revok": "token.revoke", "token.revea": "token.reveal", "toke.edti": "token.edit",
		"tab.user": "tab.users", "quit": "", "": "", strings.Repeat("token.edit", 7): "",
	} {
		if got := Nearest(typed, candidates); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", typed, got, want)
		}
		backwards := slices.Clone(candidates)
		slices.Reverse(backwards)
		if got := Nearest(typed, backwards); got != want {
			t.Errorf("Nearest(%q) = %q the other way round, want %q", typed, got, want)
		}
	}
	if got := Nearest("ab", []string{"ac", "ad"}); got != "ac" {
		t.Errorf("of two as near, Nearest gives %q, want the first", got)
	}
}

func sameAction(a, b Action) bool { return a.ID == b.ID && slices.Equal(a.Keys, b.Keys) }

// A name is either refused with a reason, or is one Match can be asked for.
func FuzzKeyName(f *testing.F) {
	for _, seed := range []string{"r", "ctrl+r", "Ctrl+Shift+R", "alt+", "+", "++", "alt++", "shift++", "ctrl+", "space", "\xff", "alt+alt+r", "super+", "é", "escape"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		name, why := canonical(key)
		if (name == "") == (why == "") {
			t.Fatalf("%q: name %q and reason %q", key, name, why)
		}
		if again, _ := canonical(name); name != "" && again != name {
			t.Fatalf("%q becomes %q becomes %q", key, name, again)
		}
		if again, _ := canonical(Written(name)); again != name {
			t.Fatalf("%q is written %q and read %q", name, Written(name), again)
		}
		for _, ascii := range []bool{true, false} {
			if Show(key, ascii) == "" && key != "" {
				t.Fatalf("%q is shown as nothing", key)
			}
		}
		if parts := Default().Split(key, Tokens.Heard()...); len(parts) == 2 && key != "alt+"+parts[1] {
			t.Fatalf("%q splits into %q", key, parts)
		}
	})
}
