package main

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"

	"jeton/ui"
	"jeton/ui/clip"
	"jeton/ui/theme"
)

// framesPerSecond is how often the terminal is drawn at most. Bubble Tea's own 60 would
// add up to 17 ms to every key.
const framesPerSecond = 120

// clearWithin is how long clearing the clipboard may keep us from leaving.
const clearWithin = 2 * time.Second

// screens opens the screens on the store that is configured.
func (p *program) screens(ctx context.Context) error {
	if err := checkTerminal(p.getenv, p.std); err != nil {
		return err
	}
	s, err := p.setup()
	if err != nil {
		return err
	}
	o := newOpener(s.store, s.keyset, source(p.getenv, ttyName()), time.Now)
	return p.show(ctx, s, o, time.Now)
}

// show runs the screens until they are left, by whatever way, and then puts everything
// in order: what the terminal was, the clipboard, the store.
func (p *program) show(ctx context.Context, s setup, o *opener, clock func() time.Time) error {
	o.start(ctx)
	if state, err := term.GetState(p.std.in.Fd()); err == nil {
		p.lastly.add(func() { _ = term.Restore(p.std.in.Fd(), state) })
	}
	out := &screenOutput{File: p.std.out}
	clipboard := clip.New(clip.Options{Mode: clip.Mode(s.config.ClipboardMode), Getenv: p.getenv, Out: out, IsTerminal: true})
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	app := ui.New(ctx, p.appConfig(s, o, clipboard, clock))
	model, crashed := guarded(app, stop)
	_, err := tea.NewProgram(model, p.programOptions(ctx, s, out)...).Run()
	if err != nil && clipboard.Holding() {
		// Nobody was asked whether the copy may stay.
		within(clearWithin, func() { clipboard.Clear(context.WithoutCancel(ctx)) })
	}
	var closed error
	if !within(leaveWithin, func() { closed = o.close() }) {
		closed = errors.New("the store did not close in time; what was acknowledged is kept")
	}
	if c := crashed(); c != nil {
		return errors.Join(c, closed)
	}
	if err != nil && ctx.Err() == nil {
		return errors.Join(err, closed)
	}
	return closed
}

// programOptions say how the terminal is used. Signals are not Bubble Tea's business:
// the context ends with them.
func (p *program) programOptions(ctx context.Context, s setup, out *screenOutput) []tea.ProgramOption {
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithInput(keyboard{p.std.in}),
		tea.WithOutput(out), tea.WithAltScreen(), tea.WithReportFocus(), tea.WithFPS(framesPerSecond)}
	if s.config.Mouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	return options
}

func (p *program) appConfig(s setup, o *opener, c *clip.Clipboard, clock func() time.Time) ui.Config {
	// The default renderer asked the terminal for its background while the program was
	// being loaded; one of our own would ask again.
	renderer := lipgloss.DefaultRenderer()
	background, glyphs := theme.Detect(p.getenv, theme.Mode(s.config.Theme), s.config.Glyphs == "ascii", renderer)
	if s.config.Glyphs == "unicode" {
		glyphs = theme.Unicode()
	}
	return ui.Config{
		Opener: o, Theme: theme.New(renderer, background, glyphs), Clipboard: c, Keys: s.config.Keys, Now: clock,
		Times: ui.Times{Hide: s.config.HideAfter, Clear: s.config.ClearAfter, Undo: s.config.UndoKeep},
		About: ui.About{Version: version(), Store: s.store, Keyset: s.keyset, Config: s.configFile,
			Theme: background.String(), Glyphs: glyphs.Name, Account: account(o.uid)},
		Root: o.uid == 0, Mouse: s.config.Mouse,
	}
}
