//go:build linux

package torture

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/sample"
)

// fullsPerStore is after how many fillings a new store is begun.
const fullsPerStore = 10

// TestDiskFull has another file take the room at random moments, and give it back.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ext4", "tmpfs"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			rng := dice(t, t.Name())
			var sum fullTally
			for count := *fulls / 2; count > 0; count -= fullsPerStore {
				fullOne(t, kind, rng, min(fullsPerStore, count), &sum)
			}
			if sum.kills == 0 {
				t.Skip("no disk was filled: see above why")
			}
			summarize(t, "disk full, "+kind, nothing, fmt.Sprintf("make torture FULLS=%d", *fulls),
				"%d times (%d to the last byte), %d changes answered; meanwhile %d refused in plain words, %d lists, %d revocations (%d with 0 bytes free), %d kills and openings",
				sum.kills, sum.none, sum.acknowledged, sum.refused, sum.listed, sum.revoked, sum.revokedAtNone, sum.restarted)
		})
	}
}

// fullTally adds up what several stores went through.
type fullTally struct {
	tally
	none, refused, listed, revoked, revokedAtNone, restarted int
}

// fullOne fills the disk a number of times under one store.
func fullOne(t *testing.T, kind string, rng *rand.Rand, times int, sum *fullTally) {
	t.Run("store", func(t *testing.T) {
		d := newDisk(t, kind, 256)
		v := newVictim(t, d.at)
		p := v.load("", 4)
		at := int64(0)
		for range times {
			at = p.until("a token to be created", at, created)
			p.run(time.Duration(rng.IntN(300_000)) * time.Microsecond)
			leave := room(rng)
			d.fill(leave)
			at = p.said(at)
			p.run(time.Duration(20+rng.IntN(400)) * time.Millisecond)
			v.alive(p, leave)
			at = sum.meanwhile(t, p, at, d.free() == 0)
			if rng.IntN(3) == 0 {
				p, at = v.restarted(p, d, sum, rng), 0
			}
			d.drain()
			sum.kills++
			if leave == 0 {
				sum.none++
			}
		}
		p.until("a token to be created", at, created)
		p.signal(syscall.SIGTERM)
		if code := p.wait(); code != 0 {
			t.Fatalf("ended with %d: %s", code, p.stderr)
		}
		v.ledger.read(t, p.report, 0)
		v.audited()
		v.check(rng)
		sum.add(v.ledger)
	})
}

// alive fails the test if the process is gone.
func (v *victim) alive(p *process, leave uint64) {
	v.t.Helper()
	if p.ended() {
		v.t.Fatalf("ended with %d, with %d bytes left free: %s", p.wait(), leave, p.stderr)
	}
}

// meanwhile counts what was said since the disk is full, and has everything refused be
// refused in plain words. It returns the offset behind it.
func (s *fullTally) meanwhile(t testing.TB, p *process, from int64, none bool) int64 {
	t.Helper()
	lines, end, err := wholeLines(p.report, from)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range lines {
		var l sample.Line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		switch {
		case l.Says == "failed", l.Says == "unknown":
			t.Fatalf("on a full disk: %s", text)
		case l.Says == "refused" && !strings.Contains(l.Error, "disk is almost full") && !strings.Contains(l.Error, "disk is full"):
			t.Fatalf("refused in other words: %s", text)
		case l.Says == "refused" && l.Action == "revoke":
			t.Fatalf("a revocation was refused: %s", text)
		case l.Says == "refused":
			s.refused++
		case l.Says == "listed":
			s.listed++
		case l.Says == "done" && l.Action == "revoke":
			s.revoked++
			if none {
				s.revokedAtNone++
			}
		}
	}
	return end
}

// restarted kills the process on the full disk and starts it again there, or has the disk
// become full while it starts.
func (v *victim) restarted(p *process, d *disk, sum *fullTally, rng *rand.Rand) *process {
	v.t.Helper()
	p.kill()
	v.ledger.read(v.t, p.report, 0)
	v.audited()
	v.check(nil) // also opens it on the full disk
	sum.restarted++
	if rng.IntN(2) == 0 { // the room goes while it is opened
		d.drain()
		p = v.load("", 4)
		p.run(time.Duration(rng.IntN(80_000)) * time.Microsecond)
		d.fill(0)
	} else {
		p = v.load("", 4)
	}
	p.until("the store to be opened", 0, func(string) bool { return true })
	p.run(time.Duration(rng.IntN(300)) * time.Millisecond)
	v.alive(p, d.free())
	sum.meanwhile(v.t, p, 0, d.free() == 0)
	return p
}

// TestRevocationsOnAFullDisk takes the last byte, and revokes: up to 1,500 tokens, of the
// some two thousand that the journal always has room for.
func TestRevocationsOnAFullDisk(t *testing.T) {
	t.Parallel()
	d := newDisk(t, "ext4", 256)
	v := newVictim(t, d.at)
	enough := min(50**fulls, 1500)
	if said, code := v.command("demo", "--fill", fmt.Sprint(4*enough)); code != 0 {
		t.Fatalf("demo --fill ends with %d: %s", code, said)
	}
	p := v.load("", 16)
	at := p.until("a change", 0, done)
	d.fill(0)
	revoked := 0
	p.until("so many revocations", at, func(line string) bool {
		if !strings.Contains(line, `"action":"revoke"`) || strings.Contains(line, `"asks"`) {
			return false
		}
		if !done(line) {
			t.Fatalf("after %d revocations with %d bytes free: %s", revoked, d.free(), line)
		}
		revoked++
		return revoked == enough
	})
	if free := d.free(); free > 0 {
		t.Fatalf("%d bytes are free", free)
	}
	p.kill()
	d.drain()
	v.audited()
	v.listed(revoked)
	summarize(t, "revocations on a full disk", nothing, "go test ./store/torture -run Revocations", "%d in a row with 0 bytes free", revoked)
}

// listed fails the test unless at least so many agent tokens are revoked.
func (v *victim) listed(revoked int) {
	v.t.Helper()
	s := v.opened()
	defer s.Close()
	total := func(q model.TokenQuery) int {
		page, err := s.Tokens(ctx, checker, q, model.Window{Limit: 1})
		if err != nil {
			v.t.Fatal(err)
		}
		return page.Total
	}
	n := 0
	for _, q := range []model.TokenQuery{{Kind: model.AgentToken}, {Kind: model.UserToken, Owner: 1}} {
		all := q
		all.Revoked = true
		n += total(all) - total(q)
	}
	if n < revoked {
		v.t.Fatalf("%d tokens are revoked, and %d revocations were answered", n, revoked)
	}
}

// room is how much is left free: anything from a little over the reserve to nothing.
func room(rng *rand.Rand) uint64 {
	switch rng.IntN(4) {
	case 0:
		return store.DefaultReserve - 16<<20 + rng.Uint64N(20<<20)
	case 1:
		return rng.Uint64N(store.DefaultReserve)
	case 2:
		return rng.Uint64N(4 << 20)
	}
	return 0
}

// created reports whether a line says that a token was created, which the reserve is not for.
func created(line string) bool {
	var l sample.Line
	return json.Unmarshal([]byte(line), &l) == nil && l.Says == "done" && l.Action == "create"
}
