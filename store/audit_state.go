package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"

	"jeton/store/state"
)

// maxAtOnce is more than the records one event leaves: numbers are given one after the
// other, so one far beyond its event, and beyond what a restore says was given before, is
// forged, and would ask for all the memory there is.
const maxAtOnce = 1 << 16

// remember keeps what an event left, over what was left before.
func (w *auditor) remember(r recordLeft, seq uint64) {
	all := w.left[r.kind]
	if n := int(r.number) + 1; n > len(all) {
		all = append(all, make([]leftRecord, n-len(all))...)
		w.left[r.kind] = all
	}
	all[r.number] = leftRecord{seq, r.hash}
	if r.kind == state.AgentToken {
		w.reach[state.OrgAgents()].Put(r.number, r.reach.OrgAgent)
		w.reach[state.AllBranches()].Put(r.number, r.reach.AllBranches)
	}
}

// compareState holds every record in state against the event that left it last, and all
// of state against the digest that the newest event has of it.
func (w *auditor) compareState() {
	if w.view == nil {
		return
	}
	have, err := w.end()
	want, known := w.sum, w.known
	if !known {
		want, known = have.Digest, have.Known
	}
	bad, kind, number := uint64(0), state.Kind(0), uint64(0)
	var got digest
	lists := listCheck{want: w.reach, got: map[state.SetName]int{}}
	if err == nil {
		got, err = w.addUp(w.view, adding{record: func(k state.Kind, n uint64, value []byte) error {
			if seq, good := w.matches(k, n, value); !good && (bad == 0 || seq < bad) {
				bad, kind, number = seq, k, n
			}
			return nil
		}, beside: lists.member})
	}
	switch {
	case errors.Is(err, errAheadOfJournal):
		w.fail(CutShort, w.tree.Size()+1, fmt.Errorf("state: %w", err))
		return
	case err != nil:
	case bad > 0:
		err = fmt.Errorf("record %c %d is not as event %d left it", kind, number, bad)
	case known && got != want:
		err = errOtherState
	case lists.wrong():
		err = fmt.Errorf("the lists of what agent tokens reach are not as events left them: %w", state.ErrDamaged)
	}
	if err != nil {
		w.fail(Tampered, bad, fmt.Errorf("state: %w", err))
	}
}

var errAheadOfJournal = errors.New("the journal ends before")

// end is where state ends, if the journal does, too.
func (w *auditor) end() (have applied, err error) {
	if err = w.db.CheckTables(); err == nil { // see compareIn
		have, err = w.appliedIn(w.view)
	}
	switch {
	case err == nil && have.Seq > w.tree.Size():
		err = fmt.Errorf("it knows event %d and %w it, with event %d", have.Seq, errAheadOfJournal, w.tree.Size())
	case err == nil && have.Seq < w.tree.Size():
		err = fmt.Errorf("it ends with event %d and the journal with event %d", have.Seq, w.tree.Size())
	}
	return have, err
}

// matches tells whether a record is the one that was left last, and by which event.
func (w *auditor) matches(k state.Kind, number uint64, value []byte) (seq uint64, good bool) {
	all := w.left[k]
	if number >= uint64(len(all)) {
		return w.tree.Size(), false // no event left it
	}
	l := all[number]
	return l.seq, binary.BigEndian.Uint64(value) == l.seq && maphash.Bytes(w.seed, value[seqLen:]) == l.hash
}

// listCheck holds lists that the digest leaves out against what they should be.
type listCheck struct {
	want  map[state.SetName]*state.Set
	got   map[state.SetName]int // how many of them were there
	other bool                  // something else was
}

func (l *listCheck) member(name state.SetName, number uint64) {
	l.got[name]++
	l.other = l.other || !l.want[name].Has(number)
}

func (l *listCheck) wrong() bool {
	for name, want := range l.want {
		l.other = l.other || l.got[name] != want.Len()
	}
	return l.other
}
