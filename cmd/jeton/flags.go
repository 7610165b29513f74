package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// yourself is what --user means when no login is given: the one who runs the command. It is
// no login that anybody can have.
const yourself = "(you)"

// userFlag adds --user, whose login may be left out. What follows it then looks like an
// argument to the library, see loginArgument.
func userFlag(c *cobra.Command, into *string, usage string) {
	c.Flags().StringVar(into, "user", "", usage)
	c.Flags().Lookup("user").NoOptDefVal = yourself
}

// loginArgument takes the login behind --user and nothing else. An empty one is refused: it
// is what a script gives that lost it, and means neither its owner nor nobody's tokens.
func loginArgument(cmd *cobra.Command, args []string, user *string) error {
	if len(args) == 1 && *user == yourself {
		*user, args = args[0], nil
	}
	if cmd.Flags().Changed("user") && *user == "" {
		return &usageError{"--user has an empty login behind it: give one, or none for your own", cmd.CommandPath()}
	}
	return noArguments(cmd, args)
}

// oneOf refuses flags that say different things.
func oneOf(cmd *cobra.Command, names ...string) error {
	var given []string
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			given = append(given, name)
		}
	}
	if len(given) > 1 {
		return &usageError{fmt.Sprintf("--%s and --%s say different things: give one of them", given[0], given[1]), cmd.CommandPath()}
	}
	return nil
}

// notEmpty refuses flags without a value, which may come of a variable that is not set: as if
// they were not there, they would ask for everything.
func notEmpty(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return &usageError{"--" + name + " needs a value", cmd.CommandPath()}
		}
	}
	return nil
}
