package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"jeton/model"
)

// bar shows how far long work is, on one line of a terminal and nowhere else.
type bar struct {
	out   *os.File // nil: it is not a terminal
	total int
	last  time.Time
}

func newBar(out *os.File, total int) *bar {
	if !isatty.IsTerminal(out.Fd()) {
		out = nil
	}
	return &bar{out: out, total: total}
}

// barWidth is the length of the bar itself, in cells.
const barWidth = 40

// show draws the bar, ten times a second at most.
func (b *bar) show(done int) {
	if b.out == nil || done < b.total && time.Since(b.last) < 100*time.Millisecond {
		return
	}
	b.last = time.Now()
	full := min(barWidth*done/max(b.total, 1), barWidth) // there may be more than was expected
	fmt.Fprintf(b.out, "\r[%s%s] %d of %d", strings.Repeat("#", full), strings.Repeat("-", barWidth-full), done, b.total)
}

// progress is show for long work of the store.
func (b *bar) progress(at model.Progress) {
	b.total = int(at.Total)
	b.show(int(at.Done))
}

// clear takes the bar away again.
func (b *bar) clear() {
	if b.out != nil && !b.last.IsZero() {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
