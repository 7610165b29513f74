package store

import (
	"context"
	"errors"
	"fmt"

	"jeton/model"
	"jeton/store/merkle"
	"jeton/store/seal"
)

// Rotating says which keys to rotate, and for whom. Of its Options KeysetPath names the
// keyset; Keyset is what it holds now, and read when it is not given.
type Rotating struct {
	Options
	Ask    seal.Passphrase // of the keyset, asked for at each of its changes; may be nil
	Lookup bool            // the key of the index, too
	Retire bool            // drop wrapping keys of before from the keyset: backups of before need them
	By     Account
}

// Rotated is what came of a rotation.
type Rotated struct {
	Keys      model.KeyNumbers // the newest ones now
	Continued bool             // a rotation that was interrupted was carried to its end, and no key was made
	NoLookup  bool             // what was carried to its end had begun without the lookup key that is asked for now
	Rewrapped int              // data keys, one for each segment of the journal
	Verifier  string           // public key that signs heads from now on, as text
	Aside     []string         // states that were kept when the journal was damaged: still of use with the old keys
}

// Rotate gives the keyset new primary keys for wrapping data keys and for signing heads
// and, if asked, for the index, and the store with them: each data key is wrapped anew, new
// events go to a segment with a data key of its own, a head signed by the old key announces
// the new one, and state is made again, so that none of its files is of use with the old
// keyset. An event says so, which comes before the last step.
//
// Each step can be interrupted: what was begun is then carried to its end by the next call,
// and the store opens at any moment between. Wrapping keys of before stay in the keyset
// unless they are to be retired, for backups; so do signing keys, for signatures.
//
// Only an Organization Admin may. Nothing is changed while another process has the store,
// its disk is almost full, or it is damaged. Errors are those of [Open], of seal.Rotate and
// of [Store.Change].
func Rotate(ctx context.Context, r Rotating) (out Rotated, err error) {
	if r.Keyset == nil {
		if r.Keyset, err = seal.LoadWith(r.KeysetPath, r.Ask); err != nil {
			return out, err
		}
	}
	if err = r.begun(ctx, &out); err != nil {
		return out, err
	}
	if !out.Continued {
		what := seal.Rotation{Wrapping: true, Signing: true, Lookup: r.Lookup}
		if r.Keyset, err = seal.Rotate(r.KeysetPath, r.Ask, what); err != nil {
			return out, fmt.Errorf("nothing was changed: %w", err)
		}
	}
	if err := r.carryOut(ctx, &out); err != nil {
		return out, fmt.Errorf("the keyset has new keys, and the store opens with it, but it is not done: %w; then rotate again, which goes on from here", err)
	}
	if err := r.settle(ctx); err != nil {
		return out, fmt.Errorf("rotated, but for making state again, which the next opening does: %w", err)
	}
	if out.Aside, err = asides(r.Dir); err != nil {
		return out, fmt.Errorf("rotated, but look for what was put aside: %w", err)
	}
	return out, r.retire()
}

// begun makes sure that everything is as it must be before a key is made, and tells whether
// a rotation was begun and not carried to its end.
func (r Rotating) begun(ctx context.Context, out *Rotated) (err error) {
	r.rotating = true
	s, err := Open(ctx, r.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if d := s.damage(); d != nil {
		return d
	}
	if s.low.Load() {
		return model.ErrLowSpace
	}
	if err := s.roomForState(); err != nil {
		return err
	}
	actor, err := r.actor(s)
	if err != nil {
		return err
	}
	p, err := s.allow(ctx, actor, model.RotateKeyset, 0)
	if err != nil {
		return err
	}
	old, err := s.keys.outgrown(s.log)
	if err != nil {
		return err
	}
	known, newest := p.org.Keys.OrFirst(), keyNumbers(r.Keyset)
	out.Continued = old || known != newest
	out.NoLookup = out.Continued && r.Lookup && known.Lookup == newest.Lookup
	return nil
}

// roomForState refuses to begin what ends with a second state, made beside the one there is:
// it is no larger than the journal.
func (s *Store) roomForState() error {
	need := s.opts.Reserve + uint64(s.log.Size())
	if have, err := s.opts.FreeSpace(s.opts.Dir); err == nil && have < need {
		return fmt.Errorf("nothing was changed: state is made again, for which about %d MiB are needed, and %d MiB are free: free some: %w", need>>20+1, have>>20, errNoRoom)
	}
	return nil
}

func (r Rotating) actor(s *Store) (model.Actor, error) {
	return s.Identify(r.By.UID, r.By.Source, r.By.Account)
}

// keyNumbers are the newest keys of a keyset.
func keyNumbers(k *seal.Keyset) model.KeyNumbers {
	return model.KeyNumbers{Wrapping: k.PrimaryWrapping(), Signing: k.PrimarySigning().Number, Lookup: k.PrimaryLookup()}
}

// carryOut takes the store to the newest keys of the keyset, up to the event.
func (r Rotating) carryOut(ctx context.Context, out *Rotated) (err error) {
	r.rotating = true
	s, err := Open(ctx, r.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if out.Rewrapped, err = s.keys.rewrap(s.log); err != nil {
		return err
	}
	if err := s.log.Roll(); err != nil {
		return err
	}
	out.Keys = keyNumbers(r.Keyset)
	out.Verifier = merkle.VerifierKey(merkle.Origin(s.id), r.Keyset.PrimarySigning().Public)
	actor, err := r.actor(s)
	if err != nil {
		return err
	}
	if err := s.notary.sign(); err != nil {
		return fmt.Errorf("announce the new signing key: %w", err)
	}
	_, _, err = s.Change(ctx, actor, model.Request{}, model.RotateKeys{Keys: out.Keys, Announced: s.Head()})
	if errors.Is(err, model.ErrNothing) {
		return nil // it was interrupted behind its event
	}
	return err
}

// settle has state made again.
func (r Rotating) settle(ctx context.Context) error {
	s, err := Open(ctx, r.Options)
	if err != nil {
		return err
	}
	return s.Close()
}

// retire drops keys that nothing needs any more.
func (r Rotating) retire() error {
	lookup, wrapping := r.Keyset.LookupNumbers()[1:], []uint32(nil)
	if r.Retire {
		wrapping = r.Keyset.WrappingNumbers()[1:]
	}
	if len(lookup)+len(wrapping) == 0 {
		return nil
	}
	if _, err := seal.Retire(r.KeysetPath, r.Ask, wrapping, lookup); err != nil {
		return fmt.Errorf("rotated, but keys of before could not be dropped from the keyset: %w", err)
	}
	return nil
}
