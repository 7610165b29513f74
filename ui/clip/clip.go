package clip

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// ErrMode is returned by [ParseMode] for a mode there is none of.
var ErrMode = errors.New("unknown clipboard mode")

// Mode is which way the user wants.
type Mode string

// Modes.
const (
	Auto   Mode = "auto"
	Tmux   Mode = "tmux"
	OSC52  Mode = "osc52"
	Native Mode = "native"
	Off    Mode = "off"
)

// ParseMode reads a mode as written in a flag or the configuration; empty is
// auto. The error wraps [ErrMode] and names the choices.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case "":
		return Auto, nil
	case Auto, Tmux, OSC52, Native, Off:
		return m, nil
	}
	return "", fmt.Errorf("%w %q: choose auto, tmux, osc52, native or off", ErrMode, s)
}

// Routes, as results name them.
const (
	routeTmux   = "tmux"
	routeOSC    = "OSC 52"
	routeScreen = "OSC 52 through screen"
	routeNative = "clipboard"
	routeOff    = "off"
)

// wait is how long a tool may take. Clipboard tools hang when their display
// does, and have no limit of their own.
const wait = 2 * time.Second

// Runner runs a program with this standard input and returns what it printed.
// The error must not quote the input.
type Runner func(ctx context.Context, stdin, name string, args ...string) (stdout string, err error)

// Desktop is the clipboard of the desktop this machine is showing.
type Desktop interface {
	ReadAll() (string, error)
	WriteAll(string) error
}

// Options are what a session's clipboard is made from.
type Options struct {
	Mode       Mode                // empty is Auto
	Getenv     func(string) string // the session's environment, not always the process's
	Out        io.Writer           // the session's terminal; each sequence is one Write
	IsTerminal bool                // Out is one
	Run        Runner              // nil runs the program
	Desktop    Desktop             // nil is the machine's own
}

// Clipboard copies and clears for one session. Its methods may be called from
// any goroutine; copying and clearing wait for each other, up to a few times
// two seconds, so call them from a command and not from Update.
type Clipboard struct {
	mode       Mode
	getenv     func(string) string
	out        io.Writer
	isTerminal bool
	run        Runner
	desktop    Desktop
	name       string // of our buffer in tmux
	wait       time.Duration

	busy sync.Mutex // one copy or clearing at a time
	held atomic.Pointer[held]
}

// held is what is remembered of a copy.
type held struct {
	sum    [sha256.Size]byte
	route  string
	native bool // it may have reached the desktop's clipboard as well
	unsure bool // the copy failed by taking too long: it may have arrived
}

func (h *held) is(value string) bool { return sha256.Sum256([]byte(value)) == h.sum }

// New returns the clipboard of a session. Nothing is run or written before the
// first copy.
func New(o Options) *Clipboard {
	c := &Clipboard{
		mode: o.Mode, getenv: o.Getenv, out: o.Out, isTerminal: o.IsTerminal && o.Out != nil,
		run: o.Run, desktop: o.Desktop, name: "jeton", wait: wait,
	}
	if c.mode == "" {
		c.mode = Auto
	}
	if c.getenv == nil {
		c.getenv = func(string) string { return "" }
	}
	if c.run == nil {
		c.run = execute
	}
	if c.desktop == nil {
		c.desktop = machine{}
	}
	return c
}

// Holding reports whether a copy of ours may still be on the clipboard. It does
// not look.
func (c *Clipboard) Holding() bool { return c.held.Load() != nil }

// Ways says for people which ways a copy goes: "tmux", "OSC 52", "OSC 52 through
// screen", "desktop", "desktop, else OSC 52" or "off".
func (c *Clipboard) Ways() string {
	switch route := c.Route(); {
	case route != routeNative:
		return route
	case c.mode == Auto && c.isTerminal:
		return "desktop, else " + c.sequence()
	}
	return "desktop"
}

// Route names the way a copy goes first: "tmux", "OSC 52", "OSC 52 through
// screen", "clipboard" (the desktop's) or "off".
func (c *Clipboard) Route() string {
	switch c.mode {
	case Off:
		return routeOff
	case Tmux:
		return routeTmux
	case Native:
		return routeNative
	case OSC52:
		return c.sequence()
	}
	switch {
	case c.getenv("TMUX") != "":
		return routeTmux
	case c.getenv("STY") != "" || c.remote():
		return c.sequence()
	}
	return routeNative
}

// sequence names the kind of OSC 52 there is here.
func (c *Clipboard) sequence() string {
	if c.getenv("STY") != "" && c.getenv("TMUX") == "" {
		return routeScreen
	}
	return routeOSC
}

func (c *Clipboard) remote() bool {
	return c.getenv("SSH_TTY") != "" || c.getenv("SSH_CONNECTION") != ""
}

// Copy puts value on the clipboard. It remembers a digest of it, to clear it
// later, unless the outcome is Failed and nothing can have arrived.
func (c *Clipboard) Copy(ctx context.Context, value string) Result {
	c.busy.Lock()
	defer c.busy.Unlock()
	h := &held{sum: sha256.Sum256([]byte(value)), route: c.Route()}
	var r Result
	switch h.route {
	case routeOff:
		r = failed(routeOff, "copying is turned off", "Set the clipboard mode to auto to turn it on")
	case routeTmux:
		r = c.copyTmux(ctx, value, h)
	case routeNative:
		r = c.copyNative(ctx, value, h)
	default:
		r = c.copyOSC(h.route, value)
	}
	h.route = r.Route
	if r.Outcome != Failed || h.native || h.unsure {
		c.held.Store(h)
	}
	return r
}

// Clear removes our copy if it is still there. The outcome is Kept, and nothing
// is touched, when somebody has copied something else since or when there is no
// copy of ours; where the clipboard cannot be read (OSC 52, and the terminal
// around tmux) our copy is taken to be there still. A copy that could not be
// cleared is still held.
func (c *Clipboard) Clear(ctx context.Context) Result {
	c.busy.Lock()
	defer c.busy.Unlock()
	h := c.held.Load()
	if h == nil {
		return Result{Outcome: Kept, Route: c.Route(), Reason: "it holds nothing of ours", clear: true}
	}
	var r Result
	switch h.route {
	case routeTmux:
		r = c.clearTmux(ctx, h)
	case routeNative:
		r = c.clearNative(ctx, h)
	default:
		r = c.clearOSC(h.route)
		if n := c.clearNativeToo(ctx, h); n.Outcome == Failed {
			r = n
		}
	}
	r.clear = true
	if r.Outcome != Failed {
		c.held.Store(nil)
	}
	return r
}

func failed(route, reason, help string) Result {
	return Result{Outcome: Failed, Route: route, Reason: reason, Help: help}
}
