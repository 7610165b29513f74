package paint

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sink is a terminal that keeps what it is sent, and can be slow or gone.
type sink struct {
	mu     sync.Mutex
	b      strings.Builder
	writes int
	hold   chan struct{} // while not nil, writing waits for it
	err    error
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	s.writes++
	return s.b.Write(p)
}

func (s *sink) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

func TestShowAndLeave(t *testing.T) {
	s := &sink{}
	p := New(s, true)
	p.Resized(10)
	p.Show([]string{"before it", "has begun "})
	if err := p.Enter(); err != nil {
		t.Fatal(err)
	}
	until(t, "the first frame", func() bool { return strings.Contains(s.text(), "before it") })
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for _, on := range []string{altScreenOn, cursorOff, pasteOn, focusOn, mouseOn} {
		if !strings.Contains(s.text(), on) {
			t.Errorf("%q was not sent", on)
		}
	}
	for _, off := range []string{altScreenOff, cursorOn, pasteOff, focusOff, mouseOff} {
		if i := strings.LastIndex(s.text(), off); i < strings.LastIndex(s.text(), "has begun") {
			t.Errorf("%q was not sent at the end", off)
		}
	}
	before := s.text()
	p.Show([]string{"too late", ""})
	if err := p.Leave(); err != nil || s.text() != before {
		t.Errorf("something was sent after leaving: %v", err)
	}
}

// TestSlowTerminalGetsTheNewest: frames replace each other while one is being written.
func TestSlowTerminalGetsTheNewest(t *testing.T) {
	s := &sink{}
	p := New(s, false)
	if err := p.Enter(); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.hold = make(chan struct{})
	s.mu.Unlock()
	for _, c := range "abcdefghijklmnop" {
		p.Show([]string{string(c)})
	}
	close(s.hold)
	until(t, "the newest frame", func() bool { return strings.Contains(s.text(), "p") })
	if got := s.text(); strings.Contains(got, "o"+eraseRight) {
		t.Errorf("an older frame was sent after it was replaced: %q", got)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTerminalGone(t *testing.T) {
	s := &sink{}
	p := New(s, false)
	if err := p.Enter(); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.err = io.ErrClosedPipe
	s.mu.Unlock()
	p.Show([]string{"x"})
	if err := p.Close(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("leaving a terminal that is gone: %v", err)
	}
}

func TestNothingChangedNothingSent(t *testing.T) {
	lines := []string{"one", "\x1b[1mtwo\x1b[0m"}
	if b := appendChanges(nil, lines, lines, 10); len(b) != 0 {
		t.Errorf("%q was sent", b)
	}
}

// TestChangesMakeTheFrame: whatever stood on the screen, after the changes the new
// lines stand there.
func TestChangesMakeTheFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const width, height = 30, 4
		screen := newScreen(width, height)
		var shown []string
		for range rapid.IntRange(1, 6).Draw(t, "frames") {
			next := make([]string, height)
			for y := range next {
				next[y] = drawLine(t, width)
			}
			if shown != nil && rapid.Bool().Draw(t, "same line") {
				next[0] = shown[0]
			}
			screen.feed(string(appendChanges(nil, shown, next, width)))
			want := newScreen(width, height)
			for y, line := range next {
				want.y, want.x = y, 0
				want.feed(line)
			}
			if got := screen.String(); got != want.String() {
				t.Fatalf("from %q\nto %q\nthe screen is\n%s\nnot\n%s", shown, next, got, want.String())
			}
			shown = next
		}
	})
}

// drawLine makes a line of exactly width cells of plain and styled pieces.
func drawLine(t *rapid.T, width int) string {
	var b strings.Builder
	for left := width; left > 0; {
		n := rapid.IntRange(1, left).Draw(t, "length")
		piece := strings.Repeat(rapid.SampledFrom([]string{" ", "a", "b", "z"}).Draw(t, "letter"), n)
		if n >= 2 && rapid.IntRange(0, 4).Draw(t, "wide") == 0 {
			piece, n = "字", 2
		}
		switch rapid.IntRange(0, 3).Draw(t, "style") {
		case 0:
			piece = "\x1b[7m" + piece + "\x1b[0m"
		case 1:
			piece = "\x1b[38;2;1;2;3m" + piece + "\x1b[0m"
		}
		b.WriteString(piece)
		left -= n
	}
	return b.String()
}

func BenchmarkChanges(b *testing.B) {
	line := func(mark string) string {
		return " " + mark + " staging runner, blue" + strings.Repeat(" ", 40) + "\x1b[38;2;92;207;230mOrg Agent\x1b[0m     ••••9f3E  2026-02-02 "
	}
	one, two := make([]string, 40), make([]string, 40)
	for i := range one {
		one[i], two[i] = line(" "), line(" ")
	}
	one[3], two[4] = line("▌"), line("▌")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = appendChanges(buf[:0], one, two, 120)
	}
	b.ReportMetric(float64(len(buf)), "bytes/frame")
}
