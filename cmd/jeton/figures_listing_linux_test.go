package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// listing measures the list of all tokens as a script reads it, and the look at one.
func (f *figures) listing() {
	of := f.store(f.count)
	f.whole("opening the store", of)
	show := f.showing(of)
	show("opening the store", 130)
	_, _, large := f.subjects()
	c := f.run(large)
	show("beside the screens", 30)
	f.whole("beside the screens", of)
	f.quit(c)
}

// whole measures the list of all tokens.
func (f *figures) whole(how string, of []string) {
	var first, all []time.Duration
	var memory float64
	for range 3 {
		began, ended, peak := f.lines(append([]string{"token", "list", "--all", "--json"}, of...))
		first, all, memory = append(first, began), append(all, ended), max(memory, peak)
	}
	f.add(fmt.Sprintf("token list, first line of %d, %s", f.count, how), "ms", ms(median(first)), 100, "fixed")
	f.add("token list, all lines, "+how, "s", median(all).Seconds(), 10*max(1, float64(f.count)/1e6), "10 s a million")
	f.add("token list, memory (RssAnon), "+how, "MB", memory, 80, "fixed")
}

// showing measures the look at one token.
func (f *figures) showing(of []string) func(how string, more float64) {
	args := append([]string{"token", "show", "14"}, of...)
	nothing := f.nothing()
	return func(how string, more float64) {
		var none, show []time.Duration
		for range 20 {
			none = append(none, f.ran(nothing))
			show = append(show, f.ran(jeton(f.t), args...))
		}
		idle := ms(median(none))
		f.add(fmt.Sprintf("token show 14 of %d, %s", f.count, how), "ms", ms(median(show)), idle+more,
			fmt.Sprintf("%.0f ms over a program that does nothing, %.1f ms", more, idle))
	}
}

// lines runs a command and tells when its first line came, and all, and the most memory of
// its own that it was seen to have, in MB.
func (f *figures) lines(args []string) (first, all time.Duration, memory float64) {
	cmd := exec.Command(jeton(f.t), args...)
	cmd.Env = f.env()
	out, err := cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	before, n := time.Now(), 0
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); n++ {
		if n == 0 {
			first = time.Since(before)
		}
		if n%50_000 == 0 {
			memory = max(memory, anonymous(cmd.Process.Pid))
		}
	}
	if err := cmd.Wait(); err != nil || n < f.count {
		f.t.Fatalf("%v: %d lines, %v", args, n, err)
	}
	return first, time.Since(before), memory
}

// anonymous is the memory of its own that a process has, in MB; 0 when it is gone.
func anonymous(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if rest, found := strings.CutPrefix(string(line), "RssAnon:"); found {
			kB, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kB / 1000
		}
	}
	return 0
}

// nothing builds a program that does nothing.
func (f *figures) nothing() string {
	dir := f.t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		f.t.Fatal(err)
	}
	f.shell("go", "build", "-o", filepath.Join(dir, "nothing"), source)
	return filepath.Join(dir, "nothing")
}

// ran is how long a program takes from its start to its good end.
func (f *figures) ran(path string, args ...string) time.Duration {
	cmd := exec.Command(path, args...)
	cmd.Env = f.env()
	before := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		f.t.Fatalf("%s %v: %v: %s", path, args, err, out)
	}
	return time.Since(before)
}
