//go:build linux

package torture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// killsPerStore is after how many kills a new store is begun: each check reads all of it.
const killsPerStore = 12

// TestKill kills the process at random moments, again and again in the same store.
func TestKill(t *testing.T) {
	t.Parallel()
	var sum tally
	var next atomic.Int64
	var lanes sync.WaitGroup
	for range min(2, *kills) {
		lanes.Go(func() {
			for {
				n := int(next.Add(killsPerStore)) - killsPerStore
				if n >= *kills || t.Failed() {
					return
				}
				t.Run(fmt.Sprintf("store-%d", n/killsPerStore), func(t *testing.T) {
					killOne(t, dice(t, t.Name()), min(killsPerStore, *kills-n), &sum)
				})
			}
		})
	}
	lanes.Wait()
	summarize(t, "kill -9", nothing, fmt.Sprintf("make torture KILLS=%d", *kills),
		"%d kills (%d while creating or opening, %d while closing, %d of the screens), %d changes answered, %d in flight of which %d were kept whole",
		sum.kills, sum.opening, sum.closing, sum.screens, sum.acknowledged, sum.inFlight, sum.kept)
}

// tally adds up what several stores went through.
type tally struct {
	mu                                                             sync.Mutex
	kills, opening, closing, screens, acknowledged, inFlight, kept int
}

func (s *tally) add(l *ledger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acknowledged += l.acknowledged
	s.inFlight += l.inFlight
	s.kept += l.kept
}

func (s *tally) count(n *int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n++
}

// killOne kills the process a number of times in one store.
func killOne(t *testing.T, rng *rand.Rand, times int, sum *tally) {
	v := newVictim(t, t.TempDir())
	for n := range times {
		if n%6 == 5 && v.came() {
			v.killScreens(rng, sum)
			sum.count(&sum.kills)
			v.audited()
			v.check(rng)
			continue
		}
		p := v.load("", 4)
		moment(p, rng, sum)
		p.kill()
		sum.count(&sum.kills)
		if code := p.wait(); code > 0 || crashed(p.stderr.String()) {
			t.Fatalf("ended with %d; standard error: %s", code, p.stderr)
		}
		if v.ledger.read(t, p.report, 0); !v.came() {
			continue
		}
		v.audited()
		v.check(rng)
	}
	if v.came() {
		v.audited()
	}
	sum.add(v.ledger)
}

// killScreens creates a token on the screens and describes it, and kills them once they
// said that it was saved, or somewhere on the way.
func (v *victim) killScreens(rng *rand.Rand, sum *tally) {
	v.t.Helper()
	text := fmt.Sprintf("typed %d", rng.Uint64())
	c := v.screens()
	defer c.kill()
	sum.count(&sum.screens)
	if c.until("Tokens"); rng.IntN(4) == 0 {
		c.press("n")
		c.wait(time.Duration(rng.IntN(30_000)) * time.Microsecond)
		return
	}
	c.press("n")
	c.until("Created agent token")
	for _, r := range text {
		c.press(string(r))
	}
	c.press("\r")
	c.until("Description saved")
	v.ledger.saved = append(v.ledger.saved, text)
}

// console is the program on a terminal.
type console struct {
	t    testing.TB
	cmd  *exec.Cmd
	tty  *os.File
	mu   sync.Mutex
	said bytes.Buffer
	done chan struct{}
}

// screens starts the screens on the victim.
func (v *victim) screens() *console {
	v.t.Helper()
	c := &console{t: v.t, done: make(chan struct{})}
	c.cmd = exec.Command(tortured(v.t), "--theme", "dark", "--store", v.store, "--keyset", v.keyset)
	c.cmd.Env = append(environment(v.dir), "TERM=tmux-256color") // of which nothing is asked
	var err error
	if c.tty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		v.t.Fatal(err)
	}
	go func() {
		defer close(c.done)
		part := make([]byte, 64<<10)
		for {
			n, err := c.tty.Read(part)
			c.mu.Lock()
			c.said.Write(part[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return c
}

func (c *console) kill() {
	_ = c.cmd.Process.Kill() // it may have ended by itself
	_ = c.cmd.Wait()
	<-c.done
	_ = c.tty.Close()
}

// press sends a key.
func (c *console) press(key string) {
	c.t.Helper()
	if _, err := c.tty.WriteString(key); err != nil {
		c.t.Fatal(err)
	}
}

// until waits until the program drew a text.
func (c *console) until(text string) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); ; c.wait(time.Millisecond) {
		c.mu.Lock()
		said := ansi.Strip(c.said.String())
		c.mu.Unlock()
		if strings.Contains(said, text) {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("waited for %q; drawn was %q", text, said)
		}
	}
}

// wait lets the program run for a while, or until it ends.
func (c *console) wait(d time.Duration) {
	select {
	case <-c.done:
	case <-time.After(d):
	}
}
