package ui

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"jeton/keymap"
	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
	"jeton/ui/clip"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// clockwork is a clock that tests move.
type clockwork struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clockwork) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clockwork) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a small organization on a real store.
type world struct {
	t     *testing.T
	store *store.Store
	opts  store.Options
	clock *clockwork
	ana   model.Actor // Organization Admin
	err   error       // of opening, when a test wants one
}

const anaUID = 1000

// newWorld founds acme with prod-eu, prod-us and staging; ana is its Organization Admin.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clockwork{now: time.Date(2026, 3, 9, 9, 14, 0, 0, time.UTC)}}
	dir := t.TempDir()
	keyset, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	w.opts = store.Options{Dir: filepath.Join(dir, "store"), Keyset: keyset, Clock: w.clock.Now}
	found := model.Found{Organization: "acme", Deployments: []string{"prod-eu", "prod-us", "staging"}, Login: "ana", Account: anaUID}
	source := model.Source{Door: model.DoorTerminal, Origin: "pts/3"}
	if err := store.Create(context.Background(), w.opts, found, source); err != nil {
		t.Fatal(err)
	}
	if w.store, err = store.Open(context.Background(), w.opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.ana, err = w.store.Identify(anaUID, source, "ana"); err != nil {
		t.Fatal(err)
	}
	return w
}

// do changes the organization below the screens and returns the first record.
func (w *world) do(actor model.Actor, c model.Change) model.Record {
	w.t.Helper()
	_, record, err := w.store.Change(context.Background(), actor, newRequest(), c)
	if err != nil {
		w.t.Fatalf("%T: %v", c, err)
	}
	return record
}

// agent creates an agent token as ana.
func (w *world) agent(description string) model.Token {
	w.t.Helper()
	return w.do(w.ana, model.CreateToken{Kind: model.AgentToken, Description: description}).(model.Token)
}

// person adds a user and returns who they act as.
func (w *world) person(login string, grants ...model.Grant) model.Actor {
	w.t.Helper()
	u := w.do(w.ana, model.AddPerson{Login: login, Grants: grants}).(model.User)
	return model.Actor{User: u.ID, Source: w.ana.Source}
}

// Open implements Opener for whoever the terminal belongs to.
type doorman struct {
	w     *world
	actor model.Actor
	store Store
}

func (d doorman) Open(context.Context, func(model.Progress)) (Store, model.Actor, error) {
	if d.w.err != nil {
		return nil, model.Actor{}, d.w.err
	}
	return d.store, d.actor, nil
}

func (d doorman) Create(context.Context, string, []string) (Store, model.Actor, error) {
	return d.store, d.actor, nil
}

// terminal drives an App as a person does: keys, clicks, and looking at the screen.
type terminal struct {
	t      *testing.T
	app    *App
	msgs   chan tea.Msg
	copied *strings.Builder // what went to the clipboard with OSC 52
	quit   bool
	cancel context.CancelFunc
	w, h   int
}

// option changes the App a terminal runs.
type option func(*Config)

func testTheme(p termenv.Profile, bg theme.Background, g theme.Glyphs) *theme.Theme {
	r := lipgloss.NewRenderer(os.Stderr)
	r.SetColorProfile(p)
	return theme.New(r, bg, g)
}

// terminal opens the screens as this actor, 80x24, on a dark terminal.
func (w *world) terminal(actor model.Actor, options ...option) *terminal {
	w.t.Helper()
	return w.terminalOn(w.store, actor, options...)
}

func (w *world) terminalOn(s Store, actor model.Actor, options ...option) *terminal {
	w.t.Helper()
	copied := &strings.Builder{}
	env := map[string]string{"SSH_TTY": "/dev/pts/3", "SSH_CONNECTION": "10.0.0.7 1 10.0.0.1 22", "TERM": "xterm-256color"}
	c := Config{Opener: doorman{w, actor, s}, Theme: testTheme(termenv.TrueColor, theme.Dark, theme.Unicode()),
		Clipboard: clip.New(clip.Options{Getenv: func(k string) string { return env[k] }, Out: copied, IsTerminal: true}),
		Keys:      keymap.Default(), Now: w.clock.Now, Mouse: true,
		Times: Times{Hide: 30 * time.Second, Clear: 45 * time.Second, Undo: 20 * time.Second},
		About: About{Version: "test", Store: "/var/lib/jeton", Keyset: "/etc/jeton/keyset", Account: "ana"}}
	for _, o := range options {
		o(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	term := &terminal{t: w.t, app: New(ctx, c), msgs: make(chan tea.Msg, 1024), copied: copied, cancel: cancel}
	w.t.Cleanup(cancel)
	term.run(term.app.Init())
	term.resize(80, 24)
	return term
}

// newTestApp is a terminal of ana's on a new world.
func newTestApp(t *testing.T, options ...option) (*world, *terminal) {
	t.Helper()
	w := newWorld(t)
	return w, w.terminal(w.ana, options...)
}

// run runs a command, and the ones in it, and hands their messages on.
func (r *terminal) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		if msg == nil {
			return
		}
		if cmds, ok := many(msg); ok {
			for _, c := range cmds {
				r.run(c)
			}
			return
		}
		r.msgs <- msg
	}()
}

// many takes batches and sequences apart; the type of the latter has no name outside
// of Bubble Tea.
func many(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	cmds := make([]tea.Cmd, v.Len())
	for i := range cmds {
		cmds[i] = v.Index(i).Interface().(tea.Cmd)
	}
	return cmds, true
}

func (r *terminal) send(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		r.quit = true
		return
	}
	_, cmd := r.app.Update(msg)
	r.run(cmd)
}

func (r *terminal) resize(w, h int) {
	r.w, r.h = w, h
	r.send(tea.WindowSizeMsg{Width: w, Height: h})
}

// screen is what stands on the screen now, without colours.
func (r *terminal) screen() string {
	return ansi.Strip(r.app.View())
}

// when waits until ok, taking in whatever arrives meanwhile.
func (r *terminal) when(what string, ok func() bool) {
	r.t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for !ok() {
		select {
		case msg := <-r.msgs:
			r.send(msg)
		case <-deadline.C:
			r.t.Fatalf("waited in vain for %s; the screen is\n%s", what, r.screen())
		}
	}
}

// until waits until the text is on the screen, gone until it no longer is.
func (r *terminal) until(text string) {
	r.t.Helper()
	r.when("text "+text, func() bool { return strings.Contains(r.screen(), text) })
}

func (r *terminal) gone(text string) {
	r.t.Helper()
	r.when("going of "+text, func() bool { return !strings.Contains(r.screen(), text) })
}

var named = map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "space": tea.KeySpace,
	"ctrl+c": tea.KeyCtrlC, "ctrl+r": tea.KeyCtrlR, "ctrl+u": tea.KeyCtrlU, "ctrl+d": tea.KeyCtrlD, "ctrl+w": tea.KeyCtrlW, "ctrl+z": tea.KeyCtrlZ, "f1": tea.KeyF1}

var blur = tea.BlurMsg{}

// press presses keys, by name or as the character itself.
func (r *terminal) press(keys ...string) {
	for _, k := range keys {
		if typ, ok := named[k]; ok {
			msg := tea.KeyMsg{Type: typ}
			if typ == tea.KeySpace {
				msg.Runes = []rune{' '}
			}
			r.send(msg)
			continue
		}
		r.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)})
	}
}

// typeText types a text letter by letter; paste pastes it.
func (r *terminal) typeText(text string) {
	for _, c := range text {
		if c == ' ' {
			r.press("space")
			continue
		}
		r.press(string(c))
	}
}

func (r *terminal) paste(text string) {
	r.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

// click clicks on the first place where the text stands.
func (r *terminal) click(text string) {
	r.t.Helper()
	for y, line := range strings.Split(r.screen(), "\n") {
		if x := strings.Index(line, text); x >= 0 {
			at := tea.MouseMsg{X: draw.Width(line[:x]) + 1, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft}
			r.send(at)
			return
		}
	}
	r.t.Fatalf("nothing to click at %q; the screen is\n%s", text, r.screen())
}

func benchTheme(c *Config) {
	c.Theme = testTheme(termenv.TrueColor, theme.Dark, theme.Unicode())
	c.Keys = keymap.Default()
	c.Clipboard = clip.New(clip.Options{Getenv: func(string) string { return "" }})
}
