package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCreateAndLoad(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o777))
	path := filepath.Join(os.TempDir(), fmt.Sprintf("keyset-test-%d", os.Getpid()))
	defer os.Remove(path)
	k := must(Create(path))(t)
	if m := must(os.Stat(path))(t).Mode().Perm(); m != 0o600 {
		t.Errorf("mode %v", m)
	}
	before := must(os.ReadFile(path))(t)
	if _, err := Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create twice: %v", err)
	}
	if !bytes.Equal(before, must(os.ReadFile(path))(t)) {
		t.Error("the second create changed the file")
	}
	wrapped, d, err := k.NewDataKey([]byte("segment 1"))
	if err != nil {
		t.Fatal(err)
	}
	sealed := d.Seal(nil, []byte("record"), []byte("place"))
	again := must(Load(path))(t)
	opened := must(again.OpenDataKey(wrapped, []byte("segment 1")))(t)
	if got := must(opened.Open(nil, sealed, []byte("place")))(t); string(got) != "record" {
		t.Errorf("opened %q", got)
	}
	if again.ID() != k.ID() || again.Lookup("v") != k.Lookup("v") || again.MAC([]byte("n"), nil) != k.MAC([]byte("n"), []byte{}) {
		t.Error("the loaded keyset is not the one created")
	}
}

func TestLoadRefuses(t *testing.T) {
	path := newFile(t)
	if _, err := Load(path); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), path) {
		t.Errorf("missing: %v", err)
	}
	must(Create(path))(t)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); !errors.Is(err, ErrPermissions) || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	if _, err := Load(filepath.Dir(path)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a directory: %v", err)
	}
}

func TestEveryByteOfTheFile(t *testing.T) {
	path := newFile(t)
	must(Create(path))(t)
	text := must(os.ReadFile(path))(t)
	if !strings.HasPrefix(string(text), "# jeton keyset: without this file the store is lost") {
		t.Errorf("first line %q", text[:60])
	}
	put := func(b []byte) error {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		return err
	}
	for at := range text {
		for bit := range 8 {
			text[at] ^= 1 << bit
			if err := put(text); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "restore your copy") {
				t.Fatalf("byte %d bit %d: %v", at, bit, err)
			}
			text[at] ^= 1 << bit
		}
		if err := put(text[:at]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: %v", at, err)
		}
	}
	if err := put(append(text[:len(text):len(text)], '\n')); !errors.Is(err, ErrDamaged) {
		t.Errorf("a line more: %v", err)
	}
	if err := put(text); err != nil {
		t.Error(err)
	}
}

// TestBodies checks what a right checksum does not vouch for.
func TestBodies(t *testing.T) {
	key := strings.Repeat("A", 42) + "E="
	for name, c := range map[string]struct {
		line string
		want error
	}{
		"newer":          {`{"format":2,"id":"0011223344556677","primary":1}`, ErrFormat},
		"not json":       {`primary`, nil},
		"no format":      {`{"id":"0011223344556677","primary":1,"wrapping":[{"number":1,"key":"` + key + `"}],"lookup":"` + key + `","state":"` + key + `"}`, nil},
		"short id":       {`{"format":1,"id":"00","primary":1,"wrapping":[{"number":1,"key":"` + key + `"}],"lookup":"` + key + `","state":"` + key + `"}`, nil},
		"short key":      {`{"format":1,"id":"0011223344556677","primary":1,"wrapping":[{"number":1,"key":"AAAA"}],"lookup":"` + key + `","state":"` + key + `"}`, nil},
		"no lookup":      {`{"format":1,"id":"0011223344556677","primary":1,"wrapping":[{"number":1,"key":"` + key + `"}],"state":"` + key + `"}`, nil},
		"number twice":   {`{"format":1,"id":"0011223344556677","primary":1,"wrapping":[{"number":1,"key":"` + key + `"},{"number":1,"key":"` + key + `"}],"lookup":"` + key + `","state":"` + key + `"}`, nil},
		"primary absent": {`{"format":1,"id":"0011223344556677","primary":2,"wrapping":[{"number":1,"key":"` + key + `"}],"lookup":"` + key + `","state":"` + key + `"}`, nil},
	} {
		m, err := parseBody([]byte(c.line))
		if m != nil || err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%s: the error quotes a key: %v", name, err)
		}
	}
}
