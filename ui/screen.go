package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// A screen is a page under the tabs or a dialog over it. App hands it actions (keys
// that are bound, clicks, palette choices: all arrive as [act]), raw keys while its
// scope is one where text is typed, and every other message there is: replies and
// ticks go to all screens, each takes what it asked for and drops what is stale.
//
// Update does no I/O; commands change no state; Draw is pure. What a screen wants of
// App (open a dialog, close one, say something) it posts; App does it before it looks
// at the next key, so that a key typed quickly reaches the screen it was meant for. A
// screen that cannot know what keys mean before a reply is there has Waits() bool; App
// keeps them until then. One that hears keys only to say why not has Refused(), actions
// like those of Keys that are not in the footer.
type screen interface {
	Update(tea.Msg) (screen, tea.Cmd)
	// Draw fills width x height when it is a page; a dialog may be smaller.
	Draw(width, height int) draw.Frame
	// Scope is where keys are heard now; it decides whether text is being typed.
	Scope() keymap.Scope
	// Keys lists what can be done now, in the order of the footer; what does not work
	// now has the reason in Off. App hands on nothing else, moving about excepted.
	Keys() []keymap.Action
	// Title is the screen's place in the breadcrumb.
	Title() string
}

// act is an action asked for by key, by click or from the palette.
type act struct{ id keymap.ID }

// wheel is a turn of the mouse wheel, in rows.
type wheel struct{ rows int }

// What a screen posts to App.
type (
	pushed       struct{ dialog screen } // open a dialog over what is there
	popped       struct{}                // close the top dialog
	tabChosen    struct{ tab tabID }     // go to a tab
	toasted      struct{ toast toast }   // say something in the status line
	sessionAsked struct{}                // read users, deployments and the rest of the session anew
	unheard      struct{}                // forget what was typed ahead: it was meant for what did not come
	copyAsked    struct {                // put this on the clipboard
		token model.Token
		value model.Secret
	}
)

// What App sends to every screen.
type (
	storeChanged   struct{ seq uint64 } // something in the store changed
	sessionRenewed struct{}             // who looks, or what they may see, was read anew
	secretsHidden  struct{}             // focus lost, suspend, leaving: hide whatever is revealed
	covered        struct{}             // a dialog opens over the page: nothing is to be revealed under it
	ownerChosen    struct{ owner model.UserID }
)
