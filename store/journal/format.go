package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// A segment file, all numbers little endian:
//
//	0     header block, copy 0
//	4096  header block, copy 1
//	8192  frames, each starting at a multiple of 8
//	      zeros to the end
//
// A header block:
//
//	0   magic "jetonseg"      8   format version u32    12  segment number u32
//	16  store id, 16 bytes    32  first sequence u64    40  copy u32   44  owner's length u32
//	48  owner's bytes, then zeros
//	4092  CRC-32C of the 4092 bytes before
//
// A frame:
//
//	0   magic "jfrm"          4   payload length u32     8   first sequence u64
//	16  entry count u32       20  segment number u32     24  CRC-32C of payload and padding
//	28  CRC-32C of the 28 bytes before
//	32  payload: for each entry its length u32 and its bytes; then zeros up to a multiple of 8
//
// Both checksums of a frame continue the one of the store's id: frames of another store are not frames here.
const (
	formatVersion = 1
	headerBlock   = 4096
	headerFixed   = 48
	headerSum     = headerBlock - 4
	headerCopies  = 2
	dataStart     = headerCopies * headerBlock
	frameHeader   = 32
	frameMagic    = 'j' | 'f'<<8 | 'r'<<16 | 'm'<<24
	segmentMagic  = "jetonseg"
	alignment     = 8
)

// MaxHeader is the most the owner may keep in a segment's header, in bytes.
const MaxHeader = headerSum - headerFixed

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(seed uint32, b []byte) uint32 { return crc32.Update(seed, castagnoli, b) }

// SegmentHeader is what the beginning of a segment says. Err is a *Damage when neither copy can be read; then Number and First
// are what the file name says, and Opaque is nil.
type SegmentHeader struct {
	Number uint32
	First  uint64
	Opaque []byte
	Err    error

	store [16]byte
}

func encodeHeader(h SegmentHeader) []byte {
	le := binary.LittleEndian
	out := make([]byte, dataStart)
	for n := range headerCopies {
		b := out[n*headerBlock : (n+1)*headerBlock]
		copy(b, segmentMagic)
		le.PutUint32(b[8:], formatVersion)
		le.PutUint32(b[12:], h.Number)
		copy(b[16:], h.store[:])
		le.PutUint64(b[32:], h.First)
		le.PutUint32(b[40:], uint32(n))
		le.PutUint32(b[44:], uint32(len(h.Opaque)))
		copy(b[headerFixed:], h.Opaque)
		le.PutUint32(b[headerSum:], checksum(0, b[:headerSum]))
	}
	return out
}

// decodeHeader reads copy n of a header; b is headerBlock long.
func decodeHeader(b []byte, n int) (SegmentHeader, error) {
	le := binary.LittleEndian
	var h SegmentHeader
	length := le.Uint32(b[44:])
	switch {
	case le.Uint32(b[headerSum:]) != checksum(0, b[:headerSum]):
		return h, errors.New("header does not match its checksum")
	case string(b[:8]) != segmentMagic || le.Uint32(b[40:]) != uint32(n) || length > MaxHeader:
		return h, errors.New("header is not one of a segment")
	case le.Uint32(b[8:]) != formatVersion:
		return h, fmt.Errorf("header is of %w (%d; %d is known)", ErrFormat, le.Uint32(b[8:]), formatVersion)
	}
	h.Number, h.First, h.store = le.Uint32(b[12:]), le.Uint64(b[32:]), [16]byte(b[16:32])
	h.Opaque = slices.Clone(b[headerFixed : headerFixed+length])
	return h, nil
}

// frameHead is the fixed beginning of a frame.
type frameHead struct {
	length, count, segment, sum uint32
	first                       uint64
}

func (h frameHead) lastSeq() uint64 { return h.first + uint64(h.count) - 1 }

// padded is the payload's length on disk; size the whole frame's.
func (h frameHead) padded() int64 { return (int64(h.length) + alignment - 1) &^ (alignment - 1) }
func (h frameHead) size() int64   { return frameHeader + h.padded() }

// decodeHead reads a frame's head; false unless its own checksum and limits hold.
func decodeHead(seed uint32, b []byte) (frameHead, bool) {
	le := binary.LittleEndian
	if len(b) < frameHeader || le.Uint32(b) != frameMagic || le.Uint32(b[28:]) != checksum(seed, b[:28]) {
		return frameHead{}, false
	}
	h := frameHead{length: le.Uint32(b[4:]), first: le.Uint64(b[8:]), count: le.Uint32(b[16:]), segment: le.Uint32(b[20:]), sum: le.Uint32(b[24:])}
	ok := h.first > 0 && h.count > 0 && h.length <= MaxPayload && int64(h.count)*4 <= int64(h.length) &&
		h.first <= math.MaxUint64-uint64(h.count)
	return h, ok
}

// payloadSize is what entries take in a frame, or ErrTooLarge.
func payloadSize(entries [][]byte) (int, error) {
	n := 0
	for _, e := range entries {
		if n += 4 + len(e); n > MaxPayload {
			return 0, fmt.Errorf("%w: a frame carries at most %d bytes; write fewer events at once", ErrTooLarge, MaxPayload)
		}
	}
	return n, nil
}

// appendFrame adds one frame to dst.
func appendFrame(dst []byte, seed, segment uint32, first uint64, entries [][]byte) []byte {
	le := binary.LittleEndian
	start := len(dst)
	dst = append(dst, make([]byte, frameHeader)...)
	for _, e := range entries {
		dst = le.AppendUint32(dst, uint32(len(e)))
		dst = append(dst, e...)
	}
	length := len(dst) - start - frameHeader
	for (len(dst)-start)%alignment != 0 {
		dst = append(dst, 0)
	}
	b := dst[start:]
	le.PutUint32(b, frameMagic)
	le.PutUint32(b[4:], uint32(length))
	le.PutUint64(b[8:], first)
	le.PutUint32(b[16:], uint32(len(entries)))
	le.PutUint32(b[20:], segment)
	le.PutUint32(b[24:], checksum(seed, b[frameHeader:]))
	le.PutUint32(b[28:], checksum(seed, b[:28]))
	return dst
}

// splitEntries cuts a payload into count entries, which share its memory; false when they do not fill it exactly.
func splitEntries(payload []byte, count uint32) ([][]byte, bool) {
	if int64(count)*4 > int64(len(payload)) {
		return nil, false
	}
	entries := make([][]byte, 0, count)
	for range count {
		if len(payload) < 4 {
			return nil, false
		}
		n := int64(binary.LittleEndian.Uint32(payload))
		if payload = payload[4:]; n > int64(len(payload)) {
			return nil, false
		}
		entries = append(entries, payload[:n:n])
		payload = payload[n:]
	}
	return entries, len(payload) == 0
}
