package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// maker is what making and changing a keyset file depends on. Tests give their own.
type maker struct {
	random io.Reader
	now    func() time.Time
	work   int                     // scrypt's, as a power of two
	before func(step string) error // told before each step of writing a file; nil: nobody
}

func newMaker() maker { return maker{random: random(), now: time.Now, work: scryptWork} }

// today is when a key is made, to the second.
func (mk maker) today() time.Time { return mk.now().UTC().Truncate(time.Second) }

// Create makes a keyset and writes it to path, plain, mode 0600, durably. It never replaces a file: the error is then
// fs.ErrExist.
func Create(path string) (*Keyset, error) { return newMaker().create(path) }

func (mk maker) create(path string) (*Keyset, error) {
	m, err := newMaterial(mk.random, mk.today())
	if err != nil {
		return nil, fmt.Errorf("create keyset %s: %w", path, err)
	}
	defer m.wipe()
	text, err := render(m)
	if err != nil {
		return nil, fmt.Errorf("create keyset %s: %w", path, err)
	}
	defer clear(text)
	err = mk.writeNew(path, nil, text)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create keyset: %w; use it, or choose another place", err)
	}
	if err == nil {
		if err = syncDir(filepath.Dir(path)); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("create keyset: %w", err)
	}
	return newKeyset(m, mk.random)
}

// Load reads the keyset at path, where nobody can be asked for a passphrase. The errors are those of LoadWith.
func Load(path string) (*Keyset, error) { return LoadWith(path, nil) }

// LoadWith reads the keyset at path, and asks for its passphrase if it is wrapped by one. The errors are ErrMissing,
// ErrPermissions, ErrDamaged, ErrFormat, ErrPassphrase, ErrWrongPassphrase and what ask returns.
func LoadWith(path string, ask Passphrase) (*Keyset, error) {
	o, err := open(path, ask)
	if err != nil {
		return nil, err
	}
	defer o.wipe()
	return newKeyset(o.material, random())
}

// Wrapped tells whether the keyset at path is wrapped by a passphrase, without opening it. The errors are ErrMissing,
// ErrPermissions and ErrDamaged; a file that does not open may still be told apart.
func Wrapped(path string) (bool, error) {
	file, _, err := read(path)
	if err != nil {
		return false, err
	}
	defer clear(file)
	_, wrapped, err := begin(file)
	if err != nil {
		return false, damaged(path, err)
	}
	return wrapped, nil
}

// opened is a keyset file that was read, with its keys. All of it is secret.
type opened struct {
	file     []byte // as it is on the disk
	text     []byte // of file, without the comments of an export
	material *material
	phrase   []byte // nil: the file is plain
	info     fs.FileInfo
}

func (o *opened) wipe() {
	clear(o.file)
	clear(o.phrase)
	if o.material != nil {
		o.material.wipe()
	}
}

// open reads and opens the file at path. The caller wipes what it returns.
func open(path string, ask Passphrase) (*opened, error) {
	file, info, err := read(path)
	if err != nil {
		return nil, err
	}
	o := &opened{file: file, info: info}
	if err := o.open(path, ask); err != nil {
		o.wipe()
		return nil, err
	}
	return o, nil
}

func (o *opened) open(path string, ask Passphrase) error {
	text, wrapped, err := begin(o.file)
	if err != nil {
		return damaged(path, err)
	}
	plain := text
	if wrapped {
		if plain, o.phrase, err = unwrapText(path, text, ask); err != nil {
			return err
		}
		defer clear(plain)
	}
	o.text = text
	if o.material, err = parse(plain); errors.Is(err, ErrFormat) {
		return fmt.Errorf("keyset %s: %w", path, err)
	} else if err != nil {
		return damaged(path, err)
	}
	return nil
}

func damaged(path string, why error) error {
	return fmt.Errorf("keyset %s: %w (%w); restore your copy", path, ErrDamaged, why)
}

// read returns what is in the file if it is a file for its owner alone. It does not wait for a pipe to be written.
func read(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, missing(path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read keyset: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		err = readable(path, info)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	file, err := readAll(io.LimitReader(f, maxFile+1), int(info.Size()))
	if err = errors.Join(err, f.Close()); err != nil {
		clear(file)
		return nil, nil, fmt.Errorf("read keyset: %w", err)
	}
	return file, info, nil
}

func missing(path string) error {
	return fmt.Errorf("%w at %s: restore your copy, or name the place where it is", ErrMissing, path)
}

func readable(path string, info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return damaged(path, errors.New("not a regular file"))
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%w: %s has mode %04o; run chmod 600 %s, and think about who may have read it", ErrPermissions, path, info.Mode().Perm(), path)
	case info.Size() > maxFile:
		return damaged(path, fmt.Errorf("larger than %d bytes", maxFile))
	}
	return nil
}

// readAll reads up to about size bytes without leaving copies of secrets in memory that was outgrown.
func readAll(r io.Reader, size int) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, size+2*bytes.MinRead))
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}
