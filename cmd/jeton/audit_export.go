package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store"
)

// auditFilter is which events are wanted.
type auditFilter struct {
	user, action, deployment string
	token                    uint64
	since, until             string

	from, to time.Time
}

func (f *auditFilter) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.user, "user", "", "login of who did it or whose affairs it was")
	c.Flags().StringVar(&f.action, "action", "", "what was done, as the export names it: REVOKE_AGENT_TOKEN")
	c.Flags().Uint64Var(&f.token, "token", 0, "number of a token")
	c.Flags().StringVar(&f.deployment, "deployment", "", "name of a deployment, as it was then")
	c.Flags().StringVar(&f.since, "since", "", "not before this day or moment: 2026-03-01, 2026-03-01T09:14:00Z")
	c.Flags().StringVar(&f.until, "until", "", "before this day or moment")
}

// read understands the times and the action.
func (f *auditFilter) read(cmd *cobra.Command) error {
	if err := notEmpty(cmd, "user", "action", "deployment", "since", "until"); err != nil {
		return err
	}
	for _, at := range []struct {
		flag, text string
		into       *time.Time
	}{{"--since", f.since, &f.from}, {"--until", f.until, &f.to}} {
		if at.text == "" {
			continue
		}
		var err error
		if *at.into, err = time.Parse(time.DateOnly, at.text); err != nil {
			if *at.into, err = time.Parse(time.RFC3339, at.text); err != nil {
				return &usageError{fmt.Sprintf("%s %s is no time: write 2026-03-01 or 2026-03-01T09:14:00Z", at.flag, quotedShort(at.text)), cmd.CommandPath()}
			}
		}
	}
	if f.action != "" && !slices.ContainsFunc(model.Actions(), func(a model.Action) bool { return a.Name() == f.action }) {
		return &usageError{fmt.Sprintf("--action %s: there is no such action; jeton audit export shows them as \"action\"", quotedShort(f.action)), cmd.CommandPath()}
	}
	return nil
}

func (f *auditFilter) all() bool { return *f == auditFilter{} }

// names are what users were called up to some event.
type names map[model.UserID]string

func (n names) learn(p store.Passage) {
	for _, r := range p.Records {
		if u, ok := r.(model.User); ok {
			n[u.ID] = u.Login
		}
	}
}

// keep returns a test of events that are given in their order, from the first on.
func (f *auditFilter) keep() func(store.Passage) bool {
	known := names{}
	return func(p store.Passage) bool {
		if p.Event.Seq == 1 {
			clear(known)
		}
		known.learn(p)
		e := p.Event
		at := e.At.Std()
		switch {
		case f.user != "" && known[e.Actor] != f.user && known[e.Subject] != f.user:
		case f.action != "" && e.Action.Name() != f.action:
		case f.token != 0 && e.Target != model.Target{Kind: model.TargetToken, ID: f.token}:
		case f.deployment != "" && (e.Target.Kind != model.TargetDeployment || model.FoldName(e.Details.Label) != model.FoldName(f.deployment)):
		case !f.from.IsZero() && at.Before(f.from), !f.to.IsZero() && !at.Before(f.to):
		default:
			return true
		}
		return false
	}
}

// chronicle opens the history that the command line names.
func (p *program) chronicle(ctx context.Context) (*store.Chronicle, error) {
	s, err := p.setup()
	if err != nil {
		return nil, err
	}
	k, err := p.openKeyset(ctx, s.keyset)
	if err != nil {
		return nil, err
	}
	return store.OpenChronicle(store.Options{Dir: s.store, Keyset: k})
}

func newAuditList(p *program) *cobra.Command {
	var f auditFilter
	c := &cobra.Command{
		Use:   "list",
		Short: "Print the events of the history",
		Long: "list prints one line for each event, oldest first, up to the newest signed head. It reads\n" +
			"journal and keyset as they lie there: who can read both needs no role for it.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.auditList(cmd, &f) },
	}
	f.flags(c)
	return c
}

func (p *program) auditList(cmd *cobra.Command, f *auditFilter) error {
	if err := f.read(cmd); err != nil {
		return err
	}
	c, err := p.chronicle(cmd.Context())
	if err != nil {
		return err
	}
	out := bufio.NewWriter(p.std.out)
	known, keep := names{}, f.keep()
	err = c.Read(cmd.Context(), func(a store.Passage) error {
		known.learn(a)
		if !keep(a) {
			return nil
		}
		_, err := io.WriteString(out, auditLine(a.Event, known)+"\n")
		return err
	})
	return flushed(err, out)
}

// flushed writes what waits, also after an error, and does not say twice what ended both.
func flushed(err error, out *bufio.Writer) error {
	last := out.Flush()
	if last == nil || errors.Is(err, last) {
		return err
	}
	return errors.Join(err, last)
}

// auditLine says an event on one line. Nothing of it can be more than text: what people
// wrote has no control characters, and what is older than that rule is quoted.
func auditLine(e model.Event, known names) string {
	who := harmless(known[e.Actor])
	switch {
	case e.Actor == 0:
		who = "nobody"
	case who == "":
		who = "user " + strconv.FormatUint(uint64(e.Actor), 10)
	}
	parts := []string{strconv.FormatUint(e.Seq, 10), e.At.String(), who}
	if e.Outcome == model.Refused {
		parts = append(parts, "refused to "+e.Action.String())
	} else {
		parts = append(parts, e.Action.String())
	}
	if e.Target.ID > 0 {
		parts = append(parts, strconv.FormatUint(e.Target.ID, 10))
	}
	for _, text := range []string{e.Details.Label, e.Details.Reason} {
		if text != "" {
			parts = append(parts, harmless(text))
		}
	}
	for _, c := range e.Details.Changes {
		parts = append(parts, harmless(fmt.Sprintf("%s: %s → %s", c.Field, c.From, c.To)))
	}
	from := e.Door.String()
	if e.Details.Origin != "" {
		from += " " + e.Details.Origin
	}
	return strings.Join(append(parts, harmless(from)), "  ")
}

// harmless is the text as it is, or quoted where a terminal would do something.
func harmless(text string) string {
	if printable(text) {
		return text
	}
	return strconv.QuoteToASCII(text)
}

func newAuditExport(p *program) *cobra.Command {
	var f auditFilter
	c := &cobra.Command{
		Use:   "export",
		Short: "Write events with the proof that they are in the history",
		Long: "export writes JSON lines that anybody can check with the public key alone, see jeton audit\n" +
			"check: the signed head, the events, and for a selection a proof with each. Values of tokens\n" +
			"are not in it; names and descriptions are.",
		Example: "  jeton audit key > acme.key\n  jeton audit export --user ben > ben.jsonl\n  jeton audit check ben.jsonl --key acme.key",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.read(cmd); err != nil {
				return err
			}
			c, err := p.chronicle(cmd.Context())
			if err != nil {
				return err
			}
			if f.all() {
				return p.auditExport(cmd.Context(), c, nil)
			}
			return p.auditExport(cmd.Context(), c, f.keep())
		},
	}
	f.flags(c)
	return c
}

func newAuditProve(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "prove SEQ",
		Short: "Write one event with the proof that it is in the history",
		Args:  oneArgument("the number of an event"),
		RunE: func(cmd *cobra.Command, args []string) error {
			seq, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil || seq == 0 {
				return &usageError{quotedShort(args[0]) + " is not the number of an event", "jeton audit prove"}
			}
			c, err := p.chronicle(cmd.Context())
			if err != nil {
				return err
			}
			if newest := c.Head().Size; seq > newest {
				return fmt.Errorf("there is no event %d: the newest signed head covers %d", seq, newest)
			}
			return p.auditExport(cmd.Context(), c, func(a store.Passage) bool { return a.Event.Seq == seq })
		},
	}
}

// oneArgument wants exactly one argument.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return &usageError{fmt.Sprintf("%s takes one argument, %s, and %d were given", cmd.CommandPath(), what, len(args)), cmd.CommandPath()}
	}
}

func (p *program) auditExport(ctx context.Context, c *store.Chronicle, keep func(store.Passage) bool) error {
	out := bufio.NewWriterSize(p.std.out, 1<<16)
	return flushed(c.Export(ctx, out, keep), out)
}
