package draw

import "unicode"

// drawable reports whether r may reach a terminal as it is.
func drawable(r rune) bool {
	if plainCells(r) > 0 {
		return true
	}
	return unicode.IsGraphic(r) && !unicode.IsOneOf(hidden, r)
}

// hidden are the graphic characters that are not drawn as they are: without
// ink, or of a width that depends on the terminal and on their neighbours.
var hidden = []*unicode.RangeTable{
	unicode.Other_Default_Ignorable_Code_Point,
	unicode.Variation_Selector,
	unicode.Regional_Indicator,
	{
		R16: []unicode.Range16{
			{Lo: 0x0d4e, Hi: 0x0d4e, Stride: 1}, // joins what follows, as do the first of R32
			{Lo: 0x1100, Hi: 0x11ff, Stride: 1}, // conjoining hangul; NFC composes what people type
			{Lo: 0x20e3, Hi: 0x20e3, Stride: 1}, // keycap
			{Lo: 0xa960, Hi: 0xa97f, Stride: 1}, // conjoining hangul
			{Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}, // conjoining hangul
		},
		R32: []unicode.Range32{
			{Lo: 0x111c2, Hi: 0x111c3, Stride: 1},
			{Lo: 0x1193f, Hi: 0x11941, Stride: 2},
			{Lo: 0x11a84, Hi: 0x11a89, Stride: 1},
			{Lo: 0x11d46, Hi: 0x11d46, Stride: 1},
			{Lo: 0x11f02, Hi: 0x11f02, Stride: 1},
			{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}, // skin tones
		},
	},
}

// joiners are the marks after which the next letter belongs to the same
// cluster (Indic_Conjunct_Break=Linker of Unicode 17).
var joiners = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x094d, Hi: 0x094d, Stride: 1},
		{Lo: 0x09cd, Hi: 0x09cd, Stride: 1},
		{Lo: 0x0acd, Hi: 0x0acd, Stride: 1},
		{Lo: 0x0b4d, Hi: 0x0b4d, Stride: 1},
		{Lo: 0x0c4d, Hi: 0x0c4d, Stride: 1},
		{Lo: 0x0d4d, Hi: 0x0d4d, Stride: 1},
		{Lo: 0x1039, Hi: 0x1039, Stride: 1},
		{Lo: 0x17d2, Hi: 0x17d2, Stride: 1},
		{Lo: 0x1a60, Hi: 0x1a60, Stride: 1},
		{Lo: 0x1b44, Hi: 0x1b44, Stride: 1},
		{Lo: 0x1bab, Hi: 0x1bab, Stride: 1},
		{Lo: 0xa9c0, Hi: 0xa9c0, Stride: 1},
		{Lo: 0xaaf6, Hi: 0xaaf6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x10a3f, Hi: 0x10a3f, Stride: 1},
		{Lo: 0x11133, Hi: 0x11133, Stride: 1},
		{Lo: 0x113d0, Hi: 0x113d0, Stride: 1},
		{Lo: 0x1193e, Hi: 0x1193e, Stride: 1},
		{Lo: 0x11a47, Hi: 0x11a47, Stride: 1},
		{Lo: 0x11a99, Hi: 0x11a99, Stride: 1},
		{Lo: 0x11f42, Hi: 0x11f42, Stride: 1},
	},
}

// looks returns what stands in for a letter that the renderer counts into the
// cluster before it while terminals give it a cell of its own: the same shape
// from characters both agree about. "" for every other rune.
func looks(r rune) string {
	switch r {
	case 0x0e33: // Thai sara am
		return "\u0e4d\u0e32"
	case 0x0eb3: // Lao vowel am
		return "\u0ecd\u0eb2"
	case 0xff9e: // halfwidth voiced sound mark
		return "\u309b"
	case 0xff9f: // halfwidth semi-voiced sound mark
		return "\u309c"
	}
	return ""
}
