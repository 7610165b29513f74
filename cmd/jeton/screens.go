package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"

	"jeton/store"
	"jeton/ui"
	"jeton/ui/clip"
	"jeton/ui/paint"
	"jeton/ui/theme"
)

// letGo is how long a terminal may take to be given back when all else has failed.
const letGo = 200 * time.Millisecond

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
	o, err := p.opener(s)
	if err != nil {
		return err
	}
	o.server = p.server()
	return p.show(ctx, s, o, time.Now)
}

// show runs the screens until they are left, by whatever way, and then puts everything
// in order: what the terminal was, the clipboard, the store.
func (p *program) show(ctx context.Context, s setup, o *opener, clock func() time.Time) error {
	if err := p.unlock(ctx, o); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	crashed := &crashes{stop: stop}
	o.options.Crashed = crashed.thrown
	o.start(ctx)
	if state, err := term.GetState(p.std.in.Fd()); err == nil {
		// Started in the background, this waits for the foreground, with nothing drawn yet.
		_ = term.Restore(p.std.in.Fd(), state)
		p.lastly.add(func() { _ = term.Restore(p.std.in.Fd(), state) })
	}
	out := &screenOutput{File: p.std.out}
	clipboard := clip.New(clip.Options{Mode: clip.Mode(s.config.ClipboardMode), Getenv: p.getenv, Out: out, IsTerminal: true})
	painter := paint.New(out, s.config.Mouse)
	p.lastly.add(func() { within(letGo, func() { _ = painter.Leave() }) })
	screen := live{ui.New(ctx, p.appConfig(s, o, clipboard, clock)), painter, newJob(ctx, p.std.in, painter)}
	err := p.run(ctx, screen, crashed)
	if err != nil && clipboard.Holding() {
		// Nobody was asked whether the copy may stay.
		within(clearWithin, func() { clipboard.Clear(context.WithoutCancel(ctx)) })
	}
	closing := make(chan error, 1)
	closed := errors.New("the store did not close in time; what was acknowledged is kept")
	if within(leaveWithin, func() { closing <- o.close() }) {
		closed = <-closing
	}
	if c := crashed.any(); c != nil {
		return errors.Join(c, closed)
	}
	if err != nil && ctx.Err() == nil {
		return errors.Join(err, closed)
	}
	return closed
}

// run takes the terminal for the screens until they are left, and gives it back.
func (p *program) run(ctx context.Context, screen live, crashed *crashes) error {
	if err := screen.painter.Enter(); err != nil {
		return fmt.Errorf("draw on the terminal: %w", err)
	}
	program := tea.NewProgram(guarded(screen, crashed), p.programOptions(ctx, screen)...)
	unmind := screen.job.mind(program)
	_, err := program.Run()
	unmind()
	within(leaveWithin, func() { _ = screen.painter.Close() })
	return err
}

// programOptions say how the terminal is used. Signals are not Bubble Tea's business,
// the context ends with them; nor is drawing, see package paint: of its renderer, which
// looks for a frame once a second and finds none, nothing reaches the terminal. Without
// a renderer Bubble Tea would not set the terminal up either.
func (p *program) programOptions(ctx context.Context, screen live) []tea.ProgramOption {
	return []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithInput(&keyboard{File: p.std.in}),
		tea.WithOutput(silent{p.std.out}), tea.WithFPS(1), tea.WithFilter(screen.listen)}
}

func (p *program) appConfig(s setup, o *opener, c *clip.Clipboard, clock func() time.Time) ui.Config {
	renderer := lipgloss.DefaultRenderer()
	background := p.background(theme.Mode(s.config.Theme), renderer)
	glyphs := theme.DetectGlyphs(p.getenv, s.config.Glyphs == "ascii")
	if s.config.Glyphs == "unicode" {
		glyphs = theme.Unicode()
	}
	return ui.Config{
		Opener: o, Theme: theme.New(renderer, background, glyphs), Clipboard: c, Keys: s.config.Keys, Now: clock,
		Times: ui.Times{Hide: s.config.HideAfter, Clear: s.config.ClearAfter, Undo: s.config.UndoKeep},
		About: ui.About{Version: version(), Store: o.where(s.store), Keyset: o.keysetShown(), Config: s.configFile, Anchor: o.options.Anchor,
			Theme: background.String(), Glyphs: glyphs.Name, Account: store.AccountName(o.uid), Organization: organizationOf(hostName())},
		Root: o.uid == 0, Mouse: s.config.Mouse,
	}
}
