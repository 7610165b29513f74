package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"jeton/model"
)

// damaging is one damage on its way: a copy of a template, what chance says, and what was
// done.
type damaging struct {
	*damageWorld
	rng    *rand.Rand
	dir    string          // the copy
	image  damageImage     // what it was made from
	base   string          // the template
	file   string          // what was damaged: a path in dir, or several things in words
	what   string          // how, for people
	kinds  string          // the line of the summary
	undone bool            // the whole of what knows of the newest events is old: nothing in the store can tell
	tokens []model.TokenID // whose records were changed
	events uint64          // first event in a frame that was changed; 0: not known
}

func (d *damaging) path() string { return filepath.Join(d.dir, d.file) }

// kindOf names a file's kind.
func damageKindOf(file string) string {
	name := filepath.Base(file)
	switch {
	case strings.HasSuffix(name, ".seg"), strings.Contains(file, "/journal/") && name != "mark":
		return "journal segment"
	case strings.HasSuffix(name, ".mem"), strings.HasSuffix(name, ".sst"), strings.HasSuffix(name, ".vlog"):
		return "state *" + filepath.Ext(name)
	case strings.Contains(file, "/state/"):
		return "state " + name
	}
	return name
}

// files are the files that can be damaged, by what they are part of.
func (d *damaging) files(parts ...string) []string {
	var out []string
	for _, name := range d.image.names() {
		for _, p := range parts {
			if name == p || strings.HasPrefix(name, p+"/") {
				out = append(out, name)
			}
		}
	}
	return out
}

// choose takes a file: first its kind, so that the one mark is hit as often as the many tables.
func (d *damaging) choose(parts ...string) string {
	kinds := map[string][]string{}
	var names []string
	for _, f := range d.files(parts...) {
		k := damageKindOf(f)
		if kinds[k] == nil {
			names = append(names, k)
		}
		kinds[k] = append(kinds[k], f)
	}
	of := kinds[names[d.rng.IntN(len(names))]]
	return of[d.rng.IntN(len(of))]
}

// at is a place in a file, mostly one that says something.
func (d *damaging) at(file string) int64 {
	f := d.image[file]
	if n := f.used(); n > 0 && d.rng.IntN(8) > 0 {
		at := f.place(d.rng.Int64N(n))
		if d.rng.IntN(2) == 0 || at < f.end() { // pages at the end are mostly zeros
			return at
		}
		return d.rng.Int64N(f.end())
	}
	return d.rng.Int64N(max(1, f.size))
}

// damageFiles are the ways to damage one file.
var damageWays = []struct {
	name string
	do   func(*damaging) error
}{
	{"bits flipped", (*damaging).flip}, {"bits flipped", (*damaging).flip}, {"bits flipped", (*damaging).flip},
	{"cut", (*damaging).cut}, {"removed", (*damaging).remove}, {"extended", (*damaging).extend},
	{"zeroed", (*damaging).zero}, {"overwritten", (*damaging).overwrite}, {"swapped", (*damaging).swap},
}

// edit changes bytes of the file in place; change gets what is there, as much of n bytes as there are.
func (d *damaging) edit(at int64, n int, change func([]byte)) (err error) {
	f, err := os.OpenFile(d.path(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := make([]byte, n)
	got, _ := f.ReadAt(buf, at)
	if got == 0 {
		return nil
	}
	change(buf[:got])
	_, err = f.WriteAt(buf[:got], at)
	d.touched(at, int64(got))
	return err
}

// touched notes which event of the journal is the first that was changed.
func (d *damaging) touched(at, n int64) {
	for _, f := range d.frames[d.base] {
		if f.file == d.file && f.at < at+n && at < f.end && (d.events == 0 || f.first < d.events) {
			d.events = f.first
		}
	}
}

func (d *damaging) flip() error {
	for range 1 + d.rng.IntN(3)*d.rng.IntN(2) {
		at, bit := d.at(d.file), byte(1)<<d.rng.IntN(8)
		d.what += fmt.Sprintf(" byte %d bit %#x", at, bit)
		if err := d.edit(at, 1, func(b []byte) { b[0] ^= bit }); err != nil {
			return err
		}
	}
	return nil
}

func (d *damaging) cut() error {
	at := d.at(d.file)
	if d.rng.IntN(10) == 0 {
		at = 0
	}
	d.what += fmt.Sprintf(" at byte %d of %d", at, d.image[d.file].size)
	return os.Truncate(d.path(), at)
}

func (d *damaging) remove() error { return os.Remove(d.path()) }

func (d *damaging) extend() error {
	f, err := os.OpenFile(d.path(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	more := make([]byte, 1+d.rng.IntN(1+d.rng.IntN(8192)))
	if d.rng.IntN(2) == 0 {
		d.random(more)
	}
	d.what += fmt.Sprintf(" by %d bytes, the first %#x", len(more), more[0])
	_, err = f.Write(more)
	return errors.Join(err, f.Close())
}

func (d *damaging) random(b []byte) {
	for i := range b {
		b[i] = byte(d.rng.Uint32())
	}
}

// zero is what a disk does: a sector or a page.
func (d *damaging) zero() error {
	size := []int64{512, 4096}[d.rng.IntN(2)]
	at := d.at(d.file) / size * size
	d.what += fmt.Sprintf(" %d bytes at %d", size, at)
	return d.edit(at, int(size), func(b []byte) { clear(b) })
}

func (d *damaging) overwrite() error {
	at, n := d.at(d.file), 1+d.rng.IntN(64)
	d.what += fmt.Sprintf(" %d bytes at %d", n, at)
	return d.edit(at, n, d.random)
}

// swap exchanges two files, mostly of one directory.
func (d *damaging) swap() error {
	among := d.files(filepath.Dir(d.file))
	if d.rng.IntN(4) == 0 || len(among) < 2 {
		among = d.files(damageStore)
	}
	other := among[d.rng.IntN(len(among))]
	d.what += " with " + other
	if filepath.Dir(other) != filepath.Dir(d.file) {
		d.kinds = "two files"
	}
	a, b, aside := d.path(), filepath.Join(d.dir, other), filepath.Join(d.dir, "aside")
	if a == b {
		return nil
	}
	return errors.Join(os.Rename(a, aside), os.Rename(b, a), os.Rename(aside, b))
}

// oneFile damages one file among the parts of the copy.
func (d *damaging) oneFile(parts ...string) error {
	way := damageWays[d.rng.IntN(len(damageWays))]
	d.file = d.choose(parts...)
	d.kinds = damageKindOf(d.file)
	d.what += fmt.Sprintf(" %s: %s", d.file, way.name)
	if _, err := os.Stat(d.path()); err != nil {
		return nil // the first of two damages took it away
	}
	return way.do(d)
}

// olderFiles puts files of before back: any of journal, mark, heads and state, or single files.
func (d *damaging) olderFiles() error {
	d.kinds, d.file = "older files", "older files"
	old := d.images["old"]
	parts := []string{"store/journal", "store/journal/mark", "store/heads", "store/state"}
	put := map[string]bool{}
	for _, p := range parts {
		if d.rng.IntN(2) == 0 {
			put[p] = true
		}
	}
	gone := map[string]bool{}
	if d.rng.IntN(4) == 0 {
		gone[parts[1+d.rng.IntN(3)]] = true
	}
	for _, p := range parts {
		if !put[p] && !gone[p] {
			continue
		}
		d.what += map[bool]string{true: " without ", false: " old "}[gone[p]] + p
		mark, err := os.ReadFile(filepath.Join(d.dir, "store/journal/mark"))
		if err := errors.Join(err, os.RemoveAll(filepath.Join(d.dir, p))); err != nil {
			continue
		}
		if gone[p] {
			continue
		}
		if err := old.below(p).write(d.dir); err != nil {
			return err
		}
		if p == "store/journal" {
			if err := os.WriteFile(filepath.Join(d.dir, "store/journal/mark"), mark, 0o600); err != nil {
				return err
			}
		}
	}
	d.undone = put["store/journal"] && (put["store/heads"] || gone["store/heads"]) && (put["store/state"] || gone["store/state"])
	return nil
}

// olderFile puts one file of before in the place of the same file.
func (d *damaging) olderFile() error {
	d.kinds = "older files"
	d.file = d.choose(damageStore)
	old, ok := d.images["old"][d.file]
	d.what += " older " + d.file
	if !ok {
		return os.Remove(d.path())
	}
	return old.write(d.path())
}

// heads exchanges the two places of the heads file, or puts one over the other.
func (d *damaging) slots() error {
	d.kinds, d.file = "heads", "store/heads"
	const slot = 16 << 10
	b, err := os.ReadFile(d.path())
	if err != nil || len(b) < slot+1 {
		return err
	}
	b = append(b, make([]byte, max(0, 2*slot-len(b)))...)
	first, second := b[:slot], b[slot:2*slot]
	var out []byte
	switch d.rng.IntN(3) {
	case 0:
		d.what += " slots swapped"
		out = append(append(out, second...), first...)
	case 1:
		d.what += " the first slot twice"
		out = append(append(out, first...), first...)
	default:
		d.what += " the second slot twice"
		out = append(append(out, second...), second...)
	}
	return os.WriteFile(d.path(), out, 0o600)
}

// moveFrames exchanges, repeats or takes away whole frames, whose checksums stay good.
func (d *damaging) moveFrames() error {
	all := d.frames[d.base]
	one := all[d.rng.IntN(len(all))]
	var here []damageFrame
	for _, f := range all {
		if f.file == one.file {
			here = append(here, f)
		}
	}
	d.file, d.kinds = one.file, "journal frames"
	b, err := os.ReadFile(d.path())
	if err != nil {
		return err
	}
	i := d.rng.IntN(len(here))
	j := d.rng.IntN(len(here))
	if i > j {
		i, j = j, i
	}
	x, y := here[i], here[j]
	cut := func(f damageFrame) string { return string(b[f.at:f.end]) }
	var middle string
	switch way := d.rng.IntN(4); {
	case way == 0 && i < j:
		d.what += fmt.Sprintf(" frames of events %d and %d swapped", x.first, y.first)
		middle, d.events = cut(y)+string(b[x.end:y.at])+cut(x), x.first
	case way == 1:
		d.what += fmt.Sprintf(" frame of event %d taken away", x.first)
		middle, y, d.events = "", x, x.first
	case way == 2 && i < j:
		d.what += fmt.Sprintf(" frame of event %d over that of %d", x.first, y.first)
		middle, x, d.events = cut(x), y, y.first
	default:
		d.what += fmt.Sprintf(" frame of event %d twice", x.first)
		middle, y = cut(x)+cut(x), x
	}
	out := append([]byte(nil), b[:x.at]...)
	out = append(append(out, middle...), b[y.end:]...)
	return os.WriteFile(d.path(), out, 0o600)
}
