package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"jeton/store/seal"
)

func newKey(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "Look after the keyset",
		Long: "The keyset opens everything in the store. Without it the store is lost: nobody can open it\n" +
			"again, and neither can we. Whoever has both can read everything.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newKeyPassphrase(p), newKeyRotate(p), newKeyExport(p))
	return c
}

func newKeyPassphrase(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "passphrase",
		Short: "Wrap the keyset by a passphrase, change it, or take it away",
		Long: "passphrase asks for a passphrase, twice, and wraps the keyset by it (age, scrypt): from then\n" +
			"on it is asked for at each start. An empty one makes the file plain again. Copies of the\n" +
			"keyset stay as they are.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.keyPassphrase(cmd.Context()) },
	}
}

func (p *program) keyPassphrase(ctx context.Context) error {
	s, err := p.setup()
	if err != nil {
		return err
	}
	var old heldPhrase
	defer old.forget()
	k, err := p.openOnce(ctx, s.keyset, &old)
	if err != nil {
		return err
	}
	k.Wipe()
	fresh, err := p.askPassphrase(ctx, "New passphrase, empty for none: ")
	if err != nil {
		return err
	}
	again, err := p.askPassphrase(ctx, "The same again: ")
	if err != nil {
		return err
	}
	defer clear(again)
	if !bytes.Equal(fresh, again) {
		clear(fresh)
		return errors.New("the two are not the same; nothing was changed")
	}
	plain := len(fresh) == 0
	if err := seal.SetPassphrase(s.keyset, old.again, fresh); err != nil {
		return err
	}
	text := "is wrapped by the passphrase. It is asked for at each start; a forgotten one is a lost keyset."
	if plain {
		text = "has no passphrase: who can read the file can open the store."
	}
	_, err = fmt.Fprintf(p.std.out, "The keyset %s %s\n", s.keyset, text)
	return err
}

func newKeyExport(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write a copy of the keyset, with instructions, for safe keeping",
		Long: "export writes a copy of the keyset to FILE, mode 0600, or to standard output if that is not\n" +
			"a terminal, with instructions on how to put it back. A wrapped keyset stays wrapped. Keep it\n" +
			"apart from the store and its backups.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{fmt.Sprintf("one file is enough, and %d were given", len(args)), cmd.CommandPath()}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) == 1 {
				path = args[0]
			}
			return p.keyExport(cmd.Context(), path)
		},
	}
}

func (p *program) keyExport(ctx context.Context, path string) (err error) {
	s, err := p.setup()
	if err != nil {
		return err
	}
	out := p.std.out
	if path == "" && isatty.IsTerminal(out.Fd()) {
		return &usageError{"a keyset does not belong on a screen: give a file, or send the output somewhere else", "jeton key export"}
	}
	if path != "" {
		if out, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return fmt.Errorf("export the keyset: %w; choose a file that is not there yet", err)
		}
		defer func() {
			if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
				err = errors.Join(err, os.Remove(path)) // half a keyset is none
			}
		}()
	}
	return seal.Export(s.keyset, p.passphrases(ctx), out)
}
