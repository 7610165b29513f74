package seal

import (
	"encoding/binary"
	"fmt"
	"io"
)

const wrapFormat = 1

// A wrapped data key: format 1 byte, keyset id 8, wrapping key's number u32, nonce 24, sealed key 32+16. The first 13 bytes are
// part of the associated data.
const (
	wrapHead = 1 + idSize + 4
	wrapSize = wrapHead + nonceSize + keySize + overhead
)

// wrapLabel keeps wrapped keys apart from everything else a wrapping key could ever seal.
const wrapLabel = "jeton data key\x00"

// NewDataKey makes a data key and wraps it under the primary wrapping key. context says what the key is for, and must be given
// again to open it. wrapped is 85 bytes and no secret.
func (k *Keyset) NewDataKey(context []byte) (wrapped []byte, key *DataKey, err error) {
	set := k.keys.Load()
	if set == nil {
		return nil, nil, ErrWiped
	}
	raw := make([]byte, keySize)
	defer clear(raw)
	if _, err := io.ReadFull(k.rand, raw); err != nil {
		return nil, nil, fmt.Errorf("make a data key: %w", err)
	}
	if wrapped, err = k.wrap(set, raw, context); err != nil {
		return nil, nil, fmt.Errorf("make a data key: %w", err)
	}
	key, err = newDataKey(raw, k.rand)
	return wrapped, key, err
}

// OpenDataKey opens what NewDataKey wrapped, for the same context. It fails with ErrOtherKeyset, ErrFormat, ErrRefused or
// ErrWiped.
func (k *Keyset) OpenDataKey(wrapped, context []byte) (*DataKey, error) {
	raw, _, err := k.unwrap(wrapped, context)
	defer clear(raw)
	if err != nil {
		return nil, err
	}
	return newDataKey(raw, k.rand)
}

// Rewrap wraps a data key anew, for the same context, under the primary wrapping key, and reports true; where it already is,
// it returns wrapped and false. The data key stays the same, and what it sealed opens with either. It fails as OpenDataKey does.
func (k *Keyset) Rewrap(wrapped, context []byte) ([]byte, bool, error) {
	raw, number, err := k.unwrap(wrapped, context)
	defer clear(raw)
	if err != nil {
		return nil, false, err
	}
	if number == k.primary.wrapping {
		return wrapped, false, nil
	}
	set := k.keys.Load()
	if set == nil {
		return nil, false, ErrWiped
	}
	fresh, err := k.wrap(set, raw, context)
	if err != nil {
		return nil, false, fmt.Errorf("wrap a data key anew: %w", err)
	}
	return fresh, true, nil
}

// WrappingKey tells which wrapping key a wrapped data key names. It looks at the head alone: whether the rest opens, only
// OpenDataKey and Rewrap know. It fails with ErrOtherKeyset when another keyset wrapped it, with ErrFormat and with ErrRefused.
func (k *Keyset) WrappingKey(wrapped []byte) (uint32, error) {
	switch {
	case len(wrapped) == 0:
		return 0, fmt.Errorf("open a data key: %w", ErrRefused)
	case wrapped[0] != wrapFormat:
		return 0, fmt.Errorf("open a data key of format %d: %w", wrapped[0], ErrFormat)
	case len(wrapped) != wrapSize:
		return 0, fmt.Errorf("open a data key: %w", ErrRefused)
	case string(wrapped[1:1+idSize]) != string(k.id[:]):
		return 0, fmt.Errorf("%w: it names %x and this is %s; give the keyset that belongs to the store", ErrOtherKeyset, wrapped[1:1+idSize], k.ID())
	}
	return binary.LittleEndian.Uint32(wrapped[1+idSize:]), nil
}

// wrap seals a raw data key under the primary wrapping key.
func (k *Keyset) wrap(set *keys, raw, context []byte) ([]byte, error) {
	wrapped := make([]byte, wrapHead+nonceSize, wrapSize)
	wrapped[0] = wrapFormat
	copy(wrapped[1:], k.id[:])
	binary.LittleEndian.PutUint32(wrapped[1+idSize:], k.primary.wrapping)
	nonce := wrapped[wrapHead:]
	if _, err := io.ReadFull(k.rand, nonce); err != nil {
		return nil, err
	}
	return set.wrapping[k.primary.wrapping].Seal(wrapped, nonce, raw, wrapData(wrapped[:wrapHead], context)), nil
}

// unwrap opens a raw data key, which the caller overwrites, and tells what wrapped it.
func (k *Keyset) unwrap(wrapped, context []byte) (raw []byte, number uint32, err error) {
	set := k.keys.Load()
	if set == nil {
		return nil, 0, ErrWiped
	}
	if number, err = k.WrappingKey(wrapped); err != nil {
		return nil, 0, err
	}
	aead, ok := set.wrapping[number]
	if !ok {
		return nil, 0, fmt.Errorf("%w: this copy of %s has no wrapping key %d; give a newer copy, or an older one if the key was retired",
			ErrOtherCopy, k.ID(), number)
	}
	raw, err = aead.Open(make([]byte, 0, keySize), wrapped[wrapHead:wrapHead+nonceSize], wrapped[wrapHead+nonceSize:], wrapData(wrapped[:wrapHead], context))
	if err != nil {
		return nil, 0, fmt.Errorf("open a data key: %w", ErrRefused)
	}
	return raw, number, nil
}

func wrapData(head, context []byte) []byte {
	out := make([]byte, 0, len(wrapLabel)+len(head)+len(context))
	return append(append(append(out, wrapLabel...), head...), context...)
}
