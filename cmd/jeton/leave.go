package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// leaveWithin is how long leaving may take after a signal: whoever sent it will not wait
// for a terminal that reads nothing or a disk that answers nothing.
const leaveWithin = 5 * time.Second

// A signalled is why a context ended: a signal came. Where a terminal makes no signal of
// ctrl+c it is the error of what was ended.
type signalled struct{ signal syscall.Signal }

func (s *signalled) Error() string { return "ended by signal: " + s.signal.String() }

// oneSignal is how soon after a signal another still counts as that one: timeout sends it to
// the process and then to its group, and a terminal to both make and what make runs. Nobody
// presses a key again that soon.
const oneSignal = 250 * time.Millisecond

// ending are the signals that end the process: it is interrupted, told to end, or its
// terminal goes away. Those of the last line would end it at once, with the terminal left
// as it is and a dump of stacks on it. Go ignores what is not here, such as SIGUSR1.
var ending = []os.Signal{
	syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT,
	syscall.SIGABRT, syscall.SIGTRAP, syscall.SIGSYS,
}

// untilSignal returns a context that ends, with a [*signalled] as its cause, when a signal
// ends the process. Those of job control are heard where the screens are, see [job]. A second
// signal, or [leaveWithin] after the first, ends the process whatever it is doing, with no more
// than what is in at left to do; what was acknowledged is durable by then.
func untilSignal(parent context.Context, at *lastly) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	heard := make(chan os.Signal, 2)
	signal.Notify(heard, ending...)
	done := make(chan struct{})
	go func() {
		first, ended := at.end(heard, done)
		if !ended {
			return
		}
		// In the background the system would stop us where we put the terminal in order.
		signal.Ignore(syscall.SIGTTOU)
		cancel(&signalled{first})
		if insisted(heard, done) {
			at.do()
			os.Exit(128 + int(first))
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(heard)
		close(done)
		cancel(nil)
	})
}

// insisted waits after the first signal for another one that is not the same, or until
// leaving takes too long; false if done comes first.
func insisted(heard <-chan os.Signal, done <-chan struct{}) bool {
	first, late := time.Now(), time.After(leaveWithin)
	for {
		select {
		case <-done:
			return false
		case <-late:
			return true
		case <-heard:
			if time.Since(first) > oneSignal {
				return true
			}
		}
	}
}

// lastly is what must be done even when the process is ended in the middle of leaving.
// Each thing in it is also done on the ordinary way out, and is harmless twice.
type lastly struct {
	mu     sync.Mutex
	todo   []func()
	hangup chan os.Signal // where SIGHUP goes that ends nothing; nil where it does
}

// hangups returns where SIGHUP goes from here on, instead of ending the process.
func (l *lastly) hangups() <-chan os.Signal {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hangup = make(chan os.Signal, 1)
	return l.hangup
}

// end waits for a signal that ends the process; false if done comes first.
func (l *lastly) end(heard <-chan os.Signal, done <-chan struct{}) (syscall.Signal, bool) {
	for {
		select {
		case s := <-heard:
			if s != syscall.SIGHUP || !l.hungUp() {
				return s.(syscall.Signal), true
			}
		case <-done:
			return 0, false
		}
	}
}

// hungUp hands on a SIGHUP where that ends nothing. One that waits stands for those after it.
func (l *lastly) hungUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hangup == nil {
		return false
	}
	select {
	case l.hangup <- syscall.SIGHUP:
	default:
	}
	return true
}

func (l *lastly) add(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.todo = append(l.todo, f)
}

func (l *lastly) do() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.todo {
		f()
	}
}

// within runs f and waits for it no longer than limit; it reports whether f came back.
func within(limit time.Duration, f func()) bool {
	back := make(chan struct{})
	go func() {
		defer close(back)
		f()
	}()
	select {
	case <-back:
		return true
	case <-time.After(limit):
		return false
	}
}

// exitCode is 0, also where a signal is the ordinary end, 2 for a command line that makes
// no sense, 128 and the signal's number when a signal ended it, as shells have it, what an
// audit or a check came to, and what kindOf has for everything else.
func exitCode(ctx context.Context, err error) int {
	var s *signalled
	if errors.Is(err, errEnded) {
		return 0
	}
	if errors.As(context.Cause(ctx), &s) || errors.As(err, &s) {
		return 128 + int(s.signal)
	}
	var u *usageError
	var a *auditVerdict
	var undecided *undecidedError
	var crashed *crash
	switch {
	case err == nil:
		return 0
	case errors.As(err, &crashed):
		return exitCrashed
	case errors.As(err, &a):
		return int(a.Verdict)
	case errors.As(err, &u):
		return exitUsage
	case errors.As(err, &undecided):
		return exitUndecided
	}
	return kindOf(err)
}
