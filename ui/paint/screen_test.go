package paint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// screen is as much of a terminal as frames need: cells with a style, and the
// sequences that a Painter sends.
type screen struct {
	cells [][]string
	style string
	x, y  int
}

func newScreen(w, h int) *screen {
	s := &screen{cells: make([][]string, h)}
	for y := range s.cells {
		s.cells[y] = make([]string, w)
		s.erase(y, 0, w)
	}
	return s
}

func (s *screen) erase(y, from, to int) {
	for x := from; x < min(to, len(s.cells[y])); x++ {
		s.cells[y][x] = " "
	}
}

func (s *screen) String() string {
	var b strings.Builder
	for _, row := range s.cells {
		fmt.Fprintf(&b, "%q\n", row)
	}
	return b.String()
}

func (s *screen) feed(text string) {
	for len(text) > 0 {
		if text[0] == '\x1b' {
			n := sequence(text)
			s.control(text[2:n-1], text[n-1])
			text = text[n:]
			continue
		}
		cluster, w := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		s.cells[s.y][s.x] = s.style + cluster
		if w == 2 {
			s.cells[s.y][s.x+1] = s.style
		}
		s.x += w
		text = text[len(cluster):]
	}
}

func (s *screen) control(params string, final byte) {
	n, _ := strconv.Atoi(params)
	switch final {
	case 'm':
		if s.style = params; params == "0" {
			s.style = ""
		}
	case 'K':
		if s.x >= len(s.cells[s.y]) {
			panic("erased behind the last cell")
		}
		s.erase(s.y, s.x, len(s.cells[s.y]))
	case 'X':
		s.erase(s.y, s.x, s.x+n)
	case 'C':
		s.x += n
	case 'H':
		row, col, two := strings.Cut(params, ";")
		s.y, _ = strconv.Atoi(row)
		s.y--
		if s.x = 0; two {
			s.x, _ = strconv.Atoi(col)
			s.x--
		}
	default:
		panic("unknown sequence " + params + string(final))
	}
}
