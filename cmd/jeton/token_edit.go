package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newDescribe(p *program, n noun) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "describe NUMBER TEXT",
		Short:   "Say what a " + n.word + " is for",
		Long:    "describe replaces the description; an empty text removes it.",
		Example: "  " + n.command("describe") + " 14 'staging runner, blue'",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return &usageError{fmt.Sprintf("%s needs a number and a text, in quotes if it has spaces, and %d arguments were given", cmd.CommandPath(), len(args)), cmd.CommandPath()}
			}
			return needNumbers(cmd, args[:1])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tokenNumber(cmd, args[0])
			if err != nil {
				return err
			}
			return p.edit(cmd.Context(), n, id, asJSON, "described", func(*office, model.Token) (model.Change, error) {
				return model.Describe{Token: id, Description: args[1]}, nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// edit looks at a token, changes it, and says how it is then.
func (p *program) edit(ctx context.Context, n noun, id model.TokenID, asJSON bool, done string, change func(*office, model.Token) (model.Change, error)) error {
	return p.office(ctx, func(o *office) error {
		_, t, err := o.look(ctx, n, id)
		if err != nil {
			return err
		}
		c, err := change(o, t)
		if err != nil {
			return err
		}
		word := done
		if _, err = o.change(ctx, c); errors.Is(err, model.ErrNothing) {
			word = "nothing to change"
		} else if err != nil {
			return err
		}
		l, t, err := o.look(ctx, n, id)
		if err != nil {
			return err
		}
		return p.edited(l, t, word, asJSON)
	})
}

// edited says what became of a token.
func (p *program) edited(l *listing, t model.Token, word string, asJSON bool) error {
	if reach := l.reach(t); reach != "" && word != "revoked" {
		word += "; it reaches " + reach
	}
	return p.changed(asJSON, l.form(t), fmt.Sprintf("%s %d: %s", t.Kind, t.ID, word))
}

// permissionsAsked are the parts of permissions that were given; the others stay.
type permissionsAsked struct {
	orgAgent, branches string // "", "on", "off"
	deployments        []string
	none               bool
}

func newPermissions(p *program) *cobra.Command {
	var a permissionsAsked
	var asJSON bool
	c := &cobra.Command{
		Use:   "permissions NUMBER",
		Short: "Edit what an agent token reaches",
		Long: "permissions changes what its flags say, and leaves the rest as it is. While Org Agent is on,\n" +
			"the token reaches every deployment, now and later, branch deployments included, and the other\n" +
			"two are only remembered. --deployment, given once for each, replaces the set of deployments.",
		Example: "  jeton token permissions 14 --org-agent off --deployment prod --deployment staging\n  jeton token permissions 14 --all-branch-deployments on",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{fmt.Sprintf("%s takes the number of one token, and %s is another argument", cmd.CommandPath(), quotedShort(args[1])), cmd.CommandPath()}
			}
			return needNumbers(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tokenNumber(cmd, args[0])
			if err == nil {
				err = a.check(cmd)
			}
			if err != nil {
				return err
			}
			return p.edit(cmd.Context(), noun{}, id, asJSON, "saved", func(o *office, t model.Token) (model.Change, error) {
				return o.permissions(cmd.Context(), t, &a)
			})
		},
	}
	c.Flags().StringVar(&a.orgAgent, "org-agent", "", "`on|off`: reach every deployment, branch deployments included")
	c.Flags().StringArrayVar(&a.deployments, "deployment", nil, "`NAME` of a deployment to reach; give it once for each")
	c.Flags().BoolVar(&a.none, "no-deployment", false, "reach none of the deployments by name")
	c.Flags().StringVar(&a.branches, "all-branch-deployments", "", "`on|off`: reach all branch deployments")
	jsonFlag(c, &asJSON)
	return c
}

func (a *permissionsAsked) check(cmd *cobra.Command) error {
	for _, name := range []string{"org-agent", "all-branch-deployments"} {
		if err := onOrOff(cmd, name); err != nil {
			return err
		}
	}
	if a.orgAgent == "" && a.branches == "" && len(a.deployments) == 0 && !a.none {
		return &usageError{"say what is to change: --org-agent, --deployment, --no-deployment or --all-branch-deployments", cmd.CommandPath()}
	}
	return oneOf(cmd, "deployment", "no-deployment")
}

// onOrOff refuses another value of a flag.
func onOrOff(cmd *cobra.Command, name string) error {
	f := cmd.Flags().Lookup(name)
	if f.Changed && f.Value.String() != "on" && f.Value.String() != "off" {
		return &usageError{fmt.Sprintf("--%s %s: say on or off", name, quotedShort(f.Value.String())), cmd.CommandPath()}
	}
	return nil
}

// permissions is the change that was asked for, on a token as it was seen: if someone else
// edits it in between, that is refused.
func (o *office) permissions(ctx context.Context, t model.Token, a *permissionsAsked) (model.Change, error) {
	set := t.Permissions
	if a.orgAgent != "" {
		set.OrgAgent = a.orgAgent == "on"
	}
	if a.branches != "" {
		set.AllBranches = a.branches == "on"
	}
	if len(a.deployments) > 0 || a.none {
		set.Deployments = nil
	}
	for _, name := range a.deployments {
		d, err := o.deployment(ctx, name)
		if err != nil {
			return nil, err
		}
		set.Deployments = append(set.Deployments, d.ID)
	}
	return model.SetPermissions{Token: t.ID, Revision: t.Revision, Permissions: set}, nil
}
