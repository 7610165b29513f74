package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newRevoke(p *program, n noun) *cobra.Command {
	var a revokeAsked
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
			if err := p.mayAsk(cmd, a.yes); err != nil {
				return err
			}
			return afterAsking(cmd.Context(), p, ids, a.yes, func(o *office, id model.TokenID) (doable, error) {
				return p.revocation(cmd.Context(), o, n, id, a)
			})
		},
	}
	yesFlag(c, &a.yes)
	jsonFlag(c, &a.json)
	return c
}

// revokeAsked is how a revocation was asked for.
type revokeAsked struct{ yes, json bool }

// revocation looks at a token that is to be revoked.
func (p *program) revocation(ctx context.Context, o *office, n noun, id model.TokenID, a revokeAsked) (doable, error) {
	l, t, err := o.look(ctx, n, id)
	if err == nil && t.Revoked() {
		err = fmt.Errorf("%s %d: %w%s", t.Kind, t.ID, model.ErrRevoked, by(l.who(t.RevokedBy)))
	}
	if err != nil {
		return doable{}, err
	}
	d := doable{what: fmt.Sprintf("%s %d", t.Kind, t.ID), answer: phrase(t),
		do: func(ctx context.Context, o *office) error { return p.revoke(ctx, o, t, a.json) }}
	if !a.yes {
		u, err := o.Usage(ctx, o.actor, id)
		if err != nil {
			return d, err
		}
		d.question = p.revokeQuestion(l, t, u)
	}
	return d, nil
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
func (p *program) revokeQuestion(l *listing, t model.Token, u model.Usage) string {
	safe := p.safe()
	description := safe(t.Description)
	if description == "" {
		description = "(no description)"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Revoke %s %d: %s\n", t.Kind, t.ID, description)
	switch t.Kind {
	case model.AgentToken:
		fmt.Fprintf(&b, "It reaches %s. ", safe(l.reach(t)))
	case model.UserToken:
		fmt.Fprintf(&b, "It is %s's. What uses it no longer acts as %s. ", l.who(t.Owner), l.who(t.Owner))
	}
	fmt.Fprintf(&b, "Created %s%s.\n", moment(t.CreatedAt), by(l.who(t.CreatedBy)))
	for _, line := range l.usedWords(t, u) {
		b.WriteString(safe(line) + "\n")
	}
	fmt.Fprintf(&b, "It stops working at once. This cannot be undone.\nType %s to revoke: ", safe(phrase(t)))
	return b.String()
}

func (p *program) revoke(ctx context.Context, o *office, t model.Token, asJSON bool) error {
	if _, err := o.change(ctx, model.Revoke{Token: t.ID}); err != nil {
		return err
	}
	l, now, err := o.look(ctx, noun{}, t.ID)
	if err != nil {
		return fmt.Errorf("%s was revoked; %w", title(t), err)
	}
	return p.edited(l, now, "revoked", asJSON)
}
