package model_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"jeton/model"
)

// same is the naive reference for "without regard to case": equal under Unicode simple
// folding, or equal once in lower case, which adds the Turkish letters (İ and i).
func same(a, b rune) bool {
	if a == b || strings.EqualFold(string(a), string(b)) {
		return true
	}
	return unicode.ToLower(unicode.ToUpper(a)) == unicode.ToLower(unicode.ToUpper(b))
}

// naiveIndex returns the range of bytes of the first place of word in text, or -1.
func naiveIndex(text, word string) (start, end int) {
	w := []rune(word)
	for at := range text {
		i, end := 0, at
		for _, r := range text[at:] {
			if i == len(w) || !same(r, w[i]) {
				break
			}
			i++
			end += utf8.RuneLen(r)
		}
		if i == len(w) {
			return at, end
		}
	}
	return -1, -1
}

func naiveMatch(typed string, texts []string) bool {
	for _, word := range strings.Fields(norm.NFC.String(typed)) {
		found := false
		for _, text := range texts {
			at, _ := naiveIndex(text, word)
			found = found || at >= 0
		}
		if !found {
			return false
		}
	}
	return true
}

func TestFilterMatch(t *testing.T) {
	for _, tt := range []struct {
		typed, text string
		want        bool
	}{
		{"", "anything", true}, {"   ", "", true}, {"a", "", false}, {"stag", "Staging runner", true}, {"STAG", "staging", true}, {"ging st", "staging", true},
		{"stagign", "staging", false}, {"staging blue", "staging runner, blue", true}, {"staging green", "staging runner, blue", false},
		{"istanbul", "İSTANBUL", true}, {"İSTANBUL", "istanbul", true}, {"irmak", "ırmak", true}, {"STRAẞE", "straße", true}, {"strasse", "straße", false},
		{"οδός", "ΟΔΌΣ", true}, {"ΟΔΌΣ", "οδός", true}, {"οδόσ", "οδός", true}, {"kelvin", "\u212aelvin", true}, {"\u212aelvin", "KELVIN", true}, {"Å", "\u212b", true},
		{"basis", "baſis", true}, {"cafe\u0301", "café", true}, {"café", "CAFÉ", true}, {"cafe", "café", false}, {"ПРОД", "прод", true}, {"夜間", "データ基盤チームの夜間バッチ", true},
		{"\u01c6", "ǅ", true}, {"全角\u3000空白", "空白と全角", true}, {"ꭰ", "Ꭰ", true}, {"한국", "한국어", true}, {"aaab", "aaaab", true},
	} {
		if got := model.NewFilter(tt.typed).Match(tt.text); got != tt.want {
			t.Errorf("%q in %q: %t", tt.typed, tt.text, got)
		}
		if naive := naiveMatch(tt.typed, []string{tt.text}); naive != tt.want {
			t.Errorf("%q in %q: the reference says %t", tt.typed, tt.text, naive)
		}
	}
	f := model.NewFilter("prod ana")
	if !f.Match("runner", "Ana", "prod-eu") || f.Match("runner", "prod-eu") || f.Match() {
		t.Error("words are not looked for in all of the texts")
	}
	if !(model.Filter{}).Empty() || !model.NewFilter(" ").Empty() || f.Empty() {
		t.Error("Empty is wrong")
	}
}

func TestFilterFindsEveryCaseOfEveryCharacter(t *testing.T) {
	for r := rune(0x21); r <= unicode.MaxRune; r++ {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) || norm.NFC.String(string(r)) != string(r) {
			continue
		}
		f := model.NewFilter(string(r))
		for _, form := range []rune{r, unicode.ToUpper(r), unicode.ToLower(r), unicode.ToTitle(r), unicode.SimpleFold(r)} {
			if !f.Match(string(form)) {
				t.Errorf("%q (%U) does not find %q (%U)", r, r, form, form)
			}
		}
	}
}

func TestFilterSpans(t *testing.T) {
	for _, tt := range []struct {
		typed, text string
		want        []string
	}{
		{"", "abc", nil}, {"x", "abc", nil}, {"b", "abcb", []string{"b"}}, {"c a", "abc", []string{"a", "c"}}, {"ab bc", "abc", []string{"ab"}}, {"bc ab", "abc", []string{"bc"}},
		{"ab cd", "abcd", []string{"ab", "cd"}}, {"a a", "aa", []string{"a"}}, {"k", "x\u212a", []string{"\u212a"}}, {"İ", "xi", []string{"i"}}, {"夜間", "の夜間バ", []string{"夜間"}},
		{"ος", "ΔΡΌΜΟΣ", []string{"ΟΣ"}}, {"b zz", "abc", []string{"b"}},
	} {
		var got []string
		for _, s := range model.NewFilter(tt.typed).Spans(tt.text) {
			got = append(got, tt.text[s.Start:s.End])
		}
		if strings.Join(got, "|") != strings.Join(tt.want, "|") {
			t.Errorf("%q in %q: %q, want %q", tt.typed, tt.text, got, tt.want)
		}
	}
}

// caseful draws texts from few letters, so that words do occur, many of them with cases
// that differ in their number of bytes or come in threes.
func caseful() *rapid.Generator[string] {
	letters := []rune("aAbB  iIİıkK\u212asSſßẞσςΣåÅ\u212beéÉ\u0301ǅǆǄθϑϴԱա基ﾃ한ᏸᏰⱥȺ🚀")
	return rapid.StringOfN(rapid.SampledFrom(letters), 0, 12, -1)
}

func TestFilterAgainstReference(t *testing.T) {
	text := rapid.OneOf(caseful(), caseful(), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(text, 0, 3).Draw(t, "texts")
		typed := rapid.OneOf(text, rapid.StringOfN(rapid.SampledFrom([]rune("abiksσ ")), 0, 4, -1)).Draw(t, "typed")
		f := model.NewFilter(typed)
		if got, want := f.Match(texts...), naiveMatch(typed, texts); got != want {
			t.Fatalf("%+q in %+q: %t, want %t", typed, texts, got, want)
		}
		for _, s := range texts {
			checkSpans(t, typed, s, f.Spans(s))
		}
	})
}

// checkSpans: spans lie in the text, on whole characters, in order, apart from each other;
// each is the first place of a word, and only a word that would overlap has none.
func checkSpans(t *rapid.T, typed, text string, spans []model.Span) {
	last := 0
	places := map[model.Span]bool{}
	for _, word := range strings.Fields(norm.NFC.String(typed)) {
		if start, end := naiveIndex(text, word); start >= 0 {
			places[model.Span{Start: start, End: end}] = true
		}
	}
	for _, s := range spans {
		if s.Start < last || s.End <= s.Start || s.End > len(text) || !utf8.ValidString(text[s.Start:s.End]) {
			t.Fatalf("%+q in %+q: spans %v", typed, text, spans)
		}
		if !places[s] {
			t.Fatalf("%+q in %+q: %v is not the first place of a word", typed, text, s)
		}
		last = s.End
	}
	for p := range places {
		touched := false
		for _, s := range spans {
			touched = touched || s.Start < p.End && p.Start < s.End
		}
		if !touched {
			t.Fatalf("%+q in %+q: %v is not among %v", typed, text, p, spans)
		}
	}
}

func TestFilterOnBrokenText(t *testing.T) {
	for _, s := range []string{"\xff", "a\xffb", "\xed\xa0\x80", "\xe3\x83"} {
		f := model.NewFilter("b " + s)
		for _, text := range []string{s, s + "b", "b" + s, ""} {
			for _, span := range f.Spans(text) {
				if span.Start < 0 || span.End > len(text) || span.Start >= span.End {
					t.Errorf("%+q: span %v", text, span)
				}
			}
			f.Match(text)
		}
	}
}

// TestFilterDoesNotAllocate: a filter reads millions of descriptions.
func TestFilterDoesNotAllocate(t *testing.T) {
	f := model.NewFilter("bätch 夜間")
	if n := testing.AllocsPerRun(100, func() { f.Match("データ基盤チームの夜間 BÄTCH", "Org Agent") }); n != 0 {
		t.Errorf("%v allocations a match", n)
	}
}

func TestFoldName(t *testing.T) {
	if a, b := model.FoldName("Prod-EU"), model.FoldName("pROD-eu"); a != b || a != "prod-eu" {
		t.Errorf("%q and %q", a, b)
	}
}
