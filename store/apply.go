package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// frame is what one journal frame holds, opened, and where it lies.
type frame struct {
	at      journal.Position
	end     journal.Position
	changes []change
}

// apply takes frames that are durable into state and memory. It is the only way
// there: the live commit, the replay at opening and the rebuild all come through it.
// What it writes follows from the events alone, absolutely and in their order:
// nothing is counted, no clock is read, and what was there before is not looked at
// but for the other bits of a set's block. So applying twice is applying once, and
// applying again over a state that has holes mends them.
//
// The caller keeps readers away, and gives at least one frame.
func (s *Store) apply(frames []frame) error {
	in, err := s.setsInMemory() // before anything is put in them
	if err != nil {
		return err
	}
	a := application{Store: s, people: s.people, last: s.lastToken, careful: s.damage() != nil}
	for _, f := range frames {
		for i := range f.changes {
			if err := a.change(&f.changes[i]); err != nil {
				return fmt.Errorf("apply event %d: %w", f.changes[i].event.Seq, err)
			}
		}
		place := framePlace{Segment: f.at.Segment, Offset: f.at.Offset, Count: uint32(len(f.changes))}
		key := state.FrameKey(f.changes[0].event.Seq)
		a.write(key, s.signer.Sign(key, place.encode()))
		s.end, s.applied = f.end, f.changes[len(f.changes)-1].event.Seq
	}
	a.writes = s.keys.writes(a.writes)
	a.writes = s.sets.Writes(a.writes)
	mark := applied{Format: StateFormat, Store: s.id, Seq: s.applied, Counts: in.counts(a.people, a.last), Made: s.keys.made}
	newest := frames[len(frames)-1].changes
	mark.Digest, mark.Known = decodeDigest(newest[len(newest)-1].private.State)
	mark.Known = mark.Known && !a.careful // state may have what the journal lost
	mark.Partial = s.partial
	if err := s.keep(a.writes, s.appliedWrite(mark)); err != nil {
		return err
	}
	s.people, s.lastToken = a.people, a.last
	s.digest, s.digestKnown = mark.Digest, mark.Known
	return nil
}

func (s *Store) appliedWrite(a applied) state.Write {
	key := state.AppliedKey()
	return state.Write{Key: key, Value: s.signer.Sign(key, a.encode())}
}

// application is one run of apply.
type application struct {
	*Store
	people  *people
	owned   bool // people is a clone of our own
	careful bool // the journal is damaged: records that are newer than the event are kept
	last    model.TokenID
	writes  []state.Write
}

func (a *application) write(key, value []byte) {
	a.writes = append(a.writes, state.Write{Key: key, Value: value})
}

func (a *application) change(c *change) error {
	for i, r := range c.records {
		if a.careful && a.newer(c.keys[i], c.event.Seq) {
			continue
		}
		a.write(c.keys[i], recordValue(c.event.Seq, c.dataKey, c.sealed[i]))
		var err error
		switch r := r.(type) {
		case model.Token:
			a.working.drop(r.ID)
			a.last = max(a.last, r.ID)
			err = a.token(r, c.private.Dropped)
		case model.Credential:
			a.lookup(c, r)
		default:
			if !a.owned {
				a.people, a.owned = a.people.clone(), true
			}
			a.people.put(r)
		}
		if err != nil {
			return err
		}
	}
	for _, u := range c.event.Concerns() {
		if err := a.sets.Put(state.EventsOf(uint64(u)), c.event.Seq, true); err != nil {
			return err
		}
	}
	return nil
}

// newer reports whether state has the record from a later event. Where the journal is
// damaged that event may be one that cannot be read any more: applying an older one
// again must not bring back what it replaced.
func (a *application) newer(key []byte, seq uint64) bool {
	var have uint64
	err := a.db.Get(key, func(value []byte) error {
		if len(value) >= valueHead {
			have = binary.BigEndian.Uint64(value)
		}
		return nil
	})
	return err == nil && have > seq
}

// token puts the token into the sets it is in and takes it out of those it left.
func (a *application) token(t model.Token, dropped []model.DeploymentID) error {
	n := uint64(t.ID)
	put := func(name state.SetName, in bool) error { return a.sets.Put(name, n, in) }
	if t.Revoked() {
		if err := put(state.Revoked(), true); err != nil {
			return err
		}
	}
	switch t.Kind {
	case model.UserToken:
		return put(state.TokensOf(uint64(t.Owner)), true)
	case model.ServiceToken:
		return put(state.Services(), true)
	}
	if err := errors.Join(put(state.OrgAgents(), t.Permissions.OrgAgent), put(state.AllBranches(), t.Permissions.AllBranches)); err != nil {
		return err
	}
	for _, d := range dropped {
		if err := put(state.TokensNaming(uint64(d)), false); err != nil {
			return err
		}
	}
	for _, d := range t.Permissions.Deployments {
		if err := put(state.TokensNaming(uint64(d)), true); err != nil {
			return err
		}
	}
	return put(state.AgentTokens(), true)
}

// lookup makes the token's value findable. The one who made the value has hashed it
// already, outside of the committer.
func (a *application) lookup(c *change, r model.Credential) {
	hash := c.lookup
	if hash == nil {
		hash = a.keys.index(r.Value.Expose())
	}
	key := state.LookupKey(hash)
	a.write(key, a.signer.Sign(key, state.RecordKey(state.Credential, uint64(r.Token))))
}

// keep writes to Badger, or to memory while the disk is almost full. The applied mark
// goes with the last batch: were the others lost, their events are applied again.
func (s *Store) keep(writes []state.Write, mark state.Write) error {
	if !s.low.Load() || s.inMemory {
		err := s.commitState(writes, mark)
		if !s.opened || !errors.Is(err, state.ErrNoRoom) {
			return err
		}
		s.low.Store(true) // the room went after it was measured
	}
	s.db.Hold(append(writes, mark))
	return nil
}

// commitState writes to Badger.
func (s *Store) commitState(writes []state.Write, mark state.Write) error {
	for len(writes) > 0 {
		n, size := 0, 0
		for n < len(writes) && n < state.MaxBatchCount-1 && size < state.MaxBatchBytes-maxWrite {
			size += len(writes[n].Key) + len(writes[n].Value)
			n++
		}
		batch := writes[:n]
		if writes = writes[n:]; len(writes) == 0 {
			batch = append(batch, mark)
		}
		if err := s.db.Commit(batch); err != nil {
			return err
		}
	}
	return nil
}

// maxWrite is the most one write takes, in bytes.
const maxWrite = maxRecord + 1024

// dropped returns the deployments that are named before and not after.
func dropped(before, after model.Permissions) []model.DeploymentID {
	still := map[model.DeploymentID]bool{}
	for _, d := range after.Deployments {
		still[d] = true
	}
	var out []model.DeploymentID
	for _, d := range before.Deployments {
		if !still[d] {
			out = append(out, d)
		}
	}
	return out
}
