package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"

	"jeton/store/seal"
)

// passphraseTries is how often a wrong passphrase may be typed.
const passphraseTries = 3

// errNoTTY: a passphrase is typed on a terminal and comes from nowhere else. Arguments,
// environment and files would keep it.
var errNoTTY = errors.New("the passphrase of the keyset is asked for on a terminal, and there is none; run jeton on one")

// openKeyset reads a keyset, asking for its passphrase if it has one.
func (p *program) openKeyset(ctx context.Context, path string) (*seal.Keyset, error) {
	return p.openKeysetBy(path, p.passphrases(ctx))
}

// passphrases asks for the passphrase of a keyset.
func (p *program) passphrases(ctx context.Context) seal.Passphrase {
	return func(path string) ([]byte, error) { return p.askPassphrase(ctx, "Passphrase of the keyset "+path+": ") }
}

func (p *program) openKeysetBy(path string, ask seal.Passphrase) (*seal.Keyset, error) {
	var k *seal.Keyset
	var err error
	for range passphraseTries {
		k, err = seal.LoadWith(path, ask)
		if !errors.Is(err, seal.ErrWrongPassphrase) {
			break
		}
		fmt.Fprintln(p.std.err, "jeton: that is not its passphrase")
	}
	return k, keysetTrouble(path, err)
}

// heldPhrase is a passphrase that several uses of a keyset need and that is asked for once.
type heldPhrase struct{ phrase []byte }

// again is a seal.Passphrase that asks nobody.
func (t *heldPhrase) again(string) ([]byte, error) { return bytes.Clone(t.phrase), nil }

func (t *heldPhrase) forget() { clear(t.phrase) }

// openOnce opens a keyset and keeps the passphrase that was asked for.
func (p *program) openOnce(ctx context.Context, path string, into *heldPhrase) (*seal.Keyset, error) {
	ask := p.passphrases(ctx)
	return p.openKeysetBy(path, func(path string) ([]byte, error) {
		phrase, err := ask(path)
		into.forget()
		into.phrase = bytes.Clone(phrase)
		return phrase, err
	})
}

// unlock asks for what opens the organization before the screens begin, which have the
// terminal then: the passphrase of a wrapped keyset, or a token for the server.
func (p *program) unlock(ctx context.Context, o *opener) error {
	if o.server != nil {
		return p.signIn(ctx, o.server)
	}
	wrapped, err := seal.Wrapped(o.keyset)
	if err != nil || !wrapped {
		return nil // what is wrong with it is said where it is opened
	}
	o.unlocked, err = p.openKeyset(ctx, o.keyset)
	return err
}

// askPassphrase reads a line from the terminal, which does not show it: not even what is
// typed ahead of the question, so the echo is off before it is asked.
func (p *program) askPassphrase(ctx context.Context, prompt string) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, errNoTTY
	}
	defer tty.Close()
	state, err := term.MakeRaw(tty.Fd())
	if err != nil {
		return nil, errNoTTY
	}
	restore := func() { _ = term.Restore(tty.Fd(), state) }
	p.lastly.add(restore)
	defer restore()
	if _, err := fmt.Fprint(tty, prompt); err != nil {
		return nil, err
	}
	defer fmt.Fprint(tty, "\r\n")
	return awaited(ctx, func() ([]byte, error) { return readHidden(tty) })
}

// Control characters as a raw terminal sends them.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	backspace = 0x08
	ctrlU     = 0x15
	deleted   = 0x7f
)

// readHidden reads up to the end of a line from a raw terminal, which makes no signal of
// ctrl+c: that ends the command here as it does elsewhere, and so does ctrl+d.
func readHidden(in io.Reader) ([]byte, error) {
	var text []byte
	one := make([]byte, 1)
	for {
		if _, err := in.Read(one); err != nil {
			return nil, err
		}
		switch b := one[0]; b {
		case '\r', '\n':
			return text, nil
		case ctrlC, ctrlD:
			clear(text)
			return nil, &signalled{syscall.SIGINT}
		case backspace, deleted:
			_, size := utf8.DecodeLastRune(text)
			text = text[:len(text)-size]
		case ctrlU:
			text = text[:0]
		default:
			text = append(text, b)
		}
	}
}
