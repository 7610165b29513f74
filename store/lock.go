package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"jeton/model"
)

// LockName is the file in a store whose lock keeps others from opening it, and that says who
// has it open.
const LockName = "lock"

// maxHolder is more than a lock file says, in bytes.
const maxHolder = 4096

// whoseItIs is what to do where the system refuses to open something.
const whoseItIs = "run it as the user the store belongs to, or name another with --store"

// Holder is what the lock file says of who has the store open.
type Holder struct {
	PID      int       `json:"pid"`
	User     string    `json:"user"`
	Since    time.Time `json:"since"`
	Terminal string    `json:"terminal,omitempty"`
}

// dirLock is the lock of a directory. Closing it unlocks first: a process that was just
// being started has a copy of the file until its program runs, and would keep the lock.
type dirLock struct{ *os.File }

// Close gives the lock up.
func (l *dirLock) Close() error {
	return errors.Join(unix.Flock(int(l.Fd()), unix.LOCK_UN), l.File.Close())
}

// lockDir takes the store for this process or returns a *model.LockedError that names
// who has it. The lock goes with the process; the file stays.
func lockDir(dir string, now time.Time, origin string) (*dirLock, error) {
	path := filepath.Join(dir, LockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, unix.EROFS) {
		return nil, fmt.Errorf("open store %s: %w: jeton writes there even to read; mount it so that it can be written, or copy it and open the copy with --store", dir, reason(err))
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("open store %s: %w: jeton writes there even to read; %s", dir, reason(err), whoseItIs)
	}
	if err != nil {
		return nil, fmt.Errorf("lock store %s: %w", dir, reason(err))
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = heldBy(dir, f)
	} else if err == nil {
		if err = writeHolder(f, now, origin); err == nil {
			return &dirLock{f}, nil
		}
		err = fmt.Errorf("lock store %s: %w", dir, reason(err))
	} else {
		err = fmt.Errorf("lock store %s: %w", path, err)
	}
	return nil, errors.Join(err, f.Close())
}

func heldBy(dir string, f *os.File) error {
	locked := &model.LockedError{Path: dir}
	if h, ok := ReadHolder(f); ok {
		locked.PID, locked.User, locked.Since, locked.Terminal = h.PID, h.User, h.Since, h.Terminal
	}
	return locked
}

// ReadHolder reads what a lock file says; who has the store may be writing it just now. It
// is printed where nobody may have signed in yet, so what no jeton writes there counts as
// nothing.
func ReadHolder(r io.Reader) (h Holder, ok bool) {
	raw, err := io.ReadAll(io.LimitReader(r, maxHolder))
	if err != nil || json.Unmarshal(raw, &h) != nil || h.PID <= 0 {
		return Holder{}, false
	}
	strange := func(r rune) bool { return !unicode.IsPrint(r) }
	if strings.ContainsFunc(h.User+h.Terminal, strange) {
		return Holder{}, false
	}
	return h, true
}

// writeHolder is allowed to fail for want of space: the lock counts, not its text.
func writeHolder(f *os.File, now time.Time, origin string) error {
	h := Holder{PID: os.Getpid(), User: AccountName(uint32(os.Geteuid())), Since: now.Truncate(time.Second), Terminal: origin}
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	if _, err := f.WriteAt(append(raw, '\n'), 0); err != nil && !errors.Is(err, unix.ENOSPC) {
		return err
	}
	return nil
}

// AccountName returns the operating-system login of an account, or its number when it has
// none.
func AccountName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}
