package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store"
	"jeton/ui/draw"
)

// restoreFlags are what restore alone takes.
type restoreFlags struct {
	old         string
	revokeAgain bool
}

func newRestore(p *program) *cobra.Command {
	var f restoreFlags
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make an organization again from a backup",
		Long: "restore makes the store of a backup in --store, which must not be there yet. The keyset of the\n" +
			"organization is needed and is not in the backup. A damaged backup is refused before anything\n" +
			"is made.\n\n" +
			"What was done after the backup is lost: tokens made since are unknown, and tokens revoked\n" +
			"since work again. restore lists both when it finds what is left of the old store, damaged or\n" +
			"not, in the directory beside --store with " + store.BeforeSuffix + " at its end or where --old says.",
		Example: "  mv ~/.local/share/jeton ~/.local/share/jeton" + store.BeforeSuffix + "\n  jeton restore /mnt/backups/acme-2026-11-23 --revoke-again",
		Args:    oneFile,
		RunE:    func(cmd *cobra.Command, args []string) error { return p.restore(cmd.Context(), args[0], f) },
	}
	c.Flags().StringVar(&f.old, "old", "", "directory with what is left of the old store")
	c.Flags().BoolVar(&f.revokeAgain, "revoke-again", false, "revoke again at once what was revoked after the backup")
	return c
}

func (p *program) restore(ctx context.Context, file string, f restoreFlags) error {
	s, o, done, err := p.working(ctx)
	if err != nil {
		return err
	}
	r := store.Restoring{Options: o, Old: f.old}
	if before := s.store + store.BeforeSuffix; r.Old == "" && hasJournal(before) {
		r.Old = before
	}
	if f.revokeAgain && r.Old == "" {
		return &usageError{fmt.Sprintf("--revoke-again reads in the old store what was revoked, and there is none at %s%s: say where with --old", s.store, store.BeforeSuffix), "jeton restore"}
	}
	if f.revokeAgain {
		uid := uint32(os.Geteuid())
		r.Revoker = &store.Account{UID: uid, Account: store.AccountName(uid), Source: source(p.getenv, ttyName())}
		r.Revoker.Source.Door = model.DoorCommand
	}
	out, err := store.Restore(ctx, r, file)
	done()
	if err != nil {
		return err
	}
	return p.tellRestored(s, r, out)
}

func hasJournal(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "journal"))
	return err == nil && info.IsDir()
}

// tellRestored says what came of it. What is dangerous goes to standard error, where it is
// seen by who sends the rest elsewhere.
func (p *program) tellRestored(s setup, r store.Restoring, out store.Restored) error {
	text := fmt.Sprintf("Restored %s into %s: %s.\n%d events up to %s; its history goes on as epoch %d.\n",
		draw.Safe(out.Organization), s.store, inside(out.Contents), out.Events, out.Newest, out.RestoredEpoch)
	warning := fmt.Sprintf("WARNING: no old store was looked at. Tokens revoked after %s work again, tokens made after it are unknown.\n"+
		"What is left of the old store tells which: give it as --old, or name it %s%s, and restore again.\n", out.Newest, s.store, store.BeforeSuffix)
	if l := out.Loss; l != nil {
		text += lost(r.Old, out.Events, l)
		warning = dangers(l)
	}
	_, err := io.WriteString(p.std.out, text)
	if _, e := io.WriteString(p.std.err, warning); err == nil {
		err = e
	}
	if l := out.Loss; err == nil && l != nil && l.RevokeErr != nil {
		err = fmt.Errorf("restored, but only %d of %d tokens could be revoked again: %w", l.RevokedAgain, len(l.Revoked), l.RevokeErr)
	}
	return err
}

// lost says what the old store had over the backup.
func lost(old string, events uint64, l *store.Loss) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The old store %s goes on after event %d: %s given up.\n", old, events, countWere(int(l.Events), "event"))
	for _, a := range slices.SortedFunc(maps.Keys(l.Actions), func(x, y model.Action) int { return cmp.Compare(x, y) }) {
		fmt.Fprintf(&b, "  %d x %s\n", l.Actions[a], a)
	}
	if len(l.Created) > 0 {
		b.WriteString("Made since, and unknown now; their numbers are given to no others:\n")
		tokenLines(&b, l.Created)
	}
	return b.String()
}

// dangers says what works again and must not.
func dangers(l *store.Loss) string {
	var b strings.Builder
	if l.Damage != "" || l.Signed > l.Last {
		fmt.Fprintf(&b, "WARNING: not all of the old store can be read, so this may not be all that is lost: %s\n",
			draw.Safe(cmp.Or(l.Damage, fmt.Sprintf("event %d was signed, and the journal ends with event %d", l.Signed, l.Last))))
	}
	switch n := len(l.Revoked); {
	case n > 0 && l.RevokedAgain == n:
		b.WriteString("Revoked after the backup, and now revoked again:\n")
		tokenLines(&b, l.Revoked)
	case n > 0:
		b.WriteString("WARNING: revoked after the backup, and WORKING AGAIN:\n")
		tokenLines(&b, l.Revoked)
		b.WriteString("Open jeton and revoke them (X), or remove the restored store and restore again with --revoke-again.\n")
	}
	if len(l.Users) > 0 {
		b.WriteString("WARNING: after the backup these users were deactivated or were no Organization Admin any more, and they are again:\n")
		for _, u := range l.Users {
			fmt.Fprintf(&b, "  %s\n", draw.Safe(u.Login))
		}
	}
	return b.String()
}

func tokenLines(b *strings.Builder, tokens []model.Token) {
	for _, t := range tokens {
		fmt.Fprintf(b, "  %s %d  ...%s  %s\n", t.Kind, t.ID, t.LastFour, draw.Safe(t.Description))
	}
}

func countWere(n int, what string) string {
	if n == 1 {
		return count(n, what) + " is"
	}
	return count(n, what) + " are"
}
