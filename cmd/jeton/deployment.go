package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"jeton/model"
)

func newDeployment(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "deployment",
		Short: "Add, list, rename and remove full deployments",
		Long: "Agent tokens reach full deployments by what their permissions say, and users have a role in\n" +
			"each. Branch deployments are not registered: a token may act on all of them or on none.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newDeploymentList(p), newDeploymentAdd(p), newDeploymentRename(p), newDeploymentRemove(p))
	return c
}

func newDeploymentList(p *program) *cobra.Command {
	var removed, asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List deployments by name",
		Long:  "list prints the deployments. Removed ones are left out unless --removed is given.",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.office(cmd.Context(), func(o *office) error { return p.deploymentList(cmd.Context(), o, removed, asJSON) })
		},
	}
	c.Flags().BoolVar(&removed, "removed", false, "removed ones as well")
	jsonFlag(c, &asJSON)
	return c
}

func (p *program) deploymentList(ctx context.Context, o *office, removed, asJSON bool) error {
	n, err := o.names(ctx)
	if err != nil {
		return err
	}
	head := []string{"NUMBER", "CREATED", "NAME"}
	if removed {
		head = append(head, "REMOVED")
	}
	t, lines := p.table(1, head...), p.jsonLines()
	var rows [][]string
	for _, d := range n.deployments {
		switch {
		case d.Removed() && !removed:
		case asJSON:
			if err := lines.write(n.deploymentForm(d)); err != nil {
				return err
			}
		default:
			rows = append(rows, []string{fmt.Sprint(d.ID), moment(d.CreatedAt), d.Name, moment(d.RemovedAt)}[:len(head)])
		}
	}
	if asJSON {
		return nil
	}
	return t.rows(rows...)
}

func newDeploymentAdd(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a deployment",
		Long:    "add registers a full deployment. Org Agent tokens reach it at once, others once it is given to them.",
		Example: "  jeton deployment add staging",
		Args:    exactly(1, "the name of a deployment"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.office(cmd.Context(), func(o *office) error {
				return p.changeDeployment(cmd.Context(), o, model.Deployment{}, model.AddDeployment{Name: args[0]}, "added", asJSON)
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// changeDeployment makes a change to a deployment, and says how it is then.
func (p *program) changeDeployment(ctx context.Context, o *office, d model.Deployment, c model.Change, done string, asJSON bool) error {
	d, done, err := settle(ctx, o, d, c, done)
	if err != nil {
		return err
	}
	n, err := o.namesIfAllowed(ctx)
	if err != nil {
		return fmt.Errorf("deployment %s: %s; %w", d.Name, done, err)
	}
	return p.changed(asJSON, n.deploymentForm(d), fmt.Sprintf("deployment %s: %s", d.Name, done))
}

func newDeploymentRename(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "rename NAME NEW",
		Short:   "Change the name of a deployment",
		Long:    "rename changes the name; permissions and roles stay.",
		Example: "  jeton deployment rename staging stage",
		Args:    exactly(2, "the name of a deployment and a new one"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.office(cmd.Context(), func(o *office) error {
				d, err := o.deployment(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				c := model.RenameDeploy{Deployment: d.ID, Revision: d.Revision, Name: args[1]}
				return p.changeDeployment(cmd.Context(), o, d, c, "renamed from "+d.Name, asJSON)
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func newDeploymentRemove(p *program) *cobra.Command {
	var yes, asJSON bool
	c := &cobra.Command{
		Use:   "remove NAME ...",
		Short: "Remove deployments, for good",
		Long: "remove takes deployments away: tokens whose permissions name one lose it, users their role in\n" +
			"it. It cannot be undone. On a terminal it asks; anywhere else it needs --yes.",
		Example: "  jeton deployment remove staging",
		Args:    atLeastOne("the name of a deployment"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.mayAsk(cmd, yes); err != nil {
				return err
			}
			return afterAsking(cmd.Context(), p, args, yes, func(o *office, name string) (doable, error) {
				return p.removal(cmd.Context(), o, name, asJSON)
			})
		},
	}
	yesFlag(c, &yes)
	jsonFlag(c, &asJSON)
	return c
}

// atLeastOne takes one argument or more and says what they are.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return &usageError{cmd.CommandPath() + " needs " + what, cmd.CommandPath()}
	}
}

// removal looks at a deployment that is to be removed, and who loses it.
func (p *program) removal(ctx context.Context, o *office, name string, asJSON bool) (doable, error) {
	d, err := o.deployment(ctx, name)
	if err != nil {
		return doable{}, err
	}
	naming, err := o.Tokens(ctx, o.actor, model.TokenQuery{Kind: model.AgentToken, Deployment: d.ID}, model.Window{Limit: 1})
	if err != nil {
		return doable{}, err
	}
	text := "No agent token names it."
	if naming.Total > 0 {
		text = fmt.Sprintf("Named in the permissions of %s, which will lose it.", count(naming.Total, "agent token"))
	}
	return doable{
		what:     "deployment " + d.Name,
		question: fmt.Sprintf("Remove deployment %s\n%s\nIt is gone at once, for everyone. This cannot be undone. Remove it?%s", d.Name, text, yesOrNo),
		answer:   "y",
		do: func(ctx context.Context, o *office) error {
			return p.changeDeployment(ctx, o, d, model.RemoveDeployment{Deployment: d.ID}, "removed", asJSON)
		},
	}, nil
}
