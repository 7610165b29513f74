package ui

import (
	"cmp"
	"context"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

const (
	eventsRead = 300  // asked for at once
	eventsHeld = 2000 // kept in memory, about; those far from the cursor are read again
)

// eventLog is the history as far down as it was read: pages without a gap between
// them, newest first. A page far from the cursor forgets its events and keeps only
// where it begins and how many there are, so that memory does not grow with history.
type eventLog struct {
	query  model.EventQuery
	action model.Action // only these; the store cannot choose by it. 0: any
	gen    int          // of the query: replies to older ones are dropped

	pages  []eventPage
	next   uint64 // Before of what is older than the last page; 0 when there is nothing
	top    uint64 // what the query wants is in pages up to this number
	known  bool   // the first page is here
	old    bool   // pages are still those of the query before, shown until this one answers
	err    error
	logins map[model.UserID]string

	scanned, total int // read so far, and how many there are to read

	older   bool          // the page below is being read
	newer   bool          // what came since top is being read
	newest  uint64        // as the store said last
	fresh   []model.Event // of newer, so far
	refill  int           // a page being read again; -1 when none
	renewed []model.Event // of refill, so far
}

// eventPage is a stretch of the history: the events below number before, down to end.
type eventPage struct {
	before, end uint64
	n           int
	events      []model.Event // nil when forgotten
}

// eventsPart says what a reply is for.
type eventsPart uint8

const (
	partOlder eventsPart = iota
	partNewer
	partRefill
)

// eventsPaged is a reply with a page.
type eventsPaged struct {
	gen    int
	part   eventsPart
	before uint64 // as asked; of a refill, the page's
	newest uint64 // known when it was asked
	page   model.EventPage
	err    error
}

// show starts another query. What the one before found stays on the screen until the
// first answer, so that typing a filter does not blink.
func (l *eventLog) show(s *session, q model.EventQuery, action model.Action) tea.Cmd {
	*l = eventLog{query: q, action: action, gen: l.gen + 1, newest: max(l.newest, s.health.Seq), refill: -1,
		pages: l.pages, old: true, logins: map[model.UserID]string{}}
	l.older = true
	return l.ask(s, partOlder, 0, 0)
}

func (l *eventLog) ask(s *session, part eventsPart, from, before uint64) tea.Cmd {
	q, gen, newest := l.query, l.gen, l.newest
	q.Before, q.Limit = from, eventsRead
	if part == partNewer {
		q.Limit = int(min(eventsRead, max(l.newest, l.top+1)-l.top))
	}
	return s.ask(func(ctx context.Context) tea.Msg {
		page, err := s.store.Events(ctx, s.actor, q)
		return eventsPaged{gen, part, before, newest, page, err}
	})
}

// at returns the event in place i, if it is held.
func (l *eventLog) at(i int) (model.Event, bool) {
	for _, p := range l.pages {
		if i < p.n {
			if p.events == nil || i < 0 {
				return model.Event{}, false
			}
			return p.events[i], true
		}
		i -= p.n
	}
	return model.Event{}, false
}

func (l *eventLog) rows() int {
	n := 0
	for _, p := range l.pages {
		n += p.n
	}
	return n
}

// reading reports whether more of the history is being read for the screen.
func (l *eventLog) reading() bool { return l.older }

// changed asks for what came since the newest event that is held.
func (l *eventLog) changed(s *session, seq uint64) tea.Cmd {
	l.newest = max(l.newest, seq)
	if !l.known || l.newer || l.newest <= l.top || l.err != nil {
		return nil
	}
	l.newer, l.fresh = true, nil
	return l.ask(s, partNewer, 0, 0)
}

// want asks for what is missing between two rows: the page below the last one, or a
// page that was forgotten.
func (l *eventLog) want(s *session, from, to int) tea.Cmd {
	if l.err != nil || l.old {
		return nil
	}
	var cmds []tea.Cmd
	if l.known && !l.older && l.next != 0 && to > l.rows() {
		l.older = true
		cmds = append(cmds, l.ask(s, partOlder, l.next, l.next))
	}
	at := 0
	for i, p := range l.pages {
		if l.refill < 0 && p.events == nil && p.n > 0 && at < to && at+p.n > from {
			l.refill, l.renewed = i, nil
			cmds = append(cmds, l.ask(s, partRefill, p.before, p.before))
		}
		at += p.n
	}
	return tea.Batch(cmds...)
}

// read takes a reply in. It returns what to ask next, and how many rows came above
// those that were there.
func (l *eventLog) read(s *session, m eventsPaged) (tea.Cmd, int) {
	if m.gen != l.gen {
		return nil, 0
	}
	if m.err != nil {
		l.err, l.older, l.newer, l.refill = m.err, false, false, -1
		return nil, 0
	}
	l.total = m.page.Total
	for id, login := range m.page.Logins {
		l.logins[id] = login
	}
	switch m.part {
	case partNewer:
		return l.readNewer(s, m)
	case partRefill:
		return l.readAgain(s, m), 0
	}
	l.readOlder(m)
	return nil, 0
}

// wanted are the events the screen shows.
func (l *eventLog) wanted(events []model.Event) []model.Event {
	out := []model.Event{}
	for _, e := range events {
		if l.action == 0 || e.Action == l.action {
			out = append(out, e)
		}
	}
	return out
}

// readOlder puts a page below the others.
func (l *eventLog) readOlder(m eventsPaged) {
	if l.old {
		l.pages, l.old = nil, false
	}
	if m.before == 0 {
		l.top = m.newest
	}
	if len(m.page.Events) > 0 {
		l.top = max(l.top, m.page.Events[0].Seq) // the first may be found far below the newest
	}
	before := cmp.Or(m.before, l.top+1)
	events := l.wanted(m.page.Events)
	l.older, l.known, l.next = false, true, m.page.Next
	l.scanned += m.page.Scanned
	if last := len(l.pages) - 1; len(events) == 0 && last >= 0 {
		l.pages[last].end = m.page.Next // nothing there: the last page reaches further down
		return
	}
	l.pages = append(l.pages, eventPage{before: before, end: m.page.Next, n: len(events), events: events})
}

// readNewer gathers what came since top and, once that is complete, puts it above.
func (l *eventLog) readNewer(s *session, m eventsPaged) (tea.Cmd, int) {
	if len(m.page.Events) > 0 {
		l.newest = max(l.newest, m.page.Events[0].Seq)
	}
	complete := m.page.Next <= l.top+1
	for _, e := range m.page.Events {
		if e.Seq <= l.top {
			complete = true
			break
		}
		l.fresh = append(l.fresh, e)
	}
	if !complete {
		return l.ask(s, partNewer, m.page.Next, 0), 0
	}
	// Reading downwards may have met some of them meanwhile.
	l.fresh = slices.DeleteFunc(l.fresh, func(e model.Event) bool { return e.Seq <= l.top })
	fresh, top := l.wanted(l.fresh), max(l.top, m.newest)
	if len(l.fresh) > 0 {
		top = max(top, l.fresh[0].Seq)
	}
	below := l.top + 1
	l.newer, l.fresh, l.top = false, nil, top
	l.scanned += len(fresh)
	switch {
	case len(fresh) == 0:
	case len(l.pages) > 0 && l.pages[0].events != nil && l.pages[0].n+len(fresh) <= eventsRead && l.refill != 0:
		first := &l.pages[0]
		first.before, first.n, first.events = top+1, first.n+len(fresh), append(fresh, first.events...)
	default:
		l.pages = append([]eventPage{{before: top + 1, end: below, n: len(fresh), events: fresh}}, l.pages...)
		if l.refill >= 0 {
			l.refill++
		}
	}
	return l.changed(s, 0), len(fresh)
}

// readAgain gathers the events of a page that was forgotten.
func (l *eventLog) readAgain(s *session, m eventsPaged) tea.Cmd {
	if l.refill < 0 || l.refill >= len(l.pages) || l.pages[l.refill].before != m.before {
		return nil
	}
	p := &l.pages[l.refill]
	complete := m.page.Next == 0 || m.page.Next <= p.end
	for _, e := range m.page.Events {
		if e.Seq < p.end {
			complete = true
			break
		}
		l.renewed = append(l.renewed, e)
	}
	events := l.wanted(l.renewed)
	if !complete && len(events) < p.n {
		return l.ask(s, partRefill, m.page.Next, p.before)
	}
	p.events = events
	p.n, l.refill, l.renewed = len(p.events), -1, nil
	return nil
}

// forget drops the events of pages far from the row on which the cursor is, while more
// are held than should be.
func (l *eventLog) forget(cursor int) {
	held := 0
	for _, p := range l.pages {
		held += len(p.events)
	}
	for held > eventsHeld {
		far, at := -1, 0
		distance := eventsRead
		for i, p := range l.pages {
			if d := max(at-cursor, cursor-at-p.n); p.n > 0 && p.events != nil && d > distance {
				far, distance = i, d
			}
			at += p.n
		}
		if far < 0 {
			return
		}
		held -= len(l.pages[far].events)
		l.pages[far].events = nil
	}
}
