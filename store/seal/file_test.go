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

// put writes a keyset file and loads it.
func put(t testing.TB, path string, b []byte, ask Passphrase) (*Keyset, error) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadWith(path, ask)
}

// reads takes a keyset file's bytes as Load does, without a disk.
func reads(b []byte, ask Passphrase) (*Keyset, error) {
	o := &opened{file: bytes.Clone(b)}
	if err := o.open("keyset", ask); err != nil {
		return nil, err
	}
	return newKeyset(o.material, random())
}

func TestEveryByteOfTheFile(t *testing.T) {
	path := newFile(t)
	must(Create(path))(t)
	text := must(os.ReadFile(path))(t)
	if !strings.HasPrefix(string(text), "# jeton keyset: without this file the store is lost") {
		t.Errorf("first line %q", text[:60])
	}
	for at := range text {
		for bit := range 8 {
			text[at] ^= 1 << bit
			if _, err := reads(text, nil); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "restore your copy") {
				t.Fatalf("byte %d bit %d: %v", at, bit, err)
			}
			text[at] ^= 1 << bit
		}
		if _, err := reads(text[:at], nil); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: %v", at, err)
		}
	}
	if _, err := reads(append(text[:len(text):len(text)], '\n'), nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("a line more: %v", err)
	}
	must(reads(text, nil))(t)
}

// TestBigAndOddFiles: nothing that is no keyset is read for long.
func TestBigAndOddFiles(t *testing.T) {
	path := newFile(t)
	if _, err := put(t, path, bytes.Repeat([]byte("#\n"), maxFile), nil); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "larger") {
		t.Errorf("too large: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("a pipe: %v", err)
	}
}

// TestBodies checks what a right checksum does not vouch for.
func TestBodies(t *testing.T) {
	key := strings.Repeat("A", 42) + "E="
	one := func(format int, change ...string) string {
		line := `{"format":1,"id":"0011223344556677","primary":1,"wrapping":[{"number":1,"key":"` + key + `"}],"lookup":"` + key + `","state":"` + key + `"}`
		if format == 2 {
			line = `{"format":2,"id":"0011223344556677","primary":1,"wrapping":[{"number":1,"key":"` + key + `"}],"primary_signing":1,"signing":[{"number":1,"seed":"` +
				key + `"}],"primary_lookup":2,"lookup":[{"number":1,"key":"` + key + `"},{"number":2,"key":"` + key + `"}],"state":"` + key + `","digest":"` + key + `"}`
		}
		if _, err := parseBody([]byte(line)); err != nil {
			t.Fatalf("format %d as it is: %v", format, err)
		}
		out := strings.NewReplacer(change...).Replace(line)
		if out == line {
			t.Fatalf("%q changes nothing", change)
		}
		return out
	}
	for name, c := range map[string]struct {
		line string
		want error
	}{
		"newer":                 {`{"format":3,"id":"0011223344556677","lookup":7}`, ErrFormat},
		"not json":              {`primary`, nil},
		"no format":             {one(1, `"format":1,`, ``), nil},
		"negative format":       {one(1, `"format":1,`, `"format":-1,`), nil},
		"1 as 2":                {one(1, `"format":1,`, `"format":2,`), nil},
		"2 as 1":                {one(2, `"format":2,`, `"format":1,`), nil},
		"short id":              {one(1, `0011`, ``), nil},
		"short key":             {one(1, `[{"number":1,"key":"`+key, `[{"number":1,"key":"AAAA`), nil},
		"no lookup":             {one(1, `"lookup"`, `"other"`), nil},
		"no state":              {one(1, `"state"`, `"other"`), nil},
		"number twice":          {one(1, `"wrapping":[`, `"wrapping":[{"number":1,"key":"`+key+`"},`), nil},
		"primary absent":        {one(1, `"primary":1`, `"primary":2`), nil},
		"primary not newest":    {one(2, `"primary_lookup":2`, `"primary_lookup":1`), nil},
		"number 0":              {one(2, `"signing":[{"number":1`, `"signing":[{"number":0`, `"primary_signing":1`, `"primary_signing":0`), nil},
		"no seed":               {one(2, `"seed"`, `"key"`), nil},
		"no signing":            {one(2, `"signing"`, `"other"`), nil},
		"no digest":             {one(2, `"digest"`, `"other"`), nil},
		"lookup of format 1":    {one(2, `"lookup":[{"number":1,"key":"`+key+`"},{"number":2,"key":"`+key+`"}]`, `"lookup":"`+key+`"`), nil},
		"out of order":          {one(2, `"lookup":[{"number":1,`, `"lookup":[{"number":3,`), nil},
		"a time that is no one": {one(2, `"number":2,`, `"number":2,"added":"yesterday",`), nil},
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
