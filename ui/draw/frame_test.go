package draw

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type bold struct{}

func (bold) Render(s string) string { return "\x1b[1m" + s + "\x1b[0m" }

func TestLine(t *testing.T) {
	l := NewLine(20).Space(1).Zone("tab", bold{}, "語").To(6).Text(nil, "x")
	l.Right(NewLine(20).Zone("right", nil, "end"))
	if got := l.String(); got != " \x1b[1m語\x1b[0m   x          end" {
		t.Fatalf("got %q", got)
	}
	f := l.Frame()
	for x, want := range map[int]any{0: nil, 1: "tab", 2: "tab", 3: nil, 16: nil, 17: "right", 19: "right", 20: nil} {
		if got, _ := f.At(x, 0); got != want {
			t.Errorf("at %d: %v, want %v", x, got, want)
		}
	}
}

func TestLineRightWins(t *testing.T) {
	l := NewLine(10).Text(nil, "abc").Zone("z", nil, "defghijk")
	l.Right(NewLine(10).Zone("r", nil, "XYZ"))
	if got := l.String(); got != "abcdef XYZ" {
		t.Fatalf("got %q", got)
	}
	if z := l.Zones()[0]; z.X != 3 || z.W != 3 {
		t.Fatalf("the zone was not cut with its text: %+v", z)
	}
}

func TestFrames(t *testing.T) {
	a := NewLine(5).Zone("a", nil, "ab").Frame()
	f := a.Below(a.Shift(1, 1)).Beside(4, Text("|", "|"))
	if got := f.String(); got != "ab  |\n    |\n ab " {
		t.Fatalf("got %q", got)
	}
	if _, ok := f.At(0, 2); ok {
		t.Error("the shifted zone covers the cell left of it")
	}
	if do, _ := f.At(1, 2); do != "a" {
		t.Error("the shifted zone is not where its text is")
	}
	if got := f.Shift(-1, -2).String(); got != "ab " {
		t.Errorf("shifted back: %q", got)
	}
	if got := f.Trim(1); len(got.Lines) != 1 || len(got.Zones) != 1 {
		t.Errorf("trimmed: %+v", got)
	}
}

func TestTopmostZone(t *testing.T) {
	f := Frame{Zones: []Zone{{0, 0, 9, 9, "row"}, {2, 2, 3, 1, "cell"}}}
	for _, tt := range []struct {
		x, y int
		want any
	}{{2, 2, "cell"}, {4, 2, "cell"}, {5, 2, "row"}, {2, 3, "row"}, {9, 0, nil}, {-1, 0, nil}} {
		if got, _ := f.At(tt.x, tt.y); got != tt.want {
			t.Errorf("at %d,%d: %v, want %v", tt.x, tt.y, got, tt.want)
		}
	}
}

// Filling forces any frame into any size.
func TestFill(t *testing.T) {
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(nasty), 0, 6).Draw(t, "parts"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(-1, 300).Draw(t, "w"), rapid.IntRange(-1, 60).Draw(t, "h")
		f := Frame{Lines: rapid.SliceOfN(line, 0, 70).Draw(t, "lines"), Zones: []Zone{{-3, -3, 400, 400, 1}}}.Fill(w, h)
		if len(f.Lines) != max(h, 0) {
			t.Fatalf("%d lines, want %d", len(f.Lines), h)
		}
		for _, l := range f.Lines {
			checkCells(t, "Fill", "", l, w)
		}
		for _, z := range f.Zones {
			if z.X < 0 || z.Y < 0 || z.X+z.W > w || z.Y+z.H > h {
				t.Fatalf("a zone leaves the frame: %+v", z)
			}
		}
	})
}

// Whatever is written, a line stays in its width and its zones in the line.
func TestLineStaysInside(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string { return Safe(rapid.SampledFrom(nasty).Draw(t, "text")) })
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(0, 60).Draw(t, "w")
		l := NewLine(w)
		for range rapid.IntRange(0, 6).Draw(t, "segments") {
			l.Zone(1, bold{}, text.Draw(t, "s")).Space(rapid.IntRange(-2, 4).Draw(t, "n"))
		}
		l.Right(NewLine(rapid.IntRange(0, 90).Draw(t, "rw")).Zone(2, nil, text.Draw(t, "r")))
		if got := Width(l.String()); got != l.X() || got > w {
			t.Fatalf("%q: %d cells, counted %d, of %d", l.String(), got, l.X(), w)
		}
		for _, z := range l.Zones() {
			if z.X < 0 || z.X+z.W > w {
				t.Fatalf("a zone leaves the line: %+v", z)
			}
		}
	})
}

func BenchmarkFill(b *testing.B) {
	line := strings.Repeat("\x1b[38;2;1;2;3mdata データ ••••9f3E\x1b[0m ", 5)
	f := Frame{Lines: make([]string, 40)}
	for i := range f.Lines {
		f.Lines[i] = line
	}
	for b.Loop() {
		f.Fill(140, 40)
	}
}

func BenchmarkSafe(b *testing.B) {
	for b.Loop() {
		Safe("データ基盤チームの夜間バッチ, staging runner, blue")
	}
}
