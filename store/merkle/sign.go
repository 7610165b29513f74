package merkle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// Sign returns the head as text with the signatures of signers, of which at least one must have the Origin of the store as
// its name, or nobody could open it. It fails with ErrMalformed for a head that Open would refuse, and with what a signer
// says.
func Sign(h Head, signers ...note.Signer) ([]byte, error) {
	text := h.text()
	if err := checkText([]byte(text)); err != nil {
		return nil, err
	}
	back, err := parseHead(text)
	if err != nil {
		return nil, err
	}
	// A line break inside a field would have become a line of its own.
	if back.NextKey != h.NextKey || !slices.Equal(back.Extra, h.Extra) {
		return nil, fmt.Errorf("%w: an extension line is two lines", ErrMalformed)
	}
	if !slices.ContainsFunc(signers, func(s note.Signer) bool { return s.Name() == Origin(h.Store) }) {
		return nil, fmt.Errorf("sign head: %w: no signer has the name %s", ErrKey, Origin(h.Store))
	}
	out, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign head of %d events: %w", h.Size, err)
	}
	return out, checkText(out)
}

// Open reads a signed head. It fails with ErrUnsigned, ErrUnknownKey, ErrSignature or ErrMalformed; an error comes with no
// part of the head, since nothing in it is to be believed. The verifiers come from note.NewVerifier and note.VerifierList.
func Open(text []byte, keys note.Verifiers) (Head, error) {
	n, err := openNote(text, keys)
	if err != nil {
		return Head{}, err
	}
	h, err := parseHead(n.Text)
	if err != nil {
		return Head{}, err
	}
	if !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == Origin(h.Store) }) {
		return Head{}, fmt.Errorf("%w: it is of the log %s", ErrUnknownKey, Origin(h.Store))
	}
	return h, nil
}

// peek reads a head whatever its signatures.
func peek(text []byte) (Head, error) {
	n, err := openNote(text, nil)
	if n == nil {
		return Head{}, err
	}
	return parseHead(n.Text)
}

// openNote checks form and signatures of a note. With ErrUnknownKey it returns the note too.
func openNote(text []byte, keys note.Verifiers) (*note.Note, error) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	if !bytes.Contains(text, []byte("\n\n— ")) {
		return nil, ErrUnsigned
	}
	n, err := note.Open(text, keys)
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		n = unverified.Note
		s := n.UnverifiedSigs[0]
		err = fmt.Errorf("%w (it names the key %s+%08x)", ErrUnknownKey, s.Name, s.Hash)
	case errors.As(err, &invalid):
		return nil, fmt.Errorf("%w: key %s+%08x", ErrSignature, invalid.Name, invalid.Hash)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if !allCanonical(n) {
		return nil, fmt.Errorf("%w: a signature is not as it was written", ErrMalformed)
	}
	return n, err
}

// allCanonical refuses the spare bits that base64 leaves in its last character.
func allCanonical(n *note.Note) bool {
	return !slices.ContainsFunc(slices.Concat(n.Sigs, n.UnverifiedSigs), func(s note.Signature) bool {
		_, err := strict.DecodeString(s.Base64)
		return err != nil
	})
}

func checkText(text []byte) error {
	if len(text) > MaxHead {
		return fmt.Errorf("%w: it is longer than %d bytes", ErrMalformed, MaxHead)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if !printable([]byte(line)) {
			return fmt.Errorf("%w: line %d holds characters that cannot be printed", ErrMalformed, i+1)
		}
	}
	return nil
}

// printable reports whether the bytes are UTF-8 that a terminal only draws.
func printable(b []byte) bool {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			if b[i] < ' ' || b[i] == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) {
			return false
		}
		i += size
	}
	return true
}
