package torture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	flips     = flag.Int("flips", damageDefault(), "how many damaged stores TestFlips looks at; also JETON_FLIPS")
	flipsSeed = flag.Uint64("flips.seed", 0, "what chance begins with; 0: another every time")
	flipsOnly = flag.Int("flips.only", -1, "the number of the only damage to look at")
)

func damageDefault() int {
	if n, err := strconv.Atoi(os.Getenv("JETON_FLIPS")); err == nil {
		return n
	}
	return 200
}

// How long one damaged store may take, and how many of them one process looks at.
const (
	damageDeadline = 60 * time.Second
	damageBatch    = 500
)

const damageWorkerEnv = "JETON_DAMAGE_WORKER"

// TestFlips damages every file of a store, its keyset and its backup in turn: bits flipped,
// files cut, removed, extended, zeroed, exchanged, older ones put back, records exchanged or
// put back. Whatever is done, the store repairs it from the journal, refuses with what is
// wrong, names it while it goes on, or is not harmed. Trials run in processes of their own,
// since what a library panics over in a goroutine ends the process.
func TestFlips(t *testing.T) {
	seed := *flipsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	dir := damageTempDir(t)
	if err := makeDamageSet(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	from, to := 0, *flips
	if *flipsOnly >= 0 {
		from, to = *flipsOnly, *flipsOnly+1
	}
	began := time.Now()
	tally := damageTally{t: t, seed: seed, outcomes: map[string]map[string]int{}, reasons: map[string]int{}}
	for from < to {
		next, died := runDamageWorker(t, dir, seed, from, min(to, from+damageBatch), &tally)
		if died != "" {
			tally.add(damageResult{N: next, Kind: "?", Outcome: "ended", Fail: died})
			next++
		}
		from = next
		if from%1000 == 0 {
			t.Logf("%d of %d looked at, %d failed, %v", from, to, tally.failed, time.Since(began).Round(time.Second))
		}
	}
	t.Logf("seed %d: %d damaged stores in %v\n%s", seed, tally.all, time.Since(began).Round(time.Second), tally.String())
	named := tally.sum("named by the check")
	summarize(t, "damage", "nothing wrong without a word", fmt.Sprintf("make torture FLIPS=%d", *flips),
		"%d damaged: %d repaired, %d refused, %d named (%d of them by the check), %d harmless; %d gave wrong answers while they said that they are being checked",
		tally.all, tally.sum("repaired"), tally.sum("refused"), tally.sum("named")+named, named, tally.sum("harmless"), tally.early)
}

// damageTempDir is a place for many small copies: in memory where there is such a place.
func damageTempDir(t *testing.T) string {
	t.Helper()
	if os.Getenv("TMPDIR") == "" {
		if dir, err := os.MkdirTemp("/dev/shm", "jeton-torture-"); err == nil {
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			return dir
		}
	}
	return t.TempDir()
}

// runDamageWorker has a process of its own look at some of the damages. It returns the number of
// the next one, and, when that one ended the process or took too long, what was said.
func runDamageWorker(t *testing.T, dir string, seed uint64, from, to int, tally *damageTally) (next int, died string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestDamageWorker$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s", damageWorkerEnv, dir), fmt.Sprintf("JETON_DAMAGE_TRIALS=%d %d %d", seed, from, to))
	var stderr bytes.Buffer
	cmd.Stderr, cmd.Stdout = &stderr, &stderr
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{in}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	late := time.AfterFunc(damageDeadline, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	next = from
	for lines := bufio.NewScanner(out); lines.Scan(); {
		late.Reset(damageDeadline)
		var r damageResult
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("worker: %v", err)
		}
		tally.add(r)
		next = r.N + 1
	}
	hung := !late.Stop()
	err = cmd.Wait()
	switch {
	case hung:
		return next, fmt.Sprintf("HANG: longer than %v\n%s", damageDeadline, damageTail(stderr.String()))
	case err != nil || next < to:
		return next, fmt.Sprintf("PANIC: the process ended: %v\n%s", err, damageTail(stderr.String()))
	}
	return next, ""
}

func damageTail(s string) string { return s[:min(len(s), 6000)] }

// TestDamageWorker is the process of TestFlips.
func TestDamageWorker(t *testing.T) {
	dir := os.Getenv(damageWorkerEnv)
	if dir == "" {
		t.Skip("it is part of TestFlips")
	}
	var seed uint64
	var from, to int
	if _, err := fmt.Sscan(os.Getenv("JETON_DAMAGE_TRIALS"), &seed, &from, &to); err != nil {
		t.Fatal(err)
	}
	scratch, err := os.MkdirTemp(dir, "worker-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(scratch)
	w, err := openDamageWorld(damageSet{dir}, scratch)
	if err != nil {
		t.Fatal(err)
	}
	out := json.NewEncoder(os.NewFile(3, "results"))
	for n := from; n < to; n++ {
		if err := out.Encode(w.trial(context.Background(), seed, n)); err != nil {
			t.Fatal(err)
		}
	}
}

// damageDigits are the numbers in a message.
var damageDigits = regexp.MustCompile(`[0-9a-f]*[0-9][0-9a-f]*`)

// damageTally counts what came of the trials, and tells of those that must not be.
type damageTally struct {
	t                          *testing.T
	seed                       uint64
	all, early, unsaid, failed int
	outcomes                   map[string]map[string]int
	reasons                    map[string]int
}

func (c *damageTally) add(r damageResult) {
	c.all++
	if c.outcomes[r.Kind] == nil {
		c.outcomes[r.Kind] = map[string]int{}
	}
	c.outcomes[r.Kind][r.Outcome]++
	c.outcomes[r.Kind]["all"]++
	if r.Early > 0 {
		c.early++
	}
	if r.Unsaid {
		c.unsaid++
		if r.Fail == "" {
			r.Fail = "answers were wrong and nothing said that the store was not checked yet"
		}
	}
	c.reasons[r.Kind+", "+r.Outcome+": "+damageDigits.ReplaceAllString(r.Reason, "#")]++
	if r.Fail != "" {
		c.failed++
		c.t.Errorf("repeat with -flips.seed=%d -flips.only=%d: %s %s\n\t%s", c.seed, r.N, r.Kind, r.What, r.Fail)
	}
}

// sum is how many trials had an outcome.
func (c *damageTally) sum(outcome string) (n int) {
	for _, of := range c.outcomes {
		n += of[outcome]
	}
	return n
}

var damageOutcomes = []string{"all", "repaired", "refused", "named", "named by the check", "harmless", "ended"}

// String is a table of the counts.
func (c *damageTally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s", "damaged")
	for _, o := range damageOutcomes {
		fmt.Fprintf(&b, "%20s", o)
	}
	for _, k := range slices.Sorted(maps.Keys(c.outcomes)) {
		fmt.Fprintf(&b, "\n%-22s", k)
		for _, o := range damageOutcomes {
			fmt.Fprintf(&b, "%20d", c.outcomes[k][o])
		}
	}
	fmt.Fprintf(&b, "\nwrong answers before the check had ended: %d, of which %d while nothing said that it was going on\nfailed: %d", c.early, c.unsaid, c.failed)
	if testing.Verbose() {
		for _, r := range slices.Sorted(maps.Keys(c.reasons)) {
			fmt.Fprintf(&b, "\n%6d  %s", c.reasons[r], r)
		}
	}
	return b.String()
}
