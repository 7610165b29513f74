package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FileSystem is where something lies.
type FileSystem struct {
	Kind     string // "ext4", "nfs4", "fuse.sshfs", as the kernel names it; empty: not known
	Free     uint64 // bytes that this user may still write
	ReadOnly bool
}

// Kinds of file system, as the kernel names them.
var (
	networks = []string{"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "afpfs", "ceph", "coda", "glusterfs", "gfs2",
		"ocfs2", "lustre", "ncpfs", "webdav", "davfs", "beegfs", "gpfs", "orangefs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph",
		"fuse.s3fs", "fuse.rclone", "fuse.davfs", "fuse.gcsfuse", "fuse.juicefs", "fuse.curlftpfs", "fuse.mfs"}
	fleeting = []string{"tmpfs", "ramfs", "overlay", "rootfs", "aufs"}
)

// disk looks at the file system that has the store, or will have it.
func (e *examination) disk() {
	at := existing(e.Dir)
	fs, err := e.Machine.FileSystem(at)
	if err != nil {
		e.say("filesystem", Warning, "look at it with df "+quoted(at), "nothing can be learned of the file system of %s: %v", at, err)
		return
	}
	e.kind(fs, at)
	e.space(fs, at)
}

// existing is path or the nearest directory above it that is there.
func existing(path string) string {
	for path != filepath.Dir(path) {
		if _, err := os.Stat(path); err == nil {
			return path
		}
		path = filepath.Dir(path)
	}
	return path
}

func (e *examination) kind(fs FileSystem, at string) {
	const check = "filesystem"
	network := slices.Contains(networks, fs.Kind)
	switch {
	case fs.ReadOnly:
		e.say(check, Bad, "mount it for writing, or give another --store", "%s, mounted for reading only: %s", named(fs.Kind), at)
	case network && !e.AllowNetwork:
		e.say(check, Bad, "move the store to a local disk, or say --allow-network-filesystem if you know that its locks and syncs hold",
			"%s is a network file system: two machines may open the store at once, and what is answered as saved may be lost", fs.Kind)
	case network:
		e.say(check, Warning, "keep the store on a local disk if there is one", "%s is a network file system, as you allowed", fs.Kind)
	case fs.Kind == "overlay":
		e.say(check, Warning, "put the store on a volume", "overlay: the store goes when the container does")
	case slices.Contains(fleeting, fs.Kind):
		e.say(check, Warning, "move the store to a disk", "%s: the store is in memory and does not outlive a restart", fs.Kind)
	case fs.Kind == "fuse" || fs.Kind == "fuseblk" || strings.HasPrefix(fs.Kind, "fuse."):
		e.say(check, Warning, "make sure that its locks and syncs hold, or move the store to a local disk",
			"%s is served by a program: whether what is answered as saved is on a disk depends on it", fs.Kind)
	case fs.Kind == "":
		e.good(check, "of a kind that is not known here")
	default:
		e.good(check, "%s", fs.Kind)
	}
}

func named(kind string) string {
	if kind == "" {
		return "of a kind that is not known here"
	}
	return kind
}

// space holds what is free against what the store leaves free.
func (e *examination) space(fs FileSystem, at string) {
	const check, next = "space", "free some space: du -xh "
	free, reserve := size(fs.Free), size(e.Reserve)
	switch {
	case fs.Free < e.Reserve:
		e.say(check, Bad, next+quoted(at), "%s free, less than the %s of the reserve: only lists and revocations go on", free, reserve)
	case fs.Free < 4*e.Reserve:
		e.say(check, Warning, next+quoted(at), "%s free; below %s only lists and revocations go on", free, reserve)
	default:
		e.good(check, "%s free, the reserve is %s", free, reserve)
	}
}
