package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// file is what the journal needs of an open file; tests put failing ones in its place.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Datasync() error
	Size() (int64, error)
}

// opener opens path with os.O_ flags. What it creates has mode 0600 whatever the umask.
type opener func(path string, flag int) (file, error)

type diskFile struct{ *os.File }

// openFile does not wait for the other end of a pipe that somebody put in the place of a file.
func openFile(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if flag&os.O_CREATE != 0 {
		if err := f.Chmod(0o600); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return diskFile{f}, nil
}

func (f diskFile) Datasync() error { return datasync(f.File) }

func (f diskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// syncDir makes names in the directory durable.
func (l *Log) syncDir(dir string) error {
	d, err := l.opts.open(dir, os.O_RDONLY)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// place writes a file durably and only then gives it its name; the file stays open for the caller. replace says whether
// something of that name may be there.
func (l *Log) place(name string, replace bool, content ...[]byte) (file, error) {
	temporary := l.path("new-" + name)
	f, err := l.opts.open(temporary, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return nil, err
	}
	offset := int64(0)
	for _, b := range content {
		if err == nil {
			_, err = f.WriteAt(b, offset)
			offset += int64(len(b))
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil && !replace {
		if _, e := os.Lstat(l.path(name)); e == nil {
			err = fmt.Errorf("%s: %w", l.shown(name), fs.ErrExist)
		}
	}
	if err == nil {
		err = os.Rename(temporary, l.path(name))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(temporary))
	}
	if err := l.syncDir(l.opts.Dir); err != nil {
		return nil, errors.Join(errUnsynced, err, f.Close())
	}
	return f, nil
}

// errUnsynced (place): the file has its name, and whether the name is durable is unknown.
var errUnsynced = errors.New("the directory of the journal could not be made durable")

// makeDir creates the journal's directory, mode 0700 whatever the umask, durably.
func (l *Log) makeDir() error {
	dir := l.opts.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return l.syncDir(filepath.Dir(dir))
}

const segmentSuffix = ".segment"

func segmentName(number uint32, first uint64) string {
	return fmt.Sprintf("%08d-%020d%s", number, first, segmentSuffix)
}

// readDir lists the segments by number and tells whether a mark is there. A name ending like a segment's that is not one is
// returned as strange.
func (l *Log) readDir() (segments []segment, mark bool, strange []string, err error) {
	entries, err := os.ReadDir(l.opts.Dir)
	if err != nil {
		return nil, false, nil, err
	}
	for _, e := range entries {
		name := e.Name()
		s := segment{name: name}
		switch {
		case name == markName:
			mark = true
		case !strings.HasSuffix(name, segmentSuffix) || strings.HasPrefix(name, "new-"):
		case !parseName(name, &s):
			strange = append(strange, name)
		default:
			segments = append(segments, s)
		}
	}
	slices.SortFunc(segments, segment.compare)
	return segments, mark, strange, nil
}

func parseName(name string, s *segment) bool {
	n, err := fmt.Sscanf(name, "%d-%d", &s.number, &s.first)
	return err == nil && n == 2 && s.number > 0 && name == segmentName(s.number, s.first)
}

func (s segment) compare(t segment) int {
	return cmp.Or(cmp.Compare(s.number, t.number), cmp.Compare(s.name, t.name))
}
