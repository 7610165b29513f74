package main

import (
	"errors"
	"net"
	"os"
	"strings"
	"sync"

	"github.com/mattn/go-isatty"

	"jeton/model"
)

// Why there can be no screens.
var (
	errNoTerminal = errors.New("the screens need a terminal on standard input and output; run jeton in one (over ssh: ssh -t)")
	errDumb       = errors.New("TERM is dumb or not set, so nothing can be drawn; set it to what your terminal is, such as TERM=xterm-256color")
	errHungUp     = errors.New("the terminal went away")
)

// checkTerminal tells whether screens can be drawn here.
func checkTerminal(getenv func(string) string, std streams) error {
	if !isatty.IsTerminal(std.in.Fd()) || !isatty.IsTerminal(std.out.Fd()) {
		return errNoTerminal
	}
	if term := getenv("TERM"); term == "" || term == "dumb" {
		return errDumb
	}
	return nil
}

// screenOutput is the terminal with one writer at a time: frames and the clipboard's
// escape sequences come from different goroutines and must not cut into each other.
type screenOutput struct {
	*os.File
	mu sync.Mutex
}

// Write writes all of p before anybody else writes.
func (o *screenOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.File.Write(p)
}

// silent is the terminal for asking its size and setting its modes; what is written to
// it goes nowhere.
type silent struct{ *os.File }

// Write writes nothing.
func (silent) Write(p []byte) (int, error) { return len(p), nil }

// source tells through which door somebody came: a terminal here or one over SSH, and
// which. The address is what the SSH server says of its client.
func source(getenv func(string) string, tty string) model.Source {
	s := model.Source{Door: model.DoorTerminal, Origin: strings.TrimPrefix(tty, "/dev/")}
	connection := strings.Fields(getenv("SSH_CONNECTION"))
	if len(connection) == 0 {
		return s
	}
	s.Door = model.DoorSSH
	// Whoever starts jeton sets its environment: only what is an address is repeated.
	if address := net.ParseIP(strings.SplitN(connection[0], "%", 2)[0]); address != nil {
		s.Origin = strings.TrimSpace(s.Origin + " from " + address.String())
	}
	return s
}

// ttyName returns the terminal's device, "/dev/pts/3", or "" where there is none, as under cron
// where it would be that of nothing (/dev/null), or where that is not known.
func ttyName() string {
	if !isatty.IsTerminal(os.Stdin.Fd()) {
		return ""
	}
	name, err := os.Readlink("/proc/self/fd/0")
	if err != nil || !strings.HasPrefix(name, "/dev/") {
		return ""
	}
	return name
}
