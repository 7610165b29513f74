package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"jeton/store"
	"jeton/ui/draw"
)

func newBackup(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a backup, also while jeton is open",
		Long: "backup writes everything but the keyset to a new file: all that was acknowledged before it\n" +
			"began. It only reads, and can run while a jeton has the store open, whose next signed head it\n" +
			"waits for. A store nobody has open is opened and closed first.\n\n" +
			"The file is sealed and opens only with the keyset: keep a copy of that somewhere else. A key\n" +
			"that is retired from the keyset later is still needed for the backups of before.",
		Example: "  jeton backup /mnt/backups/acme-$(date +%F)\n  jeton backup verify /mnt/backups/acme-2026-11-23",
		Args:    oneFile,
		RunE:    func(cmd *cobra.Command, args []string) error { return p.backup(cmd.Context(), args[0]) },
	}
	c.AddCommand(newBackupVerify(p))
	return c
}

// oneFile takes the name of a backup and nothing else.
func oneFile(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 || args[0] == "":
		return &usageError{cmd.CommandPath() + " needs the name of a file", cmd.CommandPath()}
	case len(args) > 1:
		return &usageError{fmt.Sprintf("%s takes one file, and %s is another argument", cmd.CommandPath(), quotedShort(args[1])), cmd.CommandPath()}
	}
	return nil
}

// working is how the store is opened for long work outside of the screens. Call done when it
// is over.
func (p *program) working(ctx context.Context) (s setup, o store.Options, done func(), err error) {
	if s, err = p.setup(); err != nil {
		return s, o, nil, err
	}
	from, err := p.opener(s)
	if err != nil {
		return s, o, nil, err
	}
	o = from.options
	if o.Keyset, err = p.openKeyset(ctx, s.keyset); err != nil {
		return s, o, nil, err
	}
	line := newBar(p.std.err, 0)
	o.Progress = line.progress
	return s, o, line.clear, nil
}

func (p *program) backup(ctx context.Context, file string) error {
	s, o, done, err := p.working(ctx)
	if err != nil {
		return err
	}
	b, err := store.Backup(ctx, o, file)
	done()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Backed up %s to %s: %s.\nIt opens only with the keyset %s: keep a copy of that somewhere else.\n"+
		"To be sure: jeton backup verify %s\n", s.store, file, holds(b), s.keyset, file)
	if b.Note != "" {
		text += fmt.Sprintf("The store as it was found: %s.\n", draw.Safe(b.Note))
	}
	_, err = fmt.Fprint(p.std.out, text)
	return err
}

// holds says what a backup holds, without opening anything of it.
func holds(b store.Backed) string {
	return fmt.Sprintf("%d events up to %s, %s", b.Events, b.Newest, bytesWords(b.Bytes))
}

func bytesWords(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

func newBackupVerify(p *program) *cobra.Command {
	var scratch string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Restore a backup into a temporary directory, and compare",
		Long: "verify restores the backup into a temporary directory, makes state from it, compares the\n" +
			"events with the signed head and the state with what the newest event says, and removes the\n" +
			"directory again. It ends with 0 when the backup is good, and with 1 when it is not.",
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return p.backupVerify(cmd.Context(), args[0], scratch) },
	}
	c.Flags().StringVar(&scratch, "scratch", "", "where the temporary directory is made (default: beside FILE)")
	return c
}

func (p *program) backupVerify(ctx context.Context, file, scratch string) error {
	_, o, done, err := p.working(ctx)
	if err != nil {
		return err
	}
	if scratch == "" {
		scratch = filepath.Dir(file)
	}
	c, err := store.VerifyBackup(ctx, o, file, scratch)
	done()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.std.out, "The backup is good: %s.\nIt is of %s: %s, made %s.\n", holds(c.Backed), draw.Safe(c.Organization), inside(c), c.Made)
	return err
}

// inside says what is in an organization.
func inside(c store.Contents) string {
	text := fmt.Sprintf("%s, %s and %s", count(c.Users, "user"), count(c.Agents, "agent token"), count(c.UserTokens, "user token"))
	if c.Services > 0 {
		text += ", with " + count(c.Services, "service credential")
	}
	return fmt.Sprintf("%s, of which %d revoked", text, c.Revoked)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
