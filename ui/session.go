package ui

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/clip"
	"jeton/ui/theme"
)

// session is what every screen shares. Only App changes it, between messages.
type session struct {
	ctx   context.Context
	store Store
	actor model.Actor
	theme *theme.Theme
	clip  *clip.Clipboard
	keys  keymap.Map
	now   func() time.Time
	times Times
	about About

	self        model.Session
	users       []model.User       // all, by login; for members only themselves
	deployments []model.Deployment // all, removed ones included; for members those of their roles
	health      model.Health
	sharing     model.Sharing

	width, height int  // of the window
	covered       bool // dialogs lie over the page

	gen   int       // last generation given out
	posts []tea.Msg // what screens asked App for, in order
}

// post asks App for something; App does it right after the screen's Update.
func (s *session) post(msg tea.Msg) { s.posts = append(s.posts, msg) }

func (s *session) push(d screen)           { s.post(pushed{d}) }
func (s *session) pop()                    { s.post(popped{}) }
func (s *session) say(m mood, text string) { s.post(toasted{toast{mood: m, text: text}}) }

// refuse says why nothing was done.
func (s *session) refuse(why string) {
	s.post(toasted{toast{mood: careful, text: why, refusal: true}})
}

// Times are the time-outs people may configure.
type Times struct {
	Hide  time.Duration // a revealed secret
	Clear time.Duration // our copy on the clipboard
	Undo  time.Duration // how long an edit can be taken back
}

// About is what the Settings screen says of this program and its surroundings.
type About struct {
	Version, Store, Keyset, Config, Theme, Glyphs, Account string

	Anchor string // where signed heads are sent to; may be empty

	Organization string // a name to suggest for a new one, if any
}

// generation numbers a question, so that replies to older ones can be told apart.
func (s *session) generation() int {
	s.gen++
	return s.gen
}

// ask runs something that waits for the store, outside of Update.
func (s *session) ask(f func(context.Context) tea.Msg) tea.Cmd {
	ctx := s.ctx
	return func() tea.Msg { return f(ctx) }
}

// newRequest numbers a change, so that repeating it cannot do it twice.
func newRequest() model.Request {
	var r model.Request
	_, _ = rand.Read(r[:]) // never fails: crypto/rand ends the program instead
	return r
}

// changed is the reply to a change a screen asked for.
type changed struct {
	request model.Request
	change  model.Change
	event   model.Event
	record  model.Record
	err     error
}

// change asks the store for a change; the reply comes as changed with this request.
func (s *session) change(r model.Request, c model.Change) tea.Cmd {
	return s.ask(func(ctx context.Context) tea.Msg {
		event, record, err := s.store.Change(ctx, s.actor, r, c)
		return changed{r, c, event, record, err}
	})
}

// admin reports whether who looks is an Organization Admin.
func (s *session) admin() bool { return s.self.User.OrgAdmin }

// user finds a user by number.
func (s *session) user(id model.UserID) (model.User, bool) {
	i := slices.IndexFunc(s.users, func(u model.User) bool { return u.ID == id })
	if i < 0 {
		return model.User{}, false
	}
	return s.users[i], true
}

// login names a user for people; extra are names that came with a list.
func (s *session) login(id model.UserID, extra map[model.UserID]string) string {
	if u, ok := s.user(id); ok {
		return u.Login
	}
	if name := extra[id]; name != "" {
		return name
	}
	if id == 0 {
		return "nobody"
	}
	return "someone"
}

// live lists the deployments that are not removed.
func (s *session) live() []model.Deployment {
	return slices.DeleteFunc(slices.Clone(s.deployments), model.Deployment.Removed)
}

// action returns an action from the key table, switched off with a reason unless off
// is empty.
func (s *session) action(id keymap.ID, off string) keymap.Action {
	a, _ := s.keys.Action(id)
	a.Off = off
	return a
}

// send returns a command that delivers msg.
func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
