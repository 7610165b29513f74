package doctor

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ThisMachine asks the kernel.
func ThisMachine() Machine {
	return Machine{UID: uint32(os.Geteuid()), Now: time.Now, FileSystem: fileSystem, Synchronized: synchronized, Process: self}
}

// fileSystem tells what has a path. The kernel's table of mounts knows the kind by name.
func fileSystem(path string) (FileSystem, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return FileSystem{}, err
	}
	fs := FileSystem{Kind: magic(int64(s.Type)), Free: s.Bavail * uint64(s.Bsize), ReadOnly: s.Flags&unix.ST_RDONLY != 0}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return fs, err
	}
	if table, err := os.ReadFile("/proc/self/mountinfo"); err == nil {
		device := fmt.Sprintf("%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))
		if kind := mountedAs(table, device); kind != "" {
			fs.Kind = kind
		}
	}
	return fs, nil
}

// mountedAs finds the kind of the file system of a device, "8:1", in a mountinfo table:
// after the third field, the device, come others, a dash, and the kind.
func mountedAs(table []byte, device string) string {
	lines := bufio.NewScanner(bytes.NewReader(table))
	for lines.Scan() {
		head, tail, found := strings.Cut(lines.Text(), " - ")
		fields, kind := strings.Fields(head), strings.Fields(tail)
		if found && len(fields) > 2 && fields[2] == device && len(kind) > 0 {
			return kind[0]
		}
	}
	return ""
}

// magic names the file systems that matter by the number statfs gives, for when there
// is no table of mounts.
func magic(number int64) string {
	switch number {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.SMB_SUPER_MAGIC:
		return "smb"
	case unix.CIFS_SUPER_MAGIC:
		return "cifs"
	case unix.SMB2_SUPER_MAGIC:
		return "smb2"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case unix.CODA_SUPER_MAGIC:
		return "coda"
	case unix.OCFS2_SUPER_MAGIC:
		return "ocfs2"
	case unix.FUSE_SUPER_MAGIC:
		return "fuse"
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.RAMFS_MAGIC:
		return "ramfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay"
	case unix.EXT4_SUPER_MAGIC:
		return "ext4"
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs"
	case unix.XFS_SUPER_MAGIC:
		return "xfs"
	}
	return ""
}

// synchronized asks the kernel whether something keeps its clock right. Containers may
// be kept from asking.
func synchronized() (yes, known bool) {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err != nil {
		return false, false
	}
	return t.Status&unix.STA_UNSYNC == 0, true
}

// self asks the kernel about this process.
func self() (Process, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return Process{}, err
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil {
		return Process{}, err
	}
	p := Process{CoreLimit: limit.Cur, Dumpable: dumpable == 1}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return p, nil // without /proc nobody traces by it either
	}
	for line := range strings.Lines(string(status)) {
		if text, found := strings.CutPrefix(line, "TracerPid:"); found {
			p.Tracer, _ = strconv.Atoi(strings.TrimSpace(text))
		}
	}
	return p, nil
}
