package grid

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Walking down, the view stands still for half a page and then moves by half.
func TestLeavesThePageByHalf(t *testing.T) {
	g := Grid{}
	g.Set(1000)
	moves, tops := 0, []int{0}
	for range 200 {
		g.Move(1, 20)
		if last := tops[len(tops)-1]; g.Top != last {
			moves++
			tops = append(tops, g.Top)
		}
	}
	if fmt.Sprint(tops[:4]) != "[0 10 20 30]" || moves > 20 {
		t.Fatalf("200 keys moved the view %d times, to %v", moves, tops)
	}
	top := g.Top
	g.Move(-5, 20)
	if g.Top != top {
		t.Fatal("turning back moved the view")
	}
}

func TestMoves(t *testing.T) {
	tests := []struct {
		name       string
		do         func(*Grid)
		cursor, to int
		top        int
	}{
		{"down", func(g *Grid) { g.Move(1, 10) }, 5, 6, 0},
		{"off the end", func(g *Grid) { g.Move(1, 10) }, 99, 99, 90},
		{"off the start", func(g *Grid) { g.Move(-3, 10) }, 1, 0, 0},
		{"over the end of the page", func(g *Grid) { g.Move(1, 10) }, 9, 10, 5},
		{"page", func(g *Grid) { g.Page(1, 10) }, 3, 13, 10},
		{"page at the end", func(g *Grid) { g.Page(1, 10) }, 95, 99, 90},
		{"page up at the start", func(g *Grid) { g.Page(-1, 10) }, 3, 0, 0},
		{"half page", func(g *Grid) { g.HalfPage(1, 10) }, 3, 8, 5},
		{"far", func(g *Grid) { g.Go(50, 10) }, 3, 50, 45},
		{"home", func(g *Grid) { g.Home() }, 50, 0, 0},
		{"end", func(g *Grid) { g.End(10) }, 50, 99, 90},
		{"past everything", func(g *Grid) { g.Move(1<<62, 10) }, 50, 99, 90},
		{"page past everything", func(g *Grid) { g.Page(-1<<62, 10) }, 50, 0, 0},
		{"shrinks", func(g *Grid) { g.Set(3) }, 50, 2, 2},
		{"empties", func(g *Grid) { g.Set(0) }, 50, 0, 0},
	}
	for _, tt := range tests {
		g := Grid{Total: 100}
		g.Go(tt.cursor, 10)
		tt.do(&g)
		if g.Cursor != tt.to || g.Top != tt.top {
			t.Errorf("%s: cursor %d, top %d; want %d, %d", tt.name, g.Cursor, g.Top, tt.to, tt.top)
		}
	}
}

// Whatever happens, the cursor is a row there is, the page shows it, and no
// blank lines stand below a list that could fill them.
func TestCursorIsAlwaysOnThePage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g Grid
		g.Set(rapid.IntRange(0, 200).Draw(t, "total"))
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			h, n := rapid.IntRange(0, 60).Draw(t, "height"), rapid.IntRange(-70, 70).Draw(t, "n")
			switch rapid.IntRange(0, 6).Draw(t, "do") {
			case 0:
				g.Move(n, h)
			case 1:
				g.Page(n, h)
			case 2:
				g.HalfPage(n, h)
			case 3:
				g.End(h)
			case 4:
				g.Go(n, h)
			case 5:
				g.Set(n + 70)
			case 6:
				g.Cursor = n // by whoever follows a row by its number
				g.Set(g.Total)
			}
			h = max(h, 1)
			first := g.First(h)
			if g.Total > 0 && (g.Cursor < first || g.Cursor >= first+h || g.Cursor >= g.Total) {
				t.Fatalf("%+v: the page of %d from %d does not show the cursor", g, h, first)
			}
			if first < 0 || first > max(g.Total-h, 0) {
				t.Fatalf("%+v: a page of %d from %d leaves lines blank", g, h, first)
			}
		}
	})
}
