package seal

import (
	"bytes"
	"errors"
	"flag"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

// TestRotation: the keyset opens what older keys wrapped; the first copy says what it lacks.
func TestRotation(t *testing.T) {
	path, context := newFile(t), []byte("segment 1")
	old := must(Create(path))(t)
	wrapped, d, err := old.NewDataKey(context)
	if err != nil {
		t.Fatal(err)
	}
	sealed := d.Seal(nil, []byte("record"), nil)
	k := must(Rotate(path, nil, Rotation{Wrapping: true}))(t)
	if k.ID() != old.ID() || k.PrimaryWrapping() != 2 || k.PrimaryLookup() != 1 || k.PrimarySigning().Number != 1 || must(k.WrappingKey(wrapped))(t) != 1 {
		t.Errorf("rotated to %d, %d, %d", k.PrimaryWrapping(), k.PrimaryLookup(), k.PrimarySigning().Number)
	}
	fresh, changed, err := k.Rewrap(wrapped, context)
	if err != nil || !changed || must(k.WrappingKey(fresh))(t) != 2 {
		t.Fatalf("rewrap: %v, %v", changed, err)
	}
	if same, changed, err := k.Rewrap(fresh, context); err != nil || changed || !bytes.Equal(same, fresh) {
		t.Errorf("rewrap twice: %v, %v", changed, err)
	}
	if _, _, err := k.Rewrap(wrapped, []byte("segment 2")); !errors.Is(err, ErrRefused) {
		t.Errorf("rewrap for another context: %v", err)
	}
	if _, err := old.OpenDataKey(fresh, context); !errors.Is(err, ErrOtherKeyset) || !errors.Is(err, ErrOtherCopy) || !strings.Contains(err.Error(), "no wrapping key 2") {
		t.Errorf("the old copy: %v", err)
	}
	k = must(Retire(path, nil, []uint32{1}, nil))(t)
	if _, err := k.OpenDataKey(wrapped, context); !errors.Is(err, ErrOtherKeyset) {
		t.Errorf("a retired key: %v", err)
	}
	opened := must(must(Load(path))(t).OpenDataKey(fresh, context))(t)
	if got := must(opened.Open(nil, sealed, nil))(t); string(got) != "record" {
		t.Errorf("opened %q", got)
	}
}

func TestLookupAfterRotation(t *testing.T) {
	path := newFile(t)
	first := must(Create(path))(t).Lookup("v")
	k := must(Rotate(path, nil, Rotation{Lookup: true, Signing: true}))(t)
	all := lookupAll(k, "v")
	if len(all) != 2 || all[0] != k.Lookup("v") || all[1] != first || all[0] == first || !slices.Equal(k.LookupNumbers(), []uint32{2, 1}) {
		t.Errorf("lookups %x", all)
	}
	k = must(Retire(path, nil, nil, []uint32{1}))(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a retired key was used")
			}
		}()
		k.LookupBy(1, "v")
	}()
	if got := lookupAll(k, "v"); len(got) != 1 || got[0] != all[0] {
		t.Errorf("after retiring: %x", got)
	}
	if k = must(Rotate(path, nil, Rotation{Lookup: true}))(t); k.PrimaryLookup() != 3 {
		t.Errorf("number %d was given again", k.PrimaryLookup())
	}
}

func TestRefusedChanges(t *testing.T) {
	path := newFile(t)
	must(Create(path))(t)
	must(Rotate(path, nil, Rotation{Wrapping: true, Lookup: true}))(t)
	before := must(os.ReadFile(path))(t)
	for name, c := range map[string]struct {
		wrapping, lookup []uint32
		want             error
	}{
		"primary":        {[]uint32{2}, nil, ErrPrimary},
		"primary lookup": {[]uint32{1}, []uint32{2}, ErrPrimary},
		"not there":      {[]uint32{7}, nil, ErrNoKey},
		"one not there":  {nil, []uint32{1, 7}, ErrNoKey},
		"none":           {nil, nil, nil},
	} {
		if _, err := Retire(path, nil, c.wrapping, c.lookup); err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("retire %s: %v", name, err)
		}
	}
	if _, err := Rotate(path, nil, Rotation{}); err == nil {
		t.Error("rotated nothing")
	}
	unlock := must(lock(path))(t)
	if _, err := Rotate(path, nil, Rotation{Wrapping: true}); !errors.Is(err, ErrBusy) {
		t.Errorf("while another is at it: %v", err)
	}
	unlock()
	if !bytes.Equal(before, must(os.ReadFile(path))(t)) {
		t.Error("a refused change wrote the file")
	}
	if _, err := Rotate(filepath.Join(path+"-none"), nil, Rotation{Wrapping: true}); !errors.Is(err, ErrMissing) {
		t.Errorf("missing: %v", err)
	}
	full := ring{{number: math.MaxUint32, key: make([]byte, keySize)}}
	if err := full.add(random(), day); err == nil {
		t.Error("numbers began again")
	}
}

// TestReplacedFile: mode and owner stay right, and a link stays a link.
func TestReplacedFile(t *testing.T) {
	path := newFile(t)
	must(Create(path))(t)
	link := path + "-link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	root := os.Geteuid() == 0
	if root {
		if err := os.Chown(path, 4711, 4712); err != nil {
			t.Fatal(err)
		}
	}
	defer syscall.Umask(syscall.Umask(0o777))
	must(Rotate(link, nil, Rotation{Wrapping: true}))(t)
	if info := must(os.Lstat(link))(t); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	info := must(os.Lstat(path))(t)
	if s := info.Sys().(*syscall.Stat_t); info.Mode() != 0o600 || root && (s.Uid != 4711 || s.Gid != 4712) {
		t.Errorf("mode %v, owner %d:%d", info.Mode(), s.Uid, s.Gid)
	}
	if k := must(Load(link))(t); k.PrimaryWrapping() != 2 {
		t.Errorf("primary %d", k.PrimaryWrapping())
	}
}

// TestAnyHistory: whatever is rotated, rewrapped, retired and wrapped by passphrases, all that was not retired opens.
func TestAnyHistory(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // each is a few dozen files
		defer func() { _ = f.Value.Set(f.DefValue) }()
		if err := f.Value.Set("25"); err != nil {
			t.Fatal(err)
		}
	}
	mk := cheap()
	rapid.Check(t, func(r *rapid.T) {
		dir := must(os.MkdirTemp("", "keyset"))(t)
		defer os.RemoveAll(dir)
		path, phrase := filepath.Join(dir, "keyset"), ""
		k := must(mk.create(path))(t)
		ask := func(string) ([]byte, error) { return []byte(phrase), nil }
		data, values, facts := map[string]uint32{}, map[[32]byte]uint32{}, k.Elements().Record(1, 2, 3)
		r.Repeat(map[string]func(*rapid.T){
			"rotate": func(r *rapid.T) {
				what := Rotation{true, rapid.Bool().Draw(r, "signing"), rapid.Bool().Draw(r, "lookup")}
				k = must(mk.rotate(path, ask, what))(t)
			},
			"seal": func(r *rapid.T) {
				wrapped, _, err := k.NewDataKey(nil)
				if err != nil {
					r.Fatal(err)
				}
				data[string(wrapped)], values[k.Lookup("v")] = k.PrimaryWrapping(), k.PrimaryLookup()
			},
			"rewrap": func(r *rapid.T) {
				for wrapped := range maps.Clone(data) {
					fresh, _, err := k.Rewrap([]byte(wrapped), nil)
					if err != nil {
						r.Fatal(err)
					}
					delete(data, wrapped)
					data[string(fresh)] = k.PrimaryWrapping()
				}
			},
			"retire": func(r *rapid.T) {
				number := rapid.SampledFrom(k.WrappingNumbers()).Draw(r, "number")
				next, err := mk.retire(path, ask, []uint32{number}, nil)
				if (number == k.PrimaryWrapping()) != errors.Is(err, ErrPrimary) {
					r.Fatal(err)
				}
				if err == nil {
					k = next
					maps.DeleteFunc(data, func(_ string, n uint32) bool { return n == number })
				}
			},
			"passphrase": func(r *rapid.T) {
				fresh := rapid.SampledFrom([]string{"", "one", "two"}).Draw(r, "fresh")
				if err := mk.setPassphrase(path, ask, []byte(fresh)); err != nil {
					r.Fatal(err)
				}
				phrase = fresh
			},
			"": func(r *rapid.T) {
				loaded, err := LoadWith(path, ask)
				if err != nil {
					r.Fatal(err)
				}
				for wrapped, number := range data {
					if _, err := loaded.OpenDataKey([]byte(wrapped), nil); err != nil || must(loaded.WrappingKey([]byte(wrapped)))(t) != number {
						r.Fatal(err)
					}
				}
				for v := range values {
					if !slices.Contains(lookupAll(loaded, "v"), v) {
						r.Fatal("a value is no longer found")
					}
				}
				if loaded.Elements().Record(1, 2, 3) != facts || loaded.PrimaryWrapping() != k.PrimaryWrapping() {
					r.Fatal("the file is not the keyset")
				}
			},
		})
	})
}
