package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newReveal(p *program, n noun) *cobra.Command {
	var out valueOut
	var asJSON bool
	c := &cobra.Command{
		Use:   "reveal NUMBER ...",
		Short: "Print the value of a " + n.word,
		Long: "reveal prints the value of each " + n.word + " given, alone on a line, or writes that of one to a new\n" +
			"file. That is recorded before the value is handed out, and its owner sees who it was.",
		Example: "  " + n.command("reveal") + " 14 --output-file ./" + n.word + "14\n  " + n.command("reveal") + " 14 | ssh agent1 'cat > token'",
		Args:    needNumbers,
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := tokenNumbers(cmd, args)
			if err == nil {
				err = out.check(cmd)
			}
			if err == nil && len(ids) > 1 && out.path != "" {
				err = &usageError{fmt.Sprintf("--output-file takes one value, and %d numbers were given", len(ids)), cmd.CommandPath()}
			}
			if err != nil {
				return err
			}
			out.reveal = out.path == ""
			return p.revealTokens(cmd.Context(), n, ids, &out, asJSON)
		},
	}
	out.fileFlag(c)
	jsonFlag(c, &asJSON)
	return c
}

// revealTokens hands out the value of each token, and goes on after one that is refused.
func (p *program) revealTokens(ctx context.Context, n noun, ids []model.TokenID, out *valueOut, asJSON bool) error {
	if err := out.open(); err != nil {
		return err
	}
	err := p.office(ctx, func(o *office) error {
		bad := &worst{out: p.std.err}
		for _, id := range ids {
			bad.add(ctx, p.revealToken(ctx, o, n, id, out, asJSON))
		}
		return bad.over()
	})
	return errors.Join(err, out.close())
}

func (p *program) revealToken(ctx context.Context, o *office, n noun, id model.TokenID, out *valueOut, asJSON bool) error {
	_, t, err := o.look(ctx, n, id)
	if err != nil {
		return err
	}
	value, err := o.handOut(ctx, id, out)
	if err != nil {
		if !value.Empty() {
			err = fmt.Errorf("%s was revealed, and its value could not be written: %w", title(t), err)
		}
		return err
	}
	switch {
	case asJSON:
		l, t, err := o.lookAgain(ctx, t)
		if err != nil {
			return err
		}
		return p.jsonLines().write(out.form(l.form(t), value))
	case out.reveal:
		return out.print(p.std.out, value)
	}
	_, err = fmt.Fprintf(p.std.out, "Wrote the value of %s to %s.\n", title(t), p.safe()(out.path))
	return err
}
