package paint

import (
	"io"
	"sync"
	"time"
)

// pause is the least time between two writes: frames that come faster, as from a key
// held down or a paste, are not all worth sending.
const pause = 4 * time.Millisecond

// Escape sequences (ECMA-48, and xterm's private modes).
const (
	altScreenOn  = "\x1b[?1049h"
	altScreenOff = "\x1b[?1049l"
	cursorOff    = "\x1b[?25l"
	cursorOn     = "\x1b[?25h"
	pasteOn      = "\x1b[?2004h"
	pasteOff     = "\x1b[?2004l"
	focusOn      = "\x1b[?1004h"
	focusOff     = "\x1b[?1004l"
	mouseOn      = "\x1b[?1002h\x1b[?1006h"
	mouseOff     = "\x1b[?1002l\x1b[?1003l\x1b[?1006l"
	clearAll     = "\x1b[2J\x1b[H"
	styleOff     = "\x1b[0m"
)

// Painter owns a terminal between Enter and Leave. Its methods may be called from any
// goroutine; only Enter, Leave and Mouse wait for the terminal.
type Painter struct {
	out io.Writer

	mu     sync.Mutex // of what is below
	next   []string   // the newest frame, nil when it was taken
	width  int
	whole  bool // what is on the screen is not known: write everything
	mouse  bool
	on     bool
	closed bool
	wake   chan struct{}

	writing sync.Mutex // held while bytes go out, so that Leave comes after them
	shown   []string   // what the last write left on the screen
	buf     []byte
}

// New returns a Painter that writes to out, each frame as one Write.
func New(out io.Writer, mouse bool) *Painter {
	p := &Painter{out: out, mouse: mouse, wake: make(chan struct{}, 1)}
	go p.run()
	return p
}

// Enter takes the terminal: the other screen, no cursor, pastes and focus reported.
func (p *Painter) Enter() error {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.mu.Lock()
	s := altScreenOn + cursorOff + pasteOn + focusOn
	if p.mouse {
		s += mouseOn
	}
	p.on, p.whole = true, true
	p.mu.Unlock()
	_, err := io.WriteString(p.out, s+clearAll)
	p.nudge()
	return err
}

// Leave gives the terminal back as it was. Leaving twice is leaving once.
func (p *Painter) Leave() error {
	p.mu.Lock()
	was := p.on
	p.on = false
	p.mu.Unlock()
	if !was {
		return nil
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := io.WriteString(p.out, styleOff+mouseOff+focusOff+pasteOff+clearAll+altScreenOff+cursorOn)
	return err
}

// Close leaves, and ends the Painter.
func (p *Painter) Close() error {
	err := p.Leave()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.nudge()
	return err
}

// Mouse turns reports of the mouse on or off.
func (p *Painter) Mouse(on bool) error {
	p.mu.Lock()
	p.mouse = on
	entered := p.on
	p.mu.Unlock()
	if !entered {
		return nil
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	s := mouseOff
	if on {
		s = mouseOn
	}
	_, err := io.WriteString(p.out, s)
	return err
}

// Resized says that the window is width cells wide now and that what is on it is not
// known.
func (p *Painter) Resized(width int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.width, p.whole = width, true
}

// Show makes these lines the newest frame. It does not wait for the terminal. The
// caller gives the slice away.
func (p *Painter) Show(lines []string) {
	p.mu.Lock()
	p.next = lines
	p.mu.Unlock()
	p.nudge()
}

func (p *Painter) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run writes the newest frame whenever there is one.
func (p *Painter) run() {
	for range p.wake {
		if !p.write() {
			return
		}
	}
}

// write puts the newest frame on the terminal and reports whether to go on.
func (p *Painter) write() bool {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.mu.Lock()
	lines, width, whole, on, closed := p.next, p.width, p.whole, p.on, p.closed
	if on && lines != nil {
		p.next, p.whole = nil, false
	}
	p.mu.Unlock()
	if closed || !on || lines == nil {
		return !closed
	}
	if whole {
		p.shown = nil
	}
	p.buf = appendChanges(p.buf[:0], p.shown, lines, width)
	p.shown = lines
	if len(p.buf) == 0 {
		return true
	}
	began := time.Now()
	if _, err := p.out.Write(p.buf); err != nil {
		return true // the terminal went away: reading from it says so, and ends the program
	}
	<-time.After(pause - time.Since(began))
	return true
}
