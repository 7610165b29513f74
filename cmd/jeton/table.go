package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mattn/go-isatty"

	"jeton/store/remote/wire"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// table prints rows in columns. The rows come in pages: a column is as wide as the widest
// cell so far, so that nothing is kept but its width.
type table struct {
	out    *bufio.Writer
	safe   func(string) string
	head   []string // until the first rows come
	widths []int
	right  int // how many columns, from the first, are numbers
}

// gap is what stands between two columns.
const gap = "  "

// table begins one. The first columns, as many as are said, are numbers.
func (p *program) table(numbers int, head ...string) *table {
	return &table{out: bufio.NewWriterSize(p.std.out, 64<<10), safe: p.safe(), head: head, right: numbers}
}

// safe is what keeps text from acting on a terminal, or hiding on one.
func (p *program) safe() func(string) string {
	if p.flags.ascii || isatty.IsTerminal(p.std.out.Fd()) && theme.DetectGlyphs(p.getenv, false).Bytes {
		return draw.SafeASCII
	}
	return draw.Safe
}

// rows prints a page; also without any, the headings are printed.
func (t *table) rows(page ...[]string) error {
	if t.head != nil {
		page = slices.Insert(page, 0, t.head)
		t.head = nil
	}
	for _, row := range page {
		for i, cell := range row {
			row[i] = t.safe(cell)
			if i == len(t.widths) {
				t.widths = append(t.widths, 0)
			}
			t.widths[i] = max(t.widths[i], draw.Width(row[i]))
		}
	}
	for _, row := range page {
		var line strings.Builder
		for i, cell := range row {
			blank := strings.Repeat(" ", t.widths[i]-draw.Width(cell))
			if i < t.right {
				line.WriteString(blank + cell + gap)
			} else {
				line.WriteString(cell + blank + gap)
			}
		}
		if _, err := t.out.WriteString(strings.TrimRight(line.String(), " ") + "\n"); err != nil {
			return err
		}
	}
	return t.out.Flush()
}

// facts prints what there is to be said of one thing, a name and a text to a line. Those
// without a text are left out.
func (p *program) facts(out io.Writer, pairs ...[2]string) error {
	safe, width := p.safe(), 0
	for _, f := range pairs {
		if f[1] != "" {
			width = max(width, len(f[0]))
		}
	}
	for _, f := range pairs {
		if f[1] == "" {
			continue
		}
		if _, err := io.WriteString(out, draw.Fit(f[0], width, "")+gap+safe(f[1])+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// jsonLines prints objects, one to a line.
type jsonLines struct {
	out  *bufio.Writer
	line []byte // the last one, whose room the next takes
}

func (p *program) jsonLines() *jsonLines {
	return &jsonLines{out: bufio.NewWriterSize(p.std.out, 64<<10)}
}

// put adds one object.
func (j *jsonLines) put(object any) error {
	line, err := wire.Append(j.line[:0], object)
	j.line = line
	defer clear(line) // there may be a value in it
	if err != nil {
		return err
	}
	return asciiWhereHostile(j.out, line)
}

// write prints one object at once.
func (j *jsonLines) write(object any) error {
	if err := j.put(object); err != nil {
		return err
	}
	return j.out.Flush()
}

// asciiWhereHostile writes JSON with every character spelled out that could act on a
// terminal: to whoever reads JSON it is the same.
func asciiWhereHostile(out *bufio.Writer, text []byte) error {
	if !slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }) {
		_, err := out.Write(text)
		return err
	}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		var err error
		if one := string(text[:n]); r < utf8.RuneSelf || draw.Safe(one) == one {
			_, err = out.WriteString(one)
		} else {
			for _, unit := range utf16.Encode([]rune{r}) {
				_, err = fmt.Fprintf(out, "\\u%04x", unit)
			}
		}
		if err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}
