package store

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"jeton/model"
)

// BenchmarkBareAppend is what the others are compared with: the bytes of one event
// appended to a growing file, and fdatasync.
func BenchmarkBareAppend(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	event := make([]byte, 800)
	for b.Loop() {
		if _, err := f.Write(event); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b)
}

func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkCreateToken(b *testing.B) {
	for _, writers := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			p, s := newOpen(b)
			p.opts.FreeSpace = nil
			var left atomic.Int64
			left.Store(int64(b.N))
			var wait sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wait.Go(func() {
					for left.Add(-1) >= 0 {
						_, _, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken, Description: "staging runner, blue"})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wait.Wait()
			perSecond(b)
		})
	}
}

// BenchmarkVerdict asks about values: ones that were not asked about lately, one again and
// again, one that is nobody's, and one from 64 goroutines; the uses are counted.
func BenchmarkVerdict(b *testing.B) {
	_, s := newOpen(b)
	values := make([]string, 64)
	for i := range values {
		values[i] = valueOf(b, s, createToken(b, s, "").ID)
	}
	strange, err := model.NewValue(model.AgentToken, s.opts.Rand)
	if err != nil {
		b.Fatal(err)
	}
	ask := func(value string, want model.Standing) {
		if v, err := s.Check(ctx, value, prod, agent); err != nil || v.Standing != want {
			b.Errorf("%+v, %v", v, err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			s.working.clear()
			ask(values[i%len(values)], model.Good)
		}
	})
	b.Run("again", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			ask(values[i%len(values)], model.Good)
		}
	})
	b.Run("unknown", func(b *testing.B) {
		for b.Loop() {
			ask(strange.Expose(), model.Unknown)
		}
	})
	b.Run("parallel=64", func(b *testing.B) {
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				ask(values[i%len(values)], model.Good)
			}
		})
	})
}
