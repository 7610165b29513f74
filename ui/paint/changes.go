package paint

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const (
	eraseRight = "\x1b[K"
	// gap is from how many blanks on erasing and stepping over them is shorter than
	// writing them.
	gap = 12
)

// appendChanges appends what turns the lines on the screen, shown (nil when unknown),
// into lines, in a window of this width.
func appendChanges(b []byte, shown, lines []string, width int) []byte {
	for y, line := range lines {
		from := 0
		if y < len(shown) {
			if shown[y] == line {
				continue
			}
			from = samePrefix(shown[y], line)
		}
		b = moveTo(b, y, from)
		b = appendLine(b, line[from:], width-from)
	}
	return b
}

// samePrefix returns how many bytes at the start of both lines are the same plain
// ASCII, one cell each, before any style: what need not be written again. A letter
// whose next one may combine with it is left out.
func samePrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] && a[n] >= ' ' && a[n] < 0x7f {
		n++
	}
	if n > 0 && (n < len(b) && b[n] >= 0x80 || n < len(a) && a[n] >= 0x80) {
		n--
	}
	return n
}

func moveTo(b []byte, y, x int) []byte {
	b = append(b, "\x1b["...)
	b = strconv.AppendInt(b, int64(y+1), 10)
	if x > 0 {
		b = append(b, ';')
		b = strconv.AppendInt(b, int64(x+1), 10)
	}
	return append(b, 'H')
}

// appendLine appends the rest of a line, in a window with room cells right of where it
// starts. Blanks without a style are erased and stepped over; those at the end are
// erased with whatever stood behind them.
func appendLine(b []byte, line string, room int) []byte {
	whole, plain := line, true
	for len(line) > 0 {
		switch {
		case line[0] == '\x1b':
			n := sequence(line)
			plain = line[:n] == styleOff || line[:n] == "\x1b[m"
			b, line = append(b, line[:n]...), line[n:]
		case plain && line[0] == ' ':
			rest := strings.TrimLeft(line, " ")
			if rest == "" {
				return append(b, eraseRight...)
			}
			b, line = appendBlanks(b, len(line)-len(rest)), rest
		default:
			n := 1 + strings.IndexAny(line[1:], "\x1b ")
			if n == 0 {
				n = len(line)
			}
			b, line = append(b, line[:n]...), line[n:]
		}
	}
	// Never behind the last cell: there, many terminals would erase what was just written.
	if ansi.StringWidth(whole) < room {
		b = append(b, eraseRight...)
	}
	return b
}

func appendBlanks(b []byte, n int) []byte {
	if n < gap {
		return append(b, blanks[:n]...)
	}
	b = append(b, "\x1b["...)
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, "X\x1b["...)
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, 'C')
}

const blanks = "            "

// sequence returns the length of the escape sequence s begins with: in a frame there
// are only colours and attributes.
func sequence(s string) int {
	for i := 2; i < len(s); i++ {
		if s[i] >= '@' && s[i] <= '~' {
			return i + 1
		}
	}
	return len(s)
}
