package doctor

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"jeton/store"
	"jeton/store/seal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestBrokenWorlds makes each check fail, in a world where nothing else is wrong.
func TestBrokenWorlds(t *testing.T) {
	for _, c := range []struct {
		name       string
		breaks     func(w *world)
		check      string
		level      Level
		says, next string
	}{
		{"something else", func(w *world) { w.must(os.RemoveAll(w.in(journalName))) }, "store", Bad, "has files but no journal", "restore journal/"},
		{"open directory", func(w *world) { w.chmod(0o750, w.opts.Dir) }, "permissions", Bad, "data/jeton is open to others", "chmod -R go= "},
		{"open file", func(w *world) { w.chmod(0o604, w.segment()) }, "permissions", Bad, ".segment is open to others", "chmod -R go= "},
		{"unreadable file", func(w *world) { w.chmod(0o400, w.segment()) }, "permissions", Bad, "cannot be read and written by you", "chmod -R u+rwX "},
		{"of somebody else", func(w *world) { w.opts.Machine.UID++ }, "permissions", Bad, "not to you", "chown -R"},
		{"a link", func(w *world) { w.must(os.Symlink("/etc", w.in("link"))) }, "permissions", Warning, "symbolic link", "in its place"},
		{"open keyset", func(w *world) { w.chmod(0o640, w.opts.Keyset) }, "permissions", Bad, "keyset has mode 0640", "chmod go-rwx "},
		{"open keyset, again", func(w *world) { w.chmod(0o640, w.opts.Keyset) }, "keyset", Bad, "is open to others", "chmod 600 "},
		{"writable configuration", func(w *world) {
			w.must(os.WriteFile(w.opts.Config, nil, 0o600))
			w.chmod(0o666, w.opts.Config)
		}, "permissions", Bad, "config.toml has mode 0666", "chmod go-w "},
		{"parent open to all", func(w *world) { w.chmod(0o777, w.home) }, "permissions", Bad, "can be written by anybody", "chmod o-w "},
		{"parent open to a group", func(w *world) { w.chmod(0o770, w.home) }, "permissions", Warning, "by its group", "chmod g-w "},
		{"network", fileSystem1("nfs4", 5<<30), "filesystem", Bad, "nfs4 is a network file system", "--allow-network-filesystem"},
		{"network, allowed", func(w *world) { fileSystem1("cifs", 5<<30)(w); w.opts.AllowNetwork = true }, "filesystem", Warning, "as you allowed", "local disk"},
		{"over ssh", fileSystem1("fuse.sshfs", 5<<30), "filesystem", Bad, "fuse.sshfs is a network", "local disk"},
		{"fuse", fileSystem1("fuse.gocryptfs", 5<<30), "filesystem", Warning, "served by a program", "local disk"},
		{"container", fileSystem1("overlay", 5<<30), "filesystem", Warning, "container", "volume"},
		{"memory", fileSystem1("tmpfs", 5<<30), "filesystem", Warning, "in memory", "disk"},
		{"read only", func(w *world) {
			w.opts.Machine.FileSystem = func(string) (FileSystem, error) {
				return FileSystem{Kind: "iso9660", Free: 5 << 30, ReadOnly: true}, nil
			}
		}, "filesystem", Bad, "for reading only", "mount"},
		{"unknown disk", func(w *world) {
			w.opts.Machine.FileSystem = func(string) (FileSystem, error) { return FileSystem{}, errors.New("gone") }
		}, "filesystem", Warning, "gone", "df "},
		{"no space", fileSystem1("ext4", 10<<20), "space", Bad, "10.0 MiB free, less than the 64.0 MiB", "free some space"},
		{"little space", fileSystem1("ext4", 100<<20), "space", Warning, "100.0 MiB free", "free some space"},
		{"flipped byte", func(w *world) { w.flip(w.segment(), 8192+40) }, "journal", Bad, "does not match its checksum", "from a backup"},
		{"flipped mark", func(w *world) { w.flip(w.in(journalName, "mark"), 3) }, "journal", Bad, "journal/mark", "from a backup"},
		{"no head", func(w *world) { w.must(os.Remove(w.in("heads"))) }, "head", Bad, "no signed head", "jeton audit verify"},
		{"no segments", func(w *world) { w.must(os.Remove(w.segment())) }, "journal", Bad, "segments are missing", "from a backup"},
		{"no state", func(w *world) { w.must(os.RemoveAll(w.in(stateName))) }, "state", Warning, "there is none", "jeton doctor --repair"},
		{"broken state", func(w *world) { w.must(os.Truncate(w.in(stateName, "MANIFEST"), 20)) }, "state", Warning, "state is damaged", "jeton doctor --repair"},
		{"no keyset", func(w *world) { w.must(os.Remove(w.opts.Keyset)) }, "keyset", Bad, "nothing can be read", "restore your copy"},
		{"wrong keyset", func(w *world) {
			w.must(os.Remove(w.opts.Keyset))
			ok(seal.Create(w.opts.Keyset))(w.t)
		}, "keyset", Bad, "the keyset of another store", "--keyset"},
		{"flipped keyset", func(w *world) { w.flip(w.opts.Keyset, 300) }, "keyset", Bad, "damaged", "restore your copy"},
		{"keyset inside", func(w *world) { w.moveKeyset(w.in("keyset")) }, "keyset", Bad, "inside the store", "move it"},
		{"keyset beside", func(w *world) { w.moveKeyset(w.opts.Dir + ".keyset") }, "keyset", Warning, "beside the store", "move it"},
		{"clock at the beginning", clockAt(time.Unix(5, 0)), "clock", Bad, "1970-01-01T00:00:05Z", "set the clock"},
		{"clock behind", clockAt(moment.Add(-time.Hour)), "clock", Bad, "1h0m0s before event 4", "set the clock"},
		{"clock alone", func(w *world) {
			w.opts.Machine.Synchronized = func() (yes, known bool) { return false, true }
		}, "clock", Warning, "nothing keeps it right", "set the clock"},
		{"traced", processIs(Process{Tracer: 77}), "process", Bad, "process 77 traces this one", "end that process"},
		{"dumpable", processIs(Process{Dumpable: true}), "process", Warning, "can read the memory", "what started jeton"},
		{"core dumps", processIs(Process{CoreLimit: 1 << 20}), "process", Warning, "to a file", "ulimit -c 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.breaks(w)
			want(t, w.examine(), c.check, c.level, c.says, c.next)
		})
	}
}

// want fails the test unless there is such a verdict, and no good one beside a worse.
func want(t testing.TB, all []Verdict, check string, level Level, says, next string) {
	t.Helper()
	found := false
	for _, v := range all {
		if v.Check != check {
			continue
		}
		if v.Level == level && strings.Contains(v.Says, says) && strings.Contains(v.Next, next) {
			found = true
		} else if v.Level == Good && level != Good && check != "keyset" { // a good keyset may lie in a bad place
			t.Errorf("%s is said to be good: %s", check, v.Says)
		}
	}
	if !found {
		t.Errorf("no verdict on %s that is %v and says %q, next %q; there is\n%s", check, level, says, next, text(all))
	}
}

func text(all []Verdict) string {
	var b bytes.Buffer
	_ = NewReport(all).WriteText(&b, nil)
	return b.String()
}

func fileSystem1(kind string, free uint64) func(*world) {
	return func(w *world) {
		w.opts.Machine.FileSystem = func(string) (FileSystem, error) { return FileSystem{Kind: kind, Free: free}, nil }
	}
}

func clockAt(now time.Time) func(*world) {
	return func(w *world) { w.opts.Machine.Now = func() time.Time { return now } }
}

func processIs(p Process) func(*world) {
	return func(w *world) { w.opts.Machine.Process = func() (Process, error) { return p, nil } }
}

func (w *world) moveKeyset(to string) {
	w.must(os.Rename(w.opts.Keyset, to))
	w.opts.Keyset = to
}

// anything that differs from world to world.
var changing = []struct{ pattern, with string }{
	{`format \d+, applied`, "format 9, applied"},
	{`store [0-9a-f]{8}`, "store 0a1b2c3d"}, {`\([0-9a-f]{16}\)`, "(0123456789abcdef)"}, {`pid \d+, user [^,]+, since [-0-9 :]+,`, "pid 4121, user ana, since 2026-03-09 09:14:00,"},
}

func golden(t *testing.T, w *world, name string, got []byte) {
	t.Helper()
	got = bytes.ReplaceAll(got, []byte(w.home), []byte("/home/ana"))
	for _, c := range changing {
		got = regexp.MustCompile(c.pattern).ReplaceAll(got, []byte(c.with))
	}
	path := filepath.Join("testdata", name)
	if *update {
		w.must(os.WriteFile(path, got, 0o644))
	}
	if want := ok(os.ReadFile(path))(t); !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", path, got)
	}
}

// TestReports draws whole reports. They also hold the formats read here against those
// that package store writes: a state of another format would be a warning.
func TestReports(t *testing.T) {
	for name, c := range map[string]struct {
		world func(t testing.TB) *world
		deep  bool
		then  func(w *world)
	}{
		"good": {newWorld, false, func(*world) {}},
		"deep": {newWorld, true, func(*world) {}},
		"none": {emptyWorld, false, func(*world) {}},
		"held": {newWorld, true, func(w *world) { w.hold() }},
		"bad": {newWorld, false, func(w *world) {
			w.flip(w.segment(), 8192+40)
			w.must(os.RemoveAll(w.in(stateName)))
			w.chmod(0o755, w.opts.Dir)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := c.world(t)
			w.opts.Deep = c.deep
			c.then(w)
			r := NewReport(w.examine())
			var plain, json bytes.Buffer
			w.must(errors.Join(r.WriteText(&plain, nil), r.WriteJSON(&json)))
			golden(t, w, name+".txt", plain.Bytes())
			golden(t, w, name+".json", json.Bytes())
		})
	}
}

// TestHeldStore is examined beside a live holder, who may leave the end of the journal
// half written at any moment.
func TestHeldStore(t *testing.T) {
	w := newWorld(t)
	torn := w.snapshotEnd()
	pid := w.hold()
	for _, deep := range []bool{false, true} {
		w.opts.Deep = deep
		all := w.examine()
		want(t, all, "lock", Good, fmt.Sprintf("pid %d, ", pid), "")
		want(t, all, "lock", Good, "on pts/7", "")
		want(t, all, "journal", Good, "behind event 4 its holder may be writing", "")
		want(t, all, "state", Good, "in use", "")
	}
	w.write(torn, "jfrm, half of a frame")
	all := w.examine()
	want(t, all, "journal", Good, "behind event 4", "")
	w.write(torn, strings.Repeat("\x00", 21))
}

// TestTornEnd: what was never acknowledged is a warning, and stays.
func TestTornEnd(t *testing.T) {
	w := newWorld(t)
	w.must(os.Remove(w.in(journalName, "mark"))) // it says that all was closed in order
	w.write(w.snapshotEnd(), "jfrm, half of a frame")
	all := w.examine()
	want(t, all, "journal", Warning, "unfinished write, never acknowledged", "open jeton")
	want(t, all, "state", Warning, "was not closed in order", "open jeton")
}

// snapshotEnd is the first byte behind the last event.
func (w *world) snapshotEnd() int64 {
	content := ok(os.ReadFile(w.segment()))(w.t)
	return int64(len(bytes.TrimRight(content, "\x00"))+7) &^ 7
}

func (w *world) write(at int64, text string) {
	w.t.Helper()
	f := ok(os.OpenFile(w.segment(), os.O_RDWR, 0))(w.t)
	_, err := f.WriteAt([]byte(text), at)
	w.must(errors.Join(err, f.Close()))
}

// TestAhead takes the newest events away and leaves the state that knows them.
func TestAhead(t *testing.T) {
	w := newWorld(t)
	k := ok(seal.Load(w.opts.Keyset))(t)
	old := ok(os.ReadFile(w.segment()))(t)
	mark := ok(os.ReadFile(w.in(journalName, "mark")))(t)
	s := ok(store.Open(t.Context(), store.Options{Dir: w.opts.Dir, Keyset: k}))(t)
	changeOnce(t, s)
	w.must(s.Close())
	w.must(os.WriteFile(w.segment(), old, 0o600))
	w.must(os.WriteFile(w.in(journalName, "mark"), mark, 0o600))
	all := w.examine()
	want(t, all, "state", Bad, "it knows event 5, and the journal ends with event 4", "newest files")
	want(t, all, "journal", Bad, "event 5 at byte", "backup")
}

func TestPassphrase(t *testing.T) {
	w := newWorld(t)
	w.must(seal.SetPassphrase(w.opts.Keyset, nil, []byte("correct horse battery staple")))
	want(t, w.examine(), "keyset", Good, "wrapped by a passphrase", "")
}

func TestKeysetWithoutStore(t *testing.T) {
	w := emptyWorld(t)
	ok(seal.Create(w.opts.Keyset))(t)
	want(t, w.examine(), "keyset", Good, "no passphrase", "")
	w.flip(w.opts.Keyset, 300)
	want(t, w.examine(), "keyset", Bad, "damaged", "restore your copy")
}

func TestExamineEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Examine(ctx, w.opts); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestNothingSecretIsSaid holds every report of a good world against what it must not
// contain.
func TestNothingSecretIsSaid(t *testing.T) {
	w := newWorld(t)
	keyset := string(ok(os.ReadFile(w.opts.Keyset))(t))
	keys := regexp.MustCompile(`"[A-Za-z0-9+/=]{44}"`).FindAllString(keyset, -1)
	if len(keys) == 0 {
		t.Fatal("no keys found in the keyset")
	}
	said := text(w.examine())
	if slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(said, strings.Trim(k, `"`)) }) {
		t.Error("a key is said")
	}
}

func TestInterruptedRotationIsSeen(t *testing.T) {
	w := newWorld(t)
	ok(seal.Rotate(w.opts.Keyset, nil, seal.Rotation{Wrapping: true}))(t)
	want(t, w.examine(), "keyset", Warning, "newer keys than the store", "jeton key rotate")
}
