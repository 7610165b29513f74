package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newToken(p *program) *cobra.Command {
	n := noun{word: "token"}
	c := &cobra.Command{
		Use:   "token",
		Short: "Create, list, describe, scope, reveal, revoke and check tokens, and see who uses them",
		Long: "A token is named by its number, which jeton token list shows. Its value is printed only by\n" +
			"reveal and create --reveal, and is never given as an argument, where others can read it.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newTokenCreate(p), newTokenList(p), newShow(p, n), newReveal(p, n), newDescribe(p, n), newPermissions(p), newRevoke(p, n), newCheck(p),
		newUsage(p, n), newKnocking(p))
	return c
}

// noun is what commands on single tokens are about: tokens of any kind, or of one.
type noun struct {
	word string          // of the command: "token", "service"
	kind model.TokenKind // 0: any
}

func (n noun) command(verb string) string { return "jeton " + n.word + " " + verb }

// fits refuses what is of another kind than the command is about.
func (n noun) fits(t model.Token) error {
	if n.kind == 0 || t.Kind == n.kind {
		return nil
	}
	return fmt.Errorf("%s %d: %w: that is %s %d; see jeton token show %d", n.kind, t.ID, model.ErrNotFound, t.Kind, t.ID, t.ID)
}

// tokenNumbers reads the numbers of tokens, each once, in the order given.
func tokenNumbers(cmd *cobra.Command, args []string) ([]model.TokenID, error) {
	if len(args) == 0 {
		return nil, &usageError{cmd.CommandPath() + " needs the number of a token, as jeton token list shows it", cmd.CommandPath()}
	}
	var out []model.TokenID
	seen := map[model.TokenID]bool{}
	for _, arg := range args {
		id, err := tokenNumber(cmd, arg)
		if err != nil {
			return nil, err
		}
		if !seen[id] {
			out = append(out, id)
		}
		seen[id] = true
	}
	return out, nil
}

// tokenNumber reads the number of a token.
func tokenNumber(cmd *cobra.Command, arg string) (model.TokenID, error) {
	id, err := strconv.ParseUint(arg, 10, 64)
	if err != nil || id == 0 {
		return 0, &usageError{fmt.Sprintf("%s is not the number of a token: give it in digits, as jeton token list shows it", quotedShort(arg)), cmd.CommandPath()}
	}
	return model.TokenID(id), nil
}

// needNumbers takes numbers of tokens and nothing else.
func needNumbers(cmd *cobra.Command, args []string) error {
	_, err := tokenNumbers(cmd, args)
	return err
}

// look reads one token, with everything that is said of it.
func (o *office) look(ctx context.Context, n noun, id model.TokenID) (*listing, model.Token, error) {
	page, err := o.TokenRows(ctx, o.actor, []model.TokenID{id})
	if errors.Is(err, model.ErrNotFound) {
		err = fmt.Errorf("%w; jeton token list --all --revoked shows the numbers", err)
	}
	if err != nil {
		return &listing{}, model.Token{}, err
	}
	l, err := o.listing(ctx, page)
	if err == nil {
		err = n.fits(page.Rows[0])
	}
	return l, page.Rows[0], err
}

// listing adds to a page the names of deployments, where one of its tokens may name some.
func (o *office) listing(ctx context.Context, page model.TokenPage) (*listing, error) {
	l := &listing{TokenPage: page}
	for _, t := range page.Rows {
		if t.Kind == model.AgentToken {
			var err error
			l.deployments, err = o.Deployments(ctx, o.actor)
			return l, err
		}
	}
	return l, nil
}

// reach says what an agent token reaches, by name.
func (l *listing) reach(t model.Token) string {
	if t.Kind != model.AgentToken {
		return ""
	}
	if t.Permissions.OrgAgent {
		return "Org Agent"
	}
	names := l.named(t.Permissions)
	if t.Permissions.AllBranches {
		names = append(names, "all branch deployments")
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// who names a user, "" for nobody.
func (l *listing) who(id model.UserID) string {
	switch login, ok := l.Logins[id]; {
	case ok:
		return login
	case id != 0:
		return fmt.Sprintf("user %d", id)
	}
	return ""
}

// title names a token as people do: "agent token 14, ending in 9f3E".
func title(t model.Token) string {
	if t.LastFour == "" {
		return fmt.Sprintf("%s %d", t.Kind, t.ID)
	}
	return fmt.Sprintf("%s %d, ending in %s", t.Kind, t.ID, t.LastFour)
}

// moment is a time for people, "" for never.
func moment(t model.Time) string {
	if t.Never() {
		return ""
	}
	return t.String()
}
