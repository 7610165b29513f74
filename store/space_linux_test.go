package store

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk is a file system in memory, made with these options.
func smallDisk(t *testing.T, options string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestNoMoreFilesIsNoRoom measures a file system that has bytes and takes few more files.
func TestNoMoreFilesIsNoRoom(t *testing.T) {
	dir := smallDisk(t, "size=1m,nr_inodes=100")
	if free, err := freeSpace(dir); err != nil || free == 0 {
		t.Fatalf("empty: %d bytes, %v", free, err)
	}
	for n := range 40 {
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if free, err := freeSpace(dir); err != nil || free != 0 {
		t.Fatalf("with few files left: %d bytes, %v", free, err)
	}
}
