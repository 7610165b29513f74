package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"jeton/model"
)

// settingNames are what can be set of an organization, and how it is said.
var settingNames = []struct {
	name, allowed string
	get           func(model.Organization) string
	set           func(model.Organization, string) (model.Change, error)
}{
	{"organization", "a name", func(o model.Organization) string { return o.Name }, func(o model.Organization, value string) (model.Change, error) {
		return model.RenameOrg{Revision: o.Revision, Name: value}, nil
	}},
	{"private-user-tokens", "on or off", func(o model.Organization) string { return switched(o.Settings.PrivateUserTokens) }, func(o model.Organization, value string) (model.Change, error) {
		if value != "on" && value != "off" {
			return nil, errOnOff
		}
		set := o.Settings
		set.PrivateUserTokens = value == "on"
		return model.SetSettings{Revision: o.Revision, Settings: set}, nil
	}},
}

var errOnOff = errors.New("say on or off")

func switched(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func newSetting(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "setting",
		Short: "Read and change what the organization decided for everyone",
		Long: "The settings of the organization: its name, and whether user tokens are private, so that not\n" +
			"even an Organization Admin creates or reveals those of others. How jeton looks and where things\n" +
			"are is the configuration: see jeton config.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newSettingList(p), newSettingSet(p))
	return c
}

func newSettingList(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "Print the settings",
		Long:  "list prints each setting and its value.",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.office(cmd.Context(), func(o *office) error {
				return p.settings(cmd.Context(), o, asJSON)
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (p *program) settings(ctx context.Context, o *office, asJSON bool) error {
	self, err := o.Session(ctx, o.actor)
	if err != nil {
		return err
	}
	if asJSON {
		n, err := o.namesIfAllowed(ctx)
		if err != nil {
			return err
		}
		return p.said(true, n.organizationForm(self.Organization), "")
	}
	t := p.table(0, "SETTING", "VALUE")
	var rows [][]string
	for _, s := range settingNames {
		rows = append(rows, []string{s.name, s.get(self.Organization)})
	}
	return t.rows(rows...)
}

// settingSaid says what became of a setting.
func (p *program) settingSaid(ctx context.Context, o *office, now model.Organization, asJSON bool, line string) error {
	n, err := o.namesIfAllowed(ctx)
	if err != nil {
		return fmt.Errorf("%s; %w", line, err)
	}
	return p.changed(asJSON, n.organizationForm(now), line)
}

func newSettingSet(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:       "set NAME VALUE",
		Short:     "Change a setting",
		Long:      "set changes one setting; jeton setting list shows their names.",
		Example:   "  jeton setting set private-user-tokens on\n  jeton setting set organization 'Acme Data'",
		ValidArgs: []string{"organization", "private-user-tokens"},
		Args:      exactly(2, "the name of a setting and a value"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.office(cmd.Context(), func(o *office) error { return p.set(cmd.Context(), o, args[0], args[1], asJSON) })
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// exactly takes that many arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return &usageError{fmt.Sprintf("%s needs %s, in quotes if it has spaces, and %d arguments were given", cmd.CommandPath(), what, len(args)), cmd.CommandPath()}
	}
}

// set changes one setting of the organization as it is seen now.
func (p *program) set(ctx context.Context, o *office, name, value string, asJSON bool) error {
	self, err := o.Session(ctx, o.actor)
	if err != nil {
		return err
	}
	for _, s := range settingNames {
		if s.name != name {
			continue
		}
		c, err := s.set(self.Organization, value)
		if err != nil {
			return &usageError{fmt.Sprintf("%s %s: %s", name, quotedShort(value), err), "jeton setting set"}
		}
		now, done, err := settle(ctx, o, self.Organization, c, "saved")
		if err != nil {
			return err
		}
		return p.settingSaid(ctx, o, now, asJSON, fmt.Sprintf("%s = %s: %s", name, s.get(now), done))
	}
	return fmt.Errorf("setting %s: %w; jeton setting list shows the names", quotedShort(name), model.ErrNotFound)
}

// settle makes a change to a record, and says in words what that came to: nothing, where all
// was as it should be already.
func settle[T model.Record](ctx context.Context, o *office, was T, c model.Change, done string) (T, string, error) {
	r, err := o.change(ctx, c)
	if errors.Is(err, model.ErrNothing) {
		return was, "nothing to change", nil
	}
	if now, ok := r.(T); ok {
		was = now
	}
	return was, done, err
}

// said prints what a command came to: an object for programs, a line for people.
func (p *program) said(asJSON bool, object any, line string) error {
	if asJSON {
		return p.jsonLines().write(object)
	}
	_, err := fmt.Fprintln(p.std.out, p.safe()(line))
	return err
}

// changed prints what a change came to, and tells that it was made also where that cannot be
// printed: nobody is to make it again for a full disk.
func (p *program) changed(asJSON bool, object any, line string) error {
	err := p.said(asJSON, object, line+".")
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return err
	}
	return fmt.Errorf("%s; that could not be printed: %w", line, err)
}
