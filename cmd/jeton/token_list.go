package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"jeton/model"
)

// listAsked is which tokens jeton token list was asked for.
type listAsked struct {
	agent, all, service bool
	revoked, json       bool
	user                string
	filter              string
	limit               int
}

func newTokenList(p *program) *cobra.Command {
	var a listAsked
	c := &cobra.Command{
		Use:   "list [--agent | --user [LOGIN] | --all]",
		Short: "List tokens, newest first",
		Long: "list prints the agent tokens, the user tokens of one user, or all there is: agent tokens,\n" +
			"then those of each user by login, then service credentials. Revoked ones are left out unless\n" +
			"--revoked is given. --filter prints those in which every word of the text occurs, in the\n" +
			"description, the last four characters, the owner's login or what the token reaches.\n\n" +
			"What is found is printed while the rest is read, so a list of a million tokens begins at once.",
		Example: "  jeton token list --filter 'staging runner'\n  jeton token list --user ben --revoked\n  jeton token list --all --json | jq -r 'select(.last_used_at == null).id'",
		Args:    func(cmd *cobra.Command, args []string) error { return loginArgument(cmd, args, &a.user) },
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.listTokens(cmd, &a) },
	}
	f := c.Flags()
	f.BoolVar(&a.agent, "agent", false, "agent tokens (what is listed when nothing else is said)")
	userFlag(c, &a.user, "user tokens of `LOGIN`, or your own")
	f.BoolVar(&a.all, "all", false, "tokens of every kind and user")
	listFlags(c, &a)
	return c
}

// listFlags are those of every list of tokens.
func listFlags(c *cobra.Command, a *listAsked) {
	f := c.Flags()
	f.BoolVar(&a.revoked, "revoked", false, "revoked ones as well")
	f.StringVar(&a.filter, "filter", "", "only those in which each word of `TEXT` occurs")
	f.IntVar(&a.limit, "limit", 0, "at most `N`, the newest")
	jsonFlag(c, &a.json)
}

// listTokens does what a command that lists tokens was asked for.
func (p *program) listTokens(cmd *cobra.Command, a *listAsked) error {
	if err := a.check(cmd); err != nil {
		return err
	}
	return p.office(cmd.Context(), func(o *office) error { return p.tokenList(cmd.Context(), o, a) })
}

func (a *listAsked) check(cmd *cobra.Command) error {
	if a.limit < 0 || cmd.Flags().Changed("limit") && a.limit == 0 {
		return &usageError{"--limit needs a number, 1 or more", cmd.CommandPath()}
	}
	return oneOf(cmd, "agent", "user", "all")
}

// tokenList prints the lists that were asked for, one after the other.
func (p *program) tokenList(ctx context.Context, o *office, a *listAsked) error {
	queries, err := o.queries(ctx, a)
	if err != nil {
		return err
	}
	out := p.tokenPrinter(a.json, a.revoked)
	r := reader{office: o, left: a.limit, print: out.page}
	if a.limit == 0 {
		r.left = -1
	}
	for i := range queries {
		queries[i].Revoked, queries[i].Filter = a.revoked, a.filter
	}
	if err := r.lists(ctx, queries); err != nil {
		return err
	}
	return out.page(&listing{})
}

// queries are the lists that were asked for.
func (o *office) queries(ctx context.Context, a *listAsked) ([]model.TokenQuery, error) {
	switch {
	case a.user != "":
		u, err := o.user(ctx, a.user)
		return []model.TokenQuery{{Kind: model.UserToken, Owner: u.ID}}, err
	case a.service:
		return []model.TokenQuery{{Kind: model.ServiceToken}}, nil
	case !a.all:
		return []model.TokenQuery{{Kind: model.AgentToken}}, nil
	}
	users, err := o.Users(ctx, o.actor)
	if err != nil {
		return nil, err
	}
	out := []model.TokenQuery{{Kind: model.AgentToken}}
	for _, u := range users {
		out = append(out, model.TokenQuery{Kind: model.UserToken, Owner: u.ID})
	}
	return append(out, model.TokenQuery{Kind: model.ServiceToken}), nil
}

// How many tokens are read at once: few at the beginning, so that the first line is there at
// once.
const (
	firstRows = 100
	pageRows  = 1000
)

// reader reads lists to their end, a page at a time.
type reader struct {
	*office
	left        int // how many are still wanted; below 0: all
	deployments []model.Deployment
	print       func(*listing) error
	then        *model.TokenQuery // the list to be read next, nil if there is none
	begun       <-chan readPage   // its beginning, read while this one's end is printed
	size        int               // of the next list's first page
}

// lists reads lists, one after the other.
func (r *reader) lists(ctx context.Context, queries []model.TokenQuery) error {
	r.size = firstRows
	for i, q := range queries {
		if r.then = nil; i+1 < len(queries) {
			r.then = &queries[i+1]
		}
		if err := r.list(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// list reads one list.
func (r *reader) list(ctx context.Context, q model.TokenQuery) error {
	if q.Kind == model.AgentToken {
		names, err := r.namesIfAllowed(ctx) // whoever may not is refused the list, in its words
		if err != nil {
			return err
		}
		r.deployments = names.deployments
	}
	if !q.Plain() {
		return r.find(ctx, q, 0)
	}
	return r.pages(ctx, q)
}

// pages reads a list that needs no search. It goes on behind the token it read last, not from
// a place, so that what is created or revoked meanwhile moves nothing.
func (r *reader) pages(ctx context.Context, q model.TokenQuery) error {
	if r.left == 0 {
		return nil
	}
	next := r.begun
	if r.begun = nil; next == nil {
		next = r.read(ctx, q, model.Window{Limit: r.size})
	}
	r.size = pageRows
	for last := model.TokenID(0); r.left != 0; {
		got := <-next
		page, err := got.page, got.err
		if err != nil {
			return err
		}
		if last != 0 && page.AnchorAt < 0 { // it was revoked just now
			return r.find(ctx, q, last)
		}
		end := page.Offset+len(page.Rows) >= page.Total
		if last != 0 { // the page begins with it or, at the end of the list, above it
			page.Rows = slices.DeleteFunc(page.Rows, func(t model.Token) bool { return t.ID >= last })
		}
		if len(page.Rows) == 0 {
			return nil
		}
		last = page.Rows[len(page.Rows)-1].ID
		switch more := r.left < 0 || r.left > len(page.Rows); {
		case more && !end:
			next = r.read(ctx, q, model.Window{Anchor: last, Limit: pageRows})
		case more && r.then != nil && r.then.Plain():
			r.begun = r.read(ctx, *r.then, model.Window{Limit: pageRows})
		}
		if err := r.show(page); err != nil || end {
			return err
		}
	}
	return nil
}

// readPage is a page that was read, or why it was not.
type readPage struct {
	page model.TokenPage
	err  error
}

// read reads a page while the one before is printed.
func (r *reader) read(ctx context.Context, q model.TokenQuery, w model.Window) <-chan readPage {
	out := make(chan readPage, 1)
	go func() {
		page, err := r.Tokens(ctx, r.actor, q, w)
		out <- readPage{page, err}
	}()
	return out
}

// find reads the rest of a list by number.
func (r *reader) find(ctx context.Context, q model.TokenQuery, after model.TokenID) error {
	for r.left != 0 {
		m, err := r.FindTokens(ctx, r.actor, q, after)
		if err != nil {
			return err
		}
		for ids := range slices.Chunk(m.IDs, pageRows) {
			if r.left >= 0 {
				ids = ids[:min(len(ids), r.left)]
			}
			page, err := r.TokenRows(ctx, r.actor, ids)
			if err == nil {
				err = r.show(page)
			}
			if err != nil {
				return err
			}
		}
		if m.Done {
			return nil
		}
		after = m.Next
	}
	return nil
}

// show prints a page, as far as it is wanted.
func (r *reader) show(page model.TokenPage) error {
	if r.left >= 0 {
		page.Rows = page.Rows[:min(len(page.Rows), r.left)]
		r.left -= len(page.Rows)
	}
	if len(page.Rows) == 0 {
		return nil
	}
	return r.print(&listing{TokenPage: page, deployments: r.deployments})
}

// tokenPrinter prints pages of tokens, as a table or as lines of JSON.
type tokenPrinter struct {
	table   *table
	lines   *jsonLines // instead
	revoked bool       // say when a token was revoked
}

func (p *program) tokenPrinter(asJSON, revoked bool) *tokenPrinter {
	if asJSON {
		return &tokenPrinter{lines: p.jsonLines()}
	}
	head := []string{"NUMBER", "KIND   ", "ENDS IN", "CREATED", "LAST USED", "OWNER OR REACH", "DESCRIPTION"}
	if revoked {
		head = slices.Insert(head, 5, "REVOKED")
	}
	return &tokenPrinter{table: p.table(1, head...), revoked: revoked}
}

// page prints a page.
func (t *tokenPrinter) page(l *listing) error {
	if t.lines != nil {
		for _, token := range l.Rows {
			if err := t.lines.put(l.form(token)); err != nil {
				return err
			}
		}
		return t.lines.out.Flush()
	}
	rows := make([][]string, len(l.Rows))
	for i, token := range l.Rows {
		rows[i] = l.row(token, t.revoked)
	}
	return t.table.rows(rows...)
}

func (l *listing) row(t model.Token, revoked bool) []string {
	row := []string{t.ID.String(), kindWord(t.Kind), t.LastFour, moment(t.CreatedAt), moment(l.LastUsed[t.ID]),
		l.who(t.Owner) + l.reach(t), t.Description}
	if revoked {
		row = slices.Insert(row, 5, moment(t.RevokedAt))
	}
	return row
}
