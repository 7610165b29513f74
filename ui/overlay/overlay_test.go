package overlay

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"jeton/ui/draw"
	"jeton/ui/theme"
)

var update = flag.Bool("update", false, "write the golden files anew")

func newTheme(p termenv.Profile, g theme.Glyphs) *theme.Theme {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	return theme.New(r, theme.Dark, g)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("%s differs; run with -update if this is meant\ngot:\n%s", name, got)
	}
}

func base(w, h int) draw.Frame {
	lines := make([]string, h)
	for y := range lines {
		lines[y] = strings.Repeat([]string{"語", "a語", "\x1b[1mb語\x1b[0m", "."}[y%4], w)
	}
	return draw.Frame{Lines: lines, Zones: []draw.Zone{{X: 0, Y: 0, W: w, H: h, Do: "base"}}}.Fill(w, h)
}

// permissions is a dialog of the usual size, its body fitting a screen w wide.
func permissions(t *theme.Theme, w int) Box {
	inner := Inner(64, w)
	toggle := draw.NewLine(20).Zone("toggle", t.Agent, "Org Agent "+t.Glyphs.Toggle(false)+" off")
	row := func(name string, on bool) *draw.Line {
		return draw.NewLine(inner).Zone(name, nil, "  "+t.Glyphs.Box(on)+" "+name)
	}
	keys := draw.NewLine(inner).Zone("revoke", t.Danger, "X Revoke"+t.Glyphs.Dots)
	keys.Right(draw.NewLine(40).Zone("esc", t.Key, "esc").Text(t.Word, " cancel   ").Zone("save", t.Key, t.Glyphs.Enter).Text(t.Word, " save"))
	return Box{
		Theme: t, Title: "Permissions " + t.Glyphs.Dot + " staging runner, blue", Right: toggle, Border: t.Rule, Width: 64,
		Body: draw.Rows(draw.NewLine(inner), row("prod-eu", true), row("データ基盤", false), draw.NewLine(inner), keys),
	}
}

func TestGolden(t *testing.T) {
	looks := map[string]*theme.Theme{
		"plain": newTheme(termenv.Ascii, theme.Unicode()),
		"ascii": newTheme(termenv.Ascii, theme.ASCII()),
		"dark":  newTheme(termenv.TrueColor, theme.Unicode()),
	}
	for look, th := range looks {
		for _, size := range [][2]int{{40, 10}, {67, 12}, {68, 12}, {80, 24}, {140, 40}} {
			f := Show(base(size[0], size[1]), permissions(th, size[0]), size[0], size[1])
			golden(t, fmt.Sprintf("%s-%dx%d", look, size[0], size[1]), strings.ReplaceAll(f.String(), "\x1b", "␛"))
		}
	}
}

func TestClicks(t *testing.T) {
	th := newTheme(termenv.Ascii, theme.Unicode())
	for _, w := range []int{40, 80, 140} {
		f := Show(base(w, 24), permissions(th, w), w, 24)
		seen := map[any]int{}
		for y, line := range f.Lines {
			for x := range w {
				if do, ok := f.At(x, y); ok {
					seen[do]++
					if do == "toggle" && !strings.Contains(line, "Org Agent") {
						t.Errorf("%d wide: the toggle answers on %q", w, line)
					}
				}
			}
		}
		if seen["base"] > 0 {
			t.Errorf("%d wide: what lies below answers clicks", w)
		}
		if seen["toggle"] != 17 || seen["revoke"] != 9 || seen["save"] != 1 {
			t.Errorf("%d wide: cells that answer: %v", w, seen)
		}
	}
	// what a click reaches is what is drawn there
	f := Show(base(80, 24), permissions(th, 80), 80, 24)
	for _, z := range f.Zones {
		got := draw.Cut(f.Lines[z.Y], z.X, z.X+z.W)
		want := map[any]string{"toggle": "Org Agent ○── off", "revoke": "X Revoke…", "esc": "esc", "save": "↵", "prod-eu": "  [x] prod-eu", "データ基盤": "  [ ] データ基盤"}[z.Do]
		if got != want {
			t.Errorf("%v answers on %q, want %q", z.Do, got, want)
		}
	}
}

// A wide letter under an edge of the box becomes a space, and colours left and
// right stay what they were.
func TestEdges(t *testing.T) {
	under := draw.Text("\x1b[1m語語語語語\x1b[0m")
	f := PlaceAt(under, draw.Text("XX"), 3, 0, 10, 1)
	if got, want := f.Lines[0], "\x1b[1m語 \x1b[0mXX\x1b[1m 語語\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f = PlaceAt(under, draw.Text("XX"), 99, -5, 10, 1)
	if got := ansi.Strip(f.Lines[0]); got != "語語語語XX" {
		t.Errorf("not moved inside: %q", got)
	}
}

func TestTitleIsCutBeforeTheToggle(t *testing.T) {
	th := newTheme(termenv.Ascii, theme.Unicode())
	b := permissions(th, 80)
	b.Title = strings.Repeat("データ", 30)
	top := b.Frame().Lines[0]
	if ansi.StringWidth(top) != 64 || !strings.Contains(top, "…") || !strings.HasSuffix(top, "─ Org Agent ○── off ─╮") {
		t.Errorf("got %q", top)
	}
}

// Any base, any box, any size: exactly h lines of w cells, zones inside.
func TestAnythingFits(t *testing.T) {
	th := newTheme(termenv.TrueColor, theme.Unicode())
	piece := rapid.SampledFrom([]string{"a", "語", " ", "\x1b[31m", "\x1b[0m", "e\u0301", "👩‍👩‍👧", "\x1b[1;48;2;1;2;3mx語\x1b[0m", "\n", "한"})
	frame := rapid.Custom(func(t *rapid.T) draw.Frame {
		var f draw.Frame
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			f.Lines = append(f.Lines, strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "line"), ""))
		}
		f.Zones = []draw.Zone{{X: -1, Y: -1, W: 99, H: 99, Do: 1}}
		return f
	})
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(0, 200).Draw(t, "w"), rapid.IntRange(0, 60).Draw(t, "h")
		under, over := frame.Draw(t, "base"), frame.Draw(t, "box")
		b := Box{Theme: th, Title: "語 title", Border: th.Danger, Width: rapid.IntRange(-1, 100).Draw(t, "width"), Body: over}
		if rapid.Bool().Draw(t, "right") {
			b.Right = draw.NewLine(30).Zone("right", nil, "語 right")
		}
		x, y := rapid.IntRange(-9, 220).Draw(t, "x"), rapid.IntRange(-9, 70).Draw(t, "y")
		for name, f := range map[string]draw.Frame{
			"Place": Place(under, over, w, h), "PlaceAt": PlaceAt(under, over, x, y, w, h), "Show": Show(under, b, w, h),
		} {
			if len(f.Lines) != h {
				t.Fatalf("%s: %d lines, want %d", name, len(f.Lines), h)
			}
			for _, line := range f.Lines {
				if got := ansi.StringWidth(line); got != w {
					t.Fatalf("%s: a line of %d cells, want %d: %q", name, got, w, line)
				}
			}
			for _, z := range f.Zones {
				if z.X < 0 || z.Y < 0 || z.X+z.W > w || z.Y+z.H > h {
					t.Fatalf("%s: a zone leaves the screen: %+v", name, z)
				}
			}
		}
	})
}

func TestEverySize(t *testing.T) {
	th := newTheme(termenv.Ascii, theme.ASCII())
	for w := 1; w <= 300; w++ {
		for _, h := range []int{1, 2, 3, 10, 300} {
			f := Show(base(w, h), permissions(th, w), w, h)
			if len(f.Lines) != h || f.Width() != w {
				t.Fatalf("%dx%d: drawn as %dx%d", w, h, f.Width(), len(f.Lines))
			}
		}
	}
}

func BenchmarkShow(b *testing.B) {
	th := newTheme(termenv.TrueColor, theme.Unicode())
	under, box := base(140, 40), permissions(th, 140)
	for b.Loop() {
		Show(under, box, 140, 40)
	}
}
