package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/sample"
	"jeton/store/seal"
)

// measuring is how long each way of writing is watched in each of its turns: short ones,
// since what a disk takes for a write changes by a third within seconds.
const (
	measuring = time.Second
	turns     = 9
)

// committing compares durable changes with the least that durability costs: appending
// the same bytes to a growing file and fdatasync.
func (f *figures) committing() {
	dir := filepath.Join(f.dir, "commits")
	defer os.RemoveAll(dir)
	if err := os.RemoveAll(dir); err != nil {
		f.t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		f.t.Fatal(err)
	}
	size := f.bytesOfACommit(filepath.Join(dir, "size"))
	var plain, one, many []float64
	for i := range turns { // the middle one of each counts
		plain = append(plain, f.appending(filepath.Join(dir, fmt.Sprint("plain", i)), size))
		one = append(one, f.changing(filepath.Join(dir, fmt.Sprint("one", i)), 1))
		many = append(many, f.changing(filepath.Join(dir, fmt.Sprint("many", i)), 64))
	}
	base := middle(plain)
	why := fmt.Sprintf("%%s x append and fdatasync of %d B, %.0f/s", size, base)
	f.least("durable changes, 1 writer", "/s", middle(one), 0.8*base, fmt.Sprintf(why, "0.8"))
	f.least("durable changes, 64 writers", "/s", middle(many), 5*base, fmt.Sprintf(why, "5"))
}

func middle(all []float64) float64 {
	var sorted []time.Duration
	for _, x := range all {
		sorted = append(sorted, time.Duration(x*1000))
	}
	return float64(median(sorted)) / 1000
}

// appending returns how many times a second bytes are appended and made durable.
func (f *figures) appending(path string, size int) float64 {
	file, err := os.Create(path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer file.Close()
	line := make([]byte, size)
	n, at := 0, time.Now()
	for time.Since(at) < measuring {
		if _, err := file.Write(line); err != nil {
			f.t.Fatal(err)
		}
		if err := syscall.Fdatasync(int(file.Fd())); err != nil {
			f.t.Fatal(err)
		}
		n++
	}
	return float64(n) / time.Since(at).Seconds()
}

// changing returns how many descriptions a second this many writers change.
func (f *figures) changing(dir string, writers int) float64 {
	s, actor := emptyStore(f.t, dir)
	ctx := context.Background()
	ids := make([]model.TokenID, writers)
	for i := range ids {
		_, r, err := s.Change(ctx, actor, model.Request{}, model.CreateToken{Kind: model.AgentToken})
		if err != nil {
			f.t.Fatal(err)
		}
		ids[i] = r.(model.Token).ID
	}
	var done atomic.Int64
	var wait sync.WaitGroup
	at := time.Now()
	for _, id := range ids {
		wait.Go(func() {
			for i := 0; time.Since(at) < measuring; i++ {
				c := model.Describe{Token: id, Description: description(i)}
				if _, _, err := s.Change(ctx, actor, model.Request{}, c); err != nil {
					f.t.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	speed := float64(done.Load()) / time.Since(at).Seconds()
	if err := s.Close(); err != nil {
		f.t.Fatal(err)
	}
	return speed
}

func description(i int) string { return fmt.Sprintf("staging runner, blue, number %09d", i) }

// bytesOfACommit is how much the journal grows by one change of a description.
func (f *figures) bytesOfACommit(dir string) int {
	s, actor := emptyStore(f.t, dir)
	_, r, err := s.Change(context.Background(), actor, model.Request{}, model.CreateToken{Kind: model.AgentToken})
	if err != nil {
		f.t.Fatal(err)
	}
	before := written(f.t, dir)
	const n = 64
	for i := range n {
		c := model.Describe{Token: r.(model.Token).ID, Description: description(i)}
		if _, _, err := s.Change(context.Background(), actor, model.Request{}, c); err != nil {
			f.t.Fatal(err)
		}
	}
	grown := written(f.t, dir) - before
	if err := s.Close(); err != nil {
		f.t.Fatal(err)
	}
	return grown / n
}

// written is how many bytes a store's journal holds. Its files are longer: they are made
// ahead, full of zeros.
func written(t testing.TB, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "journal", "*"))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(bytes.TrimRight(content, "\x00"))
	}
	return total
}

func emptyStore(t testing.TB, dir string) (*store.Store, model.Actor) {
	t.Helper()
	keyset, err := seal.Create(dir + ".keyset")
	if err != nil {
		t.Fatal(err)
	}
	o := store.Options{Dir: dir, Keyset: keyset}
	ctx := context.Background()
	if err := store.Create(ctx, o, sample.Found(1000), model.Source{Door: model.DoorProgram}); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := s.Identify(1000, model.Source{Door: model.DoorProgram}, "ana")
	if err != nil {
		t.Fatal(err)
	}
	return s, actor
}
