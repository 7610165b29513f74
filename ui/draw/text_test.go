package draw

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// nasty are texts that have broken terminals, and some that must not be harmed.
var nasty = []string{
	"", "plain", "データ基盤チームの夜間バッチ", "naïve café", "한국어", "नमस्ते क्ष", "ทำน้ำ", "ｶﾞｷﾞ",
	"\x1b[31mred", "\x1b]52;c;aGk=\a", "\u009b31m", "\x9b31m", "a\x00b\x7f", "line\nbreak\ttab\r",
	"\u202eevil\u2066", "zero\u200bwidth\u200d\ufeff", "e\u0301\u0301\u0301\u0301\u0301\u0301", "\u0301first",
	"👩‍👩‍👧", "❤️", "🇩🇪🇫🇷", "👍🏽", "1️⃣", "\ue000\U000f0000", "\u0378", "\u2028\u2029", "\xed\xa0\x80", "\xff\xfe",
	"ᄀ가ᄀᄀ", "\u3164\u115f", "\u0d4ea", "\U000e0041", "\u00ad", "\x1b[1m語\x1b[0m語", "\x1b[", "\x1b", "語",
}

func TestSafe(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain \\ text", "plain \\ text"},
		{"データ", "データ"},
		{"\x1b[31m", `\x1b[31m`},
		{"\u009b", `\x9b`},
		{"\x9b", `\x9b`},
		{"a\u202eb", `a\u202eb`},
		{"\u200d\ufe0f", `\u200d\ufe0f`},
		{"\U000e0041", `\U000e0041`},
		{"\u0301a", `\u0301a`},
		{"e\u0301", "e\u0301"},
		{"e\u0301\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301" + `\u0301\u0301`},
		{"🇩🇪", `\U0001f1e9\U0001f1ea`},
		{"👍🏽", `👍\U0001f3fd`},
		{"क्ष", "क् ष"},
		{"ทำ", "ท\u0e4d\u0e32"},
		{"\ufffd", "\ufffd"},
	}
	for _, tt := range tests {
		if got := Safe(tt.in); got != tt.want {
			t.Errorf("Safe(%+q) = %+q, want %+q", tt.in, got, tt.want)
		}
	}
	if got := SafeASCII("é語\x1b"); got != `\xe9\u8a9e\x1b` {
		t.Errorf("SafeASCII gave %q", got)
	}
}

// checkSafe is what every result of Safe must be: of drawable runes only, and
// of clusters with one base, whose width terminals and the renderer agree about.
func checkSafe(t interface{ Fatalf(string, ...any) }, in string) {
	out := Safe(in)
	if !utf8.ValidString(out) {
		t.Fatalf("Safe(%+q) is not UTF-8: %+q", in, out)
	}
	for _, r := range out {
		if !drawable(r) {
			t.Fatalf("Safe(%+q) lets %U through", in, r)
		}
	}
	for rest := out; rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[len(cluster):]
		bases := 0
		for _, r := range cluster {
			if !unicode.Is(unicode.M, r) {
				bases++
			}
		}
		if bases > 1 {
			t.Fatalf("Safe(%+q) has a cluster %+q with %d bases", in, cluster, bases)
		}
	}
	if a, b := Width(out)+1, Width(" "+out); a != b {
		t.Fatalf("Safe(%+q): width changes with what stands before it", in)
	}
	if a, b := Width(out)+1, Width(out+" "); a != b {
		t.Fatalf("Safe(%+q): width changes with what stands behind it", in)
	}
}

func TestSafeNasty(t *testing.T) {
	for _, s := range nasty {
		for _, u := range nasty {
			checkSafe(t, s+u)
		}
	}
}

// Every rune there is, alone and between others. Planes 2 to 13 and the last two
// hold no letters but ideographs, or nothing: every hundredth stands for them.
func TestSafeEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r > 0x20000 && r < 0xe0000 || r > 0xe0fff {
			r += 100
		}
		if utf8.ValidRune(r) {
			checkSafe(t, "क"+string(r)+"ष"+string(r)+string(r))
		}
	}
}

func TestWidthIsTheRenderers(t *testing.T) {
	for _, s := range nasty {
		if got, want := Width(s), ansi.StringWidth(s); got != want {
			t.Errorf("Width(%+q) = %d, the renderer says %d", s, got, want)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		if cells := plainCells(r); cells > 0 && ansi.StringWidth(string(r)) != cells {
			t.Errorf("%U: %d cells, the renderer says %d", r, cells, ansi.StringWidth(string(r)))
		}
	}
}

func TestWidthOfPlainRunsIsTheRenderers(t *testing.T) {
	var runes []rune
	for r := rune(' '); r < 0xffff; r++ {
		if r < 0x7f || plainCells(r) > 0 {
			runes = append(runes, r)
		}
	}
	gen := rapid.SliceOf(rapid.SampledFrom(runes))
	rapid.Check(t, func(t *rapid.T) {
		s := string(gen.Draw(t, "runes"))
		if got, want := Width(s), ansi.StringWidth(s); got != want {
			t.Fatalf("Width(%q) = %d, the renderer says %d", s, got, want)
		}
	})
}

func TestFit(t *testing.T) {
	tests := []struct {
		name string
		f    func(string, int, string) string
		in   string
		w    int
		dots string
		want string
	}{
		{"pad", Fit, "ab", 4, "…", "ab  "},
		{"exact", Fit, "abcd", 4, "…", "abcd"},
		{"cut", Fit, "abcde", 4, "…", "abc…"},
		{"no ellipsis", Fit, "abcde", 4, "", "abcd"},
		{"wide halved", Fit, "語語語", 4, "…", "語… "},
		{"wide exact", Fit, "語語語", 5, "…", "語語…"},
		{"wide halved without ellipsis", Fit, "語語", 3, "", "語 "},
		{"ellipsis does not fit", Fit, "語語", 1, "...", " "},
		{"nothing", Fit, "abc", 0, "…", ""},
		{"right", FitRight, "ab", 4, "…", "  ab"},
		{"right cut", FitRight, "abcde", 4, "…", "abc…"},
		{"centre", FitCenter, "ab", 5, "…", " ab  "},
		{"tail", FitTail, "abcde", 4, "…", "…cde"},
		{"tail wide", FitTail, "語語語", 4, "…", "… 語"},
		{"tail short", FitTail, "ab", 4, "…", "ab  "},
		{"styled", Fit, "\x1b[1mabcde\x1b[0m", 4, "…", "\x1b[1mabc…\x1b[0m"},
		{"styled pad", Fit, "\x1b[1mab\x1b[0m", 4, "…", "\x1b[1mab\x1b[0m  "},
		{"control", Fit, "a\nb", 4, "…", "a?b "},
	}
	for _, tt := range tests {
		if got := tt.f(tt.in, tt.w, tt.dots); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCut(t *testing.T) {
	styled := "\x1b[31mred\x1b[0m 語 \x1b[1;4mbold\x1b[0m"
	tests := []struct {
		from, to int
		want     string
	}{
		{0, 3, "\x1b[31mred\x1b[0m"},
		{1, 2, "\x1b[31me\x1b[0m"},
		{3, 7, " 語 "},
		{3, 5, "  "},
		{5, 8, "  \x1b[1;4mb\x1b[0m"},
		{8, 13, "\x1b[1;4mold\x1b[0m  "},
		{20, 22, "  "},
		{4, 4, ""},
		{5, 3, ""},
		{-2, 2, "\x1b[31mre\x1b[0m"},
	}
	for _, tt := range tests {
		if got := Cut(styled, tt.from, tt.to); got != tt.want {
			t.Errorf("Cut(%d, %d) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}

// checkCells is the promise of Fit and Cut for any input: exactly w cells, and
// no control but styles, none left in force.
func checkCells(t interface{ Fatalf(string, ...any) }, what, in, out string, w int) {
	if got := ansi.StringWidth(out); got != max(w, 0) {
		t.Fatalf("%s of %+q: %+q is %d cells, want %d", what, in, out, got, w)
	}
	for i := 0; i < len(out); {
		if n := sgr(out[i:]); n > 0 {
			i += n
			continue
		}
		if sequence(out[i:]) > 0 {
			t.Fatalf("%s of %+q: %+q has a control", what, in, out)
		}
		i += runeLen(out[i:])
	}
}

func checkFit(t interface{ Fatalf(string, ...any) }, s string, w int) {
	checkCells(t, "Fit", s, Fit(s, w, "…"), w)
	checkCells(t, "FitRight", s, FitRight(s, w, "…"), w)
	checkCells(t, "FitCenter", s, FitCenter(s, w, ""), w)
	checkCells(t, "FitTail", s, FitTail(s, w, "~"), w)
	checkCells(t, "Cut", s, Cut(s, w/2, w/2+w), w)
	checkCells(t, "Fit of Safe", s, Fit(Safe(s), w, "…"), w)
}

func TestFitNasty(t *testing.T) {
	for _, s := range nasty {
		for _, u := range nasty {
			for _, w := range []int{0, 1, 2, 3, 5, 8, 13, 300} {
				checkFit(t, s+u, w)
			}
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkSafe(t, s) })
}

func FuzzFit(f *testing.F) {
	for i, s := range nasty {
		f.Add(s, i)
	}
	f.Fuzz(func(t *testing.T, s string, w int) { checkFit(t, s, w%301) })
}

// TestFitCutsBetweenWholes: an ellipsis stands right behind the last whole letter, or
// the last whole escape.
func TestFitCutsBetweenWholes(t *testing.T) {
	for _, tt := range []struct {
		in   string
		w    int
		want string
	}{
		{"とても", 5, "とて…"}, {"とても", 4, "と… "}, {"とても", 2, "… "},
		{`\u673a\u5668`, 8, `\u673a… `}, {`\u673a\u5668`, 7, `\u673a…`}, {`\u673a\u5668`, 6, "…     "},
		{`ab\x1b[31m`, 6, "ab…   "}, {`ab\x1b[31m`, 7, `ab\x1b…`}, {`a\U0001f1e9b`, 11, "a…         "},
		{`C:\users\x`, 7, `C:\use…`}, {`\\\\\\`, 4, `\\\…`},
	} {
		if got := Fit(tt.in, tt.w, "…"); got != tt.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", tt.in, tt.w, got, tt.want)
		}
	}
}
