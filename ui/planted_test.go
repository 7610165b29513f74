package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"jeton/model"
	"jeton/store"
	"jeton/store/storetest"
)

// hostile are texts that no rule lets in: they would act on a terminal, hide, or
// reorder what stands around them.
var hostile = []string{
	"\x1b]52;c;aGFja2Vk\x07", "\x1b[2J\x1b[H", "\x1b[31mred", "\u009b31mc1", "\x9b31m8bit", "bell\x07", "back\b\b\b", "cr\rover", "line\nbreak", "tab\there",
	"\u202egnp.exe", "\u2066iso\u2069", "zero\u200bwidth", "joiner\u200d", "\ufeffbom", "soft\u00adhyphen", "\u2028sep", "bad\xff\xfeutf8",
	"zalgo" + strings.Repeat("\u0301", 40), "\U000E0041tag", "flag🇯🇵", strings.Repeat("long ", 2000), "字" + strings.Repeat("幅", 300),
}

// TestPlantedTextDrawsHarmlessly puts hostile descriptions into the store below its
// rules and walks through the screens that show them: nothing but colours reaches the
// terminal, and every line keeps its width.
func TestPlantedTextDrawsHarmlessly(t *testing.T) {
	w := newWorld(t)
	var tokens []model.Token
	for i := range hostile {
		tokens = append(tokens, w.agent(fmt.Sprint("victim ", i)))
	}
	w.plant(tokens)
	for i, token := range tokens {
		value, from := w.value(token.ID), model.Caller{Addr: hostile[i], Agent: hostile[i], Place: model.Place{Name: hostile[i], Branch: true}}
		w.present(value, from, 1)
		if i%3 == 0 {
			w.revoke(token.ID)
			w.present(value, from, 1)
		}
	}
	r := w.terminal(w.ana)
	r.until("Agent tokens " + fmt.Sprint(len(hostile)-(len(hostile)+2)/3))
	r.press("v")
	r.until(fmt.Sprint("of ", len(hostile)))
	for range hostile {
		for _, keys := range [][]string{{}, {"enter"}, {"esc", "e"}, {"esc", "X"}, {"esc", "d"}, {"esc", "r"}, {"esc"}} {
			r.press(keys...)
			r.when("its use", r.useIsRead)
			for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
				r.resize(size[0], size[1])
				checkSize(t, r, size[0], size[1])
				checkHarmless(t, r)
			}
		}
		r.press("down")
	}
	r.press("K")
	for range hostile {
		for _, keys := range [][]string{{}, {"enter"}, {"esc"}} {
			r.press(keys...)
			for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
				r.resize(size[0], size[1])
				checkSize(t, r, size[0], size[1])
				checkHarmless(t, r)
			}
		}
		r.press("down")
	}
	r.press("4")
	r.until("WHAT")
	checkHarmless(t, r)
	r.press("enter")
	checkHarmless(t, r)
}

// useIsRead reports whether the dialog on top, if it is about a token's use, knows it.
func (r *terminal) useIsRead() bool {
	switch d := r.app.top().(type) {
	case *details:
		return d.use.known
	case *revoke:
		return d.use.known
	}
	return true
}

// plant gives each token a hostile description, and opens the store again.
func (w *world) plant(tokens []model.Token) {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	ctx := context.Background()
	for i, token := range tokens {
		if err := storetest.Describe(ctx, w.opts, token.ID, hostile[i]); err != nil {
			w.t.Fatal(err)
		}
	}
	var err error
	if w.store, err = store.Open(ctx, w.opts); err != nil {
		w.t.Fatal(err)
	}
}

// checkHarmless refuses every character on the screen that is not drawn as itself, and
// every escape sequence but colours.
func checkHarmless(t *testing.T, r *terminal) {
	t.Helper()
	view := r.app.View()
	if strings.Contains(strings.ReplaceAll(view, "\x1b[", ""), "\x1b") {
		t.Fatalf("an escape sequence that is not a colour: %q", view)
	}
	for _, c := range r.screen() {
		if c != '\n' && (!unicode.IsPrint(c) || unicode.In(c, unicode.Cf, unicode.Bidi_Control, unicode.Variation_Selector)) {
			t.Fatalf("%U is on the screen", c)
		}
	}
	for _, sequence := range strings.Split(view, "\x1b[")[1:] {
		if end := strings.IndexFunc(sequence, func(c rune) bool { return c >= '@' && c <= '~' }); end < 0 || sequence[end] != 'm' {
			t.Fatalf("a sequence other than a colour: %q", sequence[:min(len(sequence), 12)])
		}
	}
}
