// Package seal keeps a store's keys and seals its records with them.
//
// # Policy
//
//   - One keyset file belongs to one store. It holds numbered wrapping, signing and lookup keys, of each of which the newest is
//     primary, a key for the checks of state and one for the digest of all of state. Whoever has it can read the store; without it
//     the store is lost: a copy is kept apart, and Export writes one for the safe.
//   - The file carries a checksum over every byte. A changed byte is named as damage and never yields another key. A file that
//     others may read is refused.
//   - The file may be wrapped by a passphrase. It is then an ASCII-armored age file with a scrypt recipient and the plain text
//     inside, so age -d opens it too. Age authenticates every byte but names no damage in the salt or the wrapped file key: that
//     looks like a wrong passphrase. More scrypt work than 2^20 (1 GiB of memory) is refused before the passphrase is asked for.
//   - Comment lines of an export before the text are skipped: at most 32, each "#" or "# " and printable ASCII, at most 160 bytes.
//     They are no part of the checksum, and age wants them removed.
//   - A file is changed by replacing it: written beside it, synced, renamed over it, the directory synced. A crash leaves the old
//     or the new file, whole. Two programs cannot change one file at once; a file's owner stays its owner.
//   - Records are sealed under data keys, which are wrapped by the keyset: XChaCha20-Poly1305 throughout, random nonces of 24
//     bytes, associated data that says where a record belongs. A wrapped key names its wrapping key and keyset, so rotation adds
//     a wrapping key, makes it primary and leaves what was sealed alone; Rewrap moves data keys over, and Retire then drops what
//     nothing needs any more. Numbers only grow and are never given again.
//   - What does not open is refused as one error, ErrRefused: wrong key, wrong place and changed bytes look the same on purpose.
//   - Keys print as [redacted] in every verb, in JSON and in logs. They are never returned: signing happens in here.
//   - Wipe drops the keys. What this package read or generated is overwritten as soon as the ciphers are set up, and so is a
//     passphrase after its use; the copies inside the ciphers, age, scrypt and the JSON encoder can only be dropped, and the
//     collector takes them later. What a replaced file left on the disk and in backups is beyond this package.
//
// # Formats of the file
//
// Format 1 had one lookup key, no signing seed and no digest key. The last two are derived from its state key, by HKDF-SHA256
// with a label each, whenever it is read, so an old file opens without being written; it becomes format 2, with the derived keys
// in it, when something changes it.
//
// # Why not tink
//
// tink-go 2.9 was measured with the same work (one XChaCha20-Poly1305 key, one HMAC key) against the libraries used here, as
// whole processes, median of 200: alone 3.1 ms against 1.9 ms and 5.6 MB against 2.1 MB stripped; beside Badger, which brings
// protobuf along anyway, 4.75 ms against 4.1 ms and 9.3 MB against 8.6 MB, with 59 more packages linked. That is affordable.
// What decides is the fit: its keyset file in cleartext sits behind a package called insecure and has no checksum, so a changed
// byte in a key is another key; a wrapped data key needs a KMS client or the same format of our own around it; its handles
// cannot be wiped; lookup would still be ours. Two primitives and one file format remain, which is this package.
package seal

import (
	"errors"
	"fmt"
)

// Errors of the keyset file.
var (
	// ErrMissing: there is no keyset file.
	ErrMissing = errors.New("no keyset")
	// ErrDamaged: the file is not as it was written.
	ErrDamaged = errors.New("the keyset is damaged")
	// ErrPermissions: others may read or write the file.
	ErrPermissions = errors.New("the keyset is open to others")
	// ErrFormat: the file, or something sealed, was written by a newer program.
	ErrFormat = errors.New("a newer format: use the program that wrote it")
	// ErrPassphrase: the file is wrapped by a passphrase and there is nobody to ask for it.
	ErrPassphrase = errors.New("wrapped by a passphrase")
	// ErrWrongPassphrase: the passphrase does not open the file.
	ErrWrongPassphrase = errors.New("the passphrase does not open it")
)

// Errors of changing the keyset file.
var (
	// ErrBusy: another program is changing a keyset in the same directory.
	ErrBusy = errors.New("the keyset is being changed by another program")
	// ErrPrimary: a primary key cannot be retired.
	ErrPrimary = errors.New("the key is the primary one")
	// ErrUnsettled: the new file is in place, but a power cut may bring the old one back.
	ErrUnsettled = errors.New("the keyset was replaced, but the directory could not be synced")
)

// Errors of using keys.
var (
	// ErrRefused: sealed bytes do not open, because the key, the place or the bytes are not the right ones.
	ErrRefused = errors.New("sealed bytes do not open: wrong key, wrong place, or changed")
	// ErrOtherKeyset: a data key was wrapped by another keyset, or by a wrapping key this copy does not have.
	ErrOtherKeyset = errors.New("the data key belongs to another keyset")
	// ErrOtherCopy: a data key was wrapped by a wrapping key of this keyset that this copy of it does not have: it was made before
	// a rotation, or the key was retired since. It is also ErrOtherKeyset.
	ErrOtherCopy = fmt.Errorf("%w, or to another copy of this one", ErrOtherKeyset)
	// ErrNoKey: the keyset has no key of that number.
	ErrNoKey = errors.New("the keyset has no such key")
	// ErrWiped: the key was wiped.
	ErrWiped = errors.New("the key was wiped")
)
