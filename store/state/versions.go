package state

import "sync"

// versions hands out the numbers under which Badger keeps what is written, and knows
// which of them open views still show. Badger would do so itself, but through two
// goroutines of its own: two messages for each view and four for each commit, which
// together take longer than the reading and writing. There is one writer, so a number
// and a map do.
type versions struct {
	mu      sync.Mutex
	now     uint64         // the newest that is complete
	tried   uint64         // the newest that was handed out: a failed commit leaves a gap
	showing map[uint64]int // how many open views show a version
}

func newVersions(newest uint64) *versions {
	return &versions{now: newest, tried: newest, showing: map[uint64]int{}}
}

// view returns the newest complete version, which stays as it is until left.
func (v *versions) view() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.showing[v.now]++
	return v.now
}

func (v *versions) leave(version uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.showing[version]--; v.showing[version] == 0 {
		delete(v.showing, version)
	}
}

// next returns the version for a commit to write.
func (v *versions) next() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tried++
	return v.tried
}

// complete makes a version the newest, and returns the oldest that anybody can still
// see: what is older and replaced may go.
func (v *versions) complete(version uint64) (oldest uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now, oldest = version, version
	for shown := range v.showing {
		oldest = min(oldest, shown)
	}
	return oldest
}
