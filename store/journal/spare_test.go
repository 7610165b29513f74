package journal

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// fullDisk is a disk that, once it is full, takes what has its place already and no more.
type fullDisk struct{ full bool }

type fullFile struct {
	diskFile
	disk *fullDisk
}

func (d *fullDisk) open(path string, flag int) (file, error) {
	if _, err := os.Stat(path); d.full && flag&os.O_CREATE != 0 && err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
	}
	f, err := openFile(path, flag)
	if err != nil {
		return nil, err
	}
	return fullFile{f.(diskFile), d}, nil
}

func (f fullFile) Sync() error     { return nil }
func (f fullFile) Datasync() error { return nil }

func (f fullFile) WriteAt(b []byte, at int64) (int, error) {
	size, err := f.Size()
	if err != nil {
		return 0, err
	}
	if f.disk.full && at+int64(len(b)) > size {
		return 0, &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return f.diskFile.WriteAt(b, at)
}

// TestSpare fills the disk at every place of a segment: what the spare is for still fits,
// what does not fit is refused and nothing is broken, and with room the spare comes back.
func TestSpare(t *testing.T) {
	const spare = 1000
	for frames := range 40 {
		disk := &fullDisk{}
		o := options(newDir(t))
		o.SegmentSize, o.Preallocate, o.Spare, o.open = dataStart+3000, 1500, spare, disk.open
		l := must(Create(o))(t)
		for range frames {
			fill(t, l, 1)
			if !l.Spared() {
				t.Fatalf("no spare after event %d", l.Last())
			}
		}
		disk.full = true
		taken := int64(0)
		for {
			at, err := l.Append(l.Next(), [][]byte{entry(l.Next())})
			if err != nil {
				if !NoRoom(err) || errors.Is(err, ErrUnknown) {
					t.Fatalf("on the full disk, after %d events: %v", frames, err)
				}
				break
			}
			taken += l.End().Offset - at.Offset
		}
		if taken < spare-200 || l.Spared() {
			t.Fatalf("after %d events %d bytes were taken of a spare of %d", frames, taken, spare)
		}
		disk.full = false
		if !l.Spared() {
			t.Fatalf("with room again there is no spare after event %d", l.Last())
		}
		fill(t, l, 1, 2)
		last := l.Last()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l, r := reopen(t, o)
		if got, bad := read(t, l); r.Last != last || len(r.Damage)+len(bad) > 0 || uint64(len(got)) != last {
			t.Fatalf("%d of %d events; %v %v", len(got), last, r.Damage, bad)
		}
	}
}
