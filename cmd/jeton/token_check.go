package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store/remote/wire"
)

// checkAsked is what jeton token check was asked.
type checkAsked struct {
	deployment, branch string
	lastFour, sum      string
	offline, json      bool
}

func newCheck(p *program) *cobra.Command {
	var a checkAsked
	c := &cobra.Command{
		Use:   "check",
		Short: "Tell whether a value is that of a token that works, and whose",
		Long: "check reads the value of a token from standard input, or asks for it on a terminal, unseen, and\n" +
			"says whose it is, what it reaches, whether it works and when it was last used; with a place, also\n" +
			"whether it may be used there and which rule decides. Nothing is counted as a use, and the value is\n" +
			"written nowhere. --offline looks only at its shape and checksum, and needs no store.\n\n" +
			"Who finds a part of a value in a log asks with --last-four, or with --sha256 of all of it, what\n" +
			"token it may be of. More than four characters are not taken: asked often enough, that would spell\n" +
			"out a value without a reveal.\n\n" +
			"It ends with 0 when the token is good, or was found, and allowed where that was asked, with 1 when\n" +
			"not; see jeton help exit-codes for the rest.",
		Example: "  jeton token check --deployment prod < token\n  jeton token check --last-four 9f3E\n  printf %s \"$VALUE\" | sha256sum | cut -c1-64 | xargs jeton token check --sha256",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usageError{cmd.CommandPath() + " takes no argument: a value comes from standard input, since others can read arguments", cmd.CommandPath()}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return p.check(cmd, &a) },
	}
	f := c.Flags()
	f.StringVar(&a.deployment, "deployment", "", "`NAME` of a deployment it is to be used at")
	f.StringVar(&a.branch, "branch-deployment", "", "`NAME` of a branch deployment it is to be used at")
	f.BoolVar(&a.offline, "offline", false, "look at shape and checksum only, without a store")
	f.StringVar(&a.lastFour, "last-four", "", "find the tokens whose values end in these `FOUR` characters")
	f.StringVar(&a.sum, "sha256", "", "find the token whose value has this SHA-256, in `HEX`adecimal")
	jsonFlag(c, &a.json)
	return c
}

// check answers, or says that it could not: with a code that is not the one of an answer.
func (p *program) check(cmd *cobra.Command, a *checkAsked) error {
	if err := oneOf(cmd, "deployment", "branch-deployment", "offline", "last-four", "sha256"); err != nil {
		return err
	}
	if err := notEmpty(cmd, "deployment", "branch-deployment", "last-four", "sha256"); err != nil {
		return err
	}
	var said *saidError
	err := p.answer(cmd, a)
	if err != nil && !errors.As(err, &said) && exitCode(cmd.Context(), err) == exitFailed {
		return &undecidedError{err}
	}
	return err
}

func (p *program) answer(cmd *cobra.Command, a *checkAsked) error {
	ctx := cmd.Context()
	if a.lastFour != "" || a.sum != "" {
		leak, err := a.leak(cmd)
		if err != nil {
			return err
		}
		return p.office(ctx, func(o *office) error { return p.whose(ctx, o, leak, a.json) })
	}
	value, err := p.readValue(ctx)
	if err != nil {
		return err
	}
	kind, err := model.ParseValue(value.Expose())
	if a.offline {
		return p.shape(a.json, kind, err)
	}
	if err != nil {
		return p.no(a.json, verdictForm{Verdict: wire.VerdictOf(model.Verdict{Rule: err.Error()}, wire.Names{})}, err.Error())
	}
	return p.office(ctx, func(o *office) error { return p.examine(ctx, o, a, value) })
}

// shapeForm is what can be said of a value without a store.
type shapeForm struct {
	WellFormed bool   `json:"well_formed"`
	Kind       string `json:"kind,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// shape says whether a value may be one: not whether there is a token that has it.
func (p *program) shape(asJSON bool, kind model.TokenKind, err error) error {
	if err != nil {
		return p.no(asJSON, shapeForm{Reason: err.Error()}, err.Error())
	}
	return p.said(asJSON, shapeForm{WellFormed: true, Kind: kindWord(kind)},
		fmt.Sprintf("shaped as the value of a token is, with the right checksum: %s; whether there is such a one was not asked", kind))
}

// errNo is the answer no, which was said already.
var errNo = errors.New("the token is not good")

// no prints an answer that is no.
func (p *program) no(asJSON bool, form any, line string) error {
	if err := p.said(asJSON, form, line); err != nil {
		return err
	}
	return &saidError{errNo}
}

// maxPresented is more than any value has, in bytes, with what surrounds one.
const maxPresented = 4096

// readValue reads a value from standard input, without the line break at its end, or asks
// for it on a terminal, which does not show it.
func (p *program) readValue(ctx context.Context) (model.Secret, error) {
	var text []byte
	var err error
	if p.asking() {
		text, err = p.askPassphrase(ctx, "Value of the token, not shown: ")
	} else {
		text, err = awaited(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(p.std.in, maxPresented+1)) })
	}
	defer clear(text)
	if err != nil {
		return model.Secret{}, fmt.Errorf("read the value: %w", err)
	}
	if len(text) > maxPresented {
		return model.Secret{}, &usageError{fmt.Sprintf("standard input has more than %d bytes: give one value", maxPresented), "jeton token check"}
	}
	line := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(line) == 0 {
		return model.Secret{}, &usageError{"there is no value on standard input", "jeton token check"}
	}
	return model.SecretOf(string(line)), nil
}

func (a *checkAsked) place() model.Place {
	if a.branch != "" {
		return model.Place{Name: a.branch, Branch: true}
	}
	return model.Place{Name: a.deployment}
}

// examine asks the store what a value is of.
func (p *program) examine(ctx context.Context, o *office, a *checkAsked, value model.Secret) error {
	v, err := o.Examine(ctx, o.actor, value, a.place())
	if err != nil {
		return err
	}
	if v.Token.ID == 0 {
		return p.no(a.json, verdictForm{Verdict: wire.VerdictOf(v, wire.Names{})}, "no token here has this value, though it is shaped like one")
	}
	l, t, err := o.look(ctx, noun{}, v.Token.ID)
	if err != nil {
		return err
	}
	if a.json {
		err = p.verdictJSON(ctx, o, l, t, v)
	} else {
		err = p.facts(p.std.out, append(verdictWords(v), l.about(t)...)...)
	}
	if err == nil && !v.Allowed() {
		err = &saidError{errNo}
	}
	return err
}

func (p *program) verdictJSON(ctx context.Context, o *office, l *listing, t model.Token, v model.Verdict) error {
	n, err := o.namesIfAllowed(ctx)
	if err != nil {
		return err
	}
	one := l.form(t)
	return p.jsonLines().write(verdictForm{wire.VerdictOf(v, n.names()), &one})
}

// verdictWords say what a value came to.
func verdictWords(v model.Verdict) [][2]string {
	at, answer := "", v.Standing.String()
	if v.Active() && v.Place != (model.Place{}) {
		at, answer = v.Place.String()+": allowed", model.Good.String()
		if !v.Allowed() {
			at = v.Place.String() + ": not allowed"
		}
	}
	words := [][2]string{{"Token", answer}, {"At", at}}
	if v.Rule != answer {
		words = append(words, [2]string{"Because", v.Rule})
	}
	return words
}

// leak is what is known of a value that was found somewhere.
func (a *checkAsked) leak(cmd *cobra.Command) (model.Leak, error) {
	if a.lastFour != "" {
		if n := len(a.lastFour); n != 4 {
			return model.Leak{}, &usageError{fmt.Sprintf("--last-four takes the last four characters of a value, and %d were given: more would spell a value out without a reveal", n), cmd.CommandPath()}
		}
		return model.Leak{LastFour: a.lastFour}, nil
	}
	var out model.Leak
	sum, err := hex.DecodeString(a.sum)
	if err != nil || len(sum) != len(out.SHA256) {
		return out, &usageError{fmt.Sprintf("--sha256 takes %d hexadecimal digits", 2*len(out.SHA256)), cmd.CommandPath()}
	}
	copy(out.SHA256[:], sum)
	return out, nil
}

// whose lists the tokens whose values somebody may have found.
func (p *program) whose(ctx context.Context, o *office, leak model.Leak, asJSON bool) error {
	found, err := o.Whose(ctx, o.actor, leak)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		complain(ctx, p.std.err, errors.New("no token that you may list has such a value"))
		return &saidError{errNo}
	}
	ids := make([]model.TokenID, len(found))
	for i, t := range found {
		ids[i] = t.ID
	}
	page, err := o.TokenRows(ctx, o.actor, ids)
	if err != nil {
		return err
	}
	l, err := o.listing(ctx, page)
	if err != nil {
		return err
	}
	return p.tokenPrinter(asJSON, true).page(l)
}
