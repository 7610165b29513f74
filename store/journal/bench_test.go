package journal

import (
	"os"
	"path/filepath"
	"testing"
)

const benchEntry = 600

// BenchmarkAppend1 appends one entry of 600 bytes at a time, each on the disk before the next.
func BenchmarkAppend1(b *testing.B) {
	o := Options{Dir: filepath.Join(b.TempDir(), "journal"), StoreID: testStore}
	l := must(Create(o))(b)
	entries := [][]byte{make([]byte, benchEntry)}
	fill(b, l, 1)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		must(l.Append(l.Next(), entries))(b)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBareAppend is what the disk allows: the same bytes at the end of a growing file, and fdatasync.
func BenchmarkBareAppend(b *testing.B) {
	f := must(os.Create(filepath.Join(b.TempDir(), "bare")))(b)
	frame := appendFrame(nil, 0, 1, 1, [][]byte{make([]byte, benchEntry)})
	b.ReportAllocs()
	for range b.N {
		must(f.Write(frame))(b)
		if err := datasync(f); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen opens a journal whose mark is at its end, as a program does that only looks.
func BenchmarkOpen(b *testing.B) {
	o := Options{Dir: filepath.Join(b.TempDir(), "journal"), StoreID: testStore}
	l := must(Create(o))(b)
	fill(b, l, 1000)
	if err := l.SetMark(Mark{Seq: l.Last(), End: l.End(), Clean: true}); err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for range b.N {
		l, _ := reopen(b, o)
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFrames reads events of 600 bytes in frames of ten.
func BenchmarkFrames(b *testing.B) {
	o := options(filepath.Join(b.TempDir(), "journal"))
	o.SegmentSize, o.Preallocate = 0, 0
	l := must(Create(o))(b)
	entries := make([][]byte, 10)
	for i := range entries {
		entries[i] = make([]byte, benchEntry)
	}
	for range 2000 {
		must(l.Append(l.Next(), entries))(b)
	}
	b.SetBytes(2000 * 10 * benchEntry)
	for range b.N {
		for _, err := range l.Frames(Position{}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
