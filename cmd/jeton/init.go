package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store"
)

func newInit(p *program) *cobra.Command {
	var found model.Found
	c := &cobra.Command{
		Use:   "init",
		Short: "Create an organization",
		Long: "init creates an organization and its keyset. Whoever runs it becomes its first\n" +
			"Organization Admin: their operating-system account is bound to the login.",
		Example: "  jeton init --organization acme --deployment prod --deployment staging",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.create(cmd.Context(), found) },
	}
	c.Flags().StringVar(&found.Organization, "organization", "", "name of the organization (needed)")
	c.Flags().StringArrayVar(&found.Deployments, "deployment", nil, "name of a deployment; give it once for each")
	c.Flags().StringVar(&found.Login, "login", "", "login of the first user (default: that of your account)")
	return c
}

// create creates the organization that init was asked for.
func (p *program) create(ctx context.Context, found model.Found) error {
	if found.Organization == "" {
		return &usageError{"an organization needs a name: give --organization", "jeton init"}
	}
	s, err := p.setup()
	if err != nil {
		return err
	}
	uid := uint32(os.Geteuid())
	found.Account = uid
	if found.Login == "" {
		found.Login = strings.ToLower(store.AccountName(uid))
	}
	from := source(p.getenv, ttyName())
	from.Door = model.DoorCommand
	if err := newOpener(s.store, s.keyset, from, nil).create(ctx, found); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.std.out, "Created %s in %s; %s is its Organization Admin.\n"+
		"Its keyset is %s: keep a copy somewhere else. Without it nothing here can be read.\n",
		found.Organization, s.store, found.Login, s.keyset)
	return err
}
