package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// keyed is what keys cost in a program.
type keyed struct {
	times []time.Duration // from the key to the last byte of what it changed
	bytes float64         // a key, on average
	cpu   time.Duration   // a key, while one is held down, beyond idling
}

// quiet is how long nothing must come for a frame to be over: two frames of the slower
// program.
const quiet = 40 * time.Millisecond

// keys measures 200 times down, key by key and held.
func (f *figures) keys() {
	bare, small, large := f.subjects()
	measured := map[*subject]keyed{}
	for _, s := range []*subject{bare, small, large} {
		c := f.run(s)
		if s == small {
			f.add("memory, 100 rows (RSS)", "MB", f.memory(c, "VmRSS"), 40, "fixed")
		}
		f.settle(c)
		measured[s] = f.press(c)
		f.quit(c)
	}
	b := measured[bare]
	for _, s := range []*subject{small, large} {
		k := measured[s]
		f.add("key to last byte, median, "+s.name, "ms", ms(median(k.times)), 0.7*ms(median(b.times)),
			fmt.Sprintf("0.7 x bare list, %.1f ms", ms(median(b.times))))
		f.add("key to last byte, p99, "+s.name, "ms", ms(part(k.times, 0.99)), ms(part(b.times, 0.99)), "bare list")
		f.add("bytes a key, "+s.name, "B", k.bytes, 1.5*b.bytes, fmt.Sprintf("1.5 x bare list, %.0f B", b.bytes))
		f.add("CPU a key, "+s.name, "ms", ms(k.cpu), 1.5*ms(b.cpu), fmt.Sprintf("1.5 x bare list, %.2f ms", ms(b.cpu)))
	}
}

const presses = 200

// press presses down, returning to the top every 50 rows since the short lists end.
func (f *figures) press(c *console) keyed {
	var k keyed
	total := 0
	for i := range presses {
		if i%50 == 0 {
			f.once(c, "g")
		}
		took, bytes := f.once(c, down)
		k.times, total = append(k.times, took), total+bytes
	}
	k.bytes = float64(total) / presses
	f.once(c, "g")
	calm := f.share(c, 2*time.Second) // drawing nothing costs too, and is a figure of its own
	before, at := f.cpu(c), time.Now()
	for i := range presses {
		c.press(down)
		if i%50 == 49 {
			c.press("g")
		}
		time.Sleep(time.Second / 30) // a held key
	}
	all := f.cpu(c) - before
	k.cpu = (all - time.Duration(calm*float64(time.Since(at)))) / presses
	return k
}

// share is the part of one core the program uses while it is watched.
func (f *figures) share(c *console, watched time.Duration) float64 {
	before, at := f.cpu(c), time.Now()
	time.Sleep(watched)
	return float64(f.cpu(c)-before) / float64(time.Since(at))
}

// settle waits until what opening leaves to do in the background is done: the check of
// the history takes a quarter of a core, and minutes for a million events.
func (f *figures) settle(c *console) {
	calm := 0
	for range 300 {
		if f.share(c, time.Second) > 0.05 {
			calm = 0
		} else if calm++; calm == 3 {
			return
		}
	}
	f.t.Error("the program did not come to rest within five minutes")
}

// once presses one key, at any moment between two frames, and waits for all it does.
func (f *figures) once(c *console, key string) (took time.Duration, bytes int) {
	time.Sleep(time.Duration(rand.IntN(17_000)) * time.Microsecond)
	c.mu.Lock()
	from := len(c.chunks)
	c.mu.Unlock()
	at := time.Now()
	c.press(key)
	last := at
	for time.Since(last) < quiet || bytes == 0 && time.Since(at) < 10*quiet {
		time.Sleep(time.Millisecond)
		c.mu.Lock()
		for ; from < len(c.chunks); from++ {
			last, bytes = c.chunks[from].at, bytes+c.chunks[from].bytes
		}
		c.mu.Unlock()
	}
	return last.Sub(at), bytes
}

// cpu is the processor time the program has used, from the scheduler's own account of
// each thread, in nanoseconds; the tick count of stat is too coarse for a few keys.
func (f *figures) cpu(c *console) time.Duration {
	f.t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", c.cmd.Process.Pid))
	if err != nil || len(files) == 0 {
		f.t.Fatalf("no account of processor time: %v", err)
	}
	var all time.Duration
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // the thread ended meanwhile
		}
		n, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
		if err != nil {
			f.t.Fatal(err)
		}
		all += time.Duration(n)
	}
	return all
}

// memory is a line of the program's status, in MB.
func (f *figures) memory(c *console, name string) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		f.t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		f.t.Fatalf("no %s in the status of the program", name)
	}
	kb, _ := strconv.ParseFloat(string(m[1]), 64)
	return kb / 1024
}

// idling measures a screen nobody touches.
func (f *figures) idling() {
	_, small, large := f.subjects()
	for _, s := range []*subject{small, large} {
		c := f.run(s)
		f.settle(c)
		f.add("idle, "+s.name, "%", 100*f.share(c, 5*time.Second), 2, "fixed, of one core")
		f.quit(c)
	}
}

var counted = regexp.MustCompile(`[0-9]+k? of [0-9]+k?`)

// filtering types a filter over the large store, whose last letter changes every row,
// after having scrolled through it; memory is looked at in the end.
func (f *figures) filtering() {
	_, _, large := f.subjects()
	c := f.run(large)
	for range 100 {
		f.once(c, "\x1b[6~")
	}
	f.once(c, "G")
	f.once(c, "g")
	c.press("/")
	matching := func(word string) func(string) bool {
		return func(screen string) bool {
			rows := 0
			for _, line := range strings.Split(screen, "\n") {
				if !strings.Contains(line, "••••") {
					continue
				}
				if rows++; !strings.Contains(line, word) {
					return false
				}
			}
			return rows > 0
		}
	}
	for _, r := range "catalog-s" {
		c.press(string(r))
		time.Sleep(50 * time.Millisecond)
	}
	at := time.Now()
	c.press("n")
	first := c.when("the first match", matching("catalog-sn")).Sub(at)
	all := c.when("all matches", func(screen string) bool {
		return matching("catalog-sn")(screen) && counted.MatchString(screen) && !strings.Contains(screen, "…\n")
	}).Sub(at)
	f.add("filter, first results", "ms", ms(first), 100, "fixed")
	f.add("filter, all results", "ms", ms(all), 1500, "fixed")
	f.add(fmt.Sprintf("memory, %d tokens (RssAnon)", f.count), "MB", f.memory(c, "RssAnon"), 120, "fixed, after scrolling and filtering")
	c.press(escape)
	c.gone("/ catalog-sn")
	f.quit(c)
}

var frame = regexp.MustCompile(`(?m)^BenchmarkFrame/([0-9_]+)\S*.*?([0-9.]+) ms/frame`)

// frames runs the screens' own benchmark: Update and View of a key, no terminal.
func (f *figures) frames() {
	cmd := exec.Command("go", "test", "jeton/ui", "-run", "^$", "-bench", "^BenchmarkFrame$", "-benchtime", "300x")
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("%v: %s", err, out)
	}
	took := map[string]float64{}
	for _, m := range frame.FindAllStringSubmatch(string(out), -1) {
		took[m[1]], _ = strconv.ParseFloat(m[2], 64)
	}
	large, small := took["1000000"], took["100"]
	if large == 0 || small == 0 {
		f.t.Fatalf("the frame benchmark printed %s", out)
	}
	f.add("own work of a frame, 1000000 tokens", "ms", large, min(0.5, 1.5*small), fmt.Sprintf("0.5 ms, and 1.5 x that of 100, %.2f ms", small))
}
