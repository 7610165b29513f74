package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"jeton/model"
)

// createAsked is what a command that creates a token was asked for.
type createAsked struct {
	kind        model.TokenKind
	user        string
	description string
	agent, json bool
	out         valueOut
}

func newTokenCreate(p *program) *cobra.Command {
	var a createAsked
	c := &cobra.Command{
		Use:   "create (--agent | --user [LOGIN])",
		Short: "Create an agent token or a user token",
		Long: "create makes a token and prints its number. An agent token begins with the permissions\n" +
			"Org Agent: see jeton token permissions. Its value is printed only with --reveal, alone on\n" +
			"standard output, or written to a new file with --output-file; both are recorded as a reveal.",
		Example: "  jeton token create --agent --description 'staging runner'\n  jeton token create --user --output-file ~/.jeton-token\n  TOKEN=$(jeton token create --agent --reveal)",
		Args:    func(cmd *cobra.Command, args []string) error { return loginArgument(cmd, args, &a.user) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf(cmd, "agent", "user"); err != nil {
				return err
			}
			switch {
			case a.agent:
				a.kind = model.AgentToken
			case a.user != "":
				a.kind = model.UserToken
			default:
				return &usageError{"say which kind of token: --agent, or --user with or without a login", cmd.CommandPath()}
			}
			return p.createToken(cmd, &a)
		},
	}
	c.Flags().BoolVar(&a.agent, "agent", false, "an agent token")
	userFlag(c, &a.user, "a user token for `LOGIN`, or for you")
	createFlags(c, &a)
	return c
}

// createFlags are those of every command that creates a token.
func createFlags(c *cobra.Command, a *createAsked) {
	c.Flags().StringVar(&a.description, "description", "", "`TEXT` that says what it is for")
	c.Flags().BoolVar(&a.out.reveal, "reveal", false, "print the value, alone on standard output")
	a.out.fileFlag(c)
	jsonFlag(c, &a.json)
}

// createToken creates a token and hands its value out, if that was asked for.
func (p *program) createToken(cmd *cobra.Command, a *createAsked) error {
	if err := a.out.check(cmd); err != nil {
		return err
	}
	if err := a.out.open(); err != nil {
		return err
	}
	ctx := cmd.Context()
	err := p.office(ctx, func(o *office) error {
		t, err := o.create(ctx, a)
		if err != nil {
			return err
		}
		return p.created(ctx, o, a, t)
	})
	return errors.Join(err, a.out.close())
}

func (o *office) create(ctx context.Context, a *createAsked) (model.Token, error) {
	c := model.CreateToken{Kind: a.kind, Description: a.description}
	if a.kind == model.UserToken {
		u, err := o.user(ctx, a.user)
		if err != nil {
			return model.Token{}, err
		}
		c.Owner = u.ID
	}
	record, err := o.change(ctx, c)
	if err != nil {
		return model.Token{}, err
	}
	return record.(model.Token), nil
}

// created says what was created. From here on the token is there, whatever else fails.
func (p *program) created(ctx context.Context, o *office, a *createAsked, t model.Token) error {
	value, err := o.handOut(ctx, t.ID, &a.out)
	var l *listing
	if err == nil {
		l, t, err = o.lookAgain(ctx, t)
	}
	switch {
	case err != nil:
	case a.json:
		err = p.jsonLines().write(a.out.form(l.form(t), value))
	case a.out.reveal:
		fmt.Fprintf(p.std.err, "Created %s.\n", title(t))
		err = a.out.print(p.std.out, value)
	default:
		_, err = fmt.Fprintf(p.std.out, "Created %s.\n", title(t))
	}
	if readerGone(err) { // nothing is said of that elsewhere, but here something is there now
		err = errors.New("nobody reads the output any more")
	}
	switch {
	case err == nil:
		return nil
	case a.out.kept:
		return fmt.Errorf("%s exists, and its value is in %s, which could not be said: %w", title(t), a.out.path, err)
	}
	return fmt.Errorf("%s exists, and its value was not handed out: %w; see jeton token reveal %d", title(t), err, t.ID)
}

// handOut reveals a value where it is wanted, and writes it where it belongs but for standard
// output.
func (o *office) handOut(ctx context.Context, id model.TokenID, out *valueOut) (model.Secret, error) {
	if !out.wanted() {
		return model.Secret{}, nil
	}
	value, err := o.reveal(ctx, id)
	if err == nil {
		err = out.write(value)
	}
	return value, err
}

// lookAgain is a token as it is after something was done with it.
func (o *office) lookAgain(ctx context.Context, t model.Token) (*listing, model.Token, error) {
	l, now, err := o.look(ctx, noun{}, t.ID)
	if err != nil {
		return l, t, err
	}
	return l, now, nil
}
