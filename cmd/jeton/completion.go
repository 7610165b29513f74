package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells are those that there is a completion for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// newCompletion prints what a shell needs to complete command lines. What is completed is
// commands, flags and words that are always the same. Logins, names and numbers are not:
// each tab would open the store, or wait for it, and what somebody may not list would be
// recorded as an attempt.
func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print what completes command lines in bash, zsh, fish or powershell",
		Long: "completion prints a script for the shell given. make install PREFIX=/usr/local puts it where\n" +
			"shells look for it; for one session, or from a file that your shell reads at its start:",
		Example: "  source <(jeton completion bash)\n  jeton completion zsh > \"${fpath[1]}/_jeton\"\n" +
			"  jeton completion fish > ~/.config/fish/completions/jeton.fish\n  jeton completion powershell | Out-String | Invoke-Expression",
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(shells, args[0]) {
				return nil
			}
			return &usageError{fmt.Sprintf("%s needs one of %s", cmd.CommandPath(), strings.Join(shells, ", ")), cmd.CommandPath()}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			return root.GenPowerShellCompletionWithDesc(out)
		},
	}
}

// completes has arguments and flags of all commands completed where there is something
// to choose from, and never by names of files where no file is meant.
func completes(root *cobra.Command) {
	words := map[string][]string{
		"org-agent": {"on", "off"}, "all-branch-deployments": {"on", "off"}, "org-admin": {"on", "off"}, "theme": {"auto", "dark", "light"},
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if files := strings.Contains(c.Use, "FILE") || strings.Contains(c.Use, "DIR"); !files && c.ValidArgs == nil && c.ValidArgsFunction == nil {
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
		for name, choice := range words {
			if c.LocalNonPersistentFlags().Lookup(name) != nil || c == root && c.PersistentFlags().Lookup(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(choice, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}
