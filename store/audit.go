package store

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"os"

	"jeton/store/journal"
	"jeton/store/merkle"
	"jeton/store/state"
)

// Verdict is how an audit ended. The numbers are those of jeton's exit codes.
type Verdict int

// The verdicts.
const (
	Good       Verdict = iota
	Tampered           // something is not as it was written
	CutShort           // events that a signed head covers are missing at the end
	Unreadable         // what an audit needs could not be read
)

// Audit is what an audit found.
type Audit struct {
	Verdict Verdict
	Bad     uint64 // first event that is not good; 0: none, or not known
	What    string // what is wrong with it; "" when all is good

	Events   uint64      // good ones, counted from the first
	Head     merkle.Head // newest signed head; the zero Head when there is none
	Unsigned uint64      // events behind it, of the last second
	Heads    int         // heads given that were compared
	State    string      // why state was not compared; "" when it was
}

// Auditing says what to audit.
type Auditing struct {
	Options
	Since [][]byte // signed heads that were kept elsewhere
}

// AuditStore reads the whole history of a store and holds it against everything that was
// signed: each event's seal and the digests in its readable part, the tree of all events
// against the newest head and the heads given, and state against the events. Nothing is
// written but the lock, and another process may have the store; then state, which it is
// changing, is left out, as it is when it was not closed in order. The error is that of
// ctx; everything else is in the Audit.
func AuditStore(ctx context.Context, a Auditing) (Audit, error) {
	w, err := newAuditor(a)
	if err != nil {
		w.fail(Unreadable, 0, err)
		return w.out, nil
	}
	defer w.release()
	if w.out.Verdict == Good {
		w.history(ctx)
	}
	if w.out.Verdict == Good {
		w.compareState()
	}
	return w.out, ctx.Err()
}

// auditor is one audit.
type auditor struct {
	*Store
	out    Audit
	heads  []merkle.Head // to compare, the newest last
	given  []givenUp     // why some of them are not of the log any more
	tree   merkle.Tree
	marked uint64      // event that the journal's mark says was kept
	view   *state.View // of a state nobody changes; nil: not compared
	seed   maphash.Seed
	left   map[state.Kind][]leftRecord  // what events left, by number
	reach  map[state.SetName]*state.Set // the lists that the digest leaves out, as events left them
	used   uint64                       // greatest number given before a restore
	sum    digest                       // of the state that the newest event left
	known  bool
}

// leftRecord is the newest event that left a record, and a hash of the record as it was
// sealed, with the number of its data key.
type leftRecord struct{ seq, hash uint64 }

// fail keeps the first thing that is wrong.
func (w *auditor) fail(v Verdict, bad uint64, err error) {
	if w.out.Verdict == Good {
		w.out.Verdict, w.out.Bad, w.out.What = v, bad, err.Error()
	}
}

func newAuditor(a Auditing) (*auditor, error) {
	w := &auditor{seed: maphash.MakeSeed(), left: map[state.Kind][]leftRecord{},
		reach: map[state.SetName]*state.Set{state.OrgAgents(): {}, state.AllBranches(): {}}}
	if err := isStore(a.Dir); err != nil {
		return w, err
	}
	if err := a.loadKeyset(); err != nil {
		return w, err
	}
	w.Store = newStore(a.Options)
	if look, err := journal.Peek(w.path(journalName)); err == nil { // before: who has the store open goes on
		w.marked = look.Mark.Seq
	}
	if err := w.readJournal(); err != nil {
		return w, err
	}
	w.readHeads(a.Since)
	w.openState()
	return w, nil
}

// readHeads reads what is to be compared.
func (w *auditor) readHeads(since [][]byte) {
	for i, text := range since {
		h, err := w.openHead(text)
		if err == nil && h.Store != w.id {
			err = errors.New("it is of another store")
		}
		if err != nil {
			w.fail(Tampered, 0, fmt.Errorf("head %d of those given: %w", i+1, err))
			return
		}
		w.heads = append(w.heads, h)
	}
	w.out.Heads = len(w.heads)
	kept, err := readHeadFile(w.path(headsName))
	switch {
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, errNoHead):
		w.fail(Tampered, 0, errors.New("the store has no signed head, though every store signs one within a second: it was taken away"))
	case err != nil:
		w.fail(Unreadable, 0, fmt.Errorf("the store's newest head: %w", err))
	default:
		if w.out.Head, err = w.openHead(kept.text); err != nil {
			w.fail(Tampered, 0, fmt.Errorf("the store's newest head: %w", err))
		}
	}
	for i, h := range w.heads {
		if h.Epoch > w.out.Head.Epoch {
			w.fail(Tampered, 0, fmt.Errorf("head %d of those given is of epoch %d and the store's newest of epoch %d: that the log was restored is kept from you",
				i+1, h.Epoch, w.out.Head.Epoch))
		}
	}
	w.heads = append(w.heads, w.out.Head)
}

// openState takes the store, so that nobody changes its state, if that is possible.
func (w *auditor) openState() {
	lock, err := lockDir(w.opts.Dir, w.opts.Clock(), w.opts.Origin)
	if err != nil {
		w.out.State = fmt.Sprintf("state was not compared: %v", err)
		return
	}
	w.lock = lock
	look, err := journal.Peek(w.path(journalName))
	if err == nil && !look.Mark.Clean {
		err = errors.New("it was not closed in order, and is brought up to date at the next opening")
	}
	if err == nil {
		w.db, err = state.Open(w.path(stateName), state.ReadOnly)
	}
	if err != nil {
		w.out.State = fmt.Sprintf("state was not compared: %v", err)
		return
	}
	w.use(w.db)
	w.view = w.db.View()
}

func (w *auditor) release() {
	if w.view != nil {
		w.view.Close()
		_ = w.db.Close() // it was only read
	}
	if w.lock != nil {
		_ = w.lock.Close()
	}
}
