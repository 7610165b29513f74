//go:build linux

package torture

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// cutsPerStore is after how many power cuts a new store is begun.
const cutsPerStore = 8

// diskSize is how large the file systems are, in MiB: room for a store, and for xfs.
const diskSize = 320

// TestPowerCut cuts the power at random moments. Each time the store goes on on what the
// disk has, as after a restart.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			if kind == "xfs" && !has(kind) {
				t.Skip("no xfs here")
			}
			rng := dice(t, t.Name())
			var sum tally
			count := *cuts / 2
			if kind == "ext4" && !has("xfs") {
				count = *cuts
			}
			for done := 0; done < count; done += cutsPerStore {
				cutOne(t, kind, rng, min(cutsPerStore, count-done), &sum)
			}
			if sum.kills == 0 {
				t.Skip("no power was cut: see above why")
			}
			summarize(t, "power cut, "+kind, nothing, fmt.Sprintf("make torture CUTS=%d", *cuts),
				"%d cuts (%d while creating or opening, %d while closing), %d changes answered, %d in flight of which %d were kept whole",
				sum.kills, sum.opening, sum.closing, sum.acknowledged, sum.inFlight, sum.kept)
		})
	}
}

// cutOne cuts the power a number of times in one store.
func cutOne(t *testing.T, kind string, rng *rand.Rand, times int, sum *tally) {
	t.Run("store", func(t *testing.T) {
		d := newDisk(t, kind, diskSize)
		v := newVictim(t, d.at)
		for range times {
			p := v.load("", 4)
			stopAt(p, rng, sum)
			sum.count(&sum.kills)
			v.ledger.read(t, p.report, 0)
			c := d.cut()
			p.kill()
			d.unmount()
			d = c
			v.move(c.at)
			if v.came() {
				v.diagnosed()
				v.audited()
				v.check(rng)
				v.changes()
			}
		}
		sum.add(v.ledger)
	})
}

// stopAt stops the process at some moment, where it is.
func stopAt(p *process, rng *rand.Rand, sum *tally) {
	moment(p, rng, sum)
	p.stop()
}

// stop stops the process and waits until none of its threads runs any more.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
	for deadline := time.Now().Add(patience); !p.ended() && !p.stopped(); p.run(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			p.t.Fatal("did not stop")
		}
	}
}

// stopped reports whether all threads of the process are.
func (p *process) stopped() bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, path := range threads {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended
		}
		_, state, _ := strings.Cut(string(text), ") ")
		if !strings.HasPrefix(state, "T") {
			return false
		}
	}
	return len(threads) > 0
}

// diagnosed fails the test if the doctor finds something bad.
func (v *victim) diagnosed() {
	v.t.Helper()
	if said, code := v.command("doctor"); code != 0 {
		v.t.Fatalf("doctor ends with %d: %s", code, said)
	}
}

// changes has the store take a change as anybody would make it.
func (v *victim) changes() {
	v.t.Helper()
	s := v.opened()
	ev, r, err := s.Change(ctx, checker, model.Request{}, model.CreateToken{Kind: model.AgentToken, Description: "after the cut"})
	if err != nil {
		v.t.Fatal(err)
	}
	tok := r.(model.Token)
	if tok.Revision != ev.Seq {
		v.t.Fatalf("event %d left %+v", ev.Seq, tok)
	}
	v.ledger.tokens[tok.ID] = want{tok.Kind.String(), tok.Description, "Org Agent", false}
	if err := s.Close(); err != nil {
		v.t.Fatal(err)
	}
}

// TestPowerCutWithoutSync is the control: with syncs that do nothing, the same cuts must
// lose what was answered. If they do not, TestPowerCut proves nothing.
func TestPowerCutWithoutSync(t *testing.T) {
	t.Parallel()
	launchable(t, withoutSync)
	rounds, cut, lost := max(2, *cuts/10), 0, 0
	for n := range rounds {
		t.Run(fmt.Sprintf("round-%d", n), func(t *testing.T) {
			d := newDisk(t, "ext4", diskSize)
			v := newVictim(t, d.at)
			p := v.load("", 4) // the store itself is made durable
			p.until("the first change", 0, done)
			p.signal(syscall.SIGTERM)
			p.wait()
			v.ledger.read(t, p.report, 0)
			p = v.load(withoutSync, 4)
			said := 0
			p.until("some hundred changes", 0, func(string) bool { said++; return said > 1000 })
			p.stop()
			v.ledger.read(t, p.report, 0)
			c := d.cut()
			cut++
			p.kill()
			v.move(c.at)
			if why := v.losses(); why != "" {
				lost++
				t.Logf("as it should be: %s", why)
			}
		})
	}
	if cut == 0 {
		t.Skip("no power was cut: see above why")
	}
	if lost == 0 {
		t.Fatalf("in %d rounds without any sync nothing was lost: these cuts prove nothing", cut)
	}
	summarize(t, "power cut without syncs (control)", "lost, as it must", fmt.Sprintf("make torture CUTS=%d", *cuts),
		"answered changes were lost in %d of %d rounds, as they must be", lost, cut)
}

// done reports whether a line says that a change was made.
func done(line string) bool { return strings.Contains(line, `"says":"done"`) }

// losses tells what of that which was answered is not there, "" for nothing.
func (v *victim) losses() string {
	k, err := seal.Load(v.keyset)
	if err != nil {
		v.t.Fatal(err)
	}
	s, err := store.Open(ctx, store.Options{Dir: v.store, Keyset: k})
	if err != nil {
		return err.Error()
	}
	defer s.Close()
	there, missing := v.ledger.events(v.t, s), 0
	for request := range v.ledger.done {
		if _, ok := there[request]; !ok {
			missing++
		}
	}
	if missing == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d answered changes are not there", missing, len(v.ledger.done))
}

// moment lets the process run until some moment: mostly while changes are made, else while
// the store is made or opened, or while it is closed.
func moment(p *process, rng *rand.Rand, sum *tally) {
	switch rng.IntN(5) {
	case 0:
		p.run(time.Duration(rng.IntN(60_000)) * time.Microsecond)
		sum.count(&sum.opening)
	case 1:
		p.run(time.Duration(50+rng.IntN(300)) * time.Millisecond)
		p.signal(syscall.SIGTERM)
		p.run(time.Duration(rng.IntN(25_000)) * time.Microsecond)
		sum.count(&sum.closing)
	default:
		for !p.ended() && p.said(0) == 0 {
			p.run(time.Millisecond) // it is opening
		}
		p.run(time.Duration(rng.IntN(400_000)) * time.Microsecond)
	}
}
