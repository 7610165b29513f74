package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store"
)

// rotateFlags are what key rotate alone takes.
type rotateFlags struct{ lookup, retire bool }

func newKeyRotate(p *program) *cobra.Command {
	var f rotateFlags
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Make new keys, so that older copies of the keyset open nothing that comes",
		Long: "rotate makes new keys in the keyset and takes the store over to them: the keys of the journal\n" +
			"are wrapped anew, what comes is sealed under a new one, a head signed by the old signing key\n" +
			"announces the new one, and state is made again. An older copy of the keyset then does not open\n" +
			"the store any more; whoever had that and a copy of the store keeps what was in it. Token\n" +
			"values stay as they are.\n\n" +
			"It needs an Organization Admin, and no other jeton may have the store. When it is interrupted,\n" +
			"run it again: it goes on where it was. Make a new copy of the keyset then, see jeton key export.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.keyRotate(cmd.Context(), f) },
	}
	c.Flags().BoolVar(&f.lookup, "lookup", false, "make a new key for the index of token values, too")
	c.Flags().BoolVar(&f.retire, "retire", false, "remove the old wrapping keys: backups made before then need a copy of the keyset as it was")
	return c
}

func (p *program) keyRotate(ctx context.Context, f rotateFlags) error {
	s, err := p.setup()
	if err != nil {
		return err
	}
	var phrase heldPhrase
	defer phrase.forget()
	o, err := p.opener(s)
	if err != nil {
		return err
	}
	if o.options.Keyset, err = p.openOnce(ctx, s.keyset, &phrase); err != nil {
		return err
	}
	r := store.Rotating{Options: o.options, Ask: phrase.again, Lookup: f.lookup, Retire: f.retire,
		By: store.Account{UID: o.uid, Account: store.AccountName(o.uid), Source: o.source}}
	r.KeysetPath, r.By.Source.Door = s.keyset, model.DoorCommand
	line := newBar(p.std.err, 0)
	r.Progress = line.progress
	out, err := store.Rotate(ctx, r)
	line.clear()
	if err != nil {
		return fits(err, s.store, s.keyset)
	}
	_, err = fmt.Fprint(p.std.out, rotatedWords(s, f, out))
	return err
}

// rotatedWords says what came of it and what to do now.
func rotatedWords(s setup, f rotateFlags, out store.Rotated) string {
	var b strings.Builder
	began := "Rotated the keyset"
	if out.Continued {
		began = "Carried to its end the rotation that was interrupted, of the keyset"
	}
	fmt.Fprintf(&b, "%s %s: wrapping key %d, signing key %d, lookup key %d.\n", began, s.keyset, out.Keys.Wrapping, out.Keys.Signing, out.Keys.Lookup)
	if out.NoLookup {
		b.WriteString("That one had begun without --lookup: run it again for a new lookup key.\n")
	}
	b.WriteString("Older copies of it do not open the store any more. Make a new one now: jeton key export FILE\n")
	if f.retire {
		b.WriteString("Backups made before need a copy of the keyset as it was.\n")
	} else {
		b.WriteString("Backups made before open with this keyset, too.\n")
	}
	for _, dir := range out.Aside {
		fmt.Fprintf(&b, "%s was put aside when the journal was damaged, and older copies of the keyset still open it: remove it once nothing in it is needed.\n", dir)
	}
	fmt.Fprintf(&b, "For auditors, the public key that signs from now on; give it to them yourself if the old keyset may be in other hands:\n%s\n", out.Verifier)
	return b.String()
}
