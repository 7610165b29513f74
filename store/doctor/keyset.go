package doctor

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"jeton/store/journal"
	"jeton/store/seal"
)

// keysetAlone looks at the keyset where there is no store to hold it against.
func (e *examination) keysetAlone() { e.keyset(journal.SegmentHeader{Err: seal.ErrMissing}) }

// keyset looks at the keyset, at whether it wrapped the newest data key, and at where
// it lies.
func (e *examination) keyset(newest journal.SegmentHeader) {
	if e.keysetFile(newest) {
		e.place()
	}
}

// keysetFile tells whether there is a file.
func (e *examination) keysetFile(newest journal.SegmentHeader) bool {
	const check = "keyset"
	wrapped, err := seal.Wrapped(e.Keyset)
	var k *seal.Keyset
	if err == nil && !wrapped {
		k, err = seal.Load(e.Keyset)
	}
	switch {
	case errors.Is(err, seal.ErrMissing):
		e.missing(newest)
		return false
	case errors.Is(err, seal.ErrPermissions):
		e.say(check, Bad, "chmod 600 "+quoted(e.Keyset)+", and think about who may have read it", "%s is open to others, and is not used like this", e.Keyset)
	case errors.Is(err, seal.ErrFormat):
		e.say(check, Bad, "use the jeton that wrote it", "%v", err)
	case errors.Is(err, seal.ErrDamaged):
		e.say(check, Bad, "restore your copy of it, or give it as --keyset", "%v", err)
	case err != nil:
		e.say(check, Bad, "run this as its owner", "%v", err)
	case wrapped:
		e.good(check, "%s, wrapped by a passphrase; whose it is shows when it is opened", e.Keyset)
	default:
		defer k.Wipe()
		e.belongs(k, newest)
	}
	return true
}

// missing says that there is no keyset, which is only bad where there is a store.
func (e *examination) missing(newest journal.SegmentHeader) {
	const check = "keyset"
	if errors.Is(newest.Err, seal.ErrMissing) {
		e.good(check, "there is none at %s; jeton init makes one", e.Keyset)
		return
	}
	e.say(check, Bad, "restore your copy of it, or give the place where it is as --keyset", "there is none at %s: without it nothing can be read", e.Keyset)
}

// belongs says whether the keyset is the one of this store.
func (e *examination) belongs(k *seal.Keyset, newest journal.SegmentHeader) {
	const check = "keyset"
	if newest.Err != nil {
		e.good(check, "%s (%s), no passphrase", e.Keyset, k.ID())
		return
	}
	number, err := k.WrappingKey(newest.Opaque)
	switch {
	case errors.Is(err, seal.ErrOtherKeyset):
		e.say(check, Bad, "give the keyset of this store as --keyset", "%s is the keyset of another store: %v", e.Keyset, err)
	case err != nil:
		e.say(check, Bad, "use the jeton that wrote the journal", "%s: %v", e.Keyset, err)
	case !slices.Contains(k.WrappingNumbers(), number):
		e.say(check, Bad, "give a newer copy of it as --keyset", "%s does not have key %d, under which the store's newest data key is wrapped", e.Keyset, number)
	case number != k.PrimaryWrapping():
		e.say(check, Warning, "jeton key rotate, which carries it to its end", "%s has newer keys than the store: a rotation was interrupted, or a backup of before one restored", e.Keyset)
	default:
		e.good(check, "%s (%s) belongs to this store; no passphrase", e.Keyset, k.ID())
	}
}

// place warns when one copy of a directory takes store and keyset.
func (e *examination) place() {
	const check, next = "keyset", "move it to where the store's backups do not reach, and say where with --keyset or store.keyset"
	keyset, dir := real(e.Keyset), real(e.Dir)
	if strings.HasPrefix(keyset, dir+string(filepath.Separator)) {
		e.say(check, Bad, next, "it lies inside the store: who gets a copy of the store can read it")
		return
	}
	if filepath.Dir(keyset) == filepath.Dir(dir) {
		e.say(check, Warning, next, "it lies beside the store: a backup of %s has both, and can be read by who gets it", filepath.Dir(dir))
	}
}

// real is the path without symbolic links, as far as it exists.
func real(path string) string {
	if out, err := filepath.EvalSymlinks(path); err == nil {
		return out
	}
	if path == filepath.Dir(path) {
		return path
	}
	return filepath.Join(real(filepath.Dir(path)), filepath.Base(path))
}
