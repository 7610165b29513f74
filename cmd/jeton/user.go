package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newUser(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "Add, list, rename and deactivate users, and set their roles and accounts",
		Long: "A user is a person with a login: an Organization Admin, or a member with a role in some\n" +
			"deployments (Admin > Editor > Launcher > Viewer). Who runs jeton is recognised by their\n" +
			"operating-system account, which is bound to a user.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newUserList(p), newUserAdd(p), newUserRename(p), newUserRoles(p), newUserAccounts(p), newUserDeactivate(p), newUserReactivate(p))
	return c
}

func newUserList(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List users by login",
		Long:  "list prints all users, deactivated ones included.",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.office(cmd.Context(), func(o *office) error { return p.userList(cmd.Context(), o, asJSON) })
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (p *program) userList(ctx context.Context, o *office, asJSON bool) error {
	n, err := o.names(ctx)
	if err != nil {
		return err
	}
	t, lines := p.table(1, "NUMBER", "LOGIN", "ACCOUNTS", "STATE", "ROLES", "NAME"), p.jsonLines()
	var rows [][]string
	for _, u := range n.users {
		if asJSON {
			if err := lines.write(n.userForm(u)); err != nil {
				return err
			}
			continue
		}
		state := "active"
		if !u.Active() {
			state = "deactivated"
		}
		rows = append(rows, []string{fmt.Sprint(u.ID), u.Login, accountWords(u), state, n.roles(u), u.Name})
	}
	if asJSON {
		return nil
	}
	return t.rows(rows...)
}

func accountWords(u model.User) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(u.Accounts), "[]"), " ", ",")
}

// roles says what a user may do, in words.
func (n *people) roles(u model.User) string {
	if u.OrgAdmin {
		return "Organization Admin"
	}
	var out []string
	for _, d := range n.deployments {
		if role := u.RoleIn(d.ID); role != model.NoRole && !d.Removed() {
			out = append(out, d.Name+"="+role.String())
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ",")
}

// userSaid says what became of a user.
func (p *program) userSaid(ctx context.Context, o *office, u model.User, done string, asJSON bool) error {
	n, err := o.namesIfAllowed(ctx)
	if err != nil {
		return fmt.Errorf("user %s: %s; %w", u.Login, done, err)
	}
	return p.changed(asJSON, n.userForm(u), fmt.Sprintf("user %s: %s", u.Login, done))
}

func newUserRename(p *program) *cobra.Command {
	var name string
	var asJSON bool
	c := &cobra.Command{
		Use:     "rename LOGIN [NEW]",
		Short:   "Change the login or the name of a user",
		Long:    "rename changes the login to NEW, the name to --name, or both; tokens and roles stay.",
		Example: "  jeton user rename ben benjamin\n  jeton user rename ben --name 'Benjamin Low'",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 || len(args) == 1 && cmd.Flags().Changed("name") {
				return nil
			}
			return &usageError{cmd.CommandPath() + " needs a login, and a new one or --name", cmd.CommandPath()}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.changeUser(cmd.Context(), args[0], asJSON, "renamed", func(_ *office, u model.User) (model.Change, error) {
				c := model.RenamePerson{User: u.ID, Revision: u.Revision, Login: u.Login, Name: u.Name}
				if len(args) == 2 {
					c.Login = args[1]
				}
				if cmd.Flags().Changed("name") {
					c.Name = name
				}
				return c, nil
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "`NAME` of the person; empty for none")
	jsonFlag(c, &asJSON)
	return c
}

// changeUser looks at a user, changes something of them, and says how they are then.
func (p *program) changeUser(ctx context.Context, login string, asJSON bool, done string, change func(*office, model.User) (model.Change, error)) error {
	return p.office(ctx, func(o *office) error {
		u, err := o.user(ctx, login)
		if err != nil {
			return err
		}
		c, err := change(o, u)
		if err != nil {
			return err
		}
		u, word, err := settle(ctx, o, u, c, done)
		if err != nil {
			return err
		}
		return p.userSaid(ctx, o, u, word, asJSON)
	})
}

func newUserDeactivate(p *program) *cobra.Command {
	var yes, asJSON bool
	c := &cobra.Command{
		Use:   "deactivate LOGIN ...",
		Short: "Lock users out, and stop their tokens",
		Long: "deactivate keeps users out, and their user tokens stop working until they are let back in by\n" +
			"reactivate. On a terminal it asks; anywhere else it needs --yes.",
		Example: "  jeton user deactivate ben",
		Args:    atLeastOne("the login of a user"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.mayAsk(cmd, yes); err != nil {
				return err
			}
			return afterAsking(cmd.Context(), p, args, yes, func(o *office, login string) (doable, error) {
				return p.deactivation(cmd.Context(), o, login, asJSON)
			})
		},
	}
	yesFlag(c, &yes)
	jsonFlag(c, &asJSON)
	return c
}

// deactivation looks at a user who is to be locked out.
func (p *program) deactivation(ctx context.Context, o *office, login string, asJSON bool) (doable, error) {
	u, err := o.user(ctx, login)
	if err != nil {
		return doable{}, err
	}
	tokens, err := o.Tokens(ctx, o.actor, model.TokenQuery{Kind: model.UserToken, Owner: u.ID}, model.Window{Limit: 1})
	if err != nil {
		return doable{}, err
	}
	return doable{
		what: "user " + u.Login,
		question: fmt.Sprintf("Deactivate %s\nThey can do nothing any more, and %s of theirs stop working, until they are let back in. Deactivate?%s",
			u.Login, count(tokens.Total, "user token"), yesOrNo),
		answer: "y",
		do: func(ctx context.Context, o *office) error {
			u, word, err := settle(ctx, o, u, model.SetActive{User: u.ID}, "deactivated")
			if err != nil {
				return err
			}
			return p.userSaid(ctx, o, u, word, asJSON)
		},
	}, nil
}

func newUserReactivate(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "reactivate LOGIN ...",
		Short:   "Let deactivated users back in",
		Long:    "reactivate lets users back in. Their tokens work again, unless they were revoked.",
		Example: "  jeton user reactivate ben",
		Args:    atLeastOne("the login of a user"),
		RunE: func(cmd *cobra.Command, args []string) error {
			bad := &worst{out: p.std.err}
			for _, login := range slices.Compact(args) {
				bad.add(cmd.Context(), p.changeUser(cmd.Context(), login, asJSON, "reactivated", func(_ *office, u model.User) (model.Change, error) {
					return model.SetActive{User: u.ID, Active: true}, nil
				}))
			}
			return bad.over()
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
