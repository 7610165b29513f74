package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// datasync makes the file's content durable, and of its metadata only what reading the content back needs.
func datasync(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
