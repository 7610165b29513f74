package main

import (
	"github.com/spf13/cobra"

	"jeton/model"
)

func newService(p *program) *cobra.Command {
	n := noun{word: "service", kind: model.ServiceToken}
	c := &cobra.Command{
		Use:   "service",
		Short: "Create, list, reveal and revoke the credentials of services",
		Long: "A service credential (jts_...) lets a proxy or a service ask jeton whether a token is good.\n" +
			"It reaches nothing itself. It is named by its number, which jeton service list shows.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newServiceCreate(p), newServiceList(p), newShow(p, n), newReveal(p, n), newDescribe(p, n), newRevoke(p, n), newUsage(p, n))
	return c
}

func newServiceCreate(p *program) *cobra.Command {
	a := createAsked{kind: model.ServiceToken}
	c := &cobra.Command{
		Use:   "create",
		Short: "Create a service credential",
		Long: "create makes a service credential and prints its number. Its value is printed only with\n" +
			"--reveal, alone on standard output, or written to a new file with --output-file.",
		Example: "  jeton service create --description 'nginx on edge1' --output-file ./credential",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.createToken(cmd, &a) },
	}
	createFlags(c, &a)
	return c
}

func newServiceList(p *program) *cobra.Command {
	a := listAsked{service: true}
	c := &cobra.Command{
		Use:     "list",
		Short:   "List service credentials, newest first",
		Long:    "list prints the service credentials. Revoked ones are left out unless --revoked is given.",
		Example: "  jeton service list --revoked --json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.listTokens(cmd, &a) },
	}
	listFlags(c, &a)
	return c
}
