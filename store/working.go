package store

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"

	"jeton/model"
)

const (
	workingShards = 64
	workingEach   = 1024 // tokens in one shard
)

// working remembers which values are those of tokens that work, so that asking again costs
// no reading: 65,536 at most. A value is remembered by its SHA-256 behind a random key that
// this process alone has.
//
// Only tokens that work are in it, so that nobody without one can push another out, and
// unknown and revoked values take the same way, past it. Apply drops the token of each
// record it keeps, while it keeps readers away; readers put in what they read before they
// let go: what was acknowledged is never answered from before. Whether an owner is active,
// and what they may do, is not remembered but asked each time.
type working struct {
	seed   [sha256.Size]byte
	shards [workingShards]workingShard
	mu     sync.Mutex // before that of a shard
	byID   map[model.TokenID]*workingToken
}

type workingShard struct {
	mu  sync.RWMutex
	all map[valueName]*workingToken
}

// valueName stands for a value in this process.
type valueName [sha256.Size]byte

type workingToken struct {
	name  valueName
	token model.Token // whose permissions nobody changes
}

func newWorking() *working {
	w := &working{}
	_, _ = rand.Read(w.seed[:]) // never fails
	w.clear()
	return w
}

// name is what a value, of model.ValueLen bytes, is remembered by.
func (w *working) name(value string) valueName {
	var b [sha256.Size + model.ValueLen]byte
	copy(b[:], w.seed[:])
	copy(b[sha256.Size:], value)
	defer clear(b[:])
	return sha256.Sum256(b[:])
}

func (w *working) shard(name valueName) *workingShard { return &w.shards[name[0]%workingShards] }

func (w *working) get(name valueName) (model.Token, bool) {
	s := w.shard(name)
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.all[name]
	if !ok {
		return model.Token{}, false
	}
	return t.token, true
}

// put remembers a token that works. The caller keeps apply away.
func (w *working) put(name valueName, t model.Token) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(t.ID)
	s := w.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= workingEach {
		for other, o := range s.all { // any one
			delete(s.all, other)
			delete(w.byID, o.token.ID)
			break
		}
	}
	fresh := &workingToken{name, t}
	s.all[name], w.byID[t.ID] = fresh, fresh
}

// drop forgets a token.
func (w *working) drop(id model.TokenID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(id)
}

func (w *working) forget(id model.TokenID) {
	t, ok := w.byID[id]
	if !ok {
		return
	}
	delete(w.byID, id)
	s := w.shard(t.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, t.name)
}

// clear forgets everything.
func (w *working) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.byID = map[model.TokenID]*workingToken{}
	for i := range w.shards {
		s := &w.shards[i]
		s.mu.Lock()
		s.all = map[valueName]*workingToken{}
		s.mu.Unlock()
	}
}
