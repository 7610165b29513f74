package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"jeton/store"
)

var events = regexp.MustCompile(`^([0-9]+) events`)

// auditing measures the proof of the whole history and what goes with it, on a copy of the
// large store, whose keys it then rotates.
func (f *figures) auditing() {
	path := filepath.Join(f.dir, strconv.Itoa(f.count))
	dir := filepath.Join(f.dir, "audit")
	defer os.RemoveAll(dir)
	f.shell("rm", "-rf", dir)
	f.shell("mkdir", dir)
	f.shell("cp", "--archive", "--sparse=always", path, filepath.Join(dir, "store"))
	f.shell("cp", path+".keyset", filepath.Join(dir, "keyset"))
	of := []string{"--store", filepath.Join(dir, "store"), "--keyset", filepath.Join(dir, "keyset")}

	f.first(of)
	f.verdicts(store.Options{Dir: filepath.Join(dir, "store"), KeysetPath: filepath.Join(dir, "keyset")})
	took, out := f.timed("audit", append([]string{"verify"}, of...)...)
	m := events.FindStringSubmatch(out)
	if m == nil {
		f.t.Fatalf("audit verify printed %q", out)
	}
	n, _ := strconv.ParseFloat(m[1], 64)
	f.add(fmt.Sprintf("audit verify, %s events", m[1]), "s", took.Seconds(), 10*max(1, n/1e6), "10 s a million")

	file := filepath.Join(dir, "backup")
	took, _ = f.timed("backup", append([]string{file}, of...)...)
	f.add("backup of them", "s", took.Seconds(), 10*max(1, n/1e6), "no longer than proving them")
	took, _ = f.timed("key", append([]string{"rotate", "--lookup"}, of...)...)
	f.add("key rotate --lookup, state made again", "s", took.Seconds(), 90*max(1, n/1e6), "90 s a million")
}

// first measures the first reveal after opening: state is compared with what the journal
// says before anything is decided on it.
func (f *figures) first(of []string) {
	list := func(screen string) bool { return strings.Contains(screen, "1 of ") }
	c := f.run(&subject{name: "the store to reveal from", path: jeton(f.t), args: append(of, "--theme", "dark"), full: list})
	before := time.Now()
	c.press("r")
	at := c.when("a value", func(screen string) bool { return strings.Contains(screen, "hides in") })
	f.add(fmt.Sprintf("first reveal after opening, %d tokens", f.count), "ms", ms(at.Sub(before)), 3000*max(1, float64(f.count)/1e6), "3 s a million")
	c.press("r") // hides it
	c.when("no value", func(screen string) bool { return !strings.Contains(screen, "hides in") })
	f.quit(c)
}

// timed runs a command of the program to its good end.
func (f *figures) timed(name string, args ...string) (time.Duration, string) {
	cmd := exec.Command(jeton(f.t), append([]string{name}, args...)...)
	cmd.Env = f.env()
	before := time.Now()
	out, err := cmd.Output()
	if err != nil {
		f.t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return time.Since(before), string(out)
}

func (f *figures) shell(name string, args ...string) {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		f.t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}
