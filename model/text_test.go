package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"jeton/model"
)

// noDescription checks that a text is refused with a reason that does not repeat it.
func noDescription(t *testing.T, name, s string) *model.TextError {
	t.Helper()
	got, err := model.CleanDescription(s)
	var refused *model.TextError
	if !errors.As(err, &refused) || got != "" {
		t.Errorf("%s: got %+q, error %v; want a *TextError", name, got, err)
		return &model.TextError{}
	}
	if refused.What != "description" || refused.Reason == "" {
		t.Errorf("%s: %+v", name, refused)
	}
	if bad := strings.Trim(s, " "); utf8.RuneCountInString(bad) > 2 && strings.Contains(err.Error(), bad) {
		t.Errorf("%s: the error repeats the text", name)
	}
	for _, r := range err.Error() {
		if r < ' ' || r > '~' {
			t.Errorf("%s: the error contains %U", name, r)
		}
	}
	return refused
}

type runeRange struct {
	name   string
	lo, hi rune
	reason string // a part of the reason that people read
}

// refusedRanges are the characters that no description holds, written out here by number
// and not by the properties with which the package finds them.
var refusedRanges = []runeRange{
	{"C0 controls", 0x00, 0x1F, "control"}, {"delete", 0x7F, 0x7F, "control"}, {"C1 controls", 0x80, 0x9F, "control"},
	{"Arabic letter mark", 0x061C, 0x061C, "reorders"}, {"direction marks", 0x200E, 0x200F, "reorders"},
	{"embeddings and overrides", 0x202A, 0x202E, "reorders"}, {"isolates", 0x2066, 0x2069, "reorders"},
	{"zero-width space and joiners", 0x200B, 0x200D, "invisible"}, {"word joiner", 0x2060, 0x2060, "invisible"},
	{"invisible operators", 0x2061, 0x2064, "invisible"}, {"deprecated format characters", 0x206A, 0x206F, "invisible"},
	{"byte order mark", 0xFEFF, 0xFEFF, "invisible"}, {"soft hyphen", 0xAD, 0xAD, "invisible"},
	{"grapheme joiner", 0x034F, 0x034F, "invisible"}, {"Hangul fillers", 0x115F, 0x1160, "invisible"},
	{"Hangul filler", 0x3164, 0x3164, "invisible"}, {"half-width Hangul filler", 0xFFA0, 0xFFA0, "invisible"},
	{"Khmer inherent vowels", 0x17B4, 0x17B5, "invisible"}, {"Mongolian selectors", 0x180B, 0x180F, "invisible"},
	{"variation selectors", 0xFE00, 0xFE0F, "invisible"}, {"more variation selectors", 0xE0100, 0xE01EF, "invisible"},
	{"tags", 0xE0020, 0xE007F, "invisible"}, {"language tag", 0xE0001, 0xE0001, "invisible"},
	{"interlinear annotation", 0xFFF9, 0xFFFB, "invisible"}, {"musical beams", 0x1D173, 0x1D17A, "invisible"},
	{"line and paragraph separators", 0x2028, 0x2029, "line separator"},
	{"no-break space", 0xA0, 0xA0, "blank"}, {"Ogham space", 0x1680, 0x1680, "blank"}, {"typographic spaces", 0x2000, 0x200A, "blank"},
	{"narrow no-break space", 0x202F, 0x202F, "blank"}, {"mathematical space", 0x205F, 0x205F, "blank"}, {"blank Braille", 0x2800, 0x2800, "blank"},
	{"private use", 0xE000, 0xF8FF, "private-use"}, {"private use, plane 15", 0xF0000, 0xFFFFD, "private-use"},
	{"private use, plane 16", 0x100000, 0x10FFFD, "private-use"},
	{"replacement character", 0xFFFD, 0xFFFD, "not UTF-8"},
	{"noncharacters", 0xFDD0, 0xFDEF, "unassigned"}, {"last two of plane 0", 0xFFFE, 0xFFFF, "unassigned"},
	{"last two of plane 16", 0x10FFFE, 0x10FFFF, "unassigned"}, {"unassigned Greek", 0x0378, 0x0379, "unassigned"},
	{"empty plane", 0x40000, 0x4FFFF, "unassigned"},
}

func TestRefusedCharacters(t *testing.T) {
	for _, rr := range refusedRanges {
		for r := rr.lo; r <= rr.hi; r++ {
			refused := noDescription(t, fmt.Sprintf("%s %U", rr.name, r), "runner"+string(r)+"blue")
			if !strings.Contains(refused.Reason, rr.reason) || !strings.Contains(refused.Reason, "character 7") {
				// NFC turns two of the typographic spaces into two others of them.
				t.Fatalf("%s %U: reason %q, want %q of character 7", rr.name, r, refused.Reason, rr.reason)
			}
		}
	}
}

// TestEveryCharacter decides each character there is by category and by the list above.
func TestEveryCharacter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if 0xD800 <= r && r <= 0xDFFF {
			continue
		}
		want := r == ' ' || r == 0x3000 || unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
		for _, rr := range refusedRanges {
			want = want && (r < rr.lo || r > rr.hi)
		}
		if _, err := model.CleanDescription("a" + string(r) + "b"); (err == nil) != want {
			t.Errorf("%U: %v, want kept %t", r, err, want)
		}
	}
}

func TestRefusedBytes(t *testing.T) {
	table := map[string]string{
		"high surrogate": "a\xed\xa0\x80b", "low surrogate": "a\xed\xbf\xbfb", "surrogate pair": "\xed\xa0\xbd\xed\xb8\x80",
		"overlong slash": "a\xc0\xafb", "overlong null": "\xc0\x80", "overlong of three": "\xe0\x80\xaf", "overlong of four": "\xf0\x80\x80\xaf",
		"beyond Unicode": "\xf4\x90\x80\x80", "five bytes": "\xf8\x88\x80\x80\x80", "lone continuation": "a\x9bb", "cut off": "abc\xe3\x83",
		"Latin-1": "caf\xe9", "byte 255": "\xff",
	}
	for name, s := range table {
		if refused := noDescription(t, name, s); refused.Reason != "it is not valid UTF-8" {
			t.Errorf("%s: reason %q", name, refused.Reason)
		}
	}
}

func TestRefusedTerminalSequences(t *testing.T) {
	for name, s := range map[string]string{
		"colour": "\x1b[31mred", "clipboard": "a\x1b]52;c;aGk=\x07b", "C1 CSI": "a\u009b31mb", "newline": "a\nb", "tab": "a\tb", "return": "a\rb",
		"override": "safe\u202egnp.exe", "hidden tail": "prod\u200b", "flag of tags": "🏴\U000E0067\U000E0062\U000E007F", "joined family": "👨\u200d👩", "heart": "❤\ufe0f",
	} {
		noDescription(t, name, s)
	}
}

func TestCombiningMarks(t *testing.T) {
	flood := func(base string, n int) string { return base + strings.Repeat("\u0336", n) + " z" }
	kept := map[string]string{
		"four": flood("q", 4), "four each": flood("q", 4) + flood("x", 4), "composed and four": flood("e\u0301", 4),
		"enclosed": "a\u20dd", "old Hangul": "\u1112\u119e\u11ab", "mark on a space": "a \u0301",
	}
	for name, s := range kept {
		if _, err := model.CleanDescription(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused := map[string]string{
		"five": flood("q", 5), "two hundred": flood("q", 200), "enclosing": "a" + strings.Repeat("\u20dd", 5), "mixed": "q\u0336\u20dd\u0336\u20dd\u0336",
		"at the start": "\u0301abc", "at the start after spaces": "   \u0301abc", "spacing mark at the start": "\u093eabc", "alone": "\u0301",
		"Hangul vowel at the start": "\u1161abc", "Hangul finals": "각" + strings.Repeat("\u11a8", 5), "a hundred on one": "a" + strings.Repeat("\u0301", 100),
	}
	for name, s := range refused {
		if r := noDescription(t, name, s); !strings.Contains(r.Reason, "combining mark") {
			t.Errorf("%s: reason %q", name, r.Reason)
		}
	}
}

// TestKeptDescriptions: text in the scripts of the world is kept. Zero-width joiners and
// non-joiners are refused by rule, and some languages use them: Persian between the parts
// of a word ("می‌خواهم"), Devanagari, Bengali and Malayalam to choose the form of a
// conjunct, Sinhala for some of its conjuncts. Without them such a word is still read,
// joined or spelled with a visible virama. Hindi, Arabic, Hebrew and Thai as they are
// commonly written need neither; Thai, which has no spaces, is kept without the
// zero-width space that some programs put between words. More than four marks in a row,
// as in rare Tibetan monograms, are refused too.
func TestKeptDescriptions(t *testing.T) {
	for _, s := range []string{
		"staging runner, blue", "データ基盤チームの夜間バッチ", "全角\u3000空白", "ﾃﾞｰﾀ", "数据平台", "한국어 토큰", "وكيل الإنتاج مُحَمَّد", "סוכן ייצור בְּרֵאשִׁית",
		"ตัวแทนสำหรับที่นี่", "उत्पादन एजेंट क्षेत्र", "Агент для веток", "Πράκτορας ΟΔΌΣ", "Trình chạy đêm ở Huế", "İstanbul ırmak", "straße ẞ",
		"မြန်မာ ကြွှော့်", "བསྒྲུབས", "naïve café – “quoted” … €5 ½ ☂", "🚀 launch 👍🏽 🇯🇵", "a  b", "#1",
	} {
		got, err := model.CleanDescription(s)
		if want := strings.TrimSpace(norm.NFC.String(s)); err != nil || got != want {
			t.Errorf("%q became %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"می\u200cخواهم", "क्\u200dष", "ක්\u200dෂ", "ที่\u200bนี่"} {
		if r := noDescription(t, s, s); !strings.Contains(r.Reason, "invisible") {
			t.Errorf("%q: %s", s, r.Reason)
		}
	}
}

func TestSurroundingSpaceIsDropped(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "   ": "", "\u3000": "", "\t\n": "", "\u00a0": "", "  a b  ": "a b", "\u3000全角\u3000": "全角", "pasted\r\n": "pasted", "\u00a0x\u2003": "x",
	} {
		if got, err := model.CleanDescription(in); err != nil || got != want {
			t.Errorf("%+q became %+q, %v; want %+q", in, got, err, want)
		}
	}
}

func TestDescriptionLength(t *testing.T) {
	e := "e\u0301" // two characters that NFC makes one
	for _, tt := range []struct {
		name string
		s    string
		want int // characters kept, or -1
		says string
	}{
		{"256", strings.Repeat("a", 256), 256, ""},
		{"257", strings.Repeat("a", 257), -1, "257"},
		{"256 wide", strings.Repeat("基", 256), 256, ""},
		{"257 wide", strings.Repeat("基", 257), -1, "257"},
		{"256 of four bytes", strings.Repeat("🚀", 256), 256, ""},
		{"512 that are 256", strings.Repeat(e, 256), 256, ""},
		{"514 that are 257", strings.Repeat(e, 257), -1, "257"},
		{"one that NFC makes two", strings.Repeat("\u0958", 128), 256, ""},
		{"129 that are 258", strings.Repeat("\u0958", 129), -1, "258"},
		{"space around does not count", strings.Repeat(" ", 300) + strings.Repeat("a", 256) + "\n", 256, ""},
		{"10,000", strings.Repeat("x", 10_000), -1, "10000"},
	} {
		if tt.want < 0 {
			if r := noDescription(t, tt.name, tt.s); !strings.Contains(r.Reason, tt.says) || !strings.Contains(r.Reason, "256") {
				t.Errorf("%s: reason %q", tt.name, r.Reason)
			}
			continue
		}
		got, err := model.CleanDescription(tt.s)
		if n := utf8.RuneCountInString(got); err != nil || n != tt.want {
			t.Errorf("%s: %d characters, %v", tt.name, n, err)
		}
	}
}

func TestCleanDescriptionProperties(t *testing.T) {
	pieces := rapid.OneOf(
		rapid.String(),
		rapid.StringOfN(rapid.RuneFrom(nil, unicode.Mn, unicode.Latin, unicode.Hangul, unicode.Devanagari, unicode.Zs), 0, 300, -1),
		rapid.SampledFrom([]string{"e\u0301", "\u1112\u1161\u11ab", "\u0958", "\u212a", "\u0344", " \u0301", "\u202e", "\xed\xa0\x80", "q\u0323\u0307"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(pieces, 0, 6).Draw(t, "pieces"), "")
		checkCleanDescription(t, s)
	})
}

// checkCleanDescription holds for every text: what is kept stays as it is when cleaned
// again, and what is refused is not repeated.
// TestNoValueInText keeps values out of what everyone reads.
func TestNoValueInText(t *testing.T) {
	value := newValue(t, model.AgentToken, seeded(31)).Expose()
	description := func(s string) (string, error) { return model.CleanDescription(s) }
	name := func(s string) (string, error) { return model.CleanName("name", s, false) }
	for _, clean := range []func(string) (string, error){description, name, model.CleanDeploymentName, model.CleanLogin} {
		for _, text := range []string{value, "x" + value, value + "0"} {
			_, err := clean(text)
			var refused *model.TextError
			if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "token's value") || strings.Contains(err.Error(), value[8:20]) {
				t.Errorf("%d characters: %v", len(text), err)
			}
		}
	}
	if _, err := model.CleanDescription(value[:model.ValueLen-1]); err != nil {
		t.Errorf("most of a value: %v", err)
	}
}

func checkCleanDescription(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string) {
	t.Helper()
	got, err := model.CleanDescription(s)
	if err != nil {
		var refused *model.TextError
		if got != "" || !errors.As(err, &refused) || len(refused.Reason) > 120 {
			t.Fatalf("%+q: got %+q with %v", s, got, err)
		}
		for _, r := range err.Error() {
			if r < ' ' || r > '~' {
				t.Fatalf("%+q: the error contains %U", s, r)
			}
		}
		return
	}
	if again, err := model.CleanDescription(got); err != nil || again != got {
		t.Fatalf("%+q became %+q, and that %+q, %v", s, got, again, err)
	}
	if !norm.NFC.IsNormalString(got) || utf8.RuneCountInString(got) > model.MaxDescription || got != strings.TrimSpace(got) {
		t.Fatalf("%+q became %+q", s, got)
	}
	if other, err := model.CleanDescription(norm.NFD.String(s)); err != nil || other != got {
		t.Fatalf("%+q: decomposed it becomes %+q, %v; else %+q", s, other, err, got)
	}
	for _, r := range got {
		for _, rr := range refusedRanges {
			if rr.lo <= r && r <= rr.hi {
				t.Fatalf("%+q kept %U, %s", s, r, rr.name)
			}
		}
	}
}

func FuzzCleanDescription(f *testing.F) {
	for _, s := range []string{"", "staging runner, blue", "データ基盤\u3000夜間", "e\u0301\u0301", "\u1112\u1161\u11ab", "a\x1b[31m", "\u202e", "\xed\xa0\x80", "\u0958", "q\u0323\u0307\u0301\u0336\u0336"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkCleanDescription(t, s) })
}

// TestStackOfMarks: composing makes such a text longer, so its length is not the reason.
func TestStackOfMarks(t *testing.T) {
	for _, n := range []int{300, 10_000} {
		_, err := model.CleanDescription("e" + strings.Repeat("\u0336", n))
		if err == nil || !strings.Contains(err.Error(), "character 6 is U+0336, one combining mark too many") {
			t.Errorf("%d marks: refused with %v", n, err)
		}
	}
}
