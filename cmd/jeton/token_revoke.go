package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newRevoke(p *program, n noun) *cobra.Command {
	var yes, asJSON bool
	c := &cobra.Command{
		Use:   "revoke NUMBER ...",
		Short: "Stop a " + n.word + " at once and for good",
		Long: "revoke stops each " + n.word + " given. It cannot be undone. On a terminal it says what the " + n.word + " is and\n" +
			"asks for its last four characters; anywhere else it needs --yes.",
		Example: "  " + n.command("revoke") + " 14\n  " + n.command("revoke") + " 14 15 16 --yes",
		Args:    needNumbers,
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := tokenNumbers(cmd, args)
			if err != nil {
				return err
			}
			if !yes && !p.asking() {
				return notAsked(cmd, "revoking cannot be undone")
			}
			return p.revokeTokens(cmd.Context(), n, ids, yes, asJSON)
		},
	}
	yesFlag(c, &yes)
	jsonFlag(c, &asJSON)
	return c
}

// yesFlag is that of every command that asks.
func yesFlag(c *cobra.Command, into *bool) {
	c.Flags().BoolVar(into, "yes", false, "do not ask")
}

// notAsked refuses what is not done unasked.
func notAsked(cmd *cobra.Command, why string) error {
	return &usageError{why + ", and there is no terminal to ask on: give --yes", cmd.CommandPath()}
}

// seen is a token that was looked at.
type seen struct {
	*listing
	token model.Token
}

// revokeTokens looks at all tokens, asks, and revokes those that may be. While it asks, the
// store is closed: others may need it.
func (p *program) revokeTokens(ctx context.Context, n noun, ids []model.TokenID, yes, asJSON bool) error {
	bad := &worst{out: p.std.err}
	var all []seen
	err := p.office(ctx, func(o *office) error {
		for _, id := range ids {
			l, t, err := o.look(ctx, n, id)
			if err == nil && t.Revoked() {
				err = fmt.Errorf("%s %d: %w%s", t.Kind, t.ID, model.ErrRevoked, by(l.who(t.RevokedBy)))
			}
			if err == nil {
				all = append(all, seen{l, t})
			}
			bad.add(ctx, err)
		}
		return ctx.Err()
	})
	if err == nil && !yes {
		all, err = p.confirmed(ctx, all, bad)
	}
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return bad.over()
	}
	return p.office(ctx, func(o *office) error {
		for _, s := range all {
			bad.add(ctx, p.revoke(ctx, o, s, asJSON))
		}
		return bad.over()
	})
}

// confirmed asks for each token, and returns those that are to go.
func (p *program) confirmed(ctx context.Context, all []seen, bad *worst) ([]seen, error) {
	var out []seen
	for _, s := range all {
		typed, err := p.ask(ctx, p.revokeQuestion(s))
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(typed, phrase(s.token)) {
			bad.add(ctx, fmt.Errorf("%s %d was kept: what was typed is not %s", s.token.Kind, s.token.ID, phrase(s.token)))
			continue
		}
		out = append(out, s)
	}
	return out, nil
}

// phrase is what must be typed: the last four characters, or for a token whose record has
// none its number.
func phrase(t model.Token) string {
	if t.LastFour == "" {
		return t.ID.String()
	}
	return t.LastFour
}

// revokeQuestion says what is about to stop, in the words of the dialog.
func (p *program) revokeQuestion(s seen) string {
	t, safe := s.token, p.safe()
	description := safe(t.Description)
	if description == "" {
		description = "(no description)"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Revoke %s %d: %s\n", t.Kind, t.ID, description)
	switch t.Kind {
	case model.AgentToken:
		fmt.Fprintf(&b, "It reaches %s. ", safe(s.reach(t)))
	case model.UserToken:
		fmt.Fprintf(&b, "It is %s's. What uses it no longer acts as %s. ", s.who(t.Owner), s.who(t.Owner))
	}
	fmt.Fprintf(&b, "Created %s%s.\n", moment(t.CreatedAt), by(s.who(t.CreatedBy)))
	fmt.Fprintf(&b, "It stops working at once. This cannot be undone.\nType %s to revoke: ", safe(phrase(t)))
	return b.String()
}

func (p *program) revoke(ctx context.Context, o *office, s seen, asJSON bool) error {
	if _, err := o.change(ctx, model.Revoke{Token: s.token.ID}); err != nil {
		return err
	}
	l, t, err := o.look(ctx, noun{}, s.token.ID)
	if err != nil {
		return fmt.Errorf("%s was revoked; %w", title(s.token), err)
	}
	return p.edited(l, t, "revoked", asJSON)
}
