package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzSegment puts any bytes behind a good header and anywhere else: opening, reading, checking and appending must not panic,
// what is read must be in order and as it lies there, and examining must see what opening sees.
func FuzzSegment(f *testing.F) {
	seed := checksum(0, testStore[:])
	good := appendFrame(appendFrame(nil, seed, 1, 1, [][]byte{{1}, {2, 3}}), seed, 1, 3, [][]byte{[]byte("three")})
	f.Add(good, true)
	f.Add(good[:len(good)-9], true)
	f.Add(append(make([]byte, 64), good...), true)
	f.Add(encodeHeader(SegmentHeader{Number: 1, First: 1, store: testStore}), false)
	f.Fuzz(func(t *testing.T, b []byte, header bool) {
		o := options(newDir(t))
		if header {
			b = append(encodeHeader(SegmentHeader{Number: 1, First: 1, store: testStore}), b...)
			sumFrames(b, seed)
		}
		restore(t, o.Dir, nil)
		if err := os.WriteFile(filepath.Join(o.Dir, segmentName(1, 1)), b, 0o600); err != nil {
			t.Fatal(err)
		}
		seen, err := Examine(context.Background(), Examination{Dir: o.Dir, Whole: true})
		if err != nil && !IsDamage(err) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNone) {
			t.Fatal(err)
		}
		l, r := reopen(t, o)
		if err == nil && len(seen.Damage) == 0 && seen.Last != r.Last {
			t.Fatalf("examining sees event %d, opening event %d", seen.Last, r.Last)
		}
		got, bad := read(t, l)
		if _, ok := got[r.Last]; r.Last > 0 && !ok && len(bad) == 0 {
			t.Fatalf("last is %d, cannot be read, and nothing is named", r.Last)
		}
		for seq, e := range got {
			if !bytes.Contains(b, []byte(e)) {
				t.Fatalf("event %d is %x and was never there", seq, e)
			}
		}
		err = l.Check(context.Background(), nil)
		if len(r.Damage) > 0 && err == nil {
			t.Fatalf("damage %v was not found again", r.Damage)
		}
		if l.Next() < 1<<40 {
			must(l.Append(l.Next(), [][]byte{[]byte("revoke")}))(t)
			if again, _ := read(t, l); again[l.Next()-1] != "revoke" {
				t.Fatal("what was appended cannot be read")
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// sumFrames makes the checksums right of what has the form of a frame: past them is where mistakes are.
func sumFrames(b []byte, seed uint32) {
	le := binary.LittleEndian
	for at := dataStart; at+frameHeader <= len(b); {
		frame := b[at:]
		size := (int64(le.Uint32(frame[4:]))+alignment-1)&^(alignment-1) + frameHeader
		if le.Uint32(frame) != frameMagic || size > int64(len(frame)) {
			at += alignment
			continue
		}
		le.PutUint32(frame[24:], checksum(seed, frame[frameHeader:size]))
		le.PutUint32(frame[28:], checksum(seed, frame[:28]))
		at += int(size)
	}
}

// FuzzFrame decodes any bytes as a frame, with checksums made right: what is taken has one form, but for what fills it up to
// a multiple of 8.
func FuzzFrame(f *testing.F) {
	seed := checksum(0, testStore[:])
	f.Add(appendFrame(nil, seed, 1, 1, [][]byte{{1}, {2, 3}, {}}))
	f.Add(appendFrame(nil, seed, 9, 1<<50, [][]byte{bytes.Repeat([]byte("x"), 300)}))
	f.Add(appendFrame(nil, seed, 1, 1, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		padded := append(make([]byte, dataStart), b...)
		sumFrames(padded, seed)
		frame := padded[dataStart:]
		head, ok := decodeHead(seed, frame)
		if !ok || head.size() > int64(len(frame)) || checksum(seed, frame[frameHeader:head.size()]) != head.sum {
			return
		}
		entries, ok := splitEntries(frame[frameHeader:frameHeader+head.length], head.count)
		if !ok {
			return
		}
		if head.lastSeq() < head.first || head.lastSeq()-head.first+1 != uint64(len(entries)) {
			t.Fatalf("%+v holds %d entries", head, len(entries))
		}
		again := appendFrame(nil, seed, head.segment, head.first, entries)
		if n := frameHeader + int(head.length); !bytes.Equal(again[frameHeader:n], frame[frameHeader:n]) || !bytes.Equal(again[:24], frame[:24]) {
			t.Fatalf("%x became %x", frame, again)
		}
	})
}

// FuzzHeader decodes any bytes as the header of a segment, with the checksum made right: what is taken has one form, but for
// what lies behind the owner's bytes.
func FuzzHeader(f *testing.F) {
	h := encodeHeader(SegmentHeader{Number: 3, First: 77, Opaque: []byte("key 3"), store: testStore})
	f.Add(h[:48+5], 0)
	f.Add(h[headerBlock:headerBlock+headerFixed], 1)
	f.Add([]byte{}, 0)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		block := make([]byte, headerBlock)
		copy(block, b)
		binary.LittleEndian.PutUint32(block[headerSum:], checksum(0, block[:headerSum]))
		n &= 1
		h, err := decodeHeader(block, n)
		if err != nil {
			return
		}
		again := encodeHeader(h)[n*headerBlock:]
		if used := headerFixed + len(h.Opaque); !bytes.Equal(again[:used], block[:used]) {
			t.Fatalf("%x became %x", block[:used], again[:used])
		}
	})
}

// FuzzMark decodes any bytes as the mark, as they are and with the checksum made right: they are taken only when they are one.
func FuzzMark(f *testing.F) {
	good := Mark{Seq: 7, End: Position{2, 9000}, Clean: true}.encode(testStore)
	f.Add(good)
	f.Add(Mark{}.encode(testStore))
	f.Add(append(bytes.Clone(good), 0))
	f.Add(append(append(bytes.Clone(good[:12]), 3), good[13:]...)) // flags of which one is not known
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		forged := bytes.Clone(b)
		if len(forged) == markSize {
			binary.LittleEndian.PutUint32(forged[markSum:], checksum(0, forged[:markSum]))
		}
		for _, b := range [][]byte{b, forged} {
			if m, err := decodeMark(b, testStore); err == nil && !bytes.Equal(m.encode(testStore), b) {
				t.Fatalf("%x is the mark %+v, which is written %x", b, m, m.encode(testStore))
			}
		}
	})
}

// FuzzName reads any name as a segment's: it has one.
func FuzzName(f *testing.F) {
	f.Add(segmentName(1, 1))
	f.Add(segmentName(99999999, 1<<63))
	f.Add("00000001--0000000000000000001.segment")
	f.Add("+0000001-00000000000000000001.segment")
	f.Fuzz(func(t *testing.T, name string) {
		var s segment
		if parseName(name, &s) && (segmentName(s.number, s.first) != name || s.number == 0) {
			t.Fatalf("%q is segment %d from event %d", name, s.number, s.first)
		}
	})
}
