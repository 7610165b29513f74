package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// Work of scrypt, as powers of two: 2^18 is age's own, about a second and 256 MiB of memory; 2^20, four times that, is the most
// that a file may ask for.
const (
	scryptWork    = 18
	maxScryptWork = 20
)

// Passphrase asks for the passphrase of the keyset at path. It is called at most once for each use of the file, and only when
// the file is sound enough to be worth it. What it returns is overwritten after use.
type Passphrase func(path string) ([]byte, error)

// SetPassphrase wraps the keyset at path by the passphrase fresh, changes the one it has, which ask is then asked for, or, when
// fresh is empty, makes the file plain. fresh is overwritten. The keys stay the same: who had the old file and could open it
// still has them, and Rotate is what helps then. The errors are those of LoadWith, ErrBusy, ErrUnsettled and those of the disk.
func SetPassphrase(path string, ask Passphrase, fresh []byte) error {
	return newMaker().setPassphrase(path, ask, fresh)
}

func (mk maker) setPassphrase(path string, ask Passphrase, fresh []byte) error {
	defer clear(fresh)
	k, err := mk.edit(path, ask, func(o *opened) error {
		clear(o.phrase)
		o.phrase = fresh
		return nil
	})
	if err != nil {
		return err
	}
	k.Wipe()
	return nil
}

// wrapText makes an armored age file of a keyset's plain text.
func wrapText(plain, phrase []byte, work int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(string(phrase))
	if err != nil {
		return nil, fmt.Errorf("wrap the keyset: %w", err)
	}
	recipient.SetWorkFactor(work)
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, recipient)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = armored.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("wrap the keyset: %w", err)
	}
	return out.Bytes(), nil
}

// unwrapText opens what wrapText made, and returns the passphrase too. The caller overwrites both. The errors are ready for the
// reader; age's own may quote the file and are left out.
func unwrapText(path string, text []byte, ask Passphrase) (plain, phrase []byte, err error) {
	sealed, err := readAll(armor.NewReader(bytes.NewReader(text)), len(text))
	if err != nil {
		return nil, nil, damaged(path, errors.New("its armor is changed or cut short"))
	}
	one := &asker{path: path, ask: ask}
	r, err := age.Decrypt(bytes.NewReader(sealed), one)
	if err == nil {
		if plain, err = readAll(r, len(sealed)); err == nil {
			return plain, one.phrase, nil
		}
	}
	clear(plain)
	clear(one.phrase)
	if one.err != nil {
		return nil, nil, one.err
	}
	return nil, nil, damaged(path, errors.New("its wrapping is changed or cut short"))
}

// asker is the identity that age tries once it has read the header: only then is there a reason to ask anybody.
type asker struct {
	path   string
	ask    Passphrase
	phrase []byte
	err    error // of Unwrap, ready for the reader
}

// Unwrap asks for the passphrase and opens the file key.
func (a *asker) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	key, err := a.unwrap(stanzas)
	a.err = err
	return key, err
}

func (a *asker) unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if err := passphraseOnly(stanzas); err != nil {
		return nil, damaged(a.path, err)
	}
	if a.ask == nil {
		return nil, fmt.Errorf("keyset %s is %w: start this where it can ask you for it, or remove the passphrase", a.path, ErrPassphrase)
	}
	var err error
	if a.phrase, err = a.ask(a.path); err != nil {
		return nil, fmt.Errorf("keyset %s is %w: %w", a.path, ErrPassphrase, err)
	}
	if len(a.phrase) == 0 {
		return nil, fmt.Errorf("keyset %s: %w: it is empty; try again", a.path, ErrWrongPassphrase)
	}
	identity, err := age.NewScryptIdentity(string(a.phrase))
	if err != nil {
		return nil, fmt.Errorf("keyset %s: %w; try again", a.path, ErrWrongPassphrase)
	}
	identity.SetMaxWorkFactor(maxScryptWork)
	key, err := identity.Unwrap(stanzas)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, fmt.Errorf("keyset %s: %w; try again, and if it is certainly the right one, the file was changed: restore your copy", a.path, ErrWrongPassphrase)
	}
	if err != nil {
		return nil, damaged(a.path, errors.New("its wrapping is not one that a passphrase opens"))
	}
	return key, nil
}

// passphraseOnly refuses what a passphrase cannot open, or not for a sensible price, before anybody types one.
func passphraseOnly(stanzas []*age.Stanza) error {
	if len(stanzas) != 1 || stanzas[0].Type != "scrypt" || len(stanzas[0].Args) != 2 {
		return errors.New("it is wrapped, but not by one passphrase")
	}
	if work, err := strconv.Atoi(stanzas[0].Args[1]); err != nil || work < 1 || work > maxScryptWork {
		return fmt.Errorf("opening it would take more work than 2^%d; wrap it anew with less", maxScryptWork)
	}
	return nil
}
