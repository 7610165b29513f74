package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jeton/store"
	"jeton/store/merkle"
)

func newAudit(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "audit",
		Short: "Prove what the history holds",
		Long: "The history of an organization is a Merkle log: jeton signs a head over all events\n" +
			"within a second of each change. Who keeps a head elsewhere can tell later whether\n" +
			"anything before it was changed, removed or cut off.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newAuditVerify(p), newAuditHead(p), newAuditKey(p), newAuditList(p), newAuditExport(p), newAuditProve(p), newAuditCheck(p))
	return c
}

func newAuditVerify(p *program) *cobra.Command {
	var since string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Hold the whole history against what was signed",
		Long: "verify reads every event: its seal, its digests, its place in the signed tree, and, while\n" +
			"nobody has the store open, whether state is what the events came to. Nothing is changed.\n\n" +
			"It ends with 0 when all is good, 1 when something was tampered with, 2 when events are\n" +
			"missing at the end, 3 when what it needs cannot be read.",
		Example: "  jeton audit head > /mnt/elsewhere/acme.head\n  jeton audit verify --since /mnt/elsewhere/acme.head",
		Args: func(cmd *cobra.Command, args []string) error { // 2 has a meaning of its own here
			if err := noArguments(cmd, args); err != nil {
				return &auditVerdict{store.Audit{Verdict: store.Unreadable, What: err.Error()}}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return p.auditVerify(cmd.Context(), since) },
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { // as above
		return &auditVerdict{store.Audit{Verdict: store.Unreadable, What: oneLine(err.Error()) + "; see jeton audit verify --help"}}
	})
	c.Flags().StringVar(&since, "since", "", "file with heads that were kept elsewhere; each must be of this history")
	return c
}

// auditVerdict is an audit that found something.
type auditVerdict struct{ store.Audit }

func (e *auditVerdict) Error() string {
	words := map[store.Verdict]string{store.Tampered: "is tampered with", store.CutShort: "is cut short", store.Unreadable: "cannot be read"}
	at := ""
	if e.Bad > 0 {
		at = fmt.Sprintf(" at event %d", e.Bad)
	}
	return fmt.Sprintf("the history %s%s: %s", words[e.Verdict], at, e.What)
}

// unreadable is the verdict where what is needed could not be read, unless somebody ended it.
func unreadable(err error) error {
	var s *signalled
	if errors.As(err, &s) || errors.Is(err, context.Canceled) {
		return err
	}
	return &auditVerdict{store.Audit{Verdict: store.Unreadable, What: err.Error()}}
}

func (p *program) auditVerify(ctx context.Context, since string) error {
	s, err := p.setup()
	if err != nil {
		return unreadable(err)
	}
	heads, err := readHeads(since)
	if err != nil {
		return unreadable(err)
	}
	line := newBar(p.std.err, 0)
	o := newOpener(s.store, s.keyset, source(p.getenv, ttyName()), time.Now).options // it signs nothing
	if o.Keyset, err = p.openKeyset(ctx, s.keyset); err != nil {
		return unreadable(err)
	}
	o.Progress = line.progress
	a, err := store.AuditStore(ctx, store.Auditing{Options: o, Since: heads})
	line.clear()
	if err != nil {
		return err
	}
	if a.Verdict != store.Good {
		return &auditVerdict{a}
	}
	return p.auditGood(a)
}

// auditGood says what a good audit covers, and what it does not.
func (p *program) auditGood(a store.Audit) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d events, each as it was written, under the head signed %s", a.Head.Size, a.Head.Time.UTC().Format(time.RFC3339))
	if a.Head.Epoch > 1 {
		fmt.Fprintf(&b, " (epoch %d)", a.Head.Epoch)
	}
	b.WriteString(".\n")
	if a.Unsigned > 0 {
		fmt.Fprintf(&b, "%d newer ones are good and not under a head yet.\n", a.Unsigned)
	}
	if a.Heads > 0 {
		fmt.Fprintf(&b, "Of the heads kept elsewhere %d are of this history.\n", a.Heads)
	} else {
		b.WriteString("No head from elsewhere was compared: give one with --since, or a history written anew, or put back to an earlier moment, looks good too.\n")
	}
	if a.State == "" {
		b.WriteString("State is what the events came to.\n")
	} else {
		b.WriteString(strings.ToUpper(a.State[:1]) + a.State[1:] + ".\n")
	}
	_, err := io.WriteString(p.std.out, b.String())
	return err
}

// readHeads reads signed heads, one after the other as an anchor has them.
func readHeads(path string) ([][]byte, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the heads: %w; give a file written by jeton audit head or kept as the anchor", err)
	}
	heads, err := splitHeads(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; give a file written by jeton audit head or kept as the anchor", path, err)
	}
	return heads, nil
}

// splitHeads takes apart what an anchor gathers: heads, each with an empty line behind it.
func splitHeads(text []byte) (heads [][]byte, err error) {
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("jeton/")) {
			heads = append(heads, nil)
		}
		if len(heads) == 0 {
			return nil, merkle.ErrMalformed
		}
		heads[len(heads)-1] = append(heads[len(heads)-1], line...)
	}
	if len(heads) == 0 {
		return nil, errors.New("there is no head in it")
	}
	for i := range heads {
		heads[i] = append(bytes.TrimRight(heads[i], "\n"), '\n')
	}
	return heads, nil
}

func newAuditHead(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "head",
		Short: "Print the newest signed head, to be kept elsewhere",
		Long: "head prints the newest signed head: how many events there are, the hash over them all, and\n" +
			"the signature. It tells nothing of what is in them. Keep it where whoever changes the store\n" +
			"cannot change it.",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			s, err := p.setup()
			if err != nil {
				return err
			}
			text, err := store.NewestHead(s.store)
			if err != nil {
				return err
			}
			_, err = p.std.out.Write(text)
			return err
		},
	}
}

func newAuditKey(p *program) *cobra.Command {
	var announced bool
	c := &cobra.Command{
		Use:   "key",
		Short: "Print the public keys that verify heads",
		Long: "key prints the public key that signs heads, and before it those that once did, newest\n" +
			"last: what an auditor needs, and no secret.\n\n" +
			"With --announced it prints instead, for each rotation, the head in which the old key\n" +
			"announced the new one: who trusts an old key can go on from it, see jeton audit check.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if announced {
				return p.auditAnnounced(cmd.Context())
			}
			return p.auditKeys(cmd.Context())
		},
	}
	c.Flags().BoolVar(&announced, "announced", false, "print the heads that announce newer keys")
	return c
}

func (p *program) auditKeys(ctx context.Context) error {
	s, err := p.setup()
	if err != nil {
		return err
	}
	k, err := p.openKeyset(ctx, s.keyset)
	if err != nil {
		return err
	}
	keys, err := store.VerifierKeys(s.store, k)
	if err == nil && len(keys) == 0 {
		err = errors.New("the keyset has no key that signs")
	}
	for _, key := range keys {
		if err == nil {
			_, err = fmt.Fprintln(p.std.out, key)
		}
	}
	return err
}

// auditAnnounced prints the heads that the history keeps of its rotations.
func (p *program) auditAnnounced(ctx context.Context) error {
	c, err := p.chronicle(ctx)
	if err != nil {
		return err
	}
	return c.Read(ctx, func(a store.Passage) error {
		if len(a.Announced) == 0 {
			return nil
		}
		_, err := fmt.Fprintf(p.std.out, "%s\n", a.Announced)
		return err
	})
}
