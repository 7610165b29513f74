//go:build linux

package torture

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// How often, and from which number all that is random comes.
var (
	kills  = flag.Int("kills", 12, "how often the process is killed")
	cuts   = flag.Int("cuts", 4, "how often the power is cut")
	fulls  = flag.Int("fulls", 4, "how often the disk is filled")
	faults = flag.Int("faults", 4, "how often a write or a sync is refused")
	into   = flag.String("summary", "", "file for a line about each proof, as a table")
	seed   = flag.Uint64("seed", uint64(time.Now().UnixNano()), "where the random numbers begin")
)

// patience is how long a test waits for what must happen. It is a limit for hanging, not
// a measure.
const patience = 60 * time.Second

// TestMain becomes a launcher when the tests start themselves as one, and else removes in
// the end what was built for the tests.
func TestMain(m *testing.M) {
	if how := os.Getenv(launchVariable); how != "" {
		launch(how, os.Args[1:])
	}
	flag.Parse()
	code := m.Run()
	var err error
	if built.dir != "" {
		err = os.RemoveAll(built.dir)
	}
	if *into != "" {
		text := "| proof | counts | result | to repeat |\n|---|---|---|---|\n" + strings.Join(summaries.lines, "")
		err = errors.Join(err, os.WriteFile(*into, []byte(text), 0o600))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// built is the program under test.
var built struct {
	sync.Once
	dir, path string
	err       error
}

// tortured builds the program once for all tests; JETON_BIN is used instead if it is set.
func tortured(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if given := os.Getenv("JETON_BIN"); given != "" {
			built.path, built.err = filepath.Abs(given)
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "jeton-torture-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "jeton")
		cmd := exec.Command("go", "build", "-trimpath", "-o", built.path, "jeton/cmd/jeton")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			built.err = errors.New(string(text))
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// dice returns random numbers that -seed gives again.
func dice(t testing.TB, of string) *rand.Rand {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to have the same moments again: -seed %d", *seed)
		}
	})
	sum := uint64(0)
	for _, b := range []byte(of) {
		sum = sum*131 + uint64(b)
	}
	return rand.New(rand.NewPCG(*seed, sum))
}

// environment is one of its own for the programs of a test.
func environment(dir string) []string {
	return []string{"HOME=" + dir, "TERM=xterm-256color", "LANG=C.UTF-8", "XDG_RUNTIME_DIR=" + dir,
		"TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
}

// command runs the program to its end.
func (v *victim) command(args ...string) (said string, code int) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, tortured(v.t), append(args, "--store", v.store, "--keyset", v.keyset)...)
	cmd.Env = environment(v.dir)
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		v.t.Fatalf("%q: %v %v; said %s", args, err, ctx.Err(), text)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// process is a program that runs.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	report string // file of its standard output
	stderr *bytes.Buffer
	done   chan struct{}
}

// start runs a program whose standard output is a file, so that nothing it wrote is lost
// with it.
func start(t testing.TB, report string, env []string, files []*os.File, path string, args ...string) *process {
	t.Helper()
	out, err := os.Create(report)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p := &process{t: t, cmd: exec.Command(path, args...), report: report, stderr: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr, p.cmd.ExtraFiles = env, out, p.stderr, files
	// The parent's end must not leave a writer behind. To the system that is the end of the
	// thread that started it: no test may end one.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as it is.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
}

// wait waits for the end and returns the exit code, -1 for a signal.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.kill()
		p.t.Fatalf("did not end; standard error: %s", p.stderr)
		return 0
	}
}

// run lets the process run for a while, or until it ends.
func (p *process) run(d time.Duration) {
	select {
	case <-p.done:
	case <-time.After(d):
	}
}

// ended reports whether the process is gone.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// until waits until the report has a line that is wanted, from an offset on, and returns
// the offset behind it. The end of the process fails the test.
func (p *process) until(what string, from int64, wanted func(line string) bool) int64 {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		gone := p.ended() // before reading, so that nothing is missed
		lines, end, err := wholeLines(p.report, from)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, line := range lines {
			from += int64(len(line)) + 1
			if wanted(line) {
				return from
			}
		}
		if from = end; gone || time.Now().After(deadline) {
			how := "still running"
			if gone {
				how = p.cmd.ProcessState.String()
			}
			p.t.Fatalf("waited for %s; %s; standard error: %s", what, how, p.stderr)
		}
		p.run(2 * time.Millisecond)
	}
}

// said is where the report ends now, given where it ended before.
func (p *process) said(from int64) int64 {
	p.t.Helper()
	_, end, err := wholeLines(p.report, from)
	if err != nil {
		p.t.Fatal(err)
	}
	return end
}

// nothing is what a proof finds that holds.
const nothing = "nothing found"

// wholeLines returns the lines of a file from an offset on, and the offset behind them. A
// line that the death of its writer cut short was not said.
func wholeLines(path string, from int64) (lines []string, end int64, err error) {
	text, err := os.ReadFile(path)
	if err != nil || int64(len(text)) <= from {
		return nil, from, err
	}
	n := bytes.LastIndexByte(text, '\n') + 1
	if int64(n) <= from {
		return nil, from, nil
	}
	return strings.Split(string(text[from:n-1]), "\n"), int64(n), nil
}

// crashed tells whether a program ended by a mistake of its own, by what it said.
func crashed(said string) bool {
	for _, word := range []string{"panic", "SIG", "goroutine", "unexpected fault", "runtime error", "a mistake in jeton", "fatal error"} {
		if strings.Contains(said, word) {
			return true
		}
	}
	return false
}
