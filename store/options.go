package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/unix"

	"jeton/model"
	"jeton/store/seal"
)

// DefaultReserve is how many bytes of disk are left free: below, only revoking goes on.
const DefaultReserve = 64 << 20

const (
	defaultGroup = 512       // changes in one group
	groupBytes   = 512 << 10 // bytes of entries in one group, about
)

// Options say where a store is and what it runs on. Only Dir and one of Keyset and
// KeysetPath are needed.
type Options struct {
	Dir        string       // of the store
	Keyset     *seal.Keyset // opens it
	KeysetPath string       // where the keyset is read when Keyset is nil

	Clock     func() time.Time                 // nil: time.Now
	Rand      io.Reader                        // of token values; nil: crypto/rand. Only demonstration data sets it
	Progress  func(model.Progress)             // told, from any goroutine, how long work at opening goes; may be nil
	Reserve   uint64                           // bytes to leave free on disk; 0: DefaultReserve
	FreeSpace func(dir string) (uint64, error) // bytes free for this process; nil: the file system's answer
	GroupSize int                              // most changes committed at once; 0: 512
	MarkEvery uint64                           // events after which state is made durable; 0: 20,000
	Anchor    string                           // file outside of the store to which every signed head is appended; may be empty
	Origin    string                           // where this process runs, for the one who finds the store locked: "pts/3 from 10.0.0.7"

	// Crashed is told, from any goroutine, what a goroutine of the store's own panicked with,
	// while its stack is still there; the store then writes nothing more. Nil: the panic goes
	// on, and ends the process.
	Crashed func(thrown any)

	// Decide is model.Decide when nil. Only tests replace it, to keep what no rule lets in.
	Decide func(model.View, model.Case, model.Change) (model.Decision, error)

	rotating   bool // state is made again at the next opening: take one made under older keys
	sharedRand bool // Rand was given and may not be safe for several goroutines
}

func (o Options) filled() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.sharedRand = o.Rand != nil
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Decide == nil {
		o.Decide = model.Decide
	}
	if o.Progress == nil {
		o.Progress = func(model.Progress) {}
	}
	if o.Reserve == 0 {
		o.Reserve = DefaultReserve
	}
	if o.FreeSpace == nil {
		o.FreeSpace = freeSpace
	}
	if o.GroupSize == 0 {
		o.GroupSize = defaultGroup
	}
	if o.MarkEvery == 0 {
		o.MarkEvery = 20_000
	}
	return o
}

// loadKeyset reads the keyset if it was not given.
func (o *Options) loadKeyset() error {
	if o.Keyset != nil {
		return nil
	}
	k, err := seal.Load(o.KeysetPath)
	if errors.Is(err, seal.ErrMissing) {
		return fmt.Errorf("%w: %s", model.ErrNoKeyset, o.KeysetPath)
	}
	o.Keyset = k
	return err
}

func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	if s.Files > 0 && s.Ffree < fewFiles {
		return 0, nil
	}
	return uint64(max(int64(s.Bavail), 0)) * uint64(s.Bsize), nil
}

// fewFiles is how many more files a file system must take, where it counts them, to be one
// that has room: Badger makes a few at a time and must never fail to.
const fewFiles = 64
