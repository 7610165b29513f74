package torture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// damageImage is the files below a directory, in memory. Badger's files are mostly holes and
// the journal's end is zeros, so only what is not zero is kept, and a copy costs a millisecond.
type damageImage map[string]damageFile

type damageFile struct {
	size  int64
	parts []damagePart // ascending
}

type damagePart struct {
	at   int64
	data []byte
}

const damagePage = 4096

// readDamageImage reads every file below dir.
func readDamageImage(dir string) (damageImage, error) {
	out := damageImage{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			out[name], err = readDamageFile(path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", dir, err)
	}
	return out, nil
}

func readDamageFile(path string) (out damageFile, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer f.Close()
	buf, zeros := make([]byte, damagePage), make([]byte, damagePage)
	for {
		n, err := io.ReadFull(f, buf)
		if !bytes.Equal(buf[:n], zeros[:n]) {
			out.put(out.size, buf[:n])
		}
		out.size += int64(n)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
}

func (f *damageFile) put(at int64, data []byte) {
	if n := len(f.parts) - 1; n >= 0 && f.parts[n].at+int64(len(f.parts[n].data)) == at {
		f.parts[n].data = append(f.parts[n].data, data...)
		return
	}
	f.parts = append(f.parts, damagePart{at, bytes.Clone(data)})
}

// used is how many bytes lie in pages that are not all zeros.
func (f damageFile) used() (n int64) {
	for _, p := range f.parts {
		n += int64(len(p.data))
	}
	return n
}

// place is where the n-th used byte lies.
func (f damageFile) place(n int64) int64 {
	for _, p := range f.parts {
		if n < int64(len(p.data)) {
			return p.at + n
		}
		n -= int64(len(p.data))
	}
	return f.size
}

// end is where zeros begin that go on to the end of the file.
func (f damageFile) end() int64 {
	if len(f.parts) == 0 {
		return 0
	}
	last := f.parts[len(f.parts)-1]
	return last.at + int64(len(bytes.TrimRight(last.data, "\x00")))
}

func (f damageFile) equal(g damageFile) bool {
	return f.size == g.size && slices.EqualFunc(f.parts, g.parts, func(a, b damagePart) bool {
		return a.at == b.at && bytes.Equal(a.data, b.data)
	})
}

// write makes the file.
func (f damageFile) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, p := range f.parts {
		if _, e := out.WriteAt(p.data, p.at); e != nil {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, out.Truncate(f.size), out.Close())
}

// write makes the files below dir.
func (m damageImage) write(dir string) error {
	for name, f := range m {
		if err := f.write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// below is the part of the image below a directory of it, or the one file of that name.
func (m damageImage) below(name string) damageImage {
	out := damageImage{}
	for path, f := range m {
		if path == name || len(path) > len(name) && path[:len(name)+1] == name+"/" {
			out[path] = f
		}
	}
	return out
}

func (m damageImage) names() []string { return slices.Sorted(maps.Keys(m)) }

// changed names a file that is not the same in the other image; "" when all are.
func (m damageImage) changed(other damageImage) string {
	for _, name := range m.names() {
		if f, ok := other[name]; !ok || !f.equal(m[name]) {
			return name
		}
	}
	for _, name := range other.names() {
		if _, ok := m[name]; !ok {
			return name
		}
	}
	return ""
}
