package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"jeton/store"
	"jeton/store/merkle"
)

func newAuditCheck(p *program) *cobra.Command {
	var keys, announced string
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check an export against the public key",
		Long: "check needs neither the store nor its keyset: only an export and the public keys, as jeton\n" +
			"audit key prints them, from a place you trust. It ends with 0 when every event is proven.\n\n" +
			"Keys of before a rotation are enough with the heads that announce the newer ones, as jeton\n" +
			"audit key --announced prints them.",
		Args: oneArgument("an export"),
		RunE: func(_ *cobra.Command, args []string) error { return p.auditCheck(args[0], keys, announced) },
	}
	c.Flags().StringVar(&keys, "key", "", "file with the public keys of the log (needed)")
	c.Flags().StringVar(&announced, "announced", "", "file with heads that announce newer keys")
	return c
}

func (p *program) auditCheck(path, keys, announced string) error {
	if keys == "" {
		return &usageError{"an export is checked against public keys: give --key", "jeton audit check"}
	}
	known, err := knownKeys(keys, announced)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the export: %w", err)
	}
	defer f.Close()
	sum, err := store.CheckExport(f, note.VerifierList(known...))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	what := fmt.Sprintf("%d events, each in the history of %d events", sum.Events, sum.Head.Size)
	if sum.Complete {
		what = fmt.Sprintf("all %d events of the history", sum.Events)
	}
	_, err = fmt.Fprintf(p.std.out, "%s that was signed %s (epoch %d).\n", what, sum.Head.Time.Format(time.RFC3339), sum.Head.Epoch)
	return err
}

// publicKeys reads what jeton audit key prints.
func publicKeys(text string) ([]note.Verifier, error) {
	var list []note.Verifier
	for line := range strings.Lines(text) {
		v, err := note.NewVerifier(strings.TrimSpace(line))
		if err != nil {
			return nil, errors.New("not the public keys that jeton audit key prints")
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, errors.New("there is no public key in it: give what jeton audit key prints")
	}
	return list, nil
}

// knownKeys reads public keys, and those that follow from them over rotations.
func knownKeys(keys, announced string) ([]note.Verifier, error) {
	text, err := os.ReadFile(keys)
	if err != nil {
		return nil, fmt.Errorf("read the public keys: %w", err)
	}
	known, err := publicKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", keys, err)
	}
	heads, err := readHeads(announced)
	if err != nil {
		return nil, err
	}
	if known, err = merkle.FollowKeys(known, heads...); err != nil {
		return nil, fmt.Errorf("%s: %w", announced, err)
	}
	return known, nil
}
