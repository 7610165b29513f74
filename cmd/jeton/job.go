package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"

	"jeton/ui/paint"
)

// A job is the screens as the shell's job control sees them. Whoever stops them, by key
// or by signal, finds a terminal as it was and no secret on it; where they go on they
// take the terminal anew, since a shell may have written over it and set its modes.
//
// SIGSTOP alone comes unannounced: what stands on the screen then stays until SIGCONT.
type job struct {
	tty     *os.File
	painter *paint.Painter
	program *tea.Program
	ended   <-chan struct{} // closed when a signal ends the process
	heard   chan os.Signal
}

// continued tells the event loop that the process was stopped, without a word, and goes on.
type continued struct{}

// stopsAtOnce is how long a stop may take to come into effect. A process whose parent is
// of another session, such as one that ssh started, cannot be stopped from a terminal:
// the system drops the signal, and after this time the screens go on.
const stopsAtOnce = 200 * time.Millisecond

func newJob(ctx context.Context, tty *os.File, painter *paint.Painter) *job {
	return &job{tty: tty, painter: painter, ended: ctx.Done(), heard: make(chan os.Signal, 1)}
}

// mind listens to the signals of job control until it is told to end.
func (j *job) mind(program *tea.Program) (end func()) {
	j.program = program
	done := make(chan struct{})
	j.notify()
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-j.heard:
				j.tell(s)
			}
		}
	}()
	return func() {
		signal.Stop(j.heard)
		close(done)
	}
}

// notify asks for the signals. SIGTTOU is not among them, and must not be: it holds back a
// process in the background that would set the terminal's modes, and it is what we stop
// with, since Go never gives a signal that was once asked for its own effect back.
func (j *job) notify() {
	signal.Notify(j.heard, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGCONT)
}

// tell has the event loop hide what is secret first, as when the window loses the focus.
func (j *job) tell(s os.Signal) {
	j.program.Send(tea.BlurMsg{})
	if s == syscall.SIGCONT {
		j.program.Send(continued{})
		return
	}
	j.program.Send(tea.SuspendMsg{})
}

// suspend gives the terminal back, stops the whole job, and takes the terminal again when
// it goes on. Bubble Tea's own way would wait for ever where nothing can be stopped.
func (j *job) suspend() {
	_ = j.painter.Leave()
	_ = j.program.ReleaseTerminal()
	signal.Stop(j.heard)
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	_ = syscall.Kill(0, syscall.SIGTTOU)
	select {
	case <-goesOn:
	case <-time.After(stopsAtOnce):
	}
	signal.Stop(goesOn)
	if j.inBackground() {
		// It went on only to be ended, perhaps: taking the terminal would stop it again.
		select {
		case <-j.ended:
			return
		case <-time.After(stopsAtOnce):
		}
	}
	j.enter()
}

// inBackground tells whether the terminal is another job's.
func (j *job) inBackground() bool {
	group, err := unix.IoctlGetInt(int(j.tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group != unix.Getpgrp()
}

// resume takes the terminal after a stop of which nobody told. Its modes are first set to
// what they were before the screens, to be found again at the end.
func (j *job) resume() {
	signal.Stop(j.heard)
	_ = j.program.ReleaseTerminal()
	j.enter()
}

// enter takes the terminal: raw, then the modes and everything that is drawn. In the
// background setting the modes waits for the foreground. An error means that the terminal
// is gone, of which reading from it tells as well.
func (j *job) enter() {
	_ = j.program.RestoreTerminal()
	_ = j.painter.Enter()
	select {
	case <-j.heard: // came together with what was obeyed just now
	default:
	}
	j.notify()
}
