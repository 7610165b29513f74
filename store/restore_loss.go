package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
)

// Loss is what a store had over the backup that takes its place.
type Loss struct {
	Events  uint64               // after the backup, as far as they can be read
	Signed  uint64               // newest event under its signed head; 0: it has none that is good
	Last    uint64               // newest event that can be read
	Damage  string               // what could not be read; "" when everything could
	Actions map[model.Action]int // what was done in these events

	Revoked []model.Token // revoked after the backup, and working again
	Created []model.Token // made after the backup, and unknown now; those revoked again are left out
	Users   []model.User  // as they were: deactivated, or no Organization Admin any more, and now they are again

	used model.LastNumbers // given in these events

	RevokedAgain int   // of Revoked, in the restored store
	RevokeErr    error // why it is not all of them
}

// remains is what is left of a store that was, after the backup.
type remains struct {
	*Store
	newest merkle.Head // the zero Head when none is good
	loss   Loss
	tokens map[model.TokenID]model.Token // as they were last
	users  map[model.UserID]model.User
	made   map[model.TokenID]bool
}

// readRemains reads what r.Old has over the backup. It is nil where there is no old store;
// one of another organization, or none where one was named, is an error. What cannot be
// read is said in the Loss.
func readRemains(ctx context.Context, r Restoring, b *backupFile) (*remains, error) {
	if r.Old == "" {
		return nil, nil
	}
	o := r.Options
	o.Dir = r.Old
	w := &remains{Store: newStore(o), tokens: map[model.TokenID]model.Token{}, users: map[model.UserID]model.User{}, made: map[model.TokenID]bool{}}
	w.loss.Actions = map[model.Action]int{}
	w.identifyAs(b.Store)
	if kept, err := readHeadFile(w.path(headsName)); err == nil {
		if h, err := w.openHead(kept.text); err == nil && h.Store == w.id {
			w.newest, w.loss.Signed = h, h.Size
		}
	}
	log, err := journal.OpenReadOnly(w.path(journalName))
	switch {
	case errors.Is(err, journal.ErrNone):
		return nil, fmt.Errorf("read the old store %s: %w: give another as --old, or what is left of its journal", r.Old, err)
	case err != nil:
		w.damaged(err)
		return w, nil
	case log.StoreID() != b.Store:
		return nil, fmt.Errorf("the old store %s is not the one that was backed up: give another as --old, or rename it", r.Old)
	}
	w.log = log
	if err := w.keys.follow(log); err != nil {
		w.damaged(err)
		return w, nil
	}
	return w, w.read(ctx, b.leaves)
}

func (w *remains) damaged(err error) {
	if w.loss.Damage == "" {
		w.loss.Damage = err.Error()
	}
}

// read reads what is not in the backup, of whose events the leaves are given. Where the
// store was itself restored since, other events may stand at the same numbers. Behind what
// is damaged it goes on.
func (w *remains) read(ctx context.Context, backup leaves) error {
	for f, err := range w.log.Frames(journal.Position{}) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			w.unread(err, uint64(len(backup)))
			if !journal.IsDamage(err) {
				return nil
			}
			continue
		}
		w.opts.Progress(model.Progress{What: "reading the old store", Done: f.First, Total: max(w.loss.Signed, f.First)})
		for i, raw := range f.Entries {
			seq := f.First + uint64(i)
			w.loss.Last = max(w.loss.Last, seq)
			if backup.has(seq, raw) {
				continue
			}
			w.loss.Events++
			c, err := openEntry(w.id, w.keys, raw)
			if err != nil {
				w.damaged(fmt.Errorf("event %d: %w", seq, err))
				continue
			}
			w.take(c)
		}
	}
	return nil
}

// leaves are the hashes of the readable parts of the events of a backup, in their order.
type leaves []tlog.Hash

// Begin implements parts.
func (l *leaves) Begin(journal.SegmentHeader) error { return nil }

// Add takes the events of a frame.
func (l *leaves) Add(_ uint64, entries [][]byte) error {
	for _, raw := range entries {
		e, _, err := parseEntry(raw)
		if err != nil {
			return err
		}
		*l = append(*l, tlog.RecordHash(e.Header))
	}
	return nil
}

// has tells whether the event is in the backup. One that cannot be read is, if one of its
// number is: what is lost is not known.
func (l leaves) has(seq uint64, raw []byte) bool {
	if seq < 1 || seq > uint64(len(l)) {
		return false
	}
	e, _, err := parseEntry(raw)
	return err != nil || tlog.RecordHash(e.Header) == l[seq-1]
}

// unread names damage, unless all of it is in the backup.
func (w *remains) unread(err error, after uint64) {
	var d *journal.Damage
	if errors.As(err, &d) && d.Last > 0 && d.Last <= after {
		return
	}
	w.damaged(err)
}

// take keeps how an event left things.
func (w *remains) take(c change) {
	if c.event.Outcome == model.Done {
		w.loss.Actions[c.event.Action]++
	}
	for _, r := range c.records {
		switch r := r.(type) {
		case model.Organization:
			w.gave(r.Used)
		case model.Deployment:
			w.gave(model.LastNumbers{Deployment: r.ID})
		case model.Token:
			w.gave(model.LastNumbers{Token: r.ID})
			w.tokens[r.ID] = r
		case model.Credential:
			w.made[r.Token] = true
		case model.User:
			w.gave(model.LastNumbers{User: r.ID})
			w.users[r.ID] = r
		}
	}
}

func (w *remains) gave(n model.LastNumbers) { w.loss.used = w.loss.used.Or(n) }

// head is the newest signed head of the old log; the zero Head when none is known.
func (w *remains) head() merkle.Head {
	if w == nil {
		return merkle.Head{}
	}
	return w.newest
}

// against compares what was with the restored store.
func (w *remains) against(s *Store) *Loss {
	out := w.loss
	for _, was := range w.tokens {
		now, err := s.durableToken(was.ID)
		same := err == nil && now.Kind == was.Kind && now.CreatedAt == was.CreatedAt && now.LastFour == was.LastFour
		switch {
		case same && was.Revoked() && !now.Revoked():
			out.Revoked = append(out.Revoked, was)
		case !same && !was.Revoked() && w.made[was.ID]:
			out.Created = append(out.Created, was)
		}
	}
	people := s.snapshot()
	for _, was := range w.users {
		now, ok := people.users[was.ID]
		if ok && now.CreatedAt == was.CreatedAt && (now.Active() && !was.Active() || now.OrgAdmin && !was.OrgAdmin) {
			out.Users = append(out.Users, was)
		}
	}
	byNumber := func(a, b model.Token) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(out.Revoked, byNumber)
	slices.SortFunc(out.Created, byNumber)
	slices.SortFunc(out.Users, func(a, b model.User) int { return cmp.Compare(a.ID, b.ID) })
	return &out
}

// record has the restored store say what became of it, and not give again the numbers
// that the events gave which are lost. Of those that cannot be read each may have given
// one of any kind.
func (l *Loss) record(ctx context.Context, s *Store, from uint64, actor model.Actor) error {
	newest := max(l.Last, l.Signed)
	if l.Events == 0 && newest <= from {
		return nil
	}
	used := l.used
	if (l.Damage != "" || l.Signed > l.Last) && newest > from {
		p := s.snapshot()
		used = used.Or(model.LastNumbers{Token: s.lastToken + model.TokenID(newest-from), User: p.lastUser + model.UserID(newest-from),
			Deployment: p.lastDeploy + model.DeploymentID(newest-from)})
	}
	return s.submit(ctx, &job{actor: actor, ask: model.Restored{From: from, Lost: newest, Used: used}}).err
}

// revokeAgain revokes in the restored store what was revoked after the backup. err is why
// nobody may.
func (l *Loss) revokeAgain(ctx context.Context, s *Store, actor model.Actor, err error) {
	for _, t := range l.Revoked {
		if err != nil {
			break
		}
		if _, _, err = s.Change(ctx, actor, model.Request{}, model.Revoke{Token: t.ID}); err == nil {
			l.RevokedAgain++
		}
	}
	l.RevokeErr = err
}
