package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// auditBatch is how many events are opened at once, on all processors.
const auditBatch = 4096

// history reads all events.
func (w *auditor) history(ctx context.Context) {
	var batch []auditedEvent
	newest := w.heads[len(w.heads)-1].Size
	for f, err := range w.log.Frames(journal.Position{}) {
		if err != nil {
			if w.flush(ctx, &batch); w.out.Verdict == Good {
				w.damaged(err, newest)
			}
			break
		}
		for i, raw := range f.Entries {
			batch = append(batch, auditedEvent{seq: f.First + uint64(i), raw: raw})
		}
		if len(batch) >= auditBatch {
			w.opts.Progress(model.Progress{What: "reading the history", Done: f.First, Total: max(newest, f.First)})
			if w.flush(ctx, &batch); w.out.Verdict != Good || ctx.Err() != nil {
				return
			}
		}
	}
	if w.flush(ctx, &batch); w.out.Verdict != Good || ctx.Err() != nil {
		return
	}
	for i, h := range w.heads {
		if h.Size > w.tree.Size() && !w.putAside(i) {
			w.fail(CutShort, w.tree.Size()+1, fmt.Errorf("a signed head covers %d events and the journal ends with event %d", h.Size, w.tree.Size()))
		}
	}
	if w.marked > w.tree.Size() {
		w.fail(CutShort, w.tree.Size()+1, fmt.Errorf("the journal's mark says that event %d was kept and the journal ends with event %d", w.marked, w.tree.Size()))
	}
	for _, err := range w.given {
		w.fail(CutShort, err.after+1, err)
	}
	w.out.Unsigned = w.tree.Size() - min(newest, w.tree.Size())
	w.dataKeys()
}

// dataKeys looks whether each segment's header has the key of its events: they open by the
// copy in state too, but whoever loses that has lost them.
func (w *auditor) dataKeys() {
	for _, h := range w.log.Headers() {
		if err := w.keys.opens(h); err != nil {
			w.fail(Tampered, 0, fmt.Errorf("%w; its events are good, and open by the copy of the key in state", err))
			return
		}
	}
}

// damaged judges damage of the journal: an unfinished write behind everything that was
// signed was never acknowledged.
func (w *auditor) damaged(err error, newest uint64) {
	var d *journal.Damage
	switch {
	case !errors.As(err, &d):
		w.fail(Unreadable, w.tree.Size()+1, err)
	case w.tree.Size() < newest || d.First > 0 && d.First <= newest:
		w.fail(Tampered, w.tree.Size()+1, err)
	}
}

// auditedEvent is one event on its way.
type auditedEvent struct {
	seq     uint64
	raw     []byte
	leaf    tlog.Hash
	private private
	records []recordLeft
	used    uint64 // greatest number that it says was given before a restore
	err     error
}

type recordLeft struct {
	kind   state.Kind
	number uint64
	hash   uint64
	reach  model.Permissions // of an agent token, without deployments
}

// flush opens the events of the batch, and then grows the tree by them in their order.
func (w *auditor) flush(ctx context.Context, batch *[]auditedEvent) {
	all := *batch
	*batch = all[:0]
	var wait sync.WaitGroup
	n := min(runtime.GOMAXPROCS(0), len(all)/64+1)
	for part := range n {
		wait.Go(func() {
			for i := part * len(all) / n; i < (part+1)*len(all)/n && ctx.Err() == nil; i++ {
				all[i].err = w.event(&all[i])
			}
		})
	}
	wait.Wait()
	for i := range all {
		if ctx.Err() != nil || w.out.Verdict != Good {
			return
		}
		w.grow(&all[i])
	}
}

// grow adds one event to the tree and compares the heads of its size.
func (w *auditor) grow(e *auditedEvent) {
	if e.err == nil && e.seq != w.tree.Size()+1 {
		e.err = fmt.Errorf("event %d stands where event %d belongs", e.seq, w.tree.Size()+1)
	}
	if e.err != nil {
		w.fail(Tampered, w.tree.Size()+1, e.err)
		return
	}
	w.tree.AppendHash(e.leaf)
	w.out.Events = w.tree.Size()
	w.sum, w.known = decodeDigest(e.private.State)
	w.used = max(w.used, e.used)
	for _, r := range e.records {
		if r.number > max(e.seq, w.used)+maxAtOnce {
			w.fail(Tampered, e.seq, errEntry)
			return
		}
		if w.view != nil {
			w.remember(r, e.seq)
		}
	}
	for i, h := range w.heads {
		if h.Size != w.tree.Size() || h.Hash == w.tree.Hash() || w.putAside(i) {
			continue
		}
		first := uint64(1)
		for _, good := range w.heads {
			if good.Size < h.Size {
				first = max(first, good.Size+1)
			}
		}
		w.fail(Tampered, first, fmt.Errorf("events %d to %d are not those under the signed head", first, h.Size))
	}
}

// event opens an event, holds every part of it against the digest in its header, and keeps
// what it left, to be held against state.
func (w *auditor) event(a *auditedEvent) error {
	e, h, err := parseEntry(a.raw)
	if err != nil {
		return err
	}
	if h.Seq != a.seq {
		return fmt.Errorf("event %d stands where event %d belongs", h.Seq, a.seq)
	}
	a.leaf = tlog.RecordHash(e.Header)
	key, err := w.keys.get(h.DataKey)
	if err != nil {
		return err
	}
	for i, p := range h.Parts {
		sealed := e.Details
		if i > 0 {
			sealed = e.Records[i-1]
		}
		plain, err := key.Open(nil, sealed, associated(w.id, p.Key, h.Seq))
		if err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
		if len(plain) < saltLen || !bytes.Equal(partDigest(plain[:saltLen], p.Key, plain[saltLen:]), p.Digest) {
			return fmt.Errorf("part %d is not the one that was recorded", i)
		}
		if i == 0 {
			err = a.details(h, plain[saltLen:])
		} else {
			err = a.record(w.seed, h, p.Key, sealed, plain[saltLen:])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// details reads the details, and holds the header against what they say of it.
func (a *auditedEvent) details(h header, plain []byte) (err error) {
	if a.private, err = decodeAs[private](plain); err != nil {
		return err
	}
	return a.private.reads(h)
}

// record keeps a record that the event left.
func (a *auditedEvent) record(seed maphash.Seed, h header, key, sealed, plain []byte) error {
	kind, number, ok := state.ParseRecordKey(key)
	if !ok {
		return errEntry
	}
	if kind == state.Organization {
		o, err := decodeAs[model.Organization](plain)
		if err != nil {
			return err
		}
		a.used = max(uint64(o.Used.Token), uint64(o.Used.User), uint64(o.Used.Deployment))
	}
	r := recordLeft{kind: kind, number: number, hash: maphash.Bytes(seed, recordValue(h.Seq, h.DataKey, sealed)[seqLen:])}
	if kind == state.AgentToken {
		t, err := decodeAs[reaching](plain)
		if err != nil {
			return err
		}
		r.reach = model.Permissions{OrgAgent: t.Permissions.OrgAgent, AllBranches: t.Permissions.AllBranches}
	}
	a.records = append(a.records, r)
	return nil
}

// reaching is what the audit reads of a token.
type reaching struct {
	Permissions model.Permissions `cbor:"5,keyasint"`
}
