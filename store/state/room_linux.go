package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
	_ "unsafe" // for go:linkname

	"golang.org/x/sys/unix"
)

// Badger writes its files through mappings, and makes each by giving it a length: the
// blocks come when a page is first written. If the disk is full by then the kernel can
// tell only by SIGBUS, which ends the process, and no looking at the free space before
// helps, since another process may take it in between. Badger offers no place to get the
// blocks earlier. But all its mappings come from unix.Mmap, so that is where it is done:
// whatever is mapped to be written has its blocks first.
//
// A table waits for them as long as it takes. Badger 4.9.6 goes on without a table that
// could not be made when it merges others, and removes those (levels.go, subcompact: the
// error it hands on is that of before): its records would be gone without a word. Tables
// are made in goroutines of Badger's own, which nobody waits for but [DB.Close], and
// Commit when it is asked for more than memory is meant to hold; both look at waiting.
// Every other file is made while Badger is opened, or was made before by [spare], and is an
// error there. TestAFullDiskIsNoCrash notices if any of this stops being so.
func init() {
	system := mapper.mmap
	mapper.mmap = func(addr, length uintptr, prot, flags, fd int, offset int64) (uintptr, error) {
		if prot&unix.PROT_WRITE != 0 && flags&unix.MAP_SHARED != 0 && flags&unix.MAP_ANONYMOUS == 0 {
			if err := backed(fd, offset, int64(length)); err != nil {
				return 0, err
			}
		}
		return system(addr, length, prot, flags, fd, offset)
	}
}

// backed is back, which for a table tries until it has its blocks, whatever is in the way.
func backed(fd int, offset, length int64) error {
	err := back(fd, offset, length)
	if err == nil {
		return nil
	}
	name, unknown := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	if unknown == nil && filepath.Ext(name) != tableSuffix {
		return err
	}
	waiting.Add(1)
	defer waiting.Add(-1)
	for err != nil {
		time.Sleep(retryRoom)
		if err = unix.Ftruncate(fd, offset+length); err == nil {
			err = back(fd, offset, length)
		}
	}
	return nil
}

// retryRoom is how often a table that waits for room looks again.
const retryRoom = 100 * time.Millisecond

// mapper is what unix.Mmap goes through, as far as it concerns us.
//
//go:linkname mapper golang.org/x/sys/unix.mapper
var mapper *struct {
	sync.Mutex
	active map[*byte][]byte
	mmap   func(addr, length uintptr, prot, flags, fd int, offset int64) (uintptr, error)
}

// back gives a file all blocks of a range. What it could not have it gives back.
func back(fd int, offset, length int64) error {
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	if info.Blocks*512 >= info.Size && offset+length <= info.Size {
		return nil // some file systems want room for asking again
	}
	err := allocate(fd, 0, offset, length)
	if errors.Is(err, unix.EOPNOTSUPP) && info.Blocks == 0 {
		err = zero(fd, offset, length)
	}
	if errors.Is(err, unix.EOPNOTSUPP) {
		return nil // it was written by a program of ours, which wrote zeros first
	}
	if err != nil && info.Blocks == 0 {
		err = errors.Join(err, unix.Ftruncate(fd, 0))
	}
	return err
}

// backWhole gives a file the blocks of its holes.
func backWhole(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return back(int(f.Fd()), 0, info.Size())
}

func allocate(fd int, mode uint32, offset, length int64) error {
	for {
		err := unix.Fallocate(fd, mode, offset, length)
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("fallocate", err)
		}
	}
}

// zero writes zeros, where blocks cannot be had otherwise.
func zero(fd int, offset, length int64) error {
	zeros := make([]byte, 1<<20)
	for done := int64(0); done < length; {
		n, err := unix.Pwrite(fd, zeros[:min(length-done, int64(len(zeros)))], offset+done)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("pwrite", err)
		}
		done += int64(max(n, 0))
	}
	return nil
}

// reserve gives an empty file blocks behind its end, which it keeps when it is made longer.
func reserve(f *os.File, length int64) error {
	err := allocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, length)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}
