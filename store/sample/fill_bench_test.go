package sample

import (
	"context"
	"path/filepath"
	"testing"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// BenchmarkFill writes tokens as fast as they can be made durable; an operation is one
// token.
func BenchmarkFill(b *testing.B) {
	dir := b.TempDir()
	keyset, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		b.Fatal(err)
	}
	o := store.Options{Dir: filepath.Join(dir, "store"), Keyset: keyset}
	ctx := context.Background()
	if err := store.Create(ctx, o, Found(1000), model.Source{}); err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(ctx, o)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if err := Fill(ctx, s, b.N, nil); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
