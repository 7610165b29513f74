package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// Files of a store.
const (
	journalName = "journal"
	stateName   = "state"
)

// store tells whether there is a store, and what there is otherwise.
func (e *examination) store() bool {
	const check = "store"
	entries, err := os.ReadDir(e.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		e.say(check, Warning, "jeton init --organization NAME creates one; if there should be one, mount its disk or give its --store",
			"no organization in %s", e.Dir)
		return false
	case err != nil:
		e.say(check, Bad, "run this as its owner, or give another --store", "%v", err)
		return false
	}
	if info, err := os.Stat(filepath.Join(e.Dir, journalName)); err != nil || !info.IsDir() {
		e.say(check, Bad, "give another --store, or restore journal/ from a backup", "%s has files but no journal: it is not a store, or what is left of one", e.Dir)
		return false
	}
	e.good(check, "%s", e.Dir)
	return true
}

// permissions looks at whose everything is and who else may do what.
func (e *examination) permissions(there bool) {
	const check = "permissions"
	before := len(e.out)
	if there {
		e.tree(check)
	}
	e.file(check, e.Keyset, 0o077)
	if e.Config != "" {
		e.file(check, e.Config, 0o022) // it holds no secret, but says where they are
	}
	e.parents(check)
	if len(e.out) > before {
		return
	}
	if there {
		e.good(check, "store and keyset are yours alone")
	} else {
		e.good(check, "nobody else can write where it would be")
	}
}

// tree looks at every file of the store.
func (e *examination) tree(check string) {
	var f faults
	err := filepath.WalkDir(e.Dir, func(path string, _ fs.DirEntry, err error) error {
		var info fs.FileInfo
		if err == nil {
			info, err = os.Lstat(path)
		}
		if err == nil {
			f.add(path, info, e.Machine.UID)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a live holder may remove files
		}
		return err
	})
	if err != nil {
		e.say(check, Bad, "run this as its owner, or chmod -R u+rwX "+quoted(e.Dir), "%v", err)
	}
	dir, owner := quoted(e.Dir), account(f.owner)
	e.some(check, Bad, f.foreign, "belongs to "+owner+", not to you", "run jeton as "+owner+", or take the files over: chown -R "+account(e.Machine.UID)+" "+dir)
	e.some(check, Bad, f.open, "is open to others", "chmod -R go= "+dir)
	e.some(check, Bad, f.shut, "cannot be read and written by you", "chmod -R u+rwX "+dir)
	e.some(check, Warning, f.links, "is a symbolic link", "put what it leads to in its place")
}

// faults are the files of a store that are not as they should be.
type faults struct {
	open, foreign, shut, links []string
	owner                      uint32 // of the last foreign one
}

func (f *faults) add(path string, info fs.FileInfo, uid uint32) {
	wanted := fs.FileMode(0o600)
	if info.IsDir() {
		wanted = 0o700
	}
	mode, owner := info.Mode(), ownerOf(info)
	switch {
	case mode&fs.ModeSymlink != 0:
		f.links = append(f.links, path)
	case owner != uid:
		f.foreign, f.owner = append(f.foreign, path), owner
	case mode.Perm()&0o077 != 0:
		f.open = append(f.open, path)
	case mode.Perm()&wanted != wanted:
		f.shut = append(f.shut, path)
	}
}

// some says one thing of several files.
func (e *examination) some(check string, level Level, paths []string, what, next string) {
	switch len(paths) {
	case 0:
	case 1:
		e.say(check, level, next, "%s %s", paths[0], what)
	default:
		e.say(check, level, next, "%s %s, and so are %d more", paths[0], what, len(paths)-1)
	}
}

// file looks at one file beside the store. One that is missing is another check's business.
func (e *examination) file(check, path string, forbidden fs.FileMode) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		e.say(check, Bad, "run this as its owner", "%v", err)
		return
	}
	mode := info.Mode().Perm()
	switch uid := ownerOf(info); {
	case uid != e.Machine.UID:
		e.say(check, Bad, "chown "+account(e.Machine.UID)+" "+quoted(path), "%s belongs to %s, not to you", path, account(uid))
	case mode&forbidden != 0:
		e.say(check, Bad, "chmod go-"+letters(forbidden)+" "+quoted(path), "%s has mode %04o: it is open to others", path, mode)
	}
}

func letters(forbidden fs.FileMode) string {
	if forbidden&0o044 != 0 {
		return "rwx"
	}
	return "w"
}

// parents looks at every directory on the way: who can write one of them can put
// something else in the place of what lies below.
func (e *examination) parents(check string) {
	for _, dir := range directories(e.Dir, e.Keyset, e.Config) {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		uid, mode := ownerOf(info), info.Mode()
		sticky := mode&fs.ModeSticky != 0
		switch {
		case uid != e.Machine.UID && uid != 0:
			e.say(check, Warning, "move the store and its keyset to a directory of yours", "%s belongs to %s, who can replace what lies in it", dir, account(uid))
		case mode.Perm()&0o002 != 0 && !sticky:
			e.say(check, Bad, "chmod o-w "+quoted(dir), "%s can be written by anybody, who can replace what lies in it", dir)
		case mode.Perm()&0o020 != 0 && !sticky:
			e.say(check, Warning, "chmod g-w "+quoted(dir), "%s can be written by its group, who can replace what lies in it", dir)
		}
	}
}

// directories lists all that lie above the paths, as they are named and as they really
// are, each once.
func directories(paths ...string) []string {
	var out []string
	add := func(path string) {
		for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
			if !slices.Contains(out, dir) {
				out = append(out, dir)
			}
			if dir == filepath.Dir(dir) {
				return
			}
		}
	}
	for _, path := range paths {
		if path == "" {
			continue
		}
		add(path)
		if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
			add(real)
		}
	}
	return out
}

func ownerOf(info fs.FileInfo) uint32 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Uid
	}
	return ^uint32(0)
}

// account is the login of a user id, or the number when it has none.
func account(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return fmt.Sprintf("user id %s", id)
}
