package seal

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestExport: a copy loads, plain and wrapped, and is the file behind comments.
func TestExport(t *testing.T) {
	mk, path := cheap(), newFile(t)
	mk.random = new(counter)
	k := must(mk.create(path))(t)
	a := &answer{phrase: secretPhrase}
	for _, wrapped := range []bool{false, true} {
		if wrapped {
			if err := mk.setPassphrase(path, nil, []byte(secretPhrase)); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if err := mk.export(path, a.ask, &out); err != nil {
			t.Fatal(err)
		}
		file := must(os.ReadFile(path))(t)
		comments, ok := bytes.CutSuffix(out.Bytes(), file)
		if !ok || !bytes.Contains(comments, []byte(k.ID())) {
			t.Fatalf("exported:\n%s", &out)
		}
		golden(t, map[bool]string{false: "export-plain.golden", true: "export-wrapped.golden"}[wrapped], string(comments))
		copied := newFile(t)
		if got := must(put(t, copied, out.Bytes(), a.ask))(t); facts(t, got) != facts(t, k) {
			t.Error("the copy is another keyset")
		}
		if got := must(Wrapped(copied))(t); got != wrapped {
			t.Errorf("the copy: wrapped %v", got)
		}
		var again bytes.Buffer
		if err := mk.export(copied, a.ask, &again); err != nil || !bytes.Equal(again.Bytes(), out.Bytes()) {
			t.Errorf("a copy of the copy: %v\n%s", err, &again)
		}
		must(mk.rotate(copied, a.ask, Rotation{Wrapping: true}))(t)
		if bytes.Contains(must(os.ReadFile(copied))(t), []byte("Copy of")) {
			t.Error("the rotated file says that it is a copy")
		}
	}
	if err := mk.export(path, nil, &bytes.Buffer{}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("nobody to ask: %v", err)
	}
}

func TestExportOfAnOldKeyset(t *testing.T) {
	path, text := oldFile(t)
	var out bytes.Buffer
	if err := Export(path, nil, &out); err != nil || !bytes.HasSuffix(out.Bytes(), text) {
		t.Fatalf("%v\n%s", err, &out)
	}
	opensOld(t, must(put(t, path, out.Bytes(), nil))(t))
	if err := Export(path, nil, broken{}); !errors.Is(err, errDisk) {
		t.Errorf("a broken printer: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errDisk }

// TestComments: only what Export could have written may stand before a keyset.
func TestComments(t *testing.T) {
	path := newFile(t)
	must(Create(path))(t)
	text := string(must(os.ReadFile(path))(t))
	for before, ok := range map[string]bool{
		"":                                       true,
		"#\n# by hand\n":                         true,
		strings.Repeat("#\n", maxComments):       true,
		strings.Repeat("#\n", maxComments+1):     false,
		"# " + strings.Repeat("a", 158) + "\n":   true,
		"# " + strings.Repeat("a", 159) + "\n":   false,
		"\n":                                     false,
		"#no blank\n":                            false,
		"# crlf\r\n":                             false,
		"# \x1b]52;c;\a\n":                       false,
		"# \u00e9\n":                             false,
		"# \xff\n":                               false,
		"// comment\n":                           false,
		" #\n":                                   false,
		"# jeton keyset: \n":                     false,
		"-----BEGIN AGE ENCRYPTED FILE-----\n":   false,
		"-----BEGIN AGE ENCRYPTED FILE-----\r\n": false,
	} {
		if _, err := put(t, path, []byte(before+text), nil); (err == nil) != ok || err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v", before, err)
		}
	}
}

// TestEveryByteOfAnExport: a changed byte of a comment changes nothing, or the file is refused.
func TestEveryByteOfAnExport(t *testing.T) {
	path := newFile(t)
	k := must(Create(path))(t)
	var out bytes.Buffer
	if err := Export(path, nil, &out); err != nil {
		t.Fatal(err)
	}
	file, want := out.Bytes(), facts(t, k)
	comments := bytes.Index(file, []byte(textStart))
	for at := range file {
		file[at] ^= 4
		got, err := reads(file, nil)
		if err == nil && (at >= comments || facts(t, got) != want) || err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d: %v", at, err)
		}
		file[at] ^= 4
	}
}
