package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store"
	"jeton/store/sample"
)

// demonstration is what jeton demo was asked for.
type demonstration struct {
	as   string
	fill int
	load int
}

func newDemo(p *program) *cobra.Command {
	var d demonstration
	c := &cobra.Command{
		Use:   "demo",
		Short: "Look around in an organization made up for that",
		Long: "demo opens the screens on an organization with 30 users and 240 tokens and two months\n" +
			"of history. It lies in a directory of its own, which is removed when you leave, and its\n" +
			"clock starts on 2026-03-09 at 09:14 UTC. Its tokens are worth nothing.\n\n" +
			"With --fill it writes a store of that many tokens to --store instead, for measuring.\n\n" +
			"With --load that many writers change a store for as long as it is let run, for torture: it\n" +
			"makes the store, or goes on in one that demo made, and prints a line of JSON before each\n" +
			"change is asked for and one when it was answered, so that what is there after kill -9, a\n" +
			"power cut or a full disk can be compared with that. A signal ends it in order.",
		Example: "  jeton demo\n  jeton demo --as ben\n  jeton demo --fill 1000000 --store /tmp/million --keyset /tmp/million.keyset\n" +
			"  jeton demo --load 4 --store /tmp/tortured > /tmp/said",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch flags := cmd.Flags(); {
			case flags.Changed("fill"):
				return p.fill(cmd.Context(), d.fill)
			case flags.Changed("load"):
				return p.load(cmd.Context(), d.load)
			}
			return p.demonstrate(cmd.Context(), d.as)
		},
	}
	c.Flags().StringVar(&d.as, "as", "ana", "login of the user to be")
	c.Flags().IntVar(&d.fill, "fill", 0, "write this many tokens to --store, and open nothing")
	c.Flags().IntVar(&d.load, "load", 0, "have this many writers change --store until a signal comes, and report it")
	c.MarkFlagsMutuallyExclusive("fill", "load")
	return c
}

// demonstrate opens the screens on a store that lives as long as they do.
func (p *program) demonstrate(ctx context.Context, as string) (err error) {
	if !slices.Contains(sample.Logins(), as) {
		return &usageError{fmt.Sprintf("--as %s: nobody in the demonstration has this login; choose one of %s",
			quotedShort(as), strings.Join(sample.Logins(), ", ")), "jeton demo"}
	}
	if p.flags.store != "" || p.flags.keyset != "" {
		return &usageError{"demo has a store of its own: leave out --store and --keyset, or give --fill", "jeton demo"}
	}
	if err := checkTerminal(p.getenv, p.std); err != nil {
		return err
	}
	s, err := p.setup()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(p.temporary(), "jeton-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demonstration: %w; set TMPDIR to one that can be written", err)
	}
	// Leaving by a signal comes through here too; only kill -9 leaves the directory behind.
	p.lastly.add(func() { _ = os.RemoveAll(dir) })
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.store, s.keyset = filepath.Join(dir, "store"), filepath.Join(dir, "keyset")
	clock := sample.NewClock()
	o := newOpener(s.store, s.keyset, source(p.getenv, ttyName()), clock.Now)
	o.options.Rand = sample.Values()
	if err := o.perform(ctx, clock, as); err != nil {
		return err
	}
	return p.show(ctx, s, o, clock.Now)
}

// temporary is where the demonstration lies: in memory if the system offers a place for
// the user alone, else wherever temporary files go.
func (p *program) temporary() string {
	if dir := p.getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return os.TempDir()
}

// perform creates the demonstration's store and plays its history into it.
func (o *opener) perform(ctx context.Context, clock *sample.Clock, as string) error {
	if err := o.create(ctx, sample.Found(o.uid)); err != nil {
		return err
	}
	return o.with(ctx, func(s *store.Store) error { return sample.Write(ctx, s, clock, o.uid, as) })
}

// with opens the store for f and closes it again.
func (o *opener) with(ctx context.Context, f func(*store.Store) error) (err error) {
	options := o.options
	if options.Keyset, err = openKeyset(o.keyset); err != nil {
		return err
	}
	s, err := store.Open(ctx, options)
	if err != nil {
		return fits(err, options.Dir, o.keyset)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(s)
}

// elsewhere is where --store says, with a keyset beside it unless there is another.
func (p *program) elsewhere() (setup, *opener, error) {
	if p.flags.keyset == "" && p.getenv("JETON_KEYSET") == "" {
		p.flags.keyset = filepath.Clean(p.flags.store) + ".keyset"
	}
	s, err := p.setup()
	return s, newOpener(s.store, s.keyset, model.Source{Door: model.DoorProgram}, nil), err
}

// fill writes a store for measuring.
func (p *program) fill(ctx context.Context, n int) error {
	if n < 1 {
		return &usageError{"--fill needs a number of tokens, 1 or more", "jeton demo"}
	}
	if p.flags.store == "" {
		return &usageError{"--fill writes a new store: say where with --store", "jeton demo"}
	}
	s, o, err := p.elsewhere()
	if err != nil {
		return err
	}
	if err := o.create(ctx, sample.Found(o.uid)); err != nil {
		return err
	}
	bar := newBar(p.std.err, n)
	var took time.Duration
	err = o.with(ctx, func(s *store.Store) error {
		start := time.Now()
		defer func() { took = time.Since(start) }()
		return sample.Fill(ctx, s, n, bar.show)
	})
	bar.clear()
	if err != nil {
		return fmt.Errorf("fill %s: %w; it is unfinished, remove it and %s", s.store, err, s.keyset)
	}
	_, err = fmt.Fprintf(p.std.out, "%d tokens in %.1f s, %.0f a second: %s, keyset %s\n",
		n, took.Seconds(), float64(n)/took.Seconds(), s.store, s.keyset)
	return err
}
