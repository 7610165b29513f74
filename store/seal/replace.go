package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// newSuffix comes behind the name of a keyset file while its successor is written. What a crash leaves under that name is
// removed by the next change.
const newSuffix = ".new"

// edit is one change of the keyset file at path: read, changed, replaced, while no other program changes a keyset in that
// directory. A link stays a link: the file it leads to is replaced.
func (mk maker) edit(path string, ask Passphrase, change func(*opened) error) (*Keyset, error) {
	path, err := follow(path)
	if err != nil {
		return nil, err
	}
	unlock, err := lock(path)
	if err != nil {
		return nil, err
	}
	defer unlock()
	o, err := open(path, ask)
	if err != nil {
		return nil, err
	}
	defer o.wipe()
	if err := change(o); err != nil {
		return nil, err
	}
	text, err := mk.text(o)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	if err := mk.replace(path, o.info, text); err != nil {
		return nil, fmt.Errorf("replace keyset %s: %w", path, err)
	}
	return newKeyset(o.material, mk.random)
}

// follow resolves links.
func follow(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing(path)
	}
	if err != nil {
		return "", fmt.Errorf("read keyset: %w", err)
	}
	return real, nil
}

// lock keeps others from changing a keyset in the directory of path. It is the directory that is locked: the file is replaced.
func lock(path string) (unlock func(), err error) {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("lock keyset: %w", err)
	}
	err = unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = fmt.Errorf("%w: %s; try again when it is done", ErrBusy, path)
	} else if err != nil {
		err = fmt.Errorf("lock keyset %s: %w", path, err)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return func() {
		// Closing alone would leave the lock to a process that is just being started.
		_ = unix.Flock(int(d.Fd()), unix.LOCK_UN)
		_ = d.Close() // nothing was written
	}, nil
}

// text is what goes into the file. It is read back before it may take another's place.
func (mk maker) text(o *opened) ([]byte, error) {
	plain, err := render(o.material)
	if err != nil {
		return nil, err
	}
	again, err := parse(plain)
	if err == nil {
		again.wipe()
	}
	if err != nil || len(o.phrase) == 0 {
		return plain, err
	}
	defer clear(plain)
	return wrapText(plain, o.phrase, mk.work)
}

// replace puts text in the place of the file at path, so that at any moment, and after a crash at any moment, the old or the
// new one is there whole.
func (mk maker) replace(path string, old fs.FileInfo, text []byte) error {
	if len(text) > maxFile {
		return fmt.Errorf("it would be larger than %d bytes; retire old keys", maxFile)
	}
	next := path + newSuffix
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := mk.writeNew(next, old, text); err != nil {
		return err
	}
	if err := mk.run(step{"rename", func() error { return os.Rename(next, path) }}); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := mk.run(step{"sync directory", func() error { return syncDir(filepath.Dir(path)) }}); err != nil {
		return fmt.Errorf("%w: a power cut may bring the old one back: check the disk, and do not use new keys before sync works (%w)", ErrUnsettled, err)
	}
	return nil
}

// writeNew creates path with text, mode 0600, for the owner of the file it follows. What an error leaves behind is removed: it
// was never a keyset.
func (mk maker) writeNew(path string, old fs.FileInfo, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = mk.run(
		step{"mode", func() error { return f.Chmod(0o600) }},
		step{"owner", func() error { return keepOwner(f, old) }},
		step{"write", func() error { _, err := f.Write(text); return err }},
		step{"sync", f.Sync},
	)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// step is one thing to do to a file, by name for the tests that let it fail.
type step struct {
	name string
	do   func() error
}

// run takes the steps up to the first that fails.
func (mk maker) run(steps ...step) error {
	for _, s := range steps {
		if mk.before != nil {
			if err := mk.before(s.name); err != nil {
				return err
			}
		}
		if err := s.do(); err != nil {
			return err
		}
	}
	return nil
}

// keepOwner gives f to the owner of the old file: a service must still read its keyset after root rotated it.
func keepOwner(f *os.File, old fs.FileInfo) error {
	if old == nil {
		return nil
	}
	now, err := f.Stat()
	if err != nil {
		return err
	}
	was, is := old.Sys().(*syscall.Stat_t), now.Sys().(*syscall.Stat_t)
	if was.Uid == is.Uid {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
