package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// keyboard is what comes from the terminal, made fit for Bubble Tea, which
//
//   - takes the end of input for a quiet keyboard and would stay for ever after a dropped
//     connection: here it is an error;
//   - drops bytes that are no UTF-8 without a word, so that something else would be kept
//     than was typed: here each is a [damaged] character, which the model refuses;
//   - takes the end of what it read for the end of what was sent, and would read half of
//     a character or an escape sequence as keys nobody pressed: here they wait for the
//     rest.
//
// Answers to questions that were asked before the screens and come late are dropped.
type keyboard struct {
	*os.File
	held []byte // read, and not handed on yet
}

// damaged stands for a byte that is no UTF-8 on its way through Bubble Tea, which would
// drop U+FFFD as well. Nothing that is a character has this number; see asTyped.
const damaged = '\uFFFE'

const (
	widest  = 3  // bytes that a byte may become
	longest = 64 // bytes of a sequence that is waited for
)

// Read reads what was typed. It may return nothing, without an error.
func (k *keyboard) Read(p []byte) (int, error) {
	if len(p) < widest*(longest+utf8.UTFMax) {
		return 0, io.ErrShortBuffer
	}
	room := len(p)/widest - len(k.held)
	fresh := make([]byte, room)
	n, err := k.File.Read(fresh)
	if errors.Is(err, io.EOF) {
		err = errHungUp
	}
	return len(k.take(p[:0], fresh[:n], n == room, err != nil)), err
}

// take appends to out what can be handed on of what was read. more tells that there was
// more to be read, over that nothing comes after.
func (k *keyboard) take(out, fresh []byte, more, over bool) []byte {
	all := append(k.held, fresh...)
	whole := len(all)
	if !over {
		whole -= unfinished(all, more)
	}
	k.held = slices.Clone(all[whole:])
	return appendTyped(out, all[:whole])
}

// unfinished is how many bytes at the end of b are the beginning of something. An escape
// at the end is the key, unless more was there to be read.
func unfinished(b []byte, more bool) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			break
		}
	}
	if at := bytes.LastIndex(b, lateAnswer); at >= 0 && late(b[at:]) == 0 && len(b)-at <= longest {
		return len(b) - at
	}
	if at := bytes.LastIndexByte(b, '\x1b'); more && at >= 0 && !sequenceEnds(b[at:]) && len(b)-at <= longest {
		return len(b) - at
	}
	return 0
}

// sequenceEnds tells whether an escape sequence, or a key with alt, is all there.
func sequenceEnds(b []byte) bool {
	switch {
	case len(b) < 2:
		return false
	case b[1] == 'O':
		return len(b) > 2
	case b[1] != '[':
		return true
	case len(b) > 2 && b[2] == 'M':
		return len(b) >= mouseLength
	}
	return bytes.IndexFunc(b[2:], func(r rune) bool { return '@' <= r && r <= '~' }) >= 0
}

// mouseLength is that of a report in the mouse's oldest encoding, three bytes of which
// are numbers and no text.
const mouseLength = 6

// lateAnswer begins what a terminal says of its background.
var lateAnswer = []byte("\x1b]11;")

// late is the length of such an answer at the start of b, 0 for none or half of one.
func late(b []byte) int {
	if !bytes.HasPrefix(b, lateAnswer) {
		return 0
	}
	if end := bytes.IndexAny(b[1:], "\a\x1b"); end > 0 && b[1+end] == '\a' {
		return 1 + end + 1
	} else if end > 0 && len(b) > end+2 {
		return 1 + end + 2
	}
	return 0
}

// appendTyped appends what was read to out, in characters only.
func appendTyped(out, b []byte) []byte {
	for len(b) > 0 {
		if n := late(b); n > 0 {
			b = b[n:]
			continue
		}
		if len(b) >= mouseLength && bytes.HasPrefix(b, []byte("\x1b[M")) {
			out, b = append(out, b[:mouseLength]...), b[mouseLength:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError {
			out = utf8.AppendRune(out, damaged)
		} else {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}

// asTyped gives a key the character that stands for damage everywhere else.
func asTyped(k tea.KeyMsg) tea.KeyMsg {
	for i, r := range k.Runes {
		if r == damaged {
			k.Runes[i] = utf8.RuneError
		}
	}
	return k
}
