package ui

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/charmbracelet/bubbles/spinner"
	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// opening is what stands on the screen before the store is open: nothing for the
// first moments, then what is waited for, or why it cannot be opened and what to do.
type opening struct {
	s        *session
	opener   Opener
	root     bool
	err      error
	progress chan model.Progress
	last     model.Progress
	slow     bool // waiting long enough to say so
	spin     spinner.Model
	gen      int
}

// patience is how long waiting needs no word.
const patience = 300 * time.Millisecond

type (
	openingTick  struct{ gen int }
	openingMoved struct {
		gen int
		at  model.Progress
	}
	setupDone struct {
		store Store
		actor model.Actor
		err   error
	}
)

func newOpening(s *session, o Opener, root bool) screen {
	turns := spinner.Spinner{Frames: s.theme.Glyphs.Spinner, FPS: 100 * time.Millisecond}
	return &opening{s: s, opener: o, root: root, spin: spinner.New(spinner.WithSpinner(turns))}
}

// open opens the store, and watches how far it is.
func (o *opening) open() tea.Cmd {
	o.gen++
	o.err, o.slow, o.last = nil, false, model.Progress{}
	o.progress = make(chan model.Progress, 1)
	progress := o.progress
	tell := func(p model.Progress) {
		select {
		case progress <- p:
		default: // the screen is still drawing the last one
		}
	}
	open := o.s.ask(func(ctx context.Context) tea.Msg {
		defer close(progress)
		store, actor, err := o.opener.Open(ctx, tell)
		return opened{store, actor, err}
	})
	gen := o.gen
	slow := tea.Tick(patience, func(time.Time) tea.Msg { return openingTick{gen} })
	return tea.Batch(open, o.watch(), slow)
}

func (o *opening) watch() tea.Cmd {
	progress, gen := o.progress, o.gen
	return func() tea.Msg {
		at, more := <-progress
		if !more {
			return nil
		}
		return openingMoved{gen, at}
	}
}

// Title is not shown: there is no breadcrumb yet.
func (o *opening) Title() string { return "Opening" }

// Scope is that of the few keys heard here.
func (o *opening) Scope() keymap.Scope { return keymap.Opening }

// Keys are trying again and leaving; creating where there is nothing.
func (o *opening) Keys() []keymap.Action {
	retry, create := "", "There is a store here already."
	if o.err == nil {
		retry = "The store is being opened."
	}
	if errors.Is(o.err, model.ErrNoStore) {
		create = ""
	}
	return []keymap.Action{o.s.action(keymap.OpeningRetry, retry), o.s.action(keymap.OpeningCreate, create), o.s.action(keymap.OpeningQuit, "")}
}

// Update follows the opening and obeys its keys.
func (o *opening) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		return o, o.act(msg.id)
	case opened:
		return o, o.opened(msg.err)
	case setupDone:
		if msg.err == nil {
			return o, send(opened{msg.store, msg.actor, nil})
		}
	case openingMoved:
		if msg.gen == o.gen {
			o.last, o.slow = msg.at, true
			return o, o.watch()
		}
	case openingTick:
		if msg.gen == o.gen && o.err == nil {
			o.slow = true
			return o, o.spin.Tick
		}
	case spinner.TickMsg:
		var cmd tea.Cmd
		if o.spin, cmd = o.spin.Update(msg); o.err == nil {
			return o, cmd
		}
	}
	return o, nil
}

func (o *opening) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.OpeningQuit:
		return tea.Quit
	case keymap.OpeningRetry:
		return o.open()
	case keymap.OpeningCreate:
		o.setup()
	}
	return nil
}

// opened keeps why it could not be opened. Without a store the first-run screen opens
// by itself, except for root, who is nobody unless they say so.
func (o *opening) opened(err error) tea.Cmd {
	o.err = err
	if errors.Is(err, model.ErrNoStore) && !o.root {
		o.setup()
	}
	return nil
}

func (o *opening) setup() {
	o.s.push(newSetup(o.s, func(organization string, deployments []string) tea.Cmd {
		return o.s.ask(func(ctx context.Context) tea.Msg {
			store, actor, err := o.opener.Create(ctx, organization, deployments)
			return setupDone{store, actor, err}
		})
	}, o.root))
}

// Draw says calmly, in the middle, what is the matter.
func (o *opening) Draw(width, height int) draw.Frame {
	t := o.s.theme
	var body []*draw.Line
	line := func(style draw.Style, text string) {
		body = append(body, draw.NewLine(width).Text(style, draw.FitCenter(t.Safe(text), width, t.Glyphs.Ellipsis)))
	}
	switch {
	case o.err != nil:
		head, more := o.words()
		line(t.Title, head)
		for _, m := range more {
			for _, l := range wrap(m, min(width-4, 76)) {
				line(t.Muted, l)
			}
		}
		body = append(body, draw.NewLine(width), o.keyLine(width))
	case o.last.Total > 0:
		line(t.Text, o.last.What)
		line(t.Accent, t.Glyphs.Bar(min(40, width-4), float64(o.last.Done)/float64(o.last.Total)))
		line(t.Muted, fmt.Sprintf("%d of %d", o.last.Done, o.last.Total))
	case o.slow:
		line(t.Muted, o.spin.View()+" opening "+o.s.about.Store)
	}
	frame := draw.Rows(body...)
	return frame.Shift(0, max(0, (height-frame.Height())/2)).Fill(width, height)
}

// keyLine shows the keys that work, in the middle.
func (o *opening) keyLine(width int) *draw.Line {
	keys := draw.NewLine(width)
	for _, k := range o.Keys() {
		if k.Off == "" {
			if keys.X() > 0 {
				keys.Space(3)
			}
			hint(o.s, keys, k)
		}
	}
	return draw.NewLine(width).Space((width - keys.X()) / 2).Append(keys)
}

// words says why the store is not open: a headline and what to know or do.
func (o *opening) words() (string, []string) {
	var locked *model.LockedError
	var unknown *model.UnknownUserError
	var damage *model.DamageError
	var refused *model.RefusedError
	switch err := o.err; {
	case errors.As(err, &locked):
		where := ""
		if locked.Terminal != "" {
			where = ", on " + locked.Terminal
		}
		return "The store is open in another jeton", []string{fmt.Sprintf("pid %d, user %s, since %s%s", locked.PID, locked.User, locked.Since.Format("15:04"), where)}
	case errors.As(err, &unknown):
		return "Not signed in", []string{notKnown(unknown)}
	case errors.As(err, &refused):
		return "Not signed in", []string{sentence(refused.Error())}
	case errors.Is(err, model.ErrNoStore) && o.root:
		return "No organization here, and you are root.", []string{"root is nobody in jeton unless root creates the organization.", o.s.about.Store}
	case errors.Is(err, model.ErrNoStore):
		return "No organization here", []string{o.s.about.Store}
	case errors.Is(err, model.ErrNoKeyset):
		return "The keyset is missing", []string{sentence(err.Error()), "Without it nothing in the store can be read. Put your copy back, then try again."}
	case errors.Is(err, model.ErrAhead):
		return "The journal was cut short", []string{sentence(err.Error()), "Nothing is changed or shown until the whole journal is back."}
	case errors.As(err, &damage):
		return "The store is damaged", []string{sentence(damage.Error())}
	}
	return "The store could not be opened", []string{sentence(o.err.Error())}
}

// notKnown says who is nobody here, by their login as it is written, and whom to ask.
func notKnown(u *model.UnknownUserError) string {
	ask := "an Organization Admin"
	if len(u.Admins) > 0 {
		ask = u.Admins[0] + " (Organization Admin)"
	}
	if u.Deactivated {
		return fmt.Sprintf("%s is deactivated in %s. Ask %s to let you back in.", u.Account, u.Organization, ask)
	}
	return fmt.Sprintf("%s is not in %s. Ask %s to add you.", u.Account, u.Organization, ask)
}

// wrap breaks text between words into lines of at most width cells.
func wrap(text string, width int) []string {
	var out []string
	line := ""
	for len(text) > 0 {
		word, rest := cutWord(text)
		text = rest
		switch {
		case line == "":
			line = word
		case draw.Width(line)+1+draw.Width(word) <= width:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	return append(out, line)
}

func cutWord(s string) (word, rest string) {
	for i := range len(s) {
		if s[i] == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
