//go:build !linux

package doctor

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ThisMachine asks the system what it tells.
func ThisMachine() Machine {
	return Machine{UID: uint32(os.Geteuid()), Now: time.Now, FileSystem: fileSystem,
		Synchronized: func() (yes, known bool) { return false, false }, Process: self}
}

// fileSystem tells how much is free where a path lies; not of what kind that is.
func fileSystem(path string) (FileSystem, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return FileSystem{}, err
	}
	return FileSystem{Free: uint64(s.Bavail) * uint64(s.Bsize)}, nil
}

// self tells what can be told: whether there may be a core dump.
func self() (Process, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return Process{}, err
	}
	return Process{CoreLimit: uint64(limit.Cur)}, nil
}
