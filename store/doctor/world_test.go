package doctor

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// moment is when everything in a world happened, and what its clock says.
var moment = time.Date(2026, 3, 9, 9, 14, 0, 0, time.UTC)

// holdFor is set for a process that has a store open until its standard input ends:
// directory and keyset, with a newline between them.
const holdFor = "JETON_DOCTOR_HOLD"

func TestMain(m *testing.M) {
	syscall.Umask(0o077) // as in the program
	if dir, keyset, found := strings.Cut(os.Getenv(holdFor), "\n"); found {
		os.Exit(holdStore(dir, keyset))
	}
	os.Exit(m.Run())
}

func holdStore(dir, keyset string) int {
	s, err := store.Open(context.Background(), store.Options{Dir: dir, KeysetPath: keyset, Origin: "pts/7"})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Close(); err != nil {
		return 1
	}
	return 0
}

// world is a store with all around it, on a machine on which all is well.
type world struct {
	t    testing.TB
	home string
	opts Options
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := emptyWorld(t)
	k := ok(seal.Create(w.opts.Keyset))(t)
	o := store.Options{Dir: w.opts.Dir, Keyset: k, Clock: func() time.Time { return moment }}
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod"}}
	if err := store.Create(t.Context(), o, found, model.Source{Door: model.DoorTerminal}); err != nil {
		t.Fatal(err)
	}
	s := ok(store.Open(t.Context(), o))(t)
	actor := model.Actor{User: 1, Source: model.Source{Door: model.DoorTerminal}}
	for range 3 {
		if _, _, err := s.Change(t.Context(), actor, model.Request{}, model.CreateToken{Kind: model.AgentToken}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

// emptyWorld is a world before there is a store.
func emptyWorld(t testing.TB) *world {
	t.Helper()
	home := t.TempDir()
	for _, dir := range []string{"data", "config"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return &world{t: t, home: home, opts: Options{
		Dir: filepath.Join(home, "data", "jeton"), Keyset: filepath.Join(home, "config", "keyset"), Config: filepath.Join(home, "config", "config.toml"),
		Machine: Machine{
			UID: uint32(os.Geteuid()), Now: func() time.Time { return moment.Add(time.Hour) },
			FileSystem:   func(string) (FileSystem, error) { return FileSystem{Kind: "ext4", Free: 5 << 30}, nil },
			Synchronized: func() (yes, known bool) { return true, true },
			Process:      func() (Process, error) { return Process{}, nil },
		},
	}}
}

// examine examines the world and fails the test if that changes anything in it.
func (w *world) examine() []Verdict {
	w.t.Helper()
	before := w.snapshot()
	out, err := Examine(w.t.Context(), w.opts)
	if err != nil {
		w.t.Fatal(err)
	}
	if after := w.snapshot(); !maps.Equal(before, after) {
		w.t.Fatalf("examining changed something:\nbefore %v\nafter  %v", before, after)
	}
	return out
}

// snapshot is every name with mode, size, time and content.
func (w *world) snapshot() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		if !info.Mode().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		out[path] += fmt.Sprintf(" %x", sha256.Sum256(content))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// hold has another process open the store until the test ends, and returns its number.
func (w *world) hold() int {
	w.t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), holdFor+"="+w.opts.Dir+"\n"+w.opts.Keyset)
	in, out := ok(c.StdinPipe())(w.t), ok(c.StdoutPipe())(w.t)
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := errors.Join(in.Close(), c.Wait()); err != nil {
			w.t.Error(err)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		w.t.Fatalf("the other process said %q, %v", line, err)
	}
	return c.Process.Pid
}

// in is a file of the store.
func (w *world) in(name ...string) string {
	return filepath.Join(append([]string{w.opts.Dir}, name...)...)
}

// segment is the only file of the journal with events.
func (w *world) segment() string {
	w.t.Helper()
	all := ok(filepath.Glob(w.in(journalName, "*.segment")))(w.t)
	if len(all) != 1 {
		w.t.Fatalf("segments: %v", all)
	}
	return all[0]
}

// flip changes one bit of a file.
func (w *world) flip(path string, at int64) {
	w.t.Helper()
	f := ok(os.OpenFile(path, os.O_RDWR, 0))(w.t)
	var b [1]byte
	_, err := f.ReadAt(b[:], at)
	b[0] ^= 4
	if err == nil {
		_, err = f.WriteAt(b[:], at)
	}
	w.must(errors.Join(err, f.Close()))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) chmod(mode fs.FileMode, path string) {
	w.t.Helper()
	w.must(os.Chmod(path, mode))
}

func ok[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
