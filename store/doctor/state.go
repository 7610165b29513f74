package doctor

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"jeton/store"
	"jeton/store/journal"
	"jeton/store/state"
)

// condition is what is known of state.
type condition uint8

const (
	busy     condition = iota // its owner is at it: not looked at
	absent                    // there is none
	unclosed                  // the process that had it ended: only opening it mends it
	broken                    // it cannot be read
	readable
)

// applied is up to which event a state says the journal was applied to it.
type applied struct {
	condition condition
	format    uint32
	store     [16]byte
	seq       uint64
	err       error
}

// look opens state for reading, where that writes nothing: when nobody has it and it
// was closed in order.
func (e *examination) look(j journal.Look) (a applied, known bool) {
	if e.held {
		return applied{condition: busy}, false
	}
	dir := filepath.Join(e.Dir, stateName)
	if entries, err := os.ReadDir(dir); errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return applied{condition: absent}, false
	} else if err != nil {
		return applied{condition: broken, err: err}, false
	}
	logs, _ := filepath.Glob(filepath.Join(dir, "*.mem"))
	if !j.Mark.Clean || len(logs) > 0 {
		return applied{condition: unclosed}, false
	}
	a, err := readApplied(dir)
	if err != nil {
		return applied{condition: broken, err: err}, false
	}
	if a.format != store.StateFormat || a.store != j.Store {
		return a, false
	}
	return a, true
}

// readApplied reads the applied mark: format u32, store id, sequence number u64. What
// stands behind is for the store, which alone can tell whether its checksum is right.
func readApplied(dir string) (a applied, err error) {
	db, err := state.Open(dir, state.ReadOnly)
	if err != nil {
		return a, err
	}
	a.condition = readable
	err = db.Get(state.AppliedKey(), func(raw []byte) error {
		if len(raw) < 4 {
			return state.ErrDamaged
		}
		if a.format = binary.BigEndian.Uint32(raw); a.format != store.StateFormat {
			return nil
		}
		if len(raw) < 28 {
			return state.ErrDamaged
		}
		a.store, a.seq = [16]byte(raw[4:20]), binary.BigEndian.Uint64(raw[20:])
		return nil
	})
	return a, errors.Join(err, db.Close())
}

// state says whether state is what the journal leads to, and what the next opening does.
func (e *examination) state(j journal.Look, a applied, known bool, f journal.Found) {
	const check = "state"
	next := "jeton doctor --repair makes it again from the journal, as the next opening does by itself"
	if len(f.Damage) > 0 {
		next = "restore the journal first: until then state can only be made again without what the journal lost"
	}
	again := func(format string, args ...any) { e.say(check, Warning, next, format, args...) }
	switch {
	case a.condition == busy || e.held:
		e.good(check, "in use, and not looked at meanwhile")
	case a.condition == absent:
		again("there is none")
	case a.condition == unclosed:
		e.say(check, Warning, "open jeton: it reads state whole, and applies to it what it lacks", "it was not closed in order; the journal says it had event %d", j.Mark.Seq)
	case a.condition == broken:
		again("%v", a.err)
	case a.format != store.StateFormat:
		again("it has format %d, and this jeton keeps format %d", a.format, store.StateFormat)
	case !known:
		again("it belongs to another store")
	case a.seq > f.Last:
		e.say(check, Bad, "restore the journal's newest files from a backup", "it knows event %d, and the journal ends with event %d", a.seq, f.Last)
	case a.seq < j.Mark.Seq:
		again("it ends with event %d, though event %d was in it", a.seq, j.Mark.Seq)
	default:
		e.good(check, "format %d, applied up to event %d of %d; nothing is due at the next opening", a.format, a.seq, f.Last)
	}
}
