package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newMan writes the pages of the manual. They are made here and not by cobra's own package,
// which would bring two Markdown libraries and one for YAML into the program for it.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the pages of the manual",
		Long: "man writes a page for each command into a directory that is there: jeton.1, jeton-token.1 and\n" +
			"so on. make install PREFIX=/usr/local puts them where man looks for them.",
		Example: "  jeton man ~/.local/share/man/man1\n  man jeton-token-create",
		Args:    exactly(1, "a directory"),
		RunE:    func(cmd *cobra.Command, args []string) error { return writePages(cmd.Root(), args[0]) },
	}
}

// writePages writes the page of a command and of all below it.
func writePages(c *cobra.Command, dir string) error {
	if c.Hidden {
		return nil
	}
	path := filepath.Join(dir, pageName(c)+".1")
	if err := os.WriteFile(path, []byte(page(c)), 0o644); err != nil {
		return fmt.Errorf("write the manual: %w; give a directory that is there", err)
	}
	// The pages are for everybody, whatever the umask.
	err := os.Chmod(path, 0o644)
	for _, sub := range c.Commands() {
		err = errors.Join(err, writePages(sub, dir))
	}
	return err
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// page is the manual page of a command, in the macros of man(7).
func page(c *cobra.Command) string {
	var b strings.Builder
	section := func(name, text string) {
		if text = strings.Trim(text, "\n"); text != "" {
			fmt.Fprintf(&b, ".SH %s\n%s\n", name, text)
		}
	}
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"jeton %s\" \"User Commands\"\n", roff(strings.ToUpper(pageName(c))), roff(version()))
	section("NAME", roff(pageName(c))+` \- `+roff(c.Short))
	if c.Runnable() {
		section("SYNOPSIS", ".B "+roff(c.UseLine()))
	}
	section("DESCRIPTION", paragraphs(cmp.Or(c.Long, c.Short+".")))
	if c.Runnable() {
		section("OPTIONS", options(c.NonInheritedFlags()))
		section("OPTIONS OF EVERY COMMAND", options(c.InheritedFlags()))
	}
	if c.Example != "" {
		section("EXAMPLES", ".nf\n"+lines(c.Example)+"\n.fi")
	}
	var also []string
	if c.HasParent() {
		also = append(also, roff(pageName(c.Parent()))+"(1)")
	}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			also = append(also, roff(pageName(sub))+"(1)")
		}
	}
	section("SEE ALSO", strings.Join(also, ",\n"))
	return b.String()
}

// options lists flags as man pages do.
func options(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		kind, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(name+" "+kind)), roff(usage))
	})
	return b.String()
}

// paragraphs sets text: what is indented stays as it is, and the rest is filled.
func paragraphs(text string) string {
	var out []string
	for _, p := range strings.Split(text, "\n\n") {
		if strings.HasPrefix(p, " ") {
			out = append(out, ".nf\n"+lines(p)+"\n.fi")
		} else {
			out = append(out, lines(p))
		}
	}
	return strings.Join(out, "\n.PP\n")
}

func lines(text string) string {
	all := strings.Split(text, "\n")
	for i, l := range all {
		all[i] = roff(l)
	}
	return strings.Join(all, "\n")
}

// roff keeps a line from being read as anything but text.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}
