package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/seal"
)

// A backup is one file:
//
//	header: magic 8, format u32, store id 16, epoch u64, sequence u64,
//	        length u16 of the wrapped data key, wrapped data key
//	chunks: length u32 of what is sealed, its highest bit set in the last one; sealed bytes
//
// Everything but the header is sealed under a data key of the file's own. Each chunk is
// bound to the whole header, to its number, and to whether it is the last: a file that was
// cut, or whose bytes or chunks are not as they were written, does not open.
//
// The chunks before the last are one stream of parts of the journal, in order:
//
//	segment: 's', length u32, number u32, first sequence u64, owner's bytes
//	frame:   'f', length u32, first sequence u64, for each entry its length u32 and its bytes
//
// and the last chunk is a [trailer]. Numbers are big endian.
const (
	backupMagic  = "jetonbak"
	backupFormat = 1
	backupFixed  = len(backupMagic) + 4 + 16 + 8 + 8 + 2
	chunkSize    = 256 << 10 // of plain bytes
	chunkLast    = 1 << 31
	maxWrapped   = 1 << 10
	maxPart      = 2 * journal.MaxPayload

	partSegment  = 's'
	partFrame    = 'f'
	segmentFixed = 4 + 8
	frameFixed   = 8
)

// Errors of making a backup.
var (
	// ErrBackupExists: there is a file of that name.
	ErrBackupExists = errors.New("a backup never replaces a file: choose another name")
	// ErrBackupShort: the journal does not lead to the newest signed head.
	ErrBackupShort = errors.New("the journal cannot be read up to its newest signed head")
)

// Errors of reading a backup.
var (
	// ErrNotBackup: the file is something else.
	ErrNotBackup = errors.New("not a backup of jeton's")
	// ErrBackupFormat: a newer program wrote it.
	ErrBackupFormat = errors.New("a backup of a newer format: use the program that wrote it")
	// ErrBackupDamaged: the file is not as it was written, or not all of it is there.
	ErrBackupDamaged = errors.New("the backup is damaged or cut short: take another one")
)

// backupHeader is what can be read of a backup without a key.
type backupHeader struct {
	Store   [16]byte
	Epoch   uint64 // of the signed head it goes up to
	Seq     uint64 // sequence number of the newest event
	wrapped []byte
}

// context binds the data key to what the backup is of.
func (h backupHeader) context() []byte {
	return append([]byte("backup"), h.fixed()...)
}

func (h backupHeader) fixed() []byte {
	b := binary.BigEndian.AppendUint32([]byte(backupMagic), backupFormat)
	b = append(b, h.Store[:]...)
	b = binary.BigEndian.AppendUint64(b, h.Epoch)
	return binary.BigEndian.AppendUint64(b, h.Seq)
}

func (h backupHeader) encode() []byte {
	b := binary.BigEndian.AppendUint16(h.fixed(), uint16(len(h.wrapped)))
	return append(b, h.wrapped...)
}

// readBackupHeader reads the header and nothing behind it.
func readBackupHeader(r io.Reader) (h backupHeader, err error) {
	b := make([]byte, backupFixed)
	n, err := io.ReadFull(r, b)
	switch {
	case errors.Is(err, io.EOF):
		return h, fmt.Errorf("%w: the file is empty", ErrBackupDamaged)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return h, err
	case !bytes.HasPrefix([]byte(backupMagic), b[:min(n, len(backupMagic))]):
		return h, ErrNotBackup
	case err != nil:
		return h, fmt.Errorf("%w: it ends in its header", ErrBackupDamaged)
	case binary.BigEndian.Uint32(b[8:]) != backupFormat:
		return h, fmt.Errorf("%w (%d; %d is known)", ErrBackupFormat, binary.BigEndian.Uint32(b[8:]), backupFormat)
	}
	h.Store = [16]byte(b[12:28])
	h.Epoch, h.Seq = binary.BigEndian.Uint64(b[28:]), binary.BigEndian.Uint64(b[36:])
	length := binary.BigEndian.Uint16(b[44:])
	if length > maxWrapped {
		return h, fmt.Errorf("%w: its header makes no sense", ErrBackupDamaged)
	}
	h.wrapped = make([]byte, length)
	if _, err := io.ReadFull(r, h.wrapped); err != nil {
		return h, fmt.Errorf("%w: it ends in its header", ErrBackupDamaged)
	}
	return h, nil
}

// trailer ends a backup: what all of it comes to.
type trailer struct {
	Head     []byte     `cbor:"1,keyasint"`           // signed, over all events of the backup
	State    []byte     `cbor:"2,keyasint,omitempty"` // digest of the state the newest event leaves; none: not known
	Segments uint32     `cbor:"3,keyasint"`
	Frames   uint64     `cbor:"4,keyasint"`
	Newest   model.Time `cbor:"5,keyasint"` // of the newest event
	Made     model.Time `cbor:"6,keyasint"`
}

// sealing is how chunks are sealed and opened.
type sealing struct {
	key    *seal.DataKey
	header [sha256.Size]byte
	number uint64
}

// place is what the next chunk is bound to.
func (s *sealing) place(last bool) []byte {
	b := append([]byte("jeton backup chunk\x00"), s.header[:]...)
	b = binary.BigEndian.AppendUint64(b, s.number)
	s.number++
	if last {
		return append(b, 1)
	}
	return append(b, 0)
}

// chunkWriter seals what is written to it.
type chunkWriter struct {
	sealing
	to    io.Writer
	plain []byte
	out   []byte
}

func newChunkWriter(to io.Writer, h backupHeader, key *seal.DataKey) (*chunkWriter, error) {
	head := h.encode()
	w := &chunkWriter{sealing: sealing{key: key, header: sha256.Sum256(head)}, to: to, plain: make([]byte, 0, chunkSize)}
	_, err := to.Write(head)
	return w, err
}

// Write takes bytes of the stream.
func (w *chunkWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part := min(len(p), chunkSize-len(w.plain))
		w.plain, p = append(w.plain, p[:part]...), p[part:]
		if len(w.plain) < chunkSize {
			continue
		}
		if err := w.flush(false); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (w *chunkWriter) flush(last bool) error {
	length := uint32(len(w.plain) + seal.Overhead)
	if last {
		length |= chunkLast
	}
	w.out = binary.BigEndian.AppendUint32(w.out[:0], length)
	w.out = w.key.Seal(w.out, w.plain, w.place(last))
	w.plain = w.plain[:0]
	_, err := w.to.Write(w.out)
	return err
}

// end writes the last chunk.
func (w *chunkWriter) end(t trailer) error {
	if len(w.plain) > 0 {
		if err := w.flush(false); err != nil {
			return err
		}
	}
	raw, err := encoding.Marshal(t)
	if err != nil {
		return err
	}
	if len(raw) > chunkSize {
		return fmt.Errorf("a trailer of %d bytes is too large", len(raw))
	}
	w.plain = append(w.plain, raw...)
	return w.flush(true)
}

// chunkReader is the stream of a backup. It ends with io.EOF once the last chunk was
// opened and nothing is behind it.
type chunkReader struct {
	sealing
	from  io.Reader
	plain []byte // of the chunk that is read
	rest  []byte // of plain
	in    []byte
	last  []byte // the last chunk; nil until then
}

func newChunkReader(from io.Reader, h backupHeader, key *seal.DataKey) *chunkReader {
	return &chunkReader{sealing: sealing{key: key, header: sha256.Sum256(h.encode())}, from: from}
}

// Read returns bytes of the stream.
func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.last != nil {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// next opens the next chunk.
func (r *chunkReader) next() error {
	var head [4]byte
	if _, err := io.ReadFull(r.from, head[:]); err != nil {
		return r.ended(err)
	}
	length := binary.BigEndian.Uint32(head[:])
	last := length&chunkLast != 0
	if length &^= chunkLast; length < seal.Overhead || length > chunkSize+seal.Overhead {
		return fmt.Errorf("%w: part %d makes no sense", ErrBackupDamaged, r.number+1)
	}
	if cap(r.in) < int(length) {
		r.in = make([]byte, length)
	}
	r.in = r.in[:length]
	if _, err := io.ReadFull(r.from, r.in); err != nil {
		return r.ended(err)
	}
	plain, err := r.key.Open(r.plain[:0], r.in, r.place(last))
	if err != nil {
		return fmt.Errorf("%w: part %d is not as it was written", ErrBackupDamaged, r.number)
	}
	r.plain = plain
	if !last {
		r.rest = plain
		return nil
	}
	r.last = plain
	if n, err := io.ReadFull(r.from, head[:1]); n > 0 {
		return fmt.Errorf("%w: there is something behind its end", ErrBackupDamaged)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (r *chunkReader) ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends in part %d", ErrBackupDamaged, r.number+1)
	}
	return err
}
