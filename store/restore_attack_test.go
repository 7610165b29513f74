package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/seal"
)

// chunksOf takes a backup apart: its header, and then its chunks.
func chunksOf(t *testing.T, file string) (out [][]byte) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := readBackupHeader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for n := len(h.encode()); len(raw) > 0; {
		out, raw = append(out, raw[:n]), raw[n:]
		if len(raw) >= 4 {
			n = 4 + int(binary.BigEndian.Uint32(raw)&^chunkLast)
		}
	}
	return out
}

// TestSplicedBackups makes backups out of pieces of good ones: of the same store at two
// times, and of another store under the same keyset. None is taken, and none is cut at the
// end of a chunk.
func TestSplicedBackups(t *testing.T) {
	p, s := newOpen(t)
	for range 300 {
		createToken(t, s, strings.Repeat("x", 256))
	}
	p.close(s)
	other := p.elsewhere()
	other.create()
	dir := t.TempDir()
	take := func(p *place, name string) [][]byte {
		t.Helper()
		file := filepath.Join(dir, name)
		if _, err := Backup(ctx, p.opts, file); err != nil {
			t.Fatal(err)
		}
		return chunksOf(t, file)
	}
	a, b, c := take(p, "a"), take(p, "b"), take(other, "c")
	if len(a) < 3 || len(a) != len(b) || len(c) != 3 {
		t.Fatalf("%d, %d and %d pieces", len(a), len(b), len(c))
	}
	splices := map[string][][]byte{}
	for n := 1; n < len(a); n++ {
		splices["cut"+string(rune('0'+n))] = a[:n]
		splices["two times"+string(rune('0'+n))] = append(append([][]byte{}, a[:n]...), b[n:]...)
		splices["two stores"+string(rune('0'+n))] = append(append([][]byte{}, a[:n]...), c[min(n, 2):]...)
	}
	splices["the header of another"] = append(append([][]byte{}, c[:1]...), a[1:]...)
	r := p.elsewhere()
	for name, pieces := range splices {
		file := filepath.Join(dir, "spliced")
		if err := os.WriteFile(file, bytes.Join(pieces, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, Restoring{Options: r.opts}, file); !errors.Is(err, ErrBackupDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Restore(ctx, Restoring{Options: r.opts, Old: p.opts.Dir}, filepath.Join(dir, "c")); err == nil || !strings.Contains(err.Error(), "is not the one that was backed up") {
		t.Errorf("a backup of another store under the same keyset: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(r.opts.Dir)); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestRestoreTakesAnEmptyDirectory restores into one, and through a link to one.
func TestRestoreTakesAnEmptyDirectory(t *testing.T) {
	p, file := backedUp(t)
	for name, prepare := range map[string]func(dir string) error{
		"empty": func(dir string) error { return os.Mkdir(dir, 0o755) },
		"link": func(dir string) error {
			return errors.Join(os.Mkdir(dir+".real", 0o755), os.Symlink(dir+".real", dir))
		},
	} {
		r := p.elsewhere()
		if err := prepare(r.opts.Dir); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, Restoring{Options: r.opts}, file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r.close(r.open())
		if info, err := os.Stat(r.opts.Dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// TestSomethingAppearsMeanwhile puts a file, or a directory with something in it, where a
// store is being restored to: it stays as it is, and nothing else is left.
func TestSomethingAppearsMeanwhile(t *testing.T) {
	p, file := backedUp(t)
	for name, appear := range map[string]func(dir string) error{
		"a file":      func(dir string) error { return os.WriteFile(dir, []byte("mine"), 0o600) },
		"a directory": func(dir string) error { return os.MkdirAll(filepath.Join(dir, "mine"), 0o700) },
	} {
		r := p.elsewhere()
		once := false
		r.opts.FreeSpace = func(string) (uint64, error) {
			if !once {
				once = true
				return 1 << 40, appear(r.opts.Dir)
			}
			return 1 << 40, nil
		}
		if _, err := Restore(ctx, Restoring{Options: r.opts}, file); !errors.Is(err, model.ErrDirectory) || !strings.Contains(err.Error(), r.opts.Dir) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadDir(filepath.Dir(r.opts.Dir)); err != nil || len(left) != 1 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

// restoreTo says in the environment of the test's own program what it is to restore.
const restoreTo = "JETON_TEST_RESTORE"

// TestRestoreWorker restores for TestKilledRestore, and is killed over it.
func TestRestoreWorker(t *testing.T) {
	dir := os.Getenv(restoreTo)
	if dir == "" {
		t.Skip("only for TestKilledRestore")
	}
	if _, err := Restore(ctx, restoringIn(t, dir), filepath.Join(dir, "backup")); err != nil {
		t.Fatal(err)
	}
}

func restoringIn(t *testing.T, dir string) Restoring {
	t.Helper()
	k, err := seal.Load(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	return Restoring{Options: Options{Dir: filepath.Join(dir, "in", "restored"), Keyset: k, FreeSpace: func(string) (uint64, error) { return 1 << 40, nil }}}
}

// TestKilledRestore kills a process that restores, at any point. Under the name there is
// nothing or a whole store, and the next restore removes what was left beside it.
func TestKilledRestore(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"keyset", "backup"} {
		copySmall(t, filepath.Join(small, name), filepath.Join(dir, name))
	}
	work := func(limit time.Duration) time.Duration {
		t.Helper()
		cmd := exec.Command(os.Args[0], "-test.run=^TestRestoreWorker$")
		cmd.Env = append(os.Environ(), restoreTo+"="+dir)
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		var ended *exec.ExitError
		if err := cmd.Wait(); err != nil && (!errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL) {
			t.Fatal(err)
		}
		return time.Since(begun)
	}
	r := restoringIn(t, dir)
	whole := work(time.Hour)
	for round := range 3 * *races {
		checkRestored(t, r, round)
		work(time.Duration(rand.Int64N(int64(whole))))
		if err := isStore(r.Dir); errors.Is(err, model.ErrNoStore) {
			if _, err := Restore(ctx, r, filepath.Join(dir, "backup")); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		} else if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

// checkRestored opens what was restored, looks that nothing is beside it, and removes it.
func checkRestored(t *testing.T, r Restoring, round int) {
	t.Helper()
	s, err := Open(ctx, r.Options)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	if h := s.Health(); h.Seq != 8 || h.Damage != nil || h.Notice != "" {
		t.Fatalf("round %d: %+v", round, h)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(r.Dir, foundingName)); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("round %d: it is marked as unfinished (%v)", round, err)
	}
	if left, err := os.ReadDir(filepath.Dir(r.Dir)); err != nil || len(left) != 1 {
		t.Fatalf("round %d: left %v, %v", round, left, err)
	}
	if err := os.RemoveAll(r.Dir); err != nil {
		t.Fatal(err)
	}
}
