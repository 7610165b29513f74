package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// figure is something that was measured and what it must not exceed, or fall below.
type figure struct {
	name     string
	unit     string
	measured float64
	limit    float64
	atLeast  bool
	why      string // where the limit comes from
}

func (f figure) holds() bool {
	if f.atLeast {
		return f.measured >= f.limit
	}
	return f.measured <= f.limit
}

// figures measures everything once.
type figures struct {
	t     *testing.T
	dir   string // where filled stores are kept from one run to the next
	bare  string
	all   []figure
	count int // tokens in the large store
}

func (f *figures) add(name, unit string, measured, limit float64, why string) {
	f.all = append(f.all, figure{name: name, unit: unit, measured: measured, limit: limit, why: why})
}

func (f *figures) least(name, unit string, measured, limit float64, why string) {
	f.all = append(f.all, figure{name, unit, measured, limit, true, why})
}

// TestFigures measures the program against its limits; make bench runs it. Most limits
// are those of a bare list (testdata/bare) on the same terminal in the same minutes.
func TestFigures(t *testing.T) {
	dir := os.Getenv("JETON_BENCH")
	if dir == "" {
		t.Skip("measuring takes minutes and wants a quiet machine: make bench")
	}
	f := &figures{t: t, dir: dir, bare: bare(t), count: tokens(t)}
	defer f.print() // what was measured, even if the next thing could not be
	f.filling()
	f.starting()
	f.keys()
	f.idling()
	f.filtering()
	f.committing()
	f.frames()
	f.listing()
	f.auditing()
	f.answering()
}

// tokens is the size of the large store.
func tokens(t *testing.T) int {
	text := os.Getenv("JETON_BENCH_TOKENS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 {
		t.Fatalf("JETON_BENCH_TOKENS is %q, want a number of 1000 or more", text)
	}
	return n
}

func bare(t *testing.T) string {
	if given := os.Getenv("JETON_BARE"); given != "" {
		return given
	}
	path, err := build("testdata/bare") // a module of its own: nobody else needs what it needs
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// print prints the table and fails if a limit does not hold.
func (f *figures) print() {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-56s %12s %14s   %-4s %s\n", "figure", "measured", "limit", "", "where the limit comes from")
	for _, x := range f.all {
		verdict, sign := "ok", "<="
		if !x.holds() {
			verdict = "OVER"
		}
		if x.atLeast {
			sign = ">="
		}
		fmt.Fprintf(&b, "%-56s %12s %14s   %-4s %s\n", x.name, number(x.measured)+" "+x.unit,
			sign+" "+number(x.limit)+" "+x.unit, verdict, x.why)
	}
	fmt.Println(b.String())
	for _, x := range f.all {
		if !x.holds() {
			f.t.Errorf("%s: %s %s", x.name, number(x.measured), x.unit)
		}
	}
}

func number(x float64) string {
	switch {
	case x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// rows100 fills a list of 100 rows: every other token is an agent token.
const rows100 = 200

var rate = regexp.MustCompile(`([0-9]+) a second`)

// filling makes the stores, and measures how fast.
func (f *figures) filling() {
	f.store(rows100)
	f.store(f.count)
	n := min(f.count, 200_000)
	dir := filepath.Join(f.dir, "fill")
	defer os.RemoveAll(dir)
	if err := os.RemoveAll(dir); err != nil {
		f.t.Fatal(err)
	}
	out := f.fill(n, filepath.Join(dir, "store"))
	m := rate.FindStringSubmatch(out)
	if m == nil {
		f.t.Fatalf("filling printed %q", out)
	}
	speed, _ := strconv.ParseFloat(m[1], 64)
	f.least(fmt.Sprintf("filling, %d tokens", n), "/s", speed, 20_000, "fixed")
}

// store returns the flags that open a filled store, which is made when it is not there.
func (f *figures) store(n int) []string {
	path := filepath.Join(f.dir, strconv.Itoa(n))
	done := path + ".done"
	flags := []string{"--store", path, "--keyset", path + ".keyset", "--theme", "dark"}
	if _, err := os.Stat(done); err == nil {
		return flags
	}
	for _, old := range []string{path, path + ".keyset"} {
		if err := os.RemoveAll(old); err != nil {
			f.t.Fatal(err)
		}
	}
	out := f.fill(n, path)
	f.t.Logf("filled: %s", strings.TrimSpace(out))
	if err := os.WriteFile(done, []byte(out), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return flags
}

func (f *figures) fill(n int, path string) string {
	cmd := exec.Command(jeton(f.t), "demo", "--fill", strconv.Itoa(n), "--store", path)
	cmd.Env = f.env()
	out, err := cmd.Output()
	if err != nil {
		f.t.Fatalf("fill: %v: %s", err, out)
	}
	return string(out)
}

func (f *figures) env() []string {
	return []string{"HOME=" + f.dir, "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
}

const (
	benchWidth  = 110
	benchHeight = 40
)

// subject is a program to measure.
type subject struct {
	name  string
	path  string
	args  []string
	full  func(screen string) bool // its first list is complete
	start []time.Duration
}

func (f *figures) subjects() (bare, small, large *subject) {
	list := func(screen string) bool {
		return strings.Count(screen, "••••") >= benchHeight-12 && strings.Contains(screen, "1 of ")
	}
	bare = &subject{name: "bare list", path: f.bare, full: func(screen string) bool { return strings.Count(screen, "created 2026") >= 10 }}
	small = &subject{name: "100 rows", path: jeton(f.t), args: f.store(rows100), full: list}
	large = &subject{name: fmt.Sprintf("%d tokens", f.count), path: jeton(f.t), args: f.store(f.count), full: list}
	return bare, small, large
}

func (f *figures) run(s *subject) *console {
	before := time.Now()
	c := start(f.t, benchWidth, benchHeight, f.env(), s.path, s.args...)
	at := c.when("the first full list of "+s.name, s.full)
	s.start = append(s.start, at.Sub(before))
	return c
}

func (f *figures) quit(c *console) {
	c.press("q")
	if code := c.wait(); code != 0 {
		f.t.Fatalf("ended with %d: %s", code, c.stderr.String())
	}
}

// starting measures from the start of the process to the last byte of the first full
// list. The programs take turns, so that what the machine does meanwhile hits them all.
func (f *figures) starting() {
	bare, small, large := f.subjects()
	for range 16 {
		for _, s := range []*subject{bare, small, large} {
			f.quit(f.run(s))
		}
	}
	for _, s := range []*subject{bare, small, large} {
		s.start = s.start[1:] // the first one warms the file cache
	}
	limit := ms(median(bare.start))
	f.add("start to first full list, 100 rows", "ms", ms(median(small.start)), 1.5*limit, fmt.Sprintf("1.5 x bare list, %.1f ms", limit))
	f.add(fmt.Sprintf("start to first full list, %d tokens", f.count), "ms", ms(median(large.start)), 5*limit, "5 x bare list")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(all []time.Duration) time.Duration { return part(all, 0.5) }

// part returns the value that this part of all values does not exceed.
func part(all []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}
