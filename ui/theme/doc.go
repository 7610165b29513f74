// Package theme gives screens their colours and glyphs by role.
//
// The policy: a screen says what something is (Danger, Muted, Selected), never
// which colour that is. Every role is made from the session's own renderer, so
// two sessions in one process keep their own colours and nothing is global.
// Without colours (NO_COLOR, a dumb terminal) every role writes its text and
// nothing else: the drawing is the same, and every state is told by a glyph or
// a word as well. On a terminal whose background is not known, the text colours
// are the ones that can be read on both, and a selection is the terminal's own
// pair reversed.
package theme
