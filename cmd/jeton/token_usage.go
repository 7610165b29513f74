package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store/remote/wire"
)

func newUsage(p *program, n noun) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "usage NUMBER ...",
		Short: "Print who uses a " + n.word + ", and how often",
		Long: "usage prints how often each " + n.word + " given was used and refused, and by whom: at most 32 callers\n" +
			"are told apart, by the address they came from, what they call themselves and the deployment they\n" +
			"asked for. With --json it also says how often in each of the last 24 hours.",
		Example: "  " + n.command("usage") + " 14\n  " + n.command("usage") + " 14 --json | jq '.all.last_hour'",
		Args:    needNumbers,
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := tokenNumbers(cmd, args)
			if err != nil {
				return err
			}
			return p.office(cmd.Context(), func(o *office) error {
				return p.eachToken(cmd.Context(), o, n, ids, asJSON, func(l *listing, t model.Token) (told, error) {
					u, err := o.Usage(cmd.Context(), o.actor, t.ID)
					return told{wire.UsageOf(u, l.calls()), func() error { return p.usage(l, t, u) }}, err
				})
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// usage prints how a token is used, for people.
func (p *program) usage(l *listing, t model.Token, u model.Usage) error {
	words := append([][2]string{{"Number", t.ID.String()}, {"Description", t.Description}}, useWords(u)...)
	for _, name := range l.alone(u.Alone) {
		words = append(words, [2]string{"Alone", "no other agent token reaches " + name})
	}
	if err := p.facts(p.std.out, words...); err != nil || len(u.Callers) == 0 {
		return err
	}
	fmt.Fprintln(p.std.out)
	rows := make([][]string, len(u.Callers))
	for i, c := range u.Callers {
		rows[i] = []string{fmt.Sprint(c.Count), fmt.Sprint(c.LastHour), moment(c.Last), fmt.Sprint(c.Refused), refusedAt(c.Use), calledFrom(c.Caller)}
	}
	return p.table(2, "USED", "LAST HOUR", "LAST USED", "REFUSED", "LAST REFUSED", "FROM").rows(rows...)
}

// useWords say how often a token was used and refused.
func useWords(u model.Usage) [][2]string {
	used, refused := "never", ""
	if u.All.Count > 0 {
		used = fmt.Sprintf("%s, last %s; %s in the last hour", times(u.All.Count), u.All.Last, times(u.All.LastHour))
	}
	if u.All.Refused > 0 {
		refused = fmt.Sprintf("%s, last %s", times(u.All.Refused), refusedAt(u.All))
	}
	return [][2]string{{"Used", used}, {"Refused", refused}, {"Counted since", moment(u.Since)}}
}

// refusedAt is when a use was refused last, and why.
func refusedAt(u model.Use) string {
	if u.Refused == 0 {
		return ""
	}
	return fmt.Sprintf("%s, %s", u.LastRefused, u.Why)
}

// calledFrom is where a token was presented, as far as that is known.
func calledFrom(c model.Caller) string {
	text := c.Agent
	add := func(word, more string) {
		if more != "" && text != "" {
			text += " "
		}
		if more != "" {
			text += word + more
		}
	}
	add("", c.Addr)
	if c.Place.Branch {
		add("for branch deployment ", c.Place.Name)
	} else {
		add("for ", c.Place.Name)
	}
	if text == "" {
		return "others"
	}
	return text
}

func newKnocking(p *program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "knocking",
		Short: "Print the tokens that do not work and are presented all the same",
		Long: "knocking prints the tokens that were presented in the last seven days though they are revoked, or\n" +
			"their owner is deactivated, the latest first, at most 200: how often since then, and from where.",
		Example: "  jeton token knocking\n  jeton token knocking --json | jq -r '.callers[].address'",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.office(cmd.Context(), func(o *office) error { return p.knocking(cmd.Context(), o, asJSON) })
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// knocking prints the tokens that knock.
func (p *program) knocking(ctx context.Context, o *office, asJSON bool) error {
	k, err := o.Knocks(ctx, o.actor)
	if err != nil {
		return err
	}
	l, err := o.listing(ctx, model.TokenPage{Logins: k.Logins, Rows: knockingTokens(k)})
	if err != nil {
		return err
	}
	if asJSON {
		err = p.knockingLines(k, l.calls())
	} else {
		err = p.knockingTable(l, k)
	}
	if err == nil && k.More > 0 {
		fmt.Fprintf(p.std.err, "At most %d others knocked before these.\n", k.More)
	}
	return err
}

func knockingTokens(k model.Knocks) (all []model.Token) {
	for _, one := range k.Knocks {
		all = append(all, one.Token)
	}
	return all
}

func (p *program) knockingLines(k model.Knocks, n wire.Names) error {
	lines := p.jsonLines()
	for _, one := range wire.KnocksOf(k, n).Knocks {
		if err := lines.put(one); err != nil {
			return err
		}
	}
	return lines.out.Flush()
}

func (p *program) knockingTable(l *listing, k model.Knocks) error {
	rows := make([][]string, len(k.Knocks))
	for i, one := range k.Knocks {
		t, why, from := one.Token, model.Revoked, ""
		if !t.Revoked() {
			why = model.OwnerGone
		}
		if len(one.Callers) > 0 {
			from = calledFrom(one.Callers[0].Caller)
		}
		if more := len(one.Callers) - 1; more > 0 {
			from += fmt.Sprintf(", and %d more", more)
		}
		rows[i] = []string{t.ID.String(), fmt.Sprint(one.Refused), kindWord(t.Kind), t.LastFour, moment(one.Last), why.String(), l.who(t.Owner), from, t.Description}
	}
	return p.table(2, "NUMBER", "REFUSED", "KIND   ", "ENDS IN", "LAST REFUSED", "WHY", "OWNER", "FROM", "DESCRIPTION").rows(rows...)
}
