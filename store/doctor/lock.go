package doctor

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"jeton/store"
)

// holding is what the lock of the store says.
type holding struct {
	held   bool
	holder string   // in words; empty when it does not say
	file   *os.File // keeps others from opening the store until released
}

// hold asks who has the store, and if nobody has it, keeps it so until release. A lock
// file that is not there is not made.
func hold(dir string) (holding, error) {
	f, err := os.Open(filepath.Join(dir, store.LockName))
	if errors.Is(err, fs.ErrNotExist) {
		return holding{}, nil
	}
	if err != nil {
		return holding{}, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if err == nil {
		return holding{file: f}, nil
	}
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return holding{}, errors.Join(err, f.Close())
	}
	h := holding{held: true, holder: holder(f)}
	return h, f.Close()
}

func (h *holding) release() {
	if h.file != nil {
		_ = unix.Flock(int(h.file.Fd()), unix.LOCK_UN) // closing alone would leave it to a process that is just being started
		_ = h.file.Close()
		h.file = nil
	}
}

// holder reads who says that they have the store.
func holder(f io.Reader) string {
	h, ok := store.ReadHolder(f)
	if !ok {
		return ""
	}
	parts := []string{fmt.Sprintf("pid %d", h.PID), "user " + h.User, "since " + h.Since.Local().Format(time.DateTime)}
	if h.Terminal != "" {
		parts = append(parts, "on "+h.Terminal)
	}
	return strings.Join(parts, ", ")
}

// lock says who has the store.
func (e *examination) lock() holding {
	const check = "lock"
	h, err := hold(e.Dir)
	switch {
	case err != nil:
		e.say(check, Bad, "run this as the owner of the store", "who has the store open cannot be told: %v", err)
	case h.held && h.holder == "":
		e.good(check, "a jeton has the store open, and does not say which")
	case h.held:
		e.good(check, "open in a jeton: %s", h.holder)
	default:
		e.good(check, "nobody has the store open")
	}
	e.held = h.held
	return h
}
