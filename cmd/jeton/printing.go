package main

import "github.com/spf13/cobra"

func newConfigCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the configuration that holds, with where each value came from",
		Long: "config prints every setting and every key: what it is, what is allowed, and whether a\n" +
			"flag, the environment, the file or nobody set it. The output is a configuration file. Write it\n" +
			"to a new one, since the shell empties a file before jeton reads it, and put that in place:",
		Example: "  jeton config > ~/.config/jeton/config.new.toml",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			s, err := p.setup()
			if err != nil {
				return err
			}
			return s.config.Write(p.std.out)
		},
	}
}
