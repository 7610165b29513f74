package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
)

var errDisk = errors.New("the disk is broken")

// changes are what replaces a keyset file.
var changes = map[string]func(maker, string, Passphrase) error{
	"rotate": func(mk maker, path string, ask Passphrase) error {
		_, err := mk.rotate(path, ask, Rotation{Wrapping: true, Signing: true, Lookup: true})
		return err
	},
	"retire": func(mk maker, path string, ask Passphrase) error {
		_, err := mk.retire(path, ask, []uint32{1}, []uint32{1})
		return err
	},
	"passphrase": func(mk maker, path string, ask Passphrase) error {
		return mk.setPassphrase(path, ask, []byte("fresh"))
	},
}

// stepsOf lists what replacing a file does, so that the tests below miss none.
func stepsOf(t *testing.T, change func(maker, string, Passphrase) error, path string, ask Passphrase) []string {
	t.Helper()
	var steps []string
	mk := cheap()
	mk.before = func(name string) error { steps = append(steps, name); return nil }
	if err := change(mk, path, ask); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(steps, "sync") || slices.Index(steps, "sync") > slices.Index(steps, "rename") || steps[len(steps)-1] != "sync directory" {
		t.Fatalf("steps %q", steps)
	}
	return steps
}

// TestEveryStepOfReplacing lets each step of each change fail, by an error and by a crash: the old or the new file is there,
// whole, an error leaves nothing beside it, and the next change works and clears away what a crash left.
func TestEveryStepOfReplacing(t *testing.T) {
	for name, change := range changes {
		for _, wrapped := range []bool{false, true} {
			for _, at := range stepsOf(t, change, twice(t, wrapped), asking("old")) {
				for _, crash := range []bool{false, true} {
					t.Logf("%s, wrapped %v, at %s, crash %v", name, wrapped, at, crash)
					breakAt(t, change, twice(t, wrapped), at, crash)
				}
			}
		}
	}
}

func breakAt(t *testing.T, change func(maker, string, Passphrase) error, path, at string, crash bool) {
	t.Helper()
	before, mk := must(os.ReadFile(path))(t), cheap()
	mk.before = func(name string) error {
		if name == at && crash {
			panic(errDisk)
		}
		if name == at {
			return errDisk
		}
		must(LoadWith(path, asking("old", "fresh")))(t) // at no moment without a keyset
		return nil
	}
	err := func() (err error) {
		defer func() {
			if recover() != nil {
				err = errDisk
			}
		}()
		return change(mk, path, asking("old"))
	}()
	if !errors.Is(err, errDisk) {
		t.Fatalf("it went on: %v", err)
	}
	settled := at != "sync directory"
	if errors.Is(err, ErrUnsettled) == settled && !crash {
		t.Errorf("unsettled or not: %v", err)
	}
	if same := bytes.Equal(before, must(os.ReadFile(path))(t)); same != settled {
		t.Errorf("the old file: %v", same)
	}
	if _, err := os.Stat(path + newSuffix); !crash && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left beside it: %v", err)
	}
	k := must(cheap().rotate(path, asking("old", "fresh"), Rotation{Wrapping: true}))(t)
	if _, err := os.Stat(path + newSuffix); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the crash left is still there: %v", err)
	}
	if got := must(LoadWith(path, asking("old", "fresh")))(t); got.ID() != k.ID() || got.PrimaryWrapping() != k.PrimaryWrapping() {
		t.Error("the next rotation was lost")
	}
}

// twice is a keyset file that was rotated once.
func twice(t *testing.T, wrapped bool) string {
	t.Helper()
	path, mk := newFile(t), cheap()
	must(mk.create(path))(t)
	must(mk.rotate(path, nil, Rotation{Wrapping: true, Lookup: true}))(t)
	if wrapped {
		if err := mk.setPassphrase(path, nil, []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// asking answers with what opens the file, if one of the phrases does.
func asking(phrases ...string) Passphrase {
	return func(path string) ([]byte, error) {
		file, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for _, p := range phrases {
			if _, _, err := unwrapText(path, file, func(string) ([]byte, error) { return []byte(p), nil }); err == nil {
				return []byte(p), nil
			}
		}
		return []byte("none of them"), nil
	}
}

func TestCreateLeavesNothingBehind(t *testing.T) {
	for _, at := range []string{"mode", "write", "sync"} {
		path, mk := newFile(t), cheap()
		mk.before = func(name string) error {
			if name == at {
				return errDisk
			}
			return nil
		}
		if _, err := mk.create(path); !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", at, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: half a keyset is left: %v", at, err)
		}
	}
}
