package grid

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tokens are the columns of a token list.
var tokens = []Column{
	{ID: "description", Title: "DESCRIPTION", Flex: true, Min: 16, Max: 60},
	{ID: "permissions", Title: "PERMISSIONS", Want: 14, Min: 3, Priority: 4},
	{ID: "token", Title: "TOKEN", Want: 8, Priority: 3},
	{ID: "created", Title: "CREATED", Want: 10, Priority: 2},
	{ID: "used", Title: "LAST USED", Want: 10, Priority: 1, From: 96},
}

func shape(cols []Placed) string {
	var parts []string
	for _, c := range cols {
		parts = append(parts, fmt.Sprintf("%s:%d@%d", c.ID[:1], c.W, c.X))
	}
	return strings.Join(parts, " ")
}

func TestLayout(t *testing.T) {
	tests := []struct {
		width int
		want  string
	}{
		{200, "d:60@3 p:14@65 t:8@81 c:10@91 u:10@103"},
		{96, "d:42@3 p:14@47 t:8@63 c:10@73 u:10@85"},
		{95, "d:53@3 p:14@58 t:8@74 c:10@84"},
		{80, "d:38@3 p:14@43 t:8@59 c:10@69"},
		{58, "d:16@3 p:14@21 t:8@37 c:10@47"},
		{57, "d:27@3 p:14@32 t:8@48"},
		{46, "d:16@3 p:14@21 t:8@37"},
		{45, "d:25@3 p:14@30"},
		{36, "d:16@3 p:14@21"},
		{35, "d:16@3 p:13@21"},
		{25, "d:16@3 p:3@21"},
		{24, "d:20@3"},
		{10, "d:6@3"},
		{1, "d:0@3"},
	}
	for _, tt := range tests {
		if got := shape(Layout(tokens, tt.width)); got != tt.want {
			t.Errorf("%d wide: %s, want %s", tt.width, got, tt.want)
		}
	}
}

// Columns never leave the table and never overlap; a column is never under its
// least width unless it is all there is.
func TestLayoutFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cols []Column
		n := rapid.IntRange(0, 6).Draw(t, "columns")
		flex := rapid.IntRange(-1, n).Draw(t, "flex")
		for i := range n {
			small := func(name string) int { return rapid.IntRange(0, 40).Draw(t, name) }
			cols = append(cols, Column{
				ID: "c", Want: small("want"), Min: small("min"), Max: small("max"),
				Priority: small("priority"), From: small("from"), Flex: i == flex,
			})
		}
		width := rapid.IntRange(-1, 300).Draw(t, "width")
		end := Margin + Marker - Gap
		placed := Layout(cols, width)
		for _, c := range placed {
			if c.X != end+Gap || c.W < 0 {
				t.Fatalf("columns overlap: %s", shape(placed))
			}
			if c.W < c.least() && len(placed) > 1 {
				t.Fatalf("under its least width: %s", shape(placed))
			}
			end = c.X + c.W
		}
		if len(placed) > 0 && end > max(width-Margin, Margin+Marker) {
			t.Fatalf("%d wide: leaves the table: %s", width, shape(placed))
		}
	})
}
