package ui

import (
	"fmt"
	"strings"
	"testing"

	"jeton/keymap"
	"jeton/model"
)

func TestPickerFindsByLoginAndName(t *testing.T) {
	for typed, want := range map[string]model.UserID{"": 1, "ben": 2, "MARÍA": 1, "bo": 3} {
		s := plainSession()
		d := newPicker(s, 1)
		tell(d, typed, keymap.PickerSelect)
		posts := posted(s)
		if len(posts) != 2 || posts[1] != (ownerChosen{want}) || pops(posts) != 1 {
			t.Errorf("%q: posted %v, want user %d", typed, posts, want)
		}
	}
}

func TestPickerShowsWhoIsWho(t *testing.T) {
	s := plainSession()
	s.self.User = s.users[1] // ben, whose login is not the first
	d := newPicker(s, 1)
	lines := strings.Split(text(d, 80, 24), "\n")
	for i, want := range []string{"ben", "› ana", "bo"} {
		if !strings.Contains(lines[i+4], want) {
			t.Errorf("line %d is %q, want %s", i+4, lines[i+4], want)
		}
	}
	for i, want := range []string{"you", "shown now", "deactivated"} {
		if !strings.Contains(lines[i+4], want) {
			t.Errorf("line %d is %q, want %q in words", i+4, lines[i+4], want)
		}
	}
}

// TestPickerFollowsUsers: somebody who is added does not move the cursor to another.
func TestPickerFollowsUsers(t *testing.T) {
	s := plainSession()
	d := newPicker(s, 2)
	s.users = append([]model.User{s.users[0], {ID: 9, Login: "al"}}, s.users[1:]...)
	tell(d, sessionRenewed{}, keymap.PickerSelect)
	if posts := posted(s); posts[1] != (ownerChosen{2}) {
		t.Errorf("posted %v", posts)
	}
	tell(d, "zzz", keymap.PickerSelect)
	if posts := posted(s); len(posts) != 0 {
		t.Errorf("nothing found, and yet %v", posts)
	}
}

func BenchmarkPicker(b *testing.B) {
	s := plainSession()
	for i := range 5000 {
		s.users = append(s.users, model.User{ID: model.UserID(i + 10), Login: fmt.Sprintf("user-%04d", i), Name: "Some Body"})
	}
	d := newPicker(s, 1)
	for b.Loop() {
		tell(d, "9")
		d.Draw(140, 40)
		tell(d, keymap.PickerClear)
	}
}
