package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// doable is something that was looked at, and is done once somebody said yes to it.
type doable struct {
	what     string // "agent token 14"
	question string // says what will happen, and ends where the answer is typed
	answer   string // that means yes
	do       func(context.Context, *office) error
}

// yesFlag is that of every command that asks.
func yesFlag(c *cobra.Command, into *bool) {
	c.Flags().BoolVar(into, "yes", false, "do not ask")
}

// mayAsk refuses to do unasked, where there is nobody to ask, what cannot be undone.
func (p *program) mayAsk(cmd *cobra.Command, yes bool) error {
	if yes || p.asking() {
		return nil
	}
	return &usageError{cmd.CommandPath() + " asks first, and there is no terminal to ask on: give --yes", cmd.CommandPath()}
}

// afterAsking looks at everything that was named, asks about each, and does what may be
// done, going on after an error. While it asks, the store is closed: others may need it. Where
// it does not ask it opens the store once: on a disk that is becoming full it may not get it
// twice.
func afterAsking[T any](ctx context.Context, p *program, named []T, yes bool, look func(*office, T) (doable, error)) error {
	bad := &worst{out: p.std.err}
	var all []doable
	err := p.office(ctx, func(o *office) error {
		for _, one := range named {
			d, err := look(o, one)
			if err == nil {
				all = append(all, d)
			}
			bad.add(ctx, err)
		}
		if err := ctx.Err(); err != nil || !yes {
			return err
		}
		return bad.after(ctx, o, all)
	})
	if err != nil || yes {
		return err
	}
	if all, err = p.approved(ctx, all, bad); err != nil {
		return err
	}
	if len(all) == 0 {
		return bad.over()
	}
	return p.office(ctx, func(o *office) error { return bad.after(ctx, o, all) })
}

// after does what was approved, and says what went wrong in all.
func (w *worst) after(ctx context.Context, o *office, all []doable) error {
	for _, d := range all {
		w.add(ctx, d.do(ctx, o))
	}
	return w.over()
}

// approved asks about each, and returns what is to be done.
func (p *program) approved(ctx context.Context, all []doable, bad *worst) ([]doable, error) {
	var out []doable
	for _, d := range all {
		typed, err := p.ask(ctx, d.question)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(typed, d.answer) {
			out = append(out, d)
			continue
		}
		bad.add(ctx, fmt.Errorf("%s stays as it is: what was typed is not %s", d.what, d.answer))
	}
	return out, nil
}

// yesOrNo ends a question that is answered by y or, for no, by anything else.
const yesOrNo = " [y/N] "
