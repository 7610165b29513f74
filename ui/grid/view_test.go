package grid

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

func newTheme(p termenv.Profile, bg theme.Background, g theme.Glyphs) *theme.Theme {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	return theme.New(r, bg, g)
}

var names = []string{
	"(no description)", "k8s agent for branch deployments", "データ基盤チームの夜間バッチ",
	"staging runner, blue", "nightly-hybrid-eu",
}

// row draws row i of a token list.
func row(t *theme.Theme) func(int) Row {
	return func(i int) Row {
		name := names[i%len(names)]
		if i >= len(names) {
			name = fmt.Sprintf("%s %d", name, i)
		}
		return Row{Do: i, Cells: []Cell{
			Plain(t.Text, name),
			{{Text: "Org ", Paint: t.Agent}, {Text: "Agent", Paint: t.Agent.And(t.Match)}},
			{{Text: t.Glyphs.Mask + "9f3E", Paint: t.Muted, Do: fmt.Sprint("reveal ", i)}},
			Plain(t.Muted, "2026-02-02"),
			Plain(t.Muted, "4 s ago"),
		}}
	}
}

func options(t *theme.Theme, w, h int) Options {
	return Options{Width: w, Height: h, Theme: t, Columns: tokens, Row: row(t), Heads: true, Sort: "created", Desc: true}
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

func TestGolden(t *testing.T) {
	looks := map[string]*theme.Theme{
		"plain": newTheme(termenv.Ascii, theme.Dark, theme.Unicode()),
		"ascii": newTheme(termenv.Ascii, theme.Dark, theme.ASCII()),
		"dark":  newTheme(termenv.TrueColor, theme.Dark, theme.Unicode()),
		"light": newTheme(termenv.TrueColor, theme.Light, theme.Unicode()),
	}
	g := Grid{Total: 5, Cursor: 3}
	for look, th := range looks {
		for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
			f := g.View(options(th, size[0], size[1]))
			golden(t, fmt.Sprintf("%s-%dx%d", look, size[0], size[1]), strings.ReplaceAll(f.String(), "\x1b", "␛"))
		}
	}
	th := looks["plain"]
	o := options(th, 80, 8)
	plain := o.Row
	o.Row = func(i int) Row {
		r := plain(i)
		if i == 3 {
			l := draw.NewLine(Inner(80)).Zone("copy", th.Secret, "jta_i3YIT4hGExqbwZetGi4IFS8VgHHzAhlk5It30Ee4HMm3C9f3E")
			r.Full = l.Right(draw.NewLine(20).Text(th.Muted, "hides in 0:24")).Frame()
		}
		return r
	}
	f := g.View(o)
	golden(t, "revealed-80x8", f.String())
	if do, _ := f.At(3, 4); do != "copy" {
		t.Errorf("a click on the secret gives %v", do)
	}
	if do, _ := f.At(60, 4); do != 3 {
		t.Errorf("a click beside the secret gives %v", do)
	}
}

func TestSelectedRow(t *testing.T) {
	th := newTheme(termenv.TrueColor, theme.Dark, theme.Unicode())
	f := Grid{Total: 5, Cursor: 3}.View(options(th, 80, 8))
	back := "48;2;47;42;84m"
	for y, line := range f.Lines {
		marked := strings.Contains(line, back) && strings.Contains(line, "▌")
		if marked != (y == 4) {
			t.Errorf("line %d marked: %v: %q", y, marked, line)
		}
	}
	// every cell between the margins has the background
	line := f.Lines[4]
	for rest := line; rest != ""; {
		from := strings.Index(rest, "\x1b[")
		if from < 0 {
			break
		}
		if plain := rest[:from]; plain != "" && plain != " " {
			t.Errorf("%q stands outside the background", plain)
		}
		end := strings.Index(rest[from:], "\x1b[0m")
		if !strings.Contains(rest[from:from+end], back) {
			t.Errorf("%q has another background", rest[from:from+end])
		}
		rest = rest[from+end+4:]
	}
	idle := options(th, 80, 8)
	idle.Idle = true
	if s := (Grid{Total: 5, Cursor: 3}).View(idle).String(); strings.Contains(s, "▌") || strings.Contains(s, back) {
		t.Error("a table without the keys shows a selection")
	}
}

func TestZones(t *testing.T) {
	th := newTheme(termenv.Ascii, theme.Dark, theme.Unicode())
	o := options(th, 80, 8)
	o.Columns = append([]Column(nil), tokens...)
	o.Columns[3].Do = "sort by created"
	f := Grid{Total: 5, Cursor: 3}.View(o)
	tests := []struct {
		x, y int
		want any
	}{
		{0, 1, 0}, {79, 1, 0}, {40, 5, 4}, {59, 2, "reveal 1"}, {66, 2, "reveal 1"}, {67, 2, 1}, {58, 2, 1},
		{70, 0, "sort by created"}, {5, 0, nil}, {5, 6, nil},
	}
	for _, tt := range tests {
		if got, _ := f.At(tt.x, tt.y); got != tt.want {
			t.Errorf("at %d,%d: %v, want %v", tt.x, tt.y, got, tt.want)
		}
	}
}

// A row of two lines at the end of the page is all on the page.
func TestTallRowAtTheEnd(t *testing.T) {
	th := newTheme(termenv.Ascii, theme.Dark, theme.Unicode())
	o := options(th, 40, 5)
	plain := o.Row
	o.Row = func(i int) Row {
		if i == 3 {
			return Row{Do: i, Bleed: true, Full: draw.Text("first half", "second half")}
		}
		return plain(i)
	}
	f := Grid{Total: 9, Cursor: 3}.View(o)
	if got := strings.TrimSpace(f.Lines[4]); got != "second half" || strings.TrimSpace(f.Lines[3]) != "first half" {
		t.Fatalf("got\n%s", f)
	}
	if do, _ := f.At(20, 2); do != 2 {
		t.Errorf("the row above answers a click with %v", do)
	}
}

func TestArrowAndEllipsis(t *testing.T) {
	th := newTheme(termenv.Ascii, theme.Dark, theme.ASCII())
	o := options(th, 40, 3)
	o.Columns = []Column{{ID: "a", Title: "NAME", Want: 5, Right: true}, {ID: "b", Title: "X", Want: 5}}
	o.Sort, o.Desc = "a", false
	o.Row = func(int) Row {
		return Row{Cells: []Cell{Plain(th.Text, "12"), {{Text: "abc"}, {Text: "def"}}}}
	}
	got := Grid{Total: 1}.View(o).Lines
	if strings.TrimRight(got[0], " ") != "   NA~ ^  X" || strings.TrimRight(got[1], " ") != " >    12  abcd~" {
		t.Fatalf("got %q", got)
	}
	o.Columns[1].Want = 3
	if got := (Grid{Total: 1}).View(o).Lines[1]; strings.TrimRight(got, " ") != " >    12  ab~" {
		t.Fatalf("a cut between two segments is not shown: %q", got)
	}
}

// Any table in any size: exactly as many lines as asked, each as wide.
func TestViewFillsItsSize(t *testing.T) {
	th := newTheme(termenv.TrueColor, theme.Light, theme.Unicode())
	check := func(t interface{ Fatalf(string, ...any) }, g Grid, o Options) {
		f := g.View(o)
		if len(f.Lines) != max(o.Height, 0) {
			t.Fatalf("%dx%d: %d lines", o.Width, o.Height, len(f.Lines))
		}
		for _, line := range f.Lines {
			if got := ansi.StringWidth(line); got != max(o.Width, 0) {
				t.Fatalf("%dx%d: a line is %d wide: %q", o.Width, o.Height, got, line)
			}
		}
		for _, z := range f.Zones {
			if z.X < 0 || z.Y < 0 || z.Y+z.H > o.Height || z.X+z.W > o.Width {
				t.Fatalf("%dx%d: a zone leaves the table: %+v", o.Width, o.Height, z)
			}
		}
	}
	for size := 1; size <= 300; size++ {
		check(t, Grid{Total: 500, Cursor: 250}, options(th, size, 7))
		check(t, Grid{Total: 500, Cursor: 499}, options(th, 50, size))
	}
	rapid.Check(t, func(t *rapid.T) {
		o := options(th, rapid.IntRange(0, 200).Draw(t, "w"), rapid.IntRange(0, 60).Draw(t, "h"))
		o.Heads = rapid.Bool().Draw(t, "heads")
		g := Grid{Total: rapid.IntRange(0, 90).Draw(t, "total"), Top: rapid.IntRange(0, 90).Draw(t, "top")}
		g.Cursor = rapid.IntRange(0, max(g.Total-1, 0)).Draw(t, "cursor")
		full, bleed := rapid.IntRange(0, 4).Draw(t, "full"), rapid.Bool().Draw(t, "bleed")
		plain := o.Row
		o.Row = func(i int) Row {
			r := plain(i)
			if i == g.Cursor && full > 0 {
				r.Bleed = bleed
				r.Full = draw.Frame{Lines: make([]string, full), Zones: []draw.Zone{{X: 0, Y: 0, W: 300, H: 9, Do: 1}}}
				r.Full.Lines[0] = strings.Repeat("語", 60)
			}
			return r
		}
		check(t, g, o)
	})
}

func benchmark(b *testing.B, total int) {
	th := newTheme(termenv.TrueColor, theme.Dark, theme.Unicode())
	g := Grid{Total: total, Cursor: total / 2}
	o := options(th, 120, 40)
	match := th.Agent.And(th.Match)
	type reveal struct{ row int }
	o.Row = func(i int) Row {
		return Row{Do: i, Cells: []Cell{
			Plain(th.Text, names[i%len(names)]),
			{{Text: "Org ", Paint: th.Agent}, {Text: "Agent", Paint: match}},
			{{Text: "••••9f3E", Paint: th.Muted, Do: reveal{i}}},
			Plain(th.Muted, "2026-02-02"),
			Plain(th.Muted, "4 s ago"),
		}}
	}
	b.ReportAllocs()
	for b.Loop() {
		g.View(o)
	}
}

func BenchmarkView100(b *testing.B)     { benchmark(b, 100) }
func BenchmarkView1000000(b *testing.B) { benchmark(b, 1_000_000) }
