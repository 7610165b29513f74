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
