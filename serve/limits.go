package serve

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// The limits on failures of one address; see the package comment.
const (
	slowAfter, slowRate = 30, 1   // failures at once, and then in a second
	shutAfter, shutRate = 600, 50 // the same
)

// failures counts what failed, by source address. What it holds is bounded: where there is
// no room, an address that failed little is forgotten.
type failures struct {
	now    func() time.Time
	seed   maphash.Seed
	shards [32]failing
}

const failingAddresses = 512 // in a shard

type failing struct {
	some atomic.Bool // there are any: spares good requests the lock
	mu   sync.Mutex
	by   map[netip.Addr]debt
}

// debt is the failures that were not yet forgotten, by either rate.
type debt struct {
	at         time.Time
	slow, shut float64
}

func newFailures() *failures {
	f := &failures{now: time.Now, seed: maphash.MakeSeed()}
	for i := range f.shards {
		f.shards[i].by = map[netip.Addr]debt{}
	}
	return f
}

// shut returns how long nothing from there is looked at, 0 when it is.
func (f *failures) shut(s source) time.Duration {
	key, sh := f.find(s)
	if s.behind || !sh.some.Load() {
		return 0
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return untilRoom(sh.by[key].after(f.now()).shut, shutAfter, shutRate)
}

// failed counts one failure and returns after how long the next may be answered for what it
// is, 0 when this one may.
func (f *failures) failed(s source) time.Duration {
	key, sh := f.find(s)
	now := f.now()
	sh.mu.Lock()
	defer sh.mu.Unlock()
	d, known := sh.by[key]
	if !known && len(sh.by) >= failingAddresses {
		sh.forgetOne(now)
	}
	d = d.after(now)
	wait := untilRoom(d.slow, slowAfter, slowRate)
	// Neither grows beyond its limit: that would be a wait for what is long past.
	d.slow, d.shut = min(d.slow+1, slowAfter), min(d.shut+1, shutAfter)
	sh.by[key] = d
	sh.some.Store(true)
	return wait
}

// find returns how an address is counted, IPv6 by /64, and where.
func (f *failures) find(s source) (netip.Addr, *failing) {
	key := s.addr
	if key.Is6() {
		if p, err := key.Prefix(64); err == nil {
			key = p.Addr()
		}
	}
	return key, &f.shards[maphash.Comparable(f.seed, key)%uint64(len(f.shards))]
}

// forgetOne makes room: of a few addresses, the one that failed least.
func (sh *failing) forgetOne(now time.Time) {
	var least netip.Addr
	best, seen := debt{}, 0
	for addr, d := range sh.by { // in no order
		if d = d.after(now); seen == 0 || d.shut < best.shut {
			least, best = addr, d
		}
		if seen++; seen == 8 {
			break
		}
	}
	delete(sh.by, least)
}

// after is the debt at a later time.
func (d debt) after(now time.Time) debt {
	passed := now.Sub(d.at).Seconds()
	return debt{at: now, slow: max(d.slow-passed*slowRate, 0), shut: max(d.shut-passed*shutRate, 0)}
}

// untilRoom is how long until there is room for one failure more, 0 when there is.
func untilRoom(owed, limit, rate float64) time.Duration {
	if owed+1 <= limit {
		return 0
	}
	return time.Duration((owed + 1 - limit) / rate * float64(time.Second))
}
