package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/clip"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// Opener opens the store behind the screens, or creates it.
type Opener interface {
	// Open opens the store and tells who is acting. Errors are those of package model.
	Open(ctx context.Context, progress func(model.Progress)) (Store, model.Actor, error)
	// Create creates the organization and opens it. On an error nothing is left behind.
	Create(ctx context.Context, organization string, deployments []string) (Store, model.Actor, error)
}

// Config is everything an App needs from outside.
type Config struct {
	Opener    Opener
	Theme     *theme.Theme
	Clipboard *clip.Clipboard
	Keys      keymap.Map
	Now       func() time.Time // nil: time.Now
	Times     Times
	About     About
	Root      bool // the operating-system user is root, who is nobody unless bound
	Mouse     bool
}

// App is the whole program on a terminal: a page, the dialogs over it, and the lines
// around them.
type App struct {
	s       *session
	opener  Opener
	root    bool
	mouse   bool
	opening screen // before a store is open; nil afterwards
	pages   []page
	tab     int
	dialogs []screen

	toast    toast
	toastGen int
	edit     undoable // the last edit, while it can be taken back
	undoing  model.Request
	ahead    typedAhead
	copied   copyState
	loading  bool // the session is being read anew
	stale    bool // and must be read once more after that
	changes  <-chan uint64
	sharing  <-chan model.Sharing
	leaving  bool // the clipboard is being cleared before leaving
	checked  bool // history is being checked, or was
}

// page is a tab and its screen. The page after the tabs is none: it is a step aside from
// the first.
type page struct {
	id     tabID
	key    keymap.ID
	screen screen
}

// tabs are the pages that are tabs.
func (a *App) tabs() []page { return a.pages[:len(a.pages)-1] }

// New returns an App that opens the store as soon as it runs. ctx ends everything it
// waits for.
func New(ctx context.Context, c Config) *App {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &session{ctx: ctx, theme: c.Theme, clip: c.Clipboard, keys: c.Keys, now: c.Now, times: c.Times, about: c.About}
	return &App{s: s, opener: c.Opener, root: c.Root, mouse: c.Mouse, opening: newOpening(s, c.Opener, c.Root)}
}

// Init opens the store.
func (a *App) Init() tea.Cmd {
	return a.opening.(*opening).open()
}

// Update takes one message. Keys, clicks and actions go to the top screen, everything
// else to whoever wants it.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.s.width, a.s.height = msg.Width, msg.Height
		cmds = append(cmds, a.broadcast(msg)) // what is shown now may have to be read
	case tea.KeyMsg:
		cmds = append(cmds, a.key(msg))
	case tea.MouseMsg:
		cmds = append(cmds, a.click(msg))
	case act:
		cmds = append(cmds, a.act(msg.id))
	case tea.BlurMsg:
		cmds = append(cmds, a.broadcast(secretsHidden{}))
	default:
		cmds = append(cmds, a.take(msg), a.broadcast(msg))
	}
	cmds = append(cmds, a.posted(), a.catchUp())
	return a, tea.Batch(cmds...)
}

// take handles the messages that are App's.
func (a *App) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case opened:
		return a.opened(msg)
	case directoryRead:
		return a.directoryRead(msg)
	case followed:
		return a.followed(msg)
	case KeptRunning:
		return a.refuse(a.Held())
	case sharingChanged:
		return a.sharingChanged(msg)
	case changed:
		return a.undone(msg)
	case historyChecked:
		return a.historyChecked(msg)
	case toastEnded:
		if msg.gen == a.toastGen {
			a.toast = toast{}
		}
	case copyDone:
		return a.copyDone(msg)
	case clipTick:
		return a.clipTick(msg)
	case clipCleared:
		return a.clipCleared(msg)
	case clearAndQuit:
		return a.clearClip(true)
	}
	return nil
}

// broadcast hands a message to the page of every tab and to every dialog.
func (a *App) broadcast(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	update := func(s screen) screen {
		next, cmd := s.Update(msg)
		cmds = append(cmds, cmd)
		return next
	}
	if a.opening != nil {
		a.opening = update(a.opening)
	}
	for i := range a.pages {
		a.pages[i].screen = update(a.pages[i].screen)
	}
	for i := range a.dialogs {
		a.dialogs[i] = update(a.dialogs[i])
	}
	return tea.Batch(cmds...)
}

// posted does what screens asked for, until nothing is left.
func (a *App) posted() tea.Cmd {
	var cmds []tea.Cmd
	for len(a.s.posts) > 0 {
		msg := a.s.posts[0]
		a.s.posts = a.s.posts[1:]
		switch msg := msg.(type) {
		case pushed:
			cmds = append(cmds, a.push(msg.dialog))
		case popped:
			a.pop()
		case unheard:
			a.ahead = typedAhead{}
		case tabChosen:
			cmds = append(cmds, a.choose(msg.tab))
		case sessionAsked:
			cmds = append(cmds, a.readDirectory())
		case toasted:
			cmds = append(cmds, a.say(msg.toast))
		case copyAsked:
			cmds = append(cmds, a.copy(msg))
		case act:
			cmds = append(cmds, a.act(msg.id))
		default:
			cmds = append(cmds, a.broadcast(msg))
		}
	}
	return tea.Batch(cmds...)
}

// push opens a dialog over what is there.
func (a *App) push(dialog screen) tea.Cmd {
	cmd := a.broadcast(covered{})
	a.dialogs = append(a.dialogs, dialog)
	a.s.covered = true
	return cmd
}

// pop closes the top dialog, and what was refused in it.
func (a *App) pop() {
	if n := len(a.dialogs); n > 0 {
		a.dialogs = a.dialogs[:n-1]
	}
	a.s.covered = len(a.dialogs) > 0
	a.forgive()
}

// top is the screen that has the keys.
func (a *App) top() screen {
	if n := len(a.dialogs); n > 0 {
		return a.dialogs[n-1]
	}
	return a.base()
}

func (a *App) base() screen {
	if a.opening != nil {
		return a.opening
	}
	return a.pages[a.tab].screen
}

// tell hands a message to the top screen.
func (a *App) tell(msg tea.Msg) tea.Cmd {
	at := &a.opening
	if n := len(a.dialogs); n > 0 {
		at = &a.dialogs[n-1]
	} else if a.opening == nil {
		at = &a.pages[a.tab].screen
	}
	next, cmd := (*at).Update(msg)
	*at = next
	return tea.Batch(cmd, a.posted())
}

// View draws the whole screen.
func (a *App) View() string {
	if a.s.width == 0 || a.s.height == 0 {
		return ""
	}
	return a.Draw(a.s.width, a.s.height).String()
}

// Draw draws the whole screen and tells what can be clicked where.
func (a *App) Draw(width, height int) draw.Frame {
	if width < minWidth || height < minHeight {
		return a.tooSmall(width, height)
	}
	frame := a.page(width, height)
	if n := len(a.dialogs); n > 0 { // one box at most: what a dialog was opened from waits unseen
		frame = a.place(frame, a.dialogs[n-1], width, height)
	}
	return frame
}
