package main

import (
	"bytes"
	"errors"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"

	"jeton/ui/theme"
)

// answersWithin is how long a terminal may take to tell its background: longer than most
// ways there and back, shorter than anybody's patience. An answer that comes later is
// dropped by the keyboard.
const answersWithin = 500 * time.Millisecond

// question asks for the background (OSC 11) and then for what the terminal is (DA1),
// which every terminal answers, so that one that does not tell its background is not
// waited for.
const question = "\x1b]11;?\x1b\\\x1b[c"

// background finds out what is behind the text. The terminal is asked only if nobody said
// it and it makes a difference; if it does not answer, the palette is taken that can be
// read on light and dark.
func (p *program) background(mode theme.Mode, renderer *lipgloss.Renderer) theme.Background {
	given := func(dark bool) theme.Background {
		renderer.SetHasDarkBackground(dark) // it would ask by itself
		return theme.DetectBackground(p.getenv, mode, renderer)
	}
	if given(true) == given(false) {
		return given(true)
	}
	dark, known := darkIn(ask(p.std.in, p.std.out))
	if !known {
		return theme.Unknown
	}
	return given(dark)
}

// ask puts the question and returns what came until it was answered, or in time. In the
// background setting the terminal's modes waits until that is the foreground.
func ask(in, out *os.File) []byte {
	state, err := term.MakeRaw(in.Fd())
	if err != nil {
		return nil
	}
	defer func() { _ = term.Restore(in.Fd(), state) }()
	if _, err := out.WriteString(question); err != nil {
		return nil
	}
	var answer []byte
	part := make([]byte, 256)
	for end := time.Now().Add(answersWithin); !answered(answer); {
		ready := []unix.PollFd{{Fd: int32(in.Fd()), Events: unix.POLLIN}}
		left := time.Until(end).Milliseconds()
		if n, err := unix.Poll(ready, int(max(0, left))); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil || n == 0 {
			return answer
		}
		n, err := in.Read(part)
		if err != nil || len(answer) > 16*len(part) {
			return answer
		}
		answer = append(answer, part[:n]...)
	}
	return answer
}

// answered tells whether the second answer, CSI ? numbers c, is in what came.
func answered(b []byte) bool {
	for {
		_, rest, found := bytes.Cut(b, []byte("\x1b[?"))
		if !found {
			return false
		}
		b = bytes.TrimLeft(rest, "0123456789;")
		if len(b) > 0 && b[0] == 'c' {
			return true
		}
	}
}

// darkIn reads the first answer, "rgb:RRRR/GGGG/BBBB" with one to four hexadecimal digits
// for each, and tells whether that is nearer to black than to white for the eye.
func darkIn(b []byte) (dark, known bool) {
	_, b, found := bytes.Cut(b, []byte("\x1b]11;rgb:"))
	if !found {
		return false, false
	}
	if end := bytes.IndexAny(b, "\a\x1b"); end >= 0 {
		b = b[:end]
	}
	parts := bytes.Split(b, []byte{'/'})
	if len(parts) != 3 {
		return false, false
	}
	light := 0.0
	for i, weight := range []float64{0.299, 0.587, 0.114} {
		n, err := strconv.ParseUint(string(parts[i]), 16, 16)
		if err != nil {
			return false, false
		}
		light += weight * float64(n) / (math.Pow(16, float64(len(parts[i]))) - 1)
	}
	return light < 0.5, true
}
