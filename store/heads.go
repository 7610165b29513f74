package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"jeton/store/merkle"
)

// headsName is the file in which a store keeps its newest signed head.
const headsName = "heads"

// The file has two places of headSlot bytes, written in turn, so that one is whole at
// every moment and a full disk takes the next head all the same:
//
//	magic 8, length of the tree u32, length of the head u32, tree, head, SHA-256 of all before
//
// The tree is what the head was signed over, so that it can grow on without reading
// history again.
const (
	headsMagic = "jetonhd1"
	headsHead  = len(headsMagic) + 4 + 4
	headSlot   = 16 << 10
)

// keptHead is a signed head with its tree.
type keptHead struct {
	tree merkle.Tree
	text []byte
}

// headFile is the open file. Only the notary uses it.
type headFile struct {
	file *os.File
	next int // place to write to
}

var errNoHead = errors.New("no signed head")

// openHeads opens the file, making one where there is none, and returns the newest whole
// head in it; errNoHead when there is none.
func openHeads(path string) (h *headFile, newest keptHead, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0) // see journal: it may be a pipe
	if errors.Is(err, fs.ErrNotExist) {
		f, err = makeHeads(path)
	}
	if err != nil {
		return nil, newest, fmt.Errorf("open heads: %w", err)
	}
	newest, at, err := newestHead(f)
	return &headFile{file: f, next: 1 - at}, newest, err
}

// readHeadFile returns the newest head of a file that another process may be writing to.
func readHeadFile(path string) (keptHead, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return keptHead{}, err
	}
	defer f.Close()
	kept, _, err := newestHead(f)
	return kept, err
}

// signedHead is readHeadFile for the store in dir, with what to do where there is none.
func signedHead(dir string) (keptHead, error) {
	path := filepath.Join(dir, headsName)
	kept, err := readHeadFile(path)
	if errors.Is(err, errNoHead) || errors.Is(err, fs.ErrNotExist) {
		return kept, fmt.Errorf("%s: %w: open the store once to have one signed", path, errNoHead)
	}
	return kept, err
}

// newestHead returns the newer of the whole heads, and its place; errNoHead when there is
// none, unless that is because one could not be read.
func newestHead(r io.ReaderAt) (newest keptHead, at int, err error) {
	at, err = 1, errNoHead
	for slot := range 2 {
		kept, e := readSlot(r, slot)
		switch {
		case e != nil:
			if errors.Is(err, errNoHead) {
				err = e
			}
		case err != nil || kept.tree.Size() >= newest.tree.Size():
			newest, at, err = kept, slot, nil
		}
	}
	return newest, at, err
}

func makeHeads(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(make([]byte, 2*headSlot)); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, nil
}

func readSlot(r io.ReaderAt, slot int) (keptHead, error) {
	b := make([]byte, headSlot)
	n, err := r.ReadAt(b, int64(slot)*headSlot)
	if err != nil && !errors.Is(err, io.EOF) {
		return keptHead{}, err
	}
	return decodeHead(b[:n])
}

func decodeHead(b []byte) (kept keptHead, err error) {
	if len(b) < headsHead || string(b[:len(headsMagic)]) != headsMagic {
		return kept, errNoHead
	}
	tree := uint64(binary.BigEndian.Uint32(b[8:]))
	end := uint64(headsHead) + tree + uint64(binary.BigEndian.Uint32(b[12:]))
	if end+sha256.Size > uint64(len(b)) {
		return kept, errNoHead
	}
	if sha256.Sum256(b[:end]) != [sha256.Size]byte(b[end:end+sha256.Size]) {
		return kept, errNoHead
	}
	t, err := merkle.UnmarshalTree(b[headsHead : uint64(headsHead)+tree])
	if err != nil {
		return kept, fmt.Errorf("%w: %w", errNoHead, err)
	}
	return keptHead{*t, b[uint64(headsHead)+tree : end]}, nil
}

func encodeHead(k keptHead) ([]byte, error) {
	tree, err := k.tree.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, headSlot), headsMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(tree)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(k.text)))
	b = append(append(b, tree...), k.text...)
	sum := sha256.Sum256(b)
	if b = append(b, sum[:]...); len(b) > headSlot {
		return nil, fmt.Errorf("a head of %d bytes is longer than its place", len(b))
	}
	return b, nil
}

// put writes a head durably, over the older of the two that are there.
func (h *headFile) put(k keptHead) error {
	b, err := encodeHead(k)
	if err != nil {
		return err
	}
	if _, err := h.file.WriteAt(b, int64(h.next)*headSlot); err != nil {
		return err
	}
	if err := h.file.Sync(); err != nil {
		return err
	}
	h.next = 1 - h.next
	return nil
}

// NewestHead returns the newest signed head of the store in dir as text, whoever has the
// store open. Its signature is not looked at.
func NewestHead(dir string) ([]byte, error) {
	if err := isStore(dir); err != nil {
		return nil, err
	}
	kept, err := signedHead(dir)
	return kept.text, err
}
