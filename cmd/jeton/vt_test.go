package main

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// vt is as much of a terminal as jeton needs: two screens, a cursor, and answers to the
// questions that are asked at start. Everything drawn on the normal screen is kept as
// scrollback would keep it.
type vt struct {
	width, height int
	cells         [2][][]string // normal and alternate screen; "" continues a wide cell
	x, y          int
	alt           bool
	normal        strings.Builder // all text ever written to the normal screen
	copies        []string        // payloads of OSC 52, as sent
	modes         map[string]bool // private modes that are set, "1049"
	pending       []byte          // an unfinished sequence
	answer        func(string)
}

func newVT(width, height int, answer func(string)) *vt {
	v := &vt{width: width, height: height, answer: answer, modes: map[string]bool{"25": true}}
	v.cells[0], v.cells[1] = v.blank(), v.blank()
	return v
}

func (v *vt) blank() [][]string {
	rows := make([][]string, v.height)
	for i := range rows {
		rows[i] = v.blankRow()
	}
	return rows
}

func (v *vt) blankRow() []string {
	row := make([]string, v.width)
	for i := range row {
		row[i] = " "
	}
	return row
}

func (v *vt) screen() [][]string {
	if v.alt {
		return v.cells[1]
	}
	return v.cells[0]
}

// text is the screen as lines without trailing blanks.
func (v *vt) text() string {
	var b strings.Builder
	for _, row := range v.screen() {
		b.WriteString(strings.TrimRight(strings.Join(row, ""), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// write takes what the program sent.
func (v *vt) write(p []byte) {
	v.pending = append(v.pending, p...)
	for len(v.pending) > 0 {
		n := v.next(v.pending)
		if n == 0 {
			return
		}
		v.pending = v.pending[n:]
	}
}

// next takes one character or sequence and returns its length, 0 if it is unfinished.
func (v *vt) next(p []byte) int {
	switch c := p[0]; {
	case c == 0x1b:
		return v.escape(p)
	case c == '\r':
		v.x = 0
	case c == '\n':
		v.feed()
	case c == '\b':
		v.x = max(0, v.x-1)
	case c < ' ':
	default:
		if !utf8.FullRune(p) {
			return 0
		}
		r, n := utf8.DecodeRune(p)
		v.put(r)
		return n
	}
	if !v.alt && p[0] == '\n' {
		v.normal.WriteByte('\n')
	}
	return 1
}

func (v *vt) put(r rune) {
	w := runewidth.RuneWidth(r)
	if !v.alt {
		v.normal.WriteRune(r)
	}
	row := v.screen()[v.y]
	if w == 0 {
		if v.x > 0 {
			row[v.x-1] += string(r)
		}
		return
	}
	if v.x+w > v.width {
		v.x = 0
		v.feed()
		row = v.screen()[v.y]
	}
	row[v.x] = string(r)
	if w == 2 {
		row[v.x+1] = ""
	}
	v.x += w
}

func (v *vt) feed() {
	if v.y < v.height-1 {
		v.y++
		return
	}
	s := v.screen()
	copy(s, s[1:])
	s[v.height-1] = v.blankRow()
}

// escape takes a sequence that starts with ESC.
func (v *vt) escape(p []byte) int {
	if len(p) < 2 {
		return 0
	}
	switch p[1] {
	case '[':
		for i := 2; i < len(p); i++ {
			if p[i] >= 0x40 && p[i] <= 0x7e {
				v.csi(string(p[2:i]), p[i])
				return i + 1
			}
		}
		return 0
	case ']', 'P', '_', '^', 'X':
		for i := 2; i < len(p); i++ {
			switch {
			case p[i] == 7:
				v.osc(p[1], string(p[2:i]))
				return i + 1
			case p[i] == 0x1b && i+1 < len(p) && p[i+1] == '\\':
				v.osc(p[1], string(p[2:i]))
				return i + 2
			}
		}
		return 0
	}
	return 2
}

func (v *vt) osc(kind byte, body string) {
	switch {
	case kind == ']' && strings.HasSuffix(body, ";?") && !strings.HasPrefix(body, "52"):
		v.answer("\x1b]" + strings.TrimSuffix(body, "?") + "rgb:0d0d/1111/1717\x1b\\")
	case kind == ']' && strings.HasPrefix(body, "52;"):
		v.copies = append(v.copies, body[strings.LastIndexByte(body, ';')+1:])
	}
}

// csi takes a control sequence without its introducer.
func (v *vt) csi(body string, final byte) {
	if private, ok := strings.CutPrefix(body, "?"); ok {
		if final == 'h' || final == 'l' {
			v.mode(private, final == 'h')
		}
		return
	}
	n := func(i, otherwise int) int {
		parts := strings.Split(body, ";")
		if i < len(parts) {
			if k, err := strconv.Atoi(parts[i]); err == nil {
				return k
			}
		}
		return otherwise
	}
	switch final {
	case 'A':
		v.y = max(0, v.y-n(0, 1))
	case 'B':
		v.y = min(v.height-1, v.y+n(0, 1))
	case 'C':
		v.x = min(v.width-1, v.x+n(0, 1))
	case 'D':
		v.x = max(0, v.x-n(0, 1))
	case 'G':
		v.x = min(v.width, n(0, 1)) - 1
	case 'H', 'f':
		v.y, v.x = min(v.height, n(0, 1))-1, min(v.width, n(1, 1))-1
	case 'J', 'K':
		v.erase(final, n(0, 0))
	case 'X':
		for x := v.x; x < min(v.x+n(0, 1), v.width); x++ {
			v.screen()[v.y][x] = " "
		}
	case 'c':
		v.answer("\x1b[?62;22c")
	case 'n':
		if n(0, 0) == 6 {
			v.answer("\x1b[" + strconv.Itoa(v.y+1) + ";" + strconv.Itoa(v.x+1) + "R")
		}
	}
}

func (v *vt) erase(what byte, how int) {
	from, to := v.x, v.width
	switch how {
	case 1:
		from, to = 0, v.x+1
	case 2:
		from, to = 0, v.width
	}
	s := v.screen()
	for x := from; x < min(to, v.width); x++ {
		s[v.y][x] = " "
	}
	if what == 'K' {
		return
	}
	for y := range s {
		if how == 2 || how == 0 && y > v.y || how == 1 && y < v.y {
			s[y] = v.blankRow()
		}
	}
}

func (v *vt) mode(names string, on bool) {
	for _, name := range strings.Split(names, ";") {
		v.modes[name] = on
		if name == "1049" {
			v.alt = on
			if on {
				v.cells[1] = v.blank()
			}
		}
	}
}
