package main

import "github.com/spf13/cobra"

// newExitCodes is something to read, not to run: jeton help exit-codes.
func newExitCodes() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit code of a command says",
		Long: `Every command ends with one of these. The numbers stay what they are.

  0     done; of token check: the token is good, and allowed where that was asked
  1     failed for a reason that is none of those below; of token check: it is not
        good, or not allowed there; of audit verify: something was tampered with
  2     the command line makes no sense, or there was nobody to ask and no --yes; of
        audit verify: events are missing at the end
  3     there is no such token, user, deployment, store or keyset; of audit verify:
        what it needs cannot be read
  4     refused: whoever runs this may not do that, which is recorded
  5     it conflicts with how things are: a name is taken, a token revoked already,
        somebody changed the same thing in between, or the last Organization Admin
        would be gone
  6     not available just now: another jeton has the store, the server does not answer,
        or the disk is full
  7     the store, its journal or the keyset is damaged
  8     the outcome is unknown: it may have been done or not; look before trying again
  9     of token check: it could not be told, for a reason that is none of the above
  70    a mistake of jeton's own ended it; nothing that was answered is lost
  128+N a signal ended the command: 130 ctrl+c, 141 nobody reads the output any more

Of several things that fail, each is said, and the greatest code is that of the command.
What was to be changed and is so already is no failure.`,
	}
}
