package seal

import "testing"

const benchRecord = 300

func BenchmarkSeal(b *testing.B) {
	_, d, _ := newPair(b)
	record, place := make([]byte, benchRecord), []byte("token 14")
	buf := make([]byte, 0, benchRecord+Overhead)
	b.ReportAllocs()
	b.SetBytes(benchRecord)
	for b.Loop() {
		buf = d.Seal(buf[:0], record, place)
	}
}

func BenchmarkOpen(b *testing.B) {
	_, d, _ := newPair(b)
	place := []byte("token 14")
	sealed := d.Seal(nil, make([]byte, benchRecord), place)
	buf := make([]byte, 0, benchRecord)
	b.ReportAllocs()
	b.SetBytes(benchRecord)
	for b.Loop() {
		buf, _ = d.Open(buf[:0], sealed, place)
	}
}

func BenchmarkLookup(b *testing.B) {
	k, _, _ := newPair(b)
	b.ReportAllocs()
	for b.Loop() {
		k.Lookup("jta_i3YIT4hGExqbwZetGi4IFS8VgHHzAhlk5It30Ee4HMm3C9f3E")
	}
}

func BenchmarkMAC(b *testing.B) {
	k, _, _ := newPair(b)
	name, block := []byte("head"), make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		k.MAC(name, block)
	}
}

func BenchmarkLoad(b *testing.B) {
	path := newFile(b)
	must(Create(path))(b)
	b.ReportAllocs()
	for b.Loop() {
		must(Load(path))(b)
	}
}

func BenchmarkRecord(b *testing.B) {
	k, _, _ := newPair(b)
	e := k.Elements()
	b.ReportAllocs()
	for seq := uint64(0); b.Loop(); seq++ {
		e.Record(1, 14, seq)
	}
}

func BenchmarkBytes(b *testing.B) {
	k, _, _ := newPair(b)
	e, name, block := k.Elements(), []byte("head"), make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		e.Bytes(1, name, block)
	}
}

func BenchmarkSign(b *testing.B) {
	k, _, _ := newPair(b)
	head := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		must(k.Sign(1, head))(b)
	}
}

// BenchmarkLoadWrapped is what a passphrase costs at the work that new files get.
func BenchmarkLoadWrapped(b *testing.B) {
	path := newFile(b)
	must(Create(path))(b)
	if err := SetPassphrase(path, nil, []byte("open")); err != nil {
		b.Fatal(err)
	}
	ask := func(string) ([]byte, error) { return []byte("open"), nil }
	b.ReportAllocs()
	for b.Loop() {
		must(LoadWith(path, ask))(b)
	}
}
