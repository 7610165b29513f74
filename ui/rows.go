package ui

import (
	"context"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

// window is how many rows are fetched at once: a few screens, so that moving about
// finds its rows already here.
const window = 300

// rows is what a screen holds of a token list: how long it is and the stretch around
// the cursor, never the whole list. A plain list is fetched by place; one that must be
// read through (filtered, by description) first collects the numbers that match.
type rows struct {
	query model.TokenQuery
	gen   int // of the query: replies to older ones are dropped
	known bool
	stale bool // what is held is the last query's, shown until the first reply
	err   error

	total  int
	offset int // place of held[0]
	held   []model.Token
	kept   int // of held, from before this query
	logins map[model.UserID]string
	asked  [2]int // stretch under way, to ask only once

	lastUsed map[model.TokenID]model.Time // of those held
	useSince model.Time                   // nothing is known of before; zero where it is not told

	ids     []model.TokenID // of a list that is read through
	next    []model.TokenID // being collected anew, shown when complete
	reading bool
	again   bool // the list was complete once: what is read now replaces it
	renew   bool // something changed while reading: read again afterwards
}

// Replies.
type (
	rowsFetched struct {
		gen  int
		page model.TokenPage
		err  error
	}
	rowsMatched struct {
		gen   int
		match model.Match
		err   error
	}
)

// at returns the token in place i, if it is held.
func (r *rows) at(i int) (model.Token, bool) {
	if i -= r.offset; i < 0 || i >= len(r.held) {
		return model.Token{}, false
	}
	return r.held[i], true
}

// show starts another query. What is held stays until the first reply, so that the
// screen does not blink at every letter of a filter.
func (r *rows) show(s *session, q model.TokenQuery, near model.TokenID) tea.Cmd {
	*r = rows{query: q, gen: s.generation(), stale: true, total: r.total, offset: r.offset, held: r.held, logins: r.logins,
		lastUsed: r.lastUsed, useSince: r.useSince}
	if q.Plain() {
		return r.fetch(s, model.Window{Limit: window, Anchor: near, Offset: window / 2})
	}
	r.reading = true
	return r.find(s, 0)
}

func (r *rows) fetch(s *session, w model.Window) tea.Cmd {
	gen, q := r.gen, r.query
	r.asked = [2]int{w.Offset, w.Offset + w.Limit}
	return s.ask(func(ctx context.Context) tea.Msg {
		page, err := s.store.Tokens(ctx, s.actor, q, w)
		return rowsFetched{gen, page, err}
	})
}

func (r *rows) find(s *session, after model.TokenID) tea.Cmd {
	gen, q := r.gen, r.query
	return s.ask(func(ctx context.Context) tea.Msg {
		m, err := s.store.FindTokens(ctx, s.actor, q, after)
		return rowsMatched{gen, m, err}
	})
}

func (r *rows) fetchIDs(s *session, from, to int) tea.Cmd {
	gen := r.gen
	from, to = max(0, from), min(to, len(r.ids))
	if from >= to {
		return nil
	}
	ids := slices.Clone(r.ids[from:to])
	r.asked = [2]int{from, to}
	return s.ask(func(ctx context.Context) tea.Msg {
		page, err := s.store.TokenRows(ctx, s.actor, ids)
		page.Offset, page.AnchorAt = from, -1
		return rowsFetched{gen, page, err}
	})
}

// insert puts a token that was just created in front of what is held, so that keys
// pressed before the store lists it already find it.
func (r *rows) insert(token model.Token) {
	if r.offset == 0 {
		r.held = slices.Insert(r.held, 0, token)
	} else {
		r.offset, r.held = 0, []model.Token{token}
	}
	r.total++
}

// replace takes in a token as a change left it, so that keys pressed before the list is
// read again do not start from what it was.
func (r *rows) replace(token model.Token) {
	for i := range r.held {
		if r.held[i].ID == token.ID {
			r.held[i] = token
		}
	}
}

// want asks for rows near the ones on screen when they are not all held.
func (r *rows) want(s *session, from, to int) tea.Cmd {
	from, to = max(0, from), min(to, r.total)
	if r.stale || r.err != nil || from >= to || from >= r.offset && to <= r.offset+len(r.held) {
		return nil
	}
	if from >= r.asked[0] && to <= r.asked[1] {
		return nil
	}
	start := max(0, from-(window-(to-from))/2)
	if r.query.Plain() {
		return r.fetch(s, model.Window{Offset: start, Limit: window})
	}
	return r.fetchIDs(s, start, start+window)
}

// renewed asks again for what is held, because something changed. near keeps its
// place when rows come and go.
func (r *rows) renewed(s *session, near model.TokenID, place int) tea.Cmd {
	switch {
	case r.query.Plain() && near != 0:
		return r.fetch(s, model.Window{Limit: window, Anchor: near, Offset: window / 2})
	case r.query.Plain():
		return r.fetch(s, model.Window{Limit: window, Offset: max(0, place-window/2)})
	case r.reading:
		r.renew = true
		return nil
	}
	r.reading, r.next, r.err = true, nil, nil
	if !r.again { // what was found before an error is found once more
		r.ids, r.stale = nil, true
	}
	return tea.Batch(r.find(s, 0), r.fetchIDs(s, r.offset, r.offset+len(r.held)))
}

// fetched takes a reply in and reports whether it was meant for this query.
func (r *rows) fetched(m rowsFetched) bool {
	if m.gen != r.gen {
		return false
	}
	r.asked = [2]int{}
	if r.err = m.err; m.err != nil {
		return true
	}
	r.offset, r.held, r.stale, r.kept = m.page.Offset, m.page.Rows, false, 0
	r.lastUsed, r.useSince = m.page.LastUsed, m.page.UseSince
	if r.logins == nil {
		r.logins = map[model.UserID]string{}
	}
	if r.query.Plain() {
		r.total, r.known = m.page.Total, true
	}
	for id, login := range m.page.Logins {
		r.logins[id] = login
	}
	return true
}

// matched takes a step of reading in and asks for the next. The first reading shows
// what it finds as it finds it; a later one replaces the list when it is complete.
func (r *rows) matched(s *session, m rowsMatched) tea.Cmd {
	if m.gen != r.gen {
		return nil
	}
	if m.err != nil {
		r.err, r.reading = m.err, false
		return nil
	}
	if r.again {
		r.next = append(r.next, m.match.IDs...)
	} else {
		r.ids = append(r.ids, m.match.IDs...)
	}
	if r.stale {
		r.stale, r.offset = false, 0
		r.keep()
	}
	if !m.match.Done {
		r.total = len(r.ids)
		return inTurn(r.fill(s), r.find(s, m.match.Next)) // rows first: reading on takes every core
	}
	if r.again {
		r.ids, r.next, r.asked = r.next, nil, [2]int{}
		r.offset = min(r.offset, len(r.ids))
		r.keep()
	}
	again := r.again
	r.again, r.reading, r.known, r.total = true, false, true, len(r.ids)
	if r.renew {
		r.renew = false
		return tea.Batch(r.fill(s), r.renewed(s, 0, 0))
	}
	if again {
		return r.fetchIDs(s, r.offset, r.offset+window)
	}
	return r.fill(s)
}

// keep holds what was held before of the rows that were found now: narrowing a filter
// does not blink, and no row stands where another one belongs. They are asked for all
// the same.
func (r *rows) keep() {
	was := r.held
	r.held = nil
	for _, id := range r.ids[r.offset:] {
		i := slices.IndexFunc(was, func(t model.Token) bool { return t.ID == id })
		if i < 0 {
			break
		}
		r.held = append(r.held, was[i])
	}
	r.kept = len(r.held)
}

// fill asks for the first rows of a list that is being read, as soon as there are any.
func (r *rows) fill(s *session) tea.Cmd {
	if r.again || len(r.held)-r.kept >= min(window, len(r.ids)) || r.asked != [2]int{} {
		return nil
	}
	return r.fetchIDs(s, 0, window)
}

// inTurn runs one command after the other; first may be nil.
func inTurn(first, then tea.Cmd) tea.Cmd {
	if first == nil {
		return then
	}
	return tea.Sequence(first, then)
}
