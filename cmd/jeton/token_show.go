package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newShow(p *program, n noun) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "show NUMBER ...",
		Short:   "Print all about a " + n.word + " but its value",
		Long:    "show prints all that is known of each " + n.word + " given, but never its value: see " + n.command("reveal") + ".",
		Example: "  " + n.command("show") + " 14\n  " + n.command("show") + " 14 15 --json",
		Args:    needNumbers,
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := tokenNumbers(cmd, args)
			if err != nil {
				return err
			}
			return p.office(cmd.Context(), func(o *office) error {
				return p.eachToken(cmd.Context(), o, n, ids, asJSON, func(l *listing, t model.Token) (told, error) {
					return told{l.form(t), func() error { return p.facts(p.std.out, l.about(t)...) }}, nil
				})
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// jsonFlag is what every command takes whose output is for programs as well.
func jsonFlag(c *cobra.Command, into *bool) {
	c.Flags().BoolVar(into, "json", false, "print JSON, one object on a line")
}

// told is what is to be printed of a token.
type told struct {
	form  any          // as JSON
	words func() error // prints it for people
}

// eachToken prints what is told of each token, and goes on after one of which that cannot be.
func (p *program) eachToken(ctx context.Context, o *office, n noun, ids []model.TokenID, asJSON bool, tell func(*listing, model.Token) (told, error)) error {
	bad, lines := &worst{out: p.std.err}, p.jsonLines()
	for i, id := range ids {
		l, t, err := o.look(ctx, n, id)
		var what told
		if err == nil {
			what, err = tell(l, t)
		}
		switch {
		case err != nil:
			bad.add(ctx, err)
			continue
		case asJSON:
			err = lines.write(what.form)
		default:
			if i > 0 {
				fmt.Fprintln(p.std.out)
			}
			err = what.words()
		}
		if err != nil {
			return err
		}
	}
	return bad.over()
}

// about is what is known of a token.
func (l *listing) about(t model.Token) [][2]string {
	state := "works"
	if t.Revoked() {
		state = "revoked " + moment(t.RevokedAt) + by(l.who(t.RevokedBy))
	}
	revealed := "never"
	if !t.RevealedAt.Never() {
		revealed = moment(t.RevealedAt) + by(l.who(t.RevealedBy))
	}
	return [][2]string{
		{"Number", t.ID.String()}, {"Kind", t.Kind.String()}, {"Description", t.Description}, {"Owner", l.who(t.Owner)},
		{"Reaches", l.reach(t)}, {"Last four", t.LastFour}, {"State", state},
		{"Created", moment(t.CreatedAt) + by(l.who(t.CreatedBy))}, {"Revealed", revealed}, {"Last used", l.used(t.ID)},
	}
}

// by says who did something, "" for nobody.
func by(login string) string {
	if login == "" {
		return ""
	}
	return " by " + login
}

// used says when a token was used last, as far back as that is known.
func (l *listing) used(id model.TokenID) string {
	if at, ok := l.LastUsed[id]; ok {
		return at.String()
	}
	if l.UseSince.Never() {
		return ""
	}
	return "not since " + l.UseSince.String()
}
