//go:build linux

package torture

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// disk is a file system of its own.
type disk struct {
	t     testing.TB
	kind  string // "ext4", "xfs", "tmpfs"
	image string // file that it lies in; "" for tmpfs
	at    string // where it is mounted
	gone  bool
}

// newDisk makes a file system of this many MiB, or skips the test where that cannot be.
func newDisk(t testing.TB, kind string, size int) *disk {
	t.Helper()
	d := &disk{t: t, kind: kind}
	if os.Geteuid() != 0 {
		t.Skipf("mounting %s needs root", kind)
	}
	if kind == "tmpfs" {
		d.mount("-t", "tmpfs", "-o", fmt.Sprintf("size=%dM", size), "tmpfs")
		return d
	}
	make, err := exec.LookPath("mkfs." + kind)
	if err != nil {
		t.Skipf("no mkfs.%s here", kind)
	}
	d.image = filepath.Join(t.TempDir(), kind)
	f, err := os.Create(d.image)
	if err == nil {
		err = errors.Join(f.Truncate(int64(size)<<20), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []string{d.image}
	if kind == "ext4" {
		args = append(args, "-m", "0") // nothing is kept for root, who is full when others are
	}
	if text, err := exec.Command(make, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", make, err, text)
	}
	d.mount("-o", d.options(), d.image)
	return d
}

func (d *disk) options() string {
	if d.kind == "xfs" {
		return "loop,nouuid" // a copy of a file system that is mounted as well
	}
	return "loop"
}

// mount mounts at a new directory until the test ends.
func (d *disk) mount(args ...string) {
	d.t.Helper()
	d.at = d.t.TempDir()
	if text, err := exec.Command("mount", append(args, d.at)...).CombinedOutput(); err != nil {
		d.t.Skipf("mount %s: %v: %s", d.kind, err, text)
	}
	d.t.Cleanup(d.unmount)
}

// unmount gives the file system up. Whoever uses it is gone.
func (d *disk) unmount() {
	if d.gone {
		return
	}
	d.gone = true
	text, err := exec.Command("umount", d.at).CombinedOutput()
	// A process that another test starts just now has our files until it begins to run.
	for end := time.Now().Add(10 * time.Second); err != nil && time.Now().Before(end); {
		text, err = exec.Command("umount", d.at).CombinedOutput()
	}
	if err != nil { // a state that waits for room has its files until the process ends
		d.t.Logf("umount %s: %v: %s", d.at, err, text)
		if text, err := exec.Command("umount", "-l", d.at).CombinedOutput(); err != nil {
			d.t.Errorf("umount -l %s: %v: %s", d.at, err, text)
		}
	}
	if d.image != "" {
		if err := os.Remove(d.image); err != nil {
			d.t.Error(err)
		}
	}
}

// cut returns the file system as it is after the power is cut now: what its file has, and
// nothing of what only memory had. Nobody may write meanwhile but the kernel.
func (d *disk) cut() *disk {
	d.t.Helper()
	c := &disk{t: d.t, kind: d.kind, image: filepath.Join(d.t.TempDir(), d.kind)}
	for range 20 {
		copied, err := copySparse(d.image, c.image)
		if err != nil {
			d.t.Fatal(err)
		}
		again, err := copySparse(d.image, "")
		if err != nil {
			d.t.Fatal(err)
		}
		if copied == again {
			c.mount("-o", c.options(), c.image)
			return c
		}
	}
	d.t.Fatal("the kernel wrote to the file system all the time")
	return nil
}

// copySparse copies a file without its holes and returns a hash of what it read. With no
// place to copy to it only reads.
func copySparse(from, to string) (sum [sha256.Size]byte, err error) {
	in, err := os.Open(from)
	if err != nil {
		return sum, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return sum, err
	}
	var out *os.File
	if to != "" {
		if out, err = os.Create(to); err != nil {
			return sum, err
		}
		defer func() { err = errors.Join(err, out.Close()) }()
		if err := out.Truncate(info.Size()); err != nil {
			return sum, err
		}
	}
	hash, buf := sha256.New(), make([]byte, 256<<10)
	for at := int64(0); ; {
		from, err := unix.Seek(int(in.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			hash.Sum(sum[:0])
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		at = from
		n, err := in.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return sum, err
		}
		if err := binary.Write(hash, binary.LittleEndian, at); err != nil {
			return sum, err
		}
		hash.Write(buf[:n])
		if out != nil {
			if _, err := out.WriteAt(buf[:n], at); err != nil {
				return sum, err
			}
		}
		at += int64(n)
	}
}

// free is how many bytes can still be written.
func (d *disk) free() uint64 {
	d.t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(d.at, &s); err != nil {
		d.t.Fatal(err)
	}
	return s.Bavail * uint64(s.Bsize)
}

// fill has other files take the room but for some bytes, all at once as far as that goes.
// They stay until drain.
func (d *disk) fill(leave uint64) {
	d.t.Helper()
	f, err := os.OpenFile(filepath.Join(d.at, "filler"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for step := uint64(1) << 40; step >= 4096; step /= 2 {
		for free := d.free(); free >= leave+step; free = d.free() {
			at, err := f.Seek(0, io.SeekEnd)
			if err == nil {
				err = unix.Fallocate(int(f.Fd()), 0, at, int64(step))
			}
			if errors.Is(err, unix.ENOSPC) {
				break // somebody was faster
			}
			if err != nil {
				d.t.Fatal(err)
			}
		}
	}
	if leave > 0 {
		return
	}
	for err == nil { // what is left in corners
		_, err = f.Write(make([]byte, 1024)) // the smallest block
	}
	if !errors.Is(err, unix.ENOSPC) {
		d.t.Fatal(err)
	}
}

// drain gives the room back.
func (d *disk) drain() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.at, "filler")); err != nil {
		d.t.Fatal(err)
	}
}

// has reports whether a kind of file system can be made here.
func has(kind string) bool {
	_, err := exec.LookPath("mkfs." + kind)
	text, e := os.ReadFile("/proc/filesystems")
	return err == nil && e == nil && strings.Contains(string(text), "\t"+kind+"\n")
}
