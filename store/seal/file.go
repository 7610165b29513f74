package seal

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A keyset file is text: the notice below, one line of JSON, and one line with the SHA-256 of everything before it.
const (
	notice = `# jeton keyset: without this file the store is lost, and whoever has it can read the store.
# Keep a copy apart from the store and from the store's backups. Do not edit: the last line checks every byte.
`
	sumPrefix  = "sha256 "
	fileFormat = 1
	maxFile    = 1 << 20
)

// material is the keys of a keyset outside their ciphers.
type material struct {
	id            [idSize]byte
	primary       uint32
	wrapping      map[uint32][]byte
	lookup, state []byte
}

func (m *material) wipe() {
	for _, key := range m.wrapping {
		clear(key)
	}
	clear(m.lookup)
	clear(m.state)
}

// body is the JSON line.
type body struct {
	Format   int           `json:"format"`
	ID       string        `json:"id"`
	Primary  uint32        `json:"primary"`
	Wrapping []wrappingKey `json:"wrapping"`
	Lookup   []byte        `json:"lookup"`
	State    []byte        `json:"state"`
}

type wrappingKey struct {
	Number uint32 `json:"number"`
	Key    []byte `json:"key"`
}

// Create makes a keyset and writes it to path, mode 0600, durably. It never replaces a file: the error is then fs.ErrExist.
func Create(path string) (*Keyset, error) { return create(path, random()) }

func create(path string, random io.Reader) (*Keyset, error) {
	m := &material{primary: 1, wrapping: map[uint32][]byte{1: make([]byte, keySize)}, lookup: make([]byte, keySize), state: make([]byte, keySize)}
	for _, b := range [][]byte{m.id[:], m.wrapping[1], m.lookup, m.state} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("create keyset %s: %w", path, err)
		}
	}
	text, err := render(m)
	if err != nil {
		return nil, fmt.Errorf("create keyset %s: %w", path, err)
	}
	defer clear(text)
	if err := write(path, text); errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create keyset: %w; use it, or choose another place", err)
	} else if err != nil {
		return nil, fmt.Errorf("create keyset: %w", err)
	}
	return newKeyset(m, random)
}

// write creates path with text. What an error leaves behind is removed: it was never a keyset.
func write(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = f.Chmod(0o600)
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Load reads the keyset at path. The errors are ErrMissing, ErrPermissions, ErrDamaged and ErrFormat.
func Load(path string) (*Keyset, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	m, err := parse(text)
	if errors.Is(err, ErrFormat) {
		return nil, fmt.Errorf("keyset %s: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("keyset %s: %w (%w); restore your copy", path, ErrDamaged, err)
	}
	return newKeyset(m, random())
}

// read returns the file's text if it is a file for its owner alone.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w at %s: restore your copy, or name the place where it is", ErrMissing, path)
	case err != nil:
		return nil, fmt.Errorf("read keyset: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("keyset %s: %w (not a regular file); restore your copy", path, ErrDamaged)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%w: %s has mode %04o; run chmod 600 %s, and think about who may have read it", ErrPermissions, path, info.Mode().Perm(), path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read keyset: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read keyset: %w", err)
	}
	return text, nil
}

// render writes the file's text. The caller overwrites it.
func render(m *material) ([]byte, error) {
	b := body{Format: fileFormat, ID: hex.EncodeToString(m.id[:]), Primary: m.primary, Lookup: m.lookup, State: m.state}
	for number, key := range m.wrapping {
		b.Wrapping = append(b.Wrapping, wrappingKey{number, key})
	}
	slices.SortFunc(b.Wrapping, func(x, y wrappingKey) int { return cmp.Compare(x.Number, y.Number) })
	line, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	defer clear(line)
	out := make([]byte, 0, len(notice)+len(line)+128)
	out = append(append(append(out, notice...), line...), '\n')
	return append(out, sumLine(out)...), nil
}

func sumLine(text []byte) string { return fmt.Sprintf("%s%x\n", sumPrefix, sha256.Sum256(text)) }

// parse reads the file's text. Its errors say what is wrong and never quote the file.
func parse(text []byte) (*material, error) {
	before, ok := bytes.CutSuffix(text, []byte("\n"))
	end := bytes.LastIndexByte(before, '\n') + 1
	if !ok || end == 0 || string(text[end:]) != sumLine(text[:end]) {
		return nil, errors.New("it does not match its checksum")
	}
	start := bytes.LastIndexByte(text[:end-1], '\n') + 1
	return parseBody(text[start:end])
}

func parseBody(line []byte) (*material, error) {
	var b body
	if json.Unmarshal(line, &b) != nil {
		return nil, errors.New("its keys cannot be read")
	}
	m := &material{primary: b.Primary, wrapping: map[uint32][]byte{}, lookup: b.Lookup, state: b.State}
	for _, w := range b.Wrapping {
		if _, twice := m.wrapping[w.Number]; twice || len(w.Key) != keySize {
			return nil, fmt.Errorf("wrapping key %d is there twice or of the wrong length", w.Number)
		}
		m.wrapping[w.Number] = w.Key
	}
	id, err := hex.DecodeString(b.ID)
	switch {
	case b.Format > fileFormat:
		return nil, fmt.Errorf("format %d: %w", b.Format, ErrFormat)
	case b.Format != fileFormat || err != nil || len(id) != idSize:
		return nil, errors.New("its format or id is not one of a keyset")
	case len(b.Lookup) != keySize || len(b.State) != keySize:
		return nil, errors.New("its lookup or state key is of the wrong length")
	case m.wrapping[b.Primary] == nil:
		return nil, fmt.Errorf("its primary wrapping key, %d, is not in it", b.Primary)
	}
	m.id = [idSize]byte(id)
	return m, nil
}
