//go:build linux

package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// faultsPerStore is after how many faults a new store is begun.
const faultsPerStore = 10

// fault is what a supervisor does to calls of the program.
type fault struct {
	calls []uint32
	error syscall.Errno
	times int // how many calls it strikes, less than none for all
}

// supervisor decides about the writes and syncs of one process.
type supervisor struct {
	t      testing.TB
	fd     int
	fault  atomic.Pointer[fault]
	struck atomic.Int64
	done   chan struct{}
}

// notice and verdict are seccomp_notif and seccomp_notif_resp of the kernel.
type notice struct {
	id         uint64
	pid, flags uint32
	call       int32
	arch       uint32
	at         uint64
	args       [6]uint64
}

type verdict struct {
	id    uint64
	value int64
	error int32
	flags uint32
}

const goesOn = 1 // SECCOMP_USER_NOTIF_FLAG_CONTINUE

// supervise starts the load under a supervisor, which lets everything pass at first.
func (v *victim) supervise(writers int) (*process, *supervisor) {
	v.t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		v.t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "launcher")
	p := v.load(supervised, writers, theirs)
	s := &supervisor{t: v.t, done: make(chan struct{})}
	out := make([]byte, 64)
	_, n, _, _, err := unix.Recvmsg(pair[0], make([]byte, 1), out, 0)
	err = errors.Join(err, theirs.Close(), unix.Close(pair[0]))
	if err == nil && n == 0 {
		p.wait()
		v.t.Skipf("no seccomp supervisors here: %s", p.stderr)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	messages, err := unix.ParseSocketControlMessage(out[:n])
	if err != nil {
		v.t.Fatal(err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		v.t.Fatal(err)
	}
	s.fd = fds[0]
	go s.run()
	v.t.Cleanup(func() { p.kill(); <-s.done })
	return p, s
}

// run decides until the process is gone.
func (s *supervisor) run() {
	defer close(s.done)
	defer unix.Close(s.fd)
	// It waits in the kernel most of the time. The thread is given back: with its end the
	// system would kill every process that was started from it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		ready := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) || ready[0].Revents&unix.POLLHUP != 0 {
			return
		}
		var n notice
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s.fd), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); e != 0 {
			continue // the caller is gone, or it was a signal
		}
		out := verdict{id: n.id, flags: goesOn}
		if e := s.strikes(uint32(n.call)); e != 0 {
			out = verdict{id: n.id, error: -int32(e)}
		}
		_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(s.fd), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&out)))
	}
}

// strikes tells whether a call fails, and how.
func (s *supervisor) strikes(call uint32) syscall.Errno {
	f := s.fault.Load()
	if f == nil || f.times == 0 || !slices.Contains(f.calls, call) {
		return 0
	}
	next := *f
	next.times--
	s.fault.CompareAndSwap(f, &next)
	s.struck.Add(1)
	return f.error
}

// TestFailingWrites has the kernel refuse writes, syncs and room at random moments.
func TestFailingWrites(t *testing.T) {
	t.Parallel()
	rng := dice(t, t.Name())
	var sum tally
	struck := int64(0)
	for left := *faults; left > 0; left -= faultsPerStore {
		t.Run("store", func(t *testing.T) { struck += faultOne(t, rng, min(faultsPerStore, left), &sum) })
	}
	summarize(t, "writes, syncs and room refused", nothing, fmt.Sprintf("make torture FAULTS=%d", *faults),
		"%d times, %d calls failed, %d changes answered", sum.kills, struck, sum.acknowledged)
}

// faultOne lets calls fail a number of times in one store.
func faultOne(t *testing.T, rng *rand.Rand, times int, sum *tally) (struck int64) {
	v := newVictim(t, t.TempDir())
	for range times {
		p, s := v.supervise(4)
		p.until("a change", 0, done)
		p.run(time.Duration(rng.IntN(100_000)) * time.Microsecond)
		f := someFault(rng)
		s.fault.Store(&f)
		for deadline := time.Now().Add(time.Second); s.struck.Load() == 0 && time.Now().Before(deadline); {
			p.run(time.Millisecond)
		}
		p.run(time.Duration(rng.IntN(300)) * time.Millisecond)
		s.fault.Store(nil)
		if p.ended() {
			t.Fatalf("%+v: ended with %d: %s", f, p.wait(), p.stderr)
		}
		p.until("a token to be created", p.said(0), created)
		p.signal(syscall.SIGTERM)
		if code := p.wait(); code != 0 || crashed(p.stderr.String()) {
			t.Fatalf("%+v: ended with %d: %s", f, code, p.stderr)
		}
		struck += s.struck.Load()
		sum.count(&sum.kills)
		v.ledger.read(t, p.report, 0)
		t.Logf("%+v struck %d calls; said but done: %s", f, s.struck.Load(), p.troubles())
		v.audited()
		v.check(rng)
	}
	sum.add(v.ledger)
	return struck
}

// someFault is what may happen to a disk.
func someFault(rng *rand.Rand) fault {
	all := [][]uint32{syncs[:2], writes[:1], writes[1:2], writes[2:], append(syncs[:2:2], writes...)}
	errnos := []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT}
	times := []int{1, 2, -1}
	return fault{all[rng.IntN(len(all))], errnos[rng.IntN(len(errnos))], times[rng.IntN(len(times))]}
}

// TestFilesMayNotGrow puts a limit on the size of files on a process that runs, as ulimit
// does, and lifts it.
func TestFilesMayNotGrow(t *testing.T) {
	t.Parallel()
	rng := dice(t, t.Name())
	v := newVictim(t, t.TempDir())
	p, at := v.load("", 4), int64(0)
	for range 4 {
		at = p.until("a token to be created", at, created)
		limit(t, p, uint64(4<<20+rng.IntN(12<<20)))
		p.run(time.Duration(50+rng.IntN(200)) * time.Millisecond)
		limit(t, p, unix.RLIM_INFINITY)
		if p.ended() {
			break
		}
		at = p.said(at)
	}
	p.signal(syscall.SIGTERM)
	// The report is a file as well: if it could not grow, that is the end, and is said.
	if code := p.wait(); code != 0 && (crashed(p.stderr.String()) || !strings.Contains(p.stderr.String(), "report the load")) {
		t.Fatalf("ended with %d: %s", code, p.stderr)
	}
	v.ledger.read(t, p.report, 0)
	v.audited()
	v.check(rng)
}

func limit(t *testing.T, p *process, size uint64) {
	t.Helper()
	l := unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &l, nil); err != nil {
		t.Fatal(fmt.Errorf("limit %s: %w", filepath.Base(p.cmd.Path), err))
	}
}

// troubles are the first lines of the report that are not of the ordinary.
func (p *process) troubles() (out []string) {
	p.t.Helper()
	lines, _, err := wholeLines(p.report, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, line := range lines {
		if !strings.Contains(line, `"says":"asks"`) && !done(line) && !strings.Contains(line, `"says":"listed"`) && len(out) < 8 {
			out = append(out, line)
		}
	}
	return out
}
