package main

import (
	"fmt"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
)

// rolesAsked are the parts of a user's roles that were given; the others stay.
type rolesAsked struct {
	orgAdmin string   // "", "on", "off"
	roles    []string // "prod=editor"
}

func (a *rolesAsked) flags(c *cobra.Command) {
	c.Flags().StringVar(&a.orgAdmin, "org-admin", "", "`on|off`: an Organization Admin may do everything")
	c.Flags().StringArrayVar(&a.roles, "role", nil, "`DEPLOYMENT=ROLE`: viewer, launcher, editor, admin or none; give it once for each")
}

// on changes grants as was asked for.
func (a *rolesAsked) on(cmd *cobra.Command, o *office, grants []model.Grant) ([]model.Grant, error) {
	grants = slices.Clone(grants)
	var named []model.DeploymentID
	for _, text := range a.roles {
		name, word, _ := strings.Cut(text, "=")
		role, err := roleOf(word)
		if err != nil {
			return nil, &usageError{fmt.Sprintf("--role %s: %s", quotedShort(text), err), cmd.CommandPath()}
		}
		d, err := o.deployment(cmd.Context(), name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(named, d.ID) {
			return nil, &usageError{fmt.Sprintf("--role gives two roles in %s: choose one", d.Name), cmd.CommandPath()}
		}
		named = append(named, d.ID)
		grants = slices.DeleteFunc(grants, func(g model.Grant) bool { return g.Deployment == d.ID })
		grants = append(grants, model.Grant{Deployment: d.ID, Role: role})
	}
	return grants, nil
}

// roleOf reads a role, without regard to case.
func roleOf(word string) (model.Role, error) {
	for _, r := range model.Roles() {
		if strings.EqualFold(r.String(), word) {
			return r, nil
		}
	}
	return 0, fmt.Errorf("write DEPLOYMENT=ROLE with one of viewer, launcher, editor, admin and none")
}

func newUserAdd(p *program) *cobra.Command {
	var roles rolesAsked
	var add model.AddPerson
	var accounts []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "add LOGIN",
		Short: "Add a user",
		Long: "add makes a user. Without a role they can do nothing but manage their own user tokens; without\n" +
			"an account of this host they cannot come in here at all.",
		Example: "  jeton user add ben --name 'Ben Low' --account ben --role prod=editor --role staging=admin",
		Args:    exactly(1, "a login"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := onOrOff(cmd, "org-admin"); err != nil {
				return err
			}
			add.Login, add.OrgAdmin = args[0], roles.orgAdmin == "on"
			if add.Accounts, err = hostAccounts(cmd, accounts); err != nil {
				return err
			}
			return p.office(cmd.Context(), func(o *office) error {
				if add.Grants, err = roles.on(cmd, o, nil); err != nil {
					return err
				}
				u, word, err := settle(cmd.Context(), o, model.User{}, add, "added")
				if err != nil {
					return err
				}
				return p.userSaid(cmd.Context(), o, u, word, asJSON)
			})
		},
	}
	c.Flags().StringVar(&add.Name, "name", "", "`NAME` of the person")
	roles.flags(c)
	c.Flags().StringArrayVar(&accounts, "account", nil, "`ACCOUNT` of this host that is this user, by name or number; give it once for each")
	jsonFlag(c, &asJSON)
	return c
}

func newUserRoles(p *program) *cobra.Command {
	var a rolesAsked
	var asJSON bool
	c := &cobra.Command{
		Use:   "roles LOGIN",
		Short: "Edit what a user may do",
		Long: "roles changes what its flags say, and leaves the rest as it is. --role prod=none takes a role\n" +
			"away. The last Organization Admin stays one.",
		Example: "  jeton user roles ben --role prod=viewer --role staging=none\n  jeton user roles ben --org-admin on",
		Args:    exactly(1, "the login of a user"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onOrOff(cmd, "org-admin"); err != nil {
				return err
			}
			if a.orgAdmin == "" && len(a.roles) == 0 {
				return &usageError{"say what is to change: --org-admin or --role", cmd.CommandPath()}
			}
			return p.changeUser(cmd.Context(), args[0], asJSON, "roles saved", func(o *office, u model.User) (model.Change, error) {
				c := model.SetRoles{User: u.ID, Revision: u.Revision, OrgAdmin: u.OrgAdmin}
				if a.orgAdmin != "" {
					c.OrgAdmin = a.orgAdmin == "on"
				}
				var err error
				c.Grants, err = a.on(cmd, o, u.Grants)
				return c, err
			})
		},
	}
	a.flags(c)
	jsonFlag(c, &asJSON)
	return c
}

func newUserAccounts(p *program) *cobra.Command {
	var bind, unbind []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "accounts LOGIN",
		Short: "Say which accounts of this host are a user",
		Long: "accounts binds operating-system accounts to a user, or takes them away again: whoever runs\n" +
			"jeton under one is that user. Accounts are given by name or number.",
		Example: "  jeton user accounts ben --bind ben --unbind 1007",
		Args:    exactly(1, "the login of a user"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(bind)+len(unbind) == 0 {
				return &usageError{"say what is to change: --bind or --unbind", cmd.CommandPath()}
			}
			more, err := hostAccounts(cmd, bind)
			if err != nil {
				return err
			}
			less, err := hostAccounts(cmd, unbind)
			if err != nil {
				return err
			}
			return p.changeUser(cmd.Context(), args[0], asJSON, "accounts saved", func(_ *office, u model.User) (model.Change, error) {
				left := slices.DeleteFunc(slices.Concat(u.Accounts, more), func(uid uint32) bool { return slices.Contains(less, uid) })
				return model.SetAccounts{User: u.ID, Revision: u.Revision, Accounts: left}, nil
			})
		},
	}
	c.Flags().StringArrayVar(&bind, "bind", nil, "`ACCOUNT` that is this user; give it once for each")
	c.Flags().StringArrayVar(&unbind, "unbind", nil, "`ACCOUNT` that is no more; give it once for each")
	jsonFlag(c, &asJSON)
	return c
}

// hostAccounts finds accounts of this host, by name or number.
func hostAccounts(cmd *cobra.Command, names []string) ([]uint32, error) {
	var out []uint32
	for _, name := range names {
		uid, err := strconv.ParseUint(name, 10, 32)
		if err != nil {
			u, lookup := user.Lookup(name)
			if lookup == nil {
				uid, lookup = strconv.ParseUint(u.Uid, 10, 32)
			}
			err = lookup
		}
		if err != nil {
			return nil, &usageError{fmt.Sprintf("account %s: this host has none of that name; give another, or its number", quotedShort(name)), cmd.CommandPath()}
		}
		out = append(out, uint32(uid))
	}
	return out, nil
}
