// Package store keeps an organization: the one way to read or change anything of it.
// Every method takes the actor first and asks [model.Allow], against the organization
// as it is now.
//
// # Journal, then state
//
// A change is an event. The committer, one goroutine at a time, takes what waits as a
// group, decides each change in order with what the group did before it, appends the
// group to the journal as one frame with one fdatasync, applies it to state, answers,
// and tells followers. Who brings a change while nobody commits is the committer for
// that group. What is not durable is not answered; what is answered is in the
// journal. State (see package state) follows from the journal alone and is made again
// from it whenever there is doubt; a mark in the journal says from where to replay.
//
// # When something is wrong
//
//   - A write that the disk did not confirm: the outcome is unknown, and nothing more
//     is written until the store is opened again ([model.ErrUnknown]).
//   - Damage in the journal is named in [Store.Health] and with every change refused
//     because of it ([*model.DamageError]). Reading and revoking go on; damaged files
//     are left as they are.
//   - A state that cannot be used is made again. Where the journal is damaged too the
//     old one may be all there is of some events: it is kept and applied to as long as it
//     can be read, and put aside, never removed, when it cannot.
//   - A state that opens and is wrong all the same, since Badger gives damaged blocks good
//     checksums when it merges them, or a record of before was put back, is found when opening
//     misses a record by number, before the first change, or by [Store.CheckHistory], which
//     compares it with every event.
//   - State, or a signed head, that knows more than the journal refuses everything
//     ([model.ErrAhead]).
//   - A disk almost full: lists and revocations go on, in the journal's preallocated
//     space and in memory; state is not written ([model.ErrLowSpace]).
//
// # Use
//
// Doors ask with [Store.Check], which answers from memory for values asked about lately and
// counts each answer: by token and caller, at most model.Callers of them a token. What is
// counted waits in memory and goes to state every few seconds, in the committer's turn. It
// is no change and no event: a crash loses what waited, and a state that is made again
// knows of no use before, which lists and [Store.Usage] say.
//
// # Who can read a store
//
// Everything from people, in journal and state, is sealed under keys the keyset
// wraps. Whoever has both the keyset and the store's files can read everything and
// is beyond [model.Allow]; keep them apart in backups.
package store

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/seal"
	"jeton/store/state"
)

const (
	journalName = "journal"
	stateName   = "state"
)

// Store is an open store. Its methods may be called from any goroutine.
type Store struct {
	opts   Options
	keyset *seal.Keyset
	keys   *dataKeys
	signer state.Signer
	vault  vault
	id     [16]byte
	lock   *dirLock
	log    *journal.Log
	db     *state.DB

	mu        sync.RWMutex // held by apply; readers hold it while they choose what to read
	sets      *state.Sets
	people    *people
	lastToken model.TokenID
	applied   uint64           // newest event in state
	end       journal.Position // behind its frame
	element   element

	working *working // values asked about lately
	uses    *uses    // of tokens

	digest      digest // of the state that the newest event left
	digestKnown bool

	low      atomic.Bool // disk almost full: Badger is not written
	opened   bool        // opening has ended: want of room is lived with
	readOnly bool        // opened on a full disk, see regain
	inMemory bool        // state is on no disk, see regain
	rebuilt  bool        // state was made again at this opening
	partial  bool        // state was made from a damaged journal

	turn     sync.Mutex // held by who commits: nobody else touches what is the committer's own
	ended    bool       // nobody commits any more
	queue    chan *job
	wake     chan struct{} // something is due sooner than was thought
	closing  chan struct{}
	done     chan struct{} // closed when the committer has ended
	closeOne sync.Once
	closeErr error

	// The committer's own.
	refusals *refusals
	lately   map[model.TokenID]model.Token // some as they are in state: who made one goes on with it
	latelyBy map[string]uint64             // which event left them, by the keys of their records
	requests *requests
	recalled bool   // requests were read from the journal
	marked   uint64 // event of the last mark
	marking  sync.WaitGroup
	markBusy atomic.Bool

	comparing sync.Mutex   // held by who compares state with the journal
	compared  atomic.Bool  // that was done since opening
	hurried   atomic.Int32 // how many wait for it

	condition condition
	followers followers
	notary    *notary
	randMu    sync.Mutex

	alive sync.RWMutex // held by those who read files
	gone  bool         // they are closed
}

func newStore(o Options) *Store {
	s := &Store{opts: o.filled(), keyset: o.Keyset, keys: newDataKeys(o.Keyset), people: newPeople(),
		queue: make(chan *job, 1024), wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
		refusals: newRefusals(), lately: map[model.TokenID]model.Token{}, latelyBy: map[string]uint64{}, requests: newRequests(), working: newWorking()}
	s.uses = newUses(model.TimeOf(s.opts.Clock()))
	s.signer = state.Signer{MAC: s.mac}
	s.element = o.Keyset.Elements().Record

	s.followers.all = map[chan uint64]struct{}{}
	return s
}

// mac is the keyed checksum of entries of this store's state.
func (s *Store) mac(key, value []byte) [16]byte {
	name := make([]byte, 0, len(s.id)+len(key))
	return s.keyset.MAC(append(append(name, s.id[:]...), key...), value)
}

func (s *Store) path(name string) string { return filepath.Join(s.opts.Dir, name) }

// identifyAs sets whose records these are.
func (s *Store) identifyAs(id [16]byte) {
	s.id, s.keys.store, s.vault = id, id, vault{store: id, keys: s.keys}
}

// enter keeps the files open until leave is called. Every method that reads begins
// with it.
func (s *Store) enter() (leave func(), err error) {
	s.alive.RLock()
	if s.gone {
		s.alive.RUnlock()
		return nil, model.ErrClosed
	}
	return s.alive.RUnlock, nil
}

// kinds tells of every token which kind it is. It is always in memory.
func (s *Store) kinds() (k kinds, err error) {
	if k.agents, err = s.sets.Get(state.AgentTokens()); err == nil {
		k.services, err = s.sets.Get(state.Services())
	}
	return k, err
}

// kinds are the tokens of all kinds but user tokens.
type kinds struct{ agents, services *state.Set }

func (k kinds) of(id model.TokenID) state.Kind {
	switch {
	case k.agents.Has(uint64(id)):
		return state.AgentToken
	case k.services.Has(uint64(id)):
		return state.ServiceToken
	}
	return state.UserToken
}

// maybeMark moves the mark on in the background when enough has happened.
func (b *batch) maybeMark() {
	s := b.Store
	if s.applied-s.marked < s.opts.MarkEvery || s.low.Load() || s.readOnly || s.damage() != nil {
		return
	}
	if !s.markBusy.CompareAndSwap(false, true) {
		return
	}
	mark := journal.Mark{Seq: s.applied, End: s.end}
	s.marked = s.applied
	s.marking.Go(func() {
		defer s.markBusy.Store(false)
		defer s.caught()
		// A failure costs a longer replay and nothing else; the next mark tries again.
		if s.db.Sync() == nil {
			_ = s.log.SetMark(mark)
		}
	})
}

// Change decides and keeps a change. When it returns without an error the change is
// durable. The first one after opening waits until state was compared with the journal,
// about a second for a million tokens, since what is decided on a record of before stays. It returns the event and the first record it left, for a new token the
// token. Errors are those of package model.
func (s *Store) Change(ctx context.Context, actor model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	j := &job{actor: actor, request: r, ask: c}
	switch c := c.(type) {
	case model.CreateToken:
		if err := s.newValue(j, c.Kind); err != nil {
			return model.Event{}, nil, err
		}
	case model.Restored:
		return model.Event{}, nil, model.Allow(s.snapshot().users[actor.User], model.RestoreOrganization, model.Object{})
	case model.Found:
		return model.Event{}, nil, &model.RefusedError{Action: model.CreateOrganization, Reason: "there is an organization already"}
	}
	if err := s.awaitCompared(ctx); err != nil {
		return model.Event{}, nil, err
	}
	a := s.submit(ctx, j)
	return a.event, a.record, a.err
}

// newValue makes the value of a token to be, and its hash, outside of the committer.
func (s *Store) newValue(j *job, kind model.TokenKind) (err error) {
	if s.opts.sharedRand {
		s.randMu.Lock()
		defer s.randMu.Unlock()
	}
	if j.value, err = model.NewValue(kind, s.opts.Rand); err != nil {
		return err
	}
	j.lookup = s.keys.index(j.value.Expose())
	return nil
}

// Reveal hands out a token's value once the event that says so is durable.
func (s *Store) Reveal(ctx context.Context, actor model.Actor, r model.Request, c model.Reveal) (model.Secret, error) {
	if err := s.awaitCompared(ctx); err != nil {
		return model.Secret{}, err
	}
	if a := s.submit(ctx, &job{actor: actor, request: r, ask: c}); a.err != nil {
		return model.Secret{}, a.err
	}
	leave, err := s.enter()
	if err != nil {
		return model.Secret{}, err
	}
	defer leave()
	v := s.db.View()
	defer v.Close()
	cred, err := get[model.Credential](s.vault, v, state.Credential, uint64(c.Token))
	if err != nil {
		return model.Secret{}, fmt.Errorf("the value of token %d: %w", c.Token, s.missing(err))
	}
	return cred.Value, nil
}
