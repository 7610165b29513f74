//go:build !linux

package journal

import "os"

// datasync makes the file durable where there is no fdatasync to rely on.
func datasync(f *os.File) error { return f.Sync() }
