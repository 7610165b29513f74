package doctor

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/fxamacker/cbor/v2"

	"jeton/store"
	"jeton/store/journal"
)

// contents looks at what the store holds, in the order in which it would be opened.
func (e *examination) contents() {
	dir := filepath.Join(e.Dir, journalName)
	lock := e.lock()
	look, err := journal.Peek(dir)
	if err != nil {
		lock.release()
		e.journalFailed(err)
		e.keyset(journal.SegmentHeader{Err: err})
		return
	}
	have, known := e.look(look)
	lock.release()
	found, ok := e.journal(journal.Examination{Dir: dir, Acknowledged: have.seq, Whole: e.Deep})
	if ok {
		e.head()
		e.state(look, have, known, found)
	}
	e.keyset(look.Newest)
}

// journal examines the journal. Who opened the store meanwhile counts as well.
func (e *examination) journal(o journal.Examination) (journal.Found, bool) {
	o.Busy = e.held
	found, err := journal.Examine(e.ctx, o)
	if !e.held && (err != nil || len(found.Damage) > 0 || found.Loose != nil) && e.ctx.Err() == nil {
		if again, _ := hold(e.Dir); again.held {
			e.held, o.Busy = true, true
			found, err = journal.Examine(e.ctx, o)
		} else {
			again.release()
		}
	}
	if err != nil {
		if e.ctx.Err() == nil {
			e.journalFailed(err)
		}
		return found, false
	}
	e.newest, e.at = found.Last, eventTime(found.Entry)
	e.judge(found)
	return found, true
}

// head looks whether there is a signed head; the audit holds the events against it.
func (e *examination) head() {
	if _, err := store.NewestHead(e.Dir); err != nil {
		e.say("head", Bad, "run jeton audit verify: without a head only one that was kept elsewhere tells whether events are missing", "%v", err)
		return
	}
	e.good("head", "there is a signed one; jeton audit verify holds every event against it")
}

const restore = "revoke what must die, then restore the journal's files from a backup"

func (e *examination) journalFailed(err error) {
	next := "run this as its owner"
	switch {
	case errors.Is(err, journal.ErrFormat):
		next = "use the jeton that wrote it"
	case journal.IsDamage(err), errors.Is(err, journal.ErrNone):
		next = "restore the journal's files from a backup; nothing here was changed"
	}
	e.say("journal", Bad, next, "%v", err)
}

// judge says what the examination of the journal means.
func (e *examination) judge(f journal.Found) {
	const check = "journal"
	for i, d := range f.Damage {
		if i == 3 {
			e.say(check, Bad, restore, "and %d more places", len(f.Damage)-i)
			break
		}
		e.say(check, Bad, restore, "%v", d)
	}
	if len(f.Damage) > 0 {
		return
	}
	switch {
	case f.Loose != nil && !e.held:
		e.say(check, Warning, "open jeton: it keeps a copy of them and cuts them off", "%v, are an unfinished write, never acknowledged", f.Loose)
	case e.held:
		e.good(check, "%s; behind event %d its holder may be writing", e.described(f), f.Last)
	default:
		e.good(check, "%s", e.described(f))
	}
}

// described says which journal this is and how much of it was read.
func (e *examination) described(f journal.Found) string {
	text := fmt.Sprintf("store %s, %s", hex.EncodeToString(f.Store[:4]), counted(f.Last, "event"))
	if !e.at.IsZero() {
		text += ", the newest of " + e.at.UTC().Format(time.RFC3339)
	}
	if e.Deep {
		return fmt.Sprintf("%s; all of it was read, %s in %s, and every checksum holds", text, size(uint64(f.Bytes)), counted(uint64(f.Segments), "segment"))
	}
	return text + "; the newest segment was read, --deep reads all"
}

func counted(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// eventTime reads when an event happened from its readable part: an entry is an array
// that begins with the encoded header, which begins with sequence number and
// milliseconds. The zero time: not known.
func eventTime(entry []byte) time.Time {
	var outer, header []cbor.RawMessage
	var raw []byte
	var at int64
	if cbor.Unmarshal(entry, &outer) != nil || len(outer) == 0 || cbor.Unmarshal(outer[0], &raw) != nil ||
		cbor.Unmarshal(raw, &header) != nil || len(header) < 2 || cbor.Unmarshal(header[1], &at) != nil || at <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(at)
}
