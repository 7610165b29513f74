package seal

import "fmt"

// Rotation says which kinds of key get a new primary one.
type Rotation struct {
	Wrapping bool // of data keys: then Rewrap each, and Retire the old
	Signing  bool // old ones stay, so that old signatures remain good
	Lookup   bool // then index the values anew by Lookup, find them by LookupBy until that is done, and Retire the old
}

// Rotate adds to the keyset at path a new primary key of each kind in what, and returns the keyset as it then is. Old keys stay,
// so everything still opens and is found. A process that runs with the keyset from before cannot open what the new one wraps.
// The file is replaced atomically and durably; a wrapped one stays wrapped by the same passphrase. The errors are those of
// LoadWith, ErrBusy, ErrUnsettled and those of the disk. Old copies of the file lack the new keys: export it again.
func Rotate(path string, ask Passphrase, what Rotation) (*Keyset, error) {
	return newMaker().rotate(path, ask, what)
}

func (mk maker) rotate(path string, ask Passphrase, what Rotation) (*Keyset, error) {
	if what == (Rotation{}) {
		return nil, fmt.Errorf("rotate keyset %s: nothing to rotate; choose wrapping, signing or lookup keys", path)
	}
	return mk.edit(path, ask, func(o *opened) error {
		m, now := o.material, mk.today()
		for _, one := range []struct {
			wanted bool
			name   string
			ring   *ring
		}{{what.Wrapping, "wrapping", &m.wrapping}, {what.Signing, "signing", &m.signing}, {what.Lookup, "lookup", &m.lookup}} {
			if !one.wanted {
				continue
			}
			if err := one.ring.add(mk.random, now); err != nil {
				return fmt.Errorf("rotate the %s key of keyset %s: %w", one.name, path, err)
			}
		}
		return nil
	})
}

// Retire drops keys from the keyset at path, by their numbers, and returns the keyset as it then is. What a dropped key wrapped
// opens only with an older copy of the file, so first move everything over, and keep such a copy for old backups. It drops all
// of them or none: a primary one is ErrPrimary, one that is not there ErrNoKey. Other errors are those of Rotate.
func Retire(path string, ask Passphrase, wrapping, lookup []uint32) (*Keyset, error) {
	return newMaker().retire(path, ask, wrapping, lookup)
}

func (mk maker) retire(path string, ask Passphrase, wrapping, lookup []uint32) (*Keyset, error) {
	if len(wrapping)+len(lookup) == 0 {
		return nil, fmt.Errorf("retire from keyset %s: nothing to retire; name the numbers of wrapping or lookup keys", path)
	}
	return mk.edit(path, ask, func(o *opened) error {
		if err := o.material.wrapping.drop(wrapping); err != nil {
			return fmt.Errorf("retire from keyset %s: wrapping %w", path, err)
		}
		if err := o.material.lookup.drop(lookup); err != nil {
			return fmt.Errorf("retire from keyset %s: lookup %w", path, err)
		}
		return nil
	})
}
