package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"jeton/model"
)

const large = 1_000_000 // tokens, half of them user tokens of one user

// BenchmarkLarge measures what a screen does in a store of a million tokens: opening,
// a window of the list, a filter over half of them, sorting them.
func BenchmarkLarge(b *testing.B) {
	p := newPlace(b)
	p.create()
	s := p.open()
	fill(b, s, large)
	p.close(s)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s := p.open()
			b.StopTimer()
			p.close(s)
			b.StartTimer()
		}
	})
	s = p.open()
	agents := model.TokenQuery{Kind: model.AgentToken}
	b.Run("window", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			page, err := s.Tokens(ctx, ana, agents, model.Window{Offset: i * 7919 % (large / 2), Limit: 40})
			if err != nil || page.Total != large/2 {
				b.Fatal(page.Total, err)
			}
		}
	})
	b.Run("first step", func(b *testing.B) {
		q := agents
		q.Filter = "blue org 77"
		for b.Loop() {
			if _, err := s.FindTokens(ctx, ana, q, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("filter", func(b *testing.B) {
		q := agents
		q.Filter = "blue org 77"
		for b.Loop() {
			findAll(b, s, q)
		}
	})
	b.Run("by description", func(b *testing.B) {
		q := agents
		q.Sort = model.ByDescription
		for b.Loop() {
			findAll(b, s, q)
		}
	})
	b.Run("events", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Events(ctx, ana, model.EventQuery{Limit: 50}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Log(memory(b))
	p.close(s)
	b.Run("made again", func(b *testing.B) {
		for b.Loop() {
			if err := os.RemoveAll(filepath.Join(p.opts.Dir, stateName)); err != nil {
				b.Fatal(err)
			}
			p.close(p.open())
		}
	})
}

// BenchmarkOpenSmall opens a store of a hundred tokens.
func BenchmarkOpenSmall(b *testing.B) {
	p, s := newOpen(b)
	fill(b, s, 100)
	p.close(s)
	for b.Loop() {
		s := p.open()
		b.StopTimer()
		p.close(s)
		b.StartTimer()
	}
}

func findAll(t testing.TB, s *Store, q model.TokenQuery) []model.TokenID {
	t.Helper()
	var ids []model.TokenID
	for after, steps := model.TokenID(0), 0; ; steps++ {
		m, err := s.FindTokens(ctx, ana, q, after)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.IDs...)
		if m.Done {
			return ids
		}
		after = m.Next
	}
}

// fill creates n tokens, alternately agent tokens and user tokens of user 1.
func fill(t testing.TB, s *Store, n int) {
	t.Helper()
	var next atomic.Int64
	var wait sync.WaitGroup
	for range 512 {
		wait.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				c := model.CreateToken{Kind: model.AgentToken, Description: fmt.Sprintf("staging runner %d, blue", i)}
				if i%2 == 0 {
					c.Kind, c.Owner = model.UserToken, 1
				}
				if _, _, err := s.Change(ctx, ana, model.Request{}, c); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// memory returns the lines of the process's status that say what it takes.
func memory(t testing.TB) string {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	var out []string
	for _, line := range strings.Split(string(raw), "\n") {
		if strings.HasPrefix(line, "Rss") || strings.HasPrefix(line, "VmHWM") {
			out = append(out, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(out, ", ")
}
