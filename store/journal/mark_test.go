package journal

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// noRoom is a disk on which no file can be made any more.
func noRoom(path string, flag int) (file, error) {
	if flag&os.O_CREATE != 0 {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
	}
	return openFile(path, flag)
}

// TestAppendOnFullDisk appends to a journal that was closed in order, on a disk that has no room but what the journal wrote
// ahead: the mark no longer says clean, whatever happens next.
func TestAppendOnFullDisk(t *testing.T) {
	o := options(newDir(t))
	files, _ := closed(t, o, true)
	o.open = noRoom
	o.SegmentSize = DefaultSegmentSize
	l, r := reopen(t, o)
	if !r.Mark.Clean || len(r.Damage) > 0 {
		t.Fatalf("closed in order: %+v", r)
	}
	must(l.Append(l.Next(), [][]byte{[]byte("revoked")}))(t)
	last := l.Last()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l, again := reopen(t, o)
	if got, bad := read(t, l); again.Mark.Clean || again.Mark.Seq != r.Mark.Seq || len(again.Damage)+len(bad) > 0 || got[last] != "revoked" {
		t.Fatalf("opened again: %+v, event %d is %q, %v", again, last, got[last], bad)
	}
	if len(files) != len(snapshot(t, o.Dir)) {
		t.Fatal("files were made on a full disk")
	}
}

// TestPeek sees what Open would, and changes nothing where Open would cut.
func TestPeek(t *testing.T) {
	o := options(newDir(t))
	files, _ := closed(t, o, false)
	names := segmentNames(files)
	newest := names[len(names)-1]
	path := filepath.Join(o.Dir, newest)
	torn := strings.TrimRight(files[newest], "\x00")
	if err := os.WriteFile(path, []byte(torn[:len(torn)-3]), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, o.Dir)
	look, err := Peek(o.Dir)
	if err != nil || look.Store != testStore || look.Newest.Number != uint32(len(names)) || !strings.HasPrefix(string(look.Newest.Opaque), "key ") {
		t.Fatalf("%+v, %v", look, err)
	}
	for name, content := range snapshot(t, o.Dir) {
		if before[name] != content {
			t.Fatalf("%s was changed", name)
		}
	}
}
