package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// program is what all commands share: where they run and what the command line says.
type program struct {
	getenv func(string) string
	std    streams
	flags  flags
	lastly lastly
	warned bool // of damage
}

// flags are those every command takes.
type flags struct {
	store, keyset, config string
	server, tokenFile     string
	serverCA              string
	theme                 string
	ascii, noMouse        bool
}

// usageError is a command line that makes no sense.
type usageError struct {
	text    string
	command string // that can explain itself
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%s; see %s --help", e.text, e.command)
}

// newRoot returns the command line of jeton.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:   "jeton",
		Short: "A token authority for the terminal",
		Long: "jeton issues agent tokens and user tokens, and lets you see, describe, scope, reveal,\n" +
			"copy and revoke them. Without a command it opens the screens; on the first run it\n" +
			"asks for the organization there.",
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return p.screens(cmd.Context()) },
	}
	root.SetIn(p.std.in)
	root.SetOut(p.std.out)
	root.SetErr(p.std.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{flagTrouble(err), cmd.CommandPath()}
	})
	f := root.PersistentFlags()
	f.StringVar(&p.flags.store, "store", "", "directory of the organization (JETON_STORE)")
	f.StringVar(&p.flags.keyset, "keyset", "", "file of the keys that open it (JETON_KEYSET)")
	f.StringVar(&p.flags.config, "config", "", "configuration file (JETON_CONFIG)")
	f.StringVar(&p.flags.theme, "theme", "", "auto, dark or light")
	f.BoolVar(&p.flags.ascii, "ascii", false, "draw with ASCII characters only")
	f.BoolVar(&p.flags.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	p.serverFlags(root)
	root.AddCommand(newInit(p), newDemo(p), newConfigCommand(p), newDoctor(p), newAudit(p), newBackup(p), newRestore(p), newKey(p), newServe(p),
		newToken(p), newService(p), newUser(p), newDeployment(p), newSetting(p), newCompletion(), newMan(), newExitCodes(), newVersion(p))
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = helpTopic
	}
	completes(root)
	return root
}

// helpTopic refuses what there is no help on.
func helpTopic(help *cobra.Command, args []string) error {
	found, rest, err := help.Root().Find(args)
	if err != nil || len(rest) == 0 {
		return err
	}
	return noArguments(found, rest)
}

// noArguments refuses what is neither a flag nor a command.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return &usageError{fmt.Sprintf("%s takes no argument, and %s is one", cmd.CommandPath(), quotedShort(args[0])), cmd.CommandPath()}
	}
	text := fmt.Sprintf("%s has no command %s", cmd.CommandPath(), quotedShort(args[0]))
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += ", did you mean " + near[0] + "?"
	}
	return &usageError{text, cmd.CommandPath()}
}

// flagTrouble says what is wrong with a flag, without the words of whoever read it.
func flagTrouble(err error) string {
	var number *strconv.NumError
	if errors.As(err, &number) {
		text, _, _ := strings.Cut(err.Error(), ": strconv.")
		return oneLine(text) + ": give a number in digits"
	}
	return oneLine(err.Error())
}

// oneLine keeps what somebody else's error says on one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// setup is the configuration with what flags and environment say, and where things are.
type setup struct {
	config        Config
	configFile    string // "" without a home
	store, keyset string // absolute
}

// setup reads the configuration.
func (p *program) setup() (setup, error) {
	path, explicit := configPath(p.flags.config, p.getenv)
	c, err := LoadConfig(path, explicit)
	if err != nil {
		return setup{}, err
	}
	if c, err = p.overrule(c); err != nil {
		return setup{}, err
	}
	s := setup{configFile: path}
	var from Origin
	if s.store, from, err = storeDir(p.flags.store, p.getenv, c); err != nil {
		return setup{}, err
	}
	if c, err = given(c, "store.directory", s.store, from); err != nil {
		return setup{}, err
	}
	if s.keyset, from, err = keysetFile(p.flags.keyset, p.getenv, c); err != nil {
		return setup{}, err
	}
	s.config, err = given(c, "store.keyset", s.keyset, from)
	return s, err
}

// overrule applies the flags that stand for settings.
func (p *program) overrule(c Config) (Config, error) {
	var err error
	if p.flags.theme != "" {
		if c, err = c.With("theme", p.flags.theme, Origin{FromFlag, "--theme", 0}); err != nil {
			return c, &usageError{err.Error(), "jeton"}
		}
	}
	if p.flags.ascii {
		if c, err = c.With("glyphs", "ascii", Origin{FromFlag, "--ascii", 0}); err != nil {
			return c, err
		}
	}
	if p.flags.noMouse {
		c, err = c.With("mouse", "false", Origin{FromFlag, "--no-mouse", 0})
	}
	return c, err
}

// given notes in the configuration a path that a flag or the environment gave.
func given(c Config, name, path string, from Origin) (Config, error) {
	if from.Source != FromFlag && from.Source != FromEnvironment {
		return c, nil
	}
	return c.With(name, path, from)
}
