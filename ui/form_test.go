package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/clip"
	"jeton/ui/draw"
)

// twoFields is a form whose change is answered by hand.
func twoFields(s *session) *form {
	refuse := func(text string) error {
		if strings.Contains(text, "!") {
			return &model.TextError{What: "login", Reason: "no ! please"}
		}
		if text == "" {
			return &model.TextError{What: "login", Reason: "it is empty; type one"}
		}
		return nil
	}
	was := ""
	return newForm(s, formSpec{title: "Test", accept: "save",
		inputs: []input{{what: "login", label: "Login", needed: true, check: refuse}, {what: "name", label: "Name", needed: true, check: refuse}},
		needed: func(in *inputs) (model.Change, error) {
			if in.text("login") == was {
				return nil, nil
			}
			return model.AddPerson{Login: in.text("login")}, nil
		},
		kept:   func(r model.Record) { was = r.(model.User).Login },
		theirs: func(model.Record) string { return "renamed it" },
		said:   func() string { return "Saved." },
	})
}

func typeInto(d screen, text string) {
	for _, r := range text {
		d.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func TestEnterGoesToTheNextEmptyField(t *testing.T) {
	f := twoFields(plainSession())
	if word := f.Keys()[0].Word; word != "next" {
		t.Errorf("enter says %q", word)
	}
	typeInto(f, "ana")
	f.Update(act{keymap.FormAccept})
	if f.inputs.at != 1 || f.inputs.list[1].err != nil || f.saving() {
		t.Fatalf("field %d has the keys, err %v", f.inputs.at, f.inputs.list[1].err)
	}
	f.Update(act{keymap.FormAccept})
	if f.inputs.list[1].err == nil || f.saving() {
		t.Fatal("an empty field was not blamed")
	}
	typeInto(f, "Ana")
	if word := f.Keys()[0].Word; word != "save" {
		t.Errorf("enter says %q", word)
	}
	f.Update(act{keymap.FormAccept})
	if !f.saving() {
		t.Error("nothing is saved")
	}
}

func TestNothingTypedIsLost(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
		at   int
	}{
		{&model.TextError{What: "name", Reason: "too odd"}, "Too odd.", 1},
		{fmt.Errorf("login ana: %w, choose another", model.ErrTaken), "already taken, choose another.", 0},
		{errors.New("disk broken"), "Disk broken.", 1},
		{&model.ConflictError{By: "ben", Now: model.User{}}, "ben renamed it meanwhile. What you typed is kept: ↵ saves", 1},
	} {
		f := twoFields(plainSession())
		typeInto(f, "ana")
		f.Update(act{keymap.FormNext})
		typeInto(f, "Ana")
		f.Update(act{keymap.FormAccept})
		f.Update(changed{request: newRequest(), err: errors.New("somebody else's")})
		typeInto(f, "typed while saving")
		f.Update(changed{request: f.request, err: c.err})
		text := ansi.Strip(f.Draw(80, 24).String())
		if !strings.Contains(text, c.want) || f.inputs.text("login") != "ana" || f.inputs.text("name") != "Ana" || f.inputs.at != c.at {
			t.Errorf("after %v field %d has the keys and the form is\n%s", c.err, f.inputs.at, text)
		}
	}
}

// TestNoClickWhileSaving: a yes or no that is clicked while the form is saved would be kept
// by nobody.
func TestNoClickWhileSaving(t *testing.T) {
	f := newPersonForm(plainSession(), model.User{}).(*personForm)
	admin := slices.IndexFunc(f.inputs.list, func(i input) bool { return i.what == whatRole })
	f.Update(inputChosen{admin})
	f.request = newRequest()
	f.Update(inputChosen{admin})
	if !f.inputs.list[admin].yes {
		t.Error("it was changed after it was asked for")
	}
}

func TestFormClosesOnceKept(t *testing.T) {
	s := plainSession()
	f := twoFields(s)
	typeInto(f, "ana")
	f.Update(act{keymap.FormNext})
	typeInto(f, "Ana")
	f.Update(act{keymap.FormAccept})
	f.Update(changed{request: f.request, record: model.User{Login: "ana"}})
	if len(s.posts) != 2 {
		t.Fatalf("posted %v", s.posts)
	}
	if said := s.posts[1].(toasted).toast; said.text != "Saved." || said.mood != good {
		t.Errorf("said %+v", said)
	}
}

// mySession is a session for drawing without a store.
func mySession() *session {
	s := plainSession()
	s.clip = clip.New(clip.Options{Getenv: func(string) string { return "" }})
	s.about = About{Version: "1.0", Store: "/var/lib/jeton/acme", Keyset: strings.Repeat("/deep", 20), Account: "ana"}
	for i := range s.users {
		s.users[i].CreatedAt = model.TimeOf(s.now())
	}
	s.users[1].Grants = []model.Grant{{Deployment: 1, Role: model.Editor}, {Deployment: 3, Role: model.Viewer}}
	s.users[1].Name = "Ben \x1b]52;c;aGk=\x07 データ基盤"
	s.users[1].Accounts = []uint32{1001, 1002}
	for i := range s.deployments {
		s.deployments[i].CreatedAt, s.deployments[i].CreatedBy = model.TimeOf(s.now()), 1
	}
	return s
}

// pagesOf are the pages of this package's tabs but Tokens, and their dialogs.
func pagesOf(s *session) (pages, dialogs map[string]screen) {
	log := newHistoryPage(100, 40)
	log.activity.s.self, log.activity.s.now = s.self, s.now
	e := model.Event{Seq: 7, Actor: 2, Action: model.RevealAgentToken, Target: model.Target{Kind: model.TargetToken, ID: 14}, Count: 3,
		Outcome: model.Refused, Details: model.Details{Label: "データ\u202e", Reason: strings.Repeat("because ", 30)}}
	remove := &removal{s: s, naming: tokensNaming{s: s, dep: s.deployments[0], read: true, total: 16, rows: []model.Token{agentToken(), agentToken()}}}
	pages = map[string]screen{"users": newUsers(s), "deployments": newDeployments(s), "activity": log.activity, "settings": newSettings(s),
		"services": servicesOf(s), "knocking": knocksOf(s)}
	dialogs = map[string]screen{
		"add": newPersonForm(s, model.User{}), "rename": newPersonForm(s, s.users[1]), "user": newUserDetails(s, s.users[1]),
		"roles": newRoles(s, s.users[1]), "deployment": &deploymentDetails{s: s, naming: remove.naming}, "remove": remove,
		"event": newEventDetails(s, e, nil, eventFields{}), "fields": newEventFields(s, e, nil, eventFields{}),
		"organization": newOrganizationForm(s), "knock": &knockDetails{s: s, knock: knocksOf(s).knocks.Knocks[0]},
		"setup": newSetup(s, func(string, []string) tea.Cmd { return nil }, true),
	}
	return pages, dialogs
}

// servicesOf is the Services tab with a credential that works and one that does not.
func servicesOf(s *session) screen {
	l := newServices(s).(*tokens)
	l.held(model.Token{ID: 21, Kind: model.ServiceToken, LastFour: "e0Zt", Description: "nginx on edge-1", CreatedAt: 1_772_841_600_000, CreatedBy: 1},
		model.Token{ID: 20, Kind: model.ServiceToken, LastFour: "Qa7c", Description: "ゲートウェイ \u202e", CreatedAt: 1_771_459_200_000, CreatedBy: 2, RevokedAt: 1_772_841_600_000, RevokedBy: 1})
	return l
}

// TestPagesFitAnyWindow draws everything in windows of any size.
func TestPagesFitAnyWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := mySession()
		w, h := rapid.IntRange(minWidth, 200).Draw(t, "width"), rapid.IntRange(minHeight, 60).Draw(t, "height")
		s.width, s.height = w, h
		pages, dialogs := pagesOf(s)
		for name, p := range pages {
			body := rapid.IntRange(3, h).Draw(t, "body")
			check(t, name, p.Draw(w, body).Fill(w, body), w, body)
		}
		for name, d := range dialogs {
			f := d.Draw(w, h)
			if f.Height() > h || f.Width() > w {
				t.Fatalf("%s is %dx%d in a window of %dx%d", name, f.Width(), f.Height(), w, h)
			}
			check(t, name, f.Fill(w, h), w, h)
		}
	})
}

func check(t *rapid.T, name string, f draw.Frame, w, h int) {
	if f.Height() != h {
		t.Fatalf("%s has %d lines, want %d", name, f.Height(), h)
	}
	for _, line := range f.Lines {
		if draw.Width(line) != w || strings.ContainsAny(line, "\x07\u202e") {
			t.Fatalf("%s has the line %q", name, line)
		}
	}
}

// TestPagesLook keeps every page and dialog as it was judged.
func TestPagesLook(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
		s := mySession()
		s.width, s.height = size[0], size[1]
		pages, dialogs := pagesOf(s)
		delete(pages, "activity") // these have their own
		delete(pages, "knocking")
		delete(dialogs, "knock")
		delete(dialogs, "setup")
		for name, p := range pages {
			golden(t, fmt.Sprintf("page-%s-%dx%d", name, size[0], size[1]), p.Draw(size[0], s.rowsShown()+2).String()+"\n")
		}
		for name, d := range dialogs {
			golden(t, fmt.Sprintf("page-%s-%dx%d", name, size[0], size[1]), d.Draw(size[0], size[1]).String()+"\n")
		}
	}
}
