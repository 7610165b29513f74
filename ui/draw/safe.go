package draw

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one base may carry. Every script needs
// fewer; more climb over the lines above and below.
const maxMarks = 4

// Safe returns s with everything that could act on a terminal, hide, reorder
// or misalign spelled out as an ASCII escape, such as \x1b or \u202e: control
// (C0, C1, DEL), format, private-use and unassigned characters, line and
// paragraph separators, bidi controls, anything of no width, invalid UTF-8
// (byte by byte), combining marks without a base or past the fourth, and the
// parts of emoji that terminals measure differently (flags, skin tones,
// joiners, variation selectors, keycaps).
//
// Every cluster of the result holds one base. Where a script would merge two,
// terminals draw both and the renderer counts one, enough to break a line in
// the middle of the screen: an Indic conjunct gets a space inside, and a few
// characters are replaced by what they look like. The result is for drawing;
// it cannot be turned back.
func Safe(s string) string {
	if printable(s) {
		return s
	}
	return escapeUnless(s, drawable)
}

// SafeASCII is [Safe] for a terminal that does not read UTF-8: everything
// outside printable ASCII is spelled out. There even the bytes of a letter can
// act: an 8-bit terminal reads the second byte of U+06DB as CSI.
func SafeASCII(s string) string {
	if printable(s) {
		return s
	}
	return escapeUnless(s, func(rune) bool { return false })
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// escapeUnless spells out all but printable ASCII and the runes that are ok.
func escapeUnless(s string, ok func(rune) bool) string {
	e := escaper{ok: ok}
	e.b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			e.escape(rune(s[i]))
		} else {
			e.rune(r)
		}
		i += n
	}
	return e.b.String()
}

// escaper writes text rune by rune, knowing the cluster it is in.
type escaper struct {
	b      strings.Builder
	ok     func(rune) bool
	based  bool // a mark has something to stand on
	marks  int  // on the base written last
	joined bool // the mark written last joins the next letter to its base
}

func (e *escaper) rune(r rune) {
	switch {
	case r >= ' ' && r < 0x7f:
		e.base(r)
	case !e.ok(r):
		e.escape(r)
	case looks(r) != "":
		for _, part := range looks(r) {
			e.rune(part)
		}
	case !unicode.Is(unicode.M, r):
		e.base(r)
	case !e.based || e.marks == maxMarks:
		e.escape(r)
		e.marks = maxMarks
	default:
		e.b.WriteRune(r)
		e.marks++
		e.joined = e.joined || unicode.Is(joiners, r)
	}
}

func (e *escaper) base(r rune) {
	if e.joined && r >= 0x80 {
		e.b.WriteByte(' ')
	}
	e.b.WriteRune(r)
	e.based, e.marks, e.joined = true, 0, false
}

func (e *escaper) escape(r rune) {
	escapeRune(&e.b, r)
	e.based, e.marks, e.joined = true, 0, false
}

func escapeRune(b *strings.Builder, r rune) {
	digits := 8
	switch {
	case r < 0x100:
		b.WriteString(`\x`)
		digits = 2
	case r < 0x10000:
		b.WriteString(`\u`)
		digits = 4
	default:
		b.WriteString(`\U`)
	}
	h := strconv.FormatUint(uint64(r), 16)
	for range digits - len(h) {
		b.WriteByte('0')
	}
	b.WriteString(h)
}
