package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"sync"

	"jeton/store/journal"
	"jeton/store/seal"
	"jeton/store/state"
)

// dataKeys are the data keys of a store, one for each journal segment, wrapped by the
// keyset. They roll on their own: an entry names the number of its key, so the first
// frame of a new segment may still be sealed under the key before. Each wrapped key
// lies in its segment's header and, once an event was applied after that, in state
// too, so that a damaged header alone stops nobody from reading.
type dataKeys struct {
	keyset *seal.Keyset
	made   madeUnder // what state was made under
	store  [16]byte
	header func(segment uint32) ([]byte, error) // wrapped key from the journal

	mu      sync.RWMutex
	open    map[uint32]*seal.DataKey
	wrapped map[uint32][]byte // made or found in a header, not yet in state
	current uint32
	copies  func(number uint32) ([]byte, error) // wrapped key from state
}

func newDataKeys(k *seal.Keyset) *dataKeys {
	return &dataKeys{keyset: k, made: newestKeys(k), open: map[uint32]*seal.DataKey{}, wrapped: map[uint32][]byte{}}
}

// index is the name under which state's index knows a token's value.
func (d *dataKeys) index(value string) []byte {
	name := d.keyset.LookupBy(d.made.Lookup, value)
	return name[:]
}

// indexOf is index of a value of which only the SHA-256 is known.
func (d *dataKeys) indexOf(sum [32]byte) []byte {
	name := d.keyset.LookupOf(d.made.Lookup, sum)
	return name[:]
}

// context binds a wrapped key to its store and segment.
func (d *dataKeys) context(segment uint32) []byte {
	return binary.BigEndian.AppendUint32(bytes.Clone(d.store[:]), segment)
}

// make is the journal's Header: it gives a new segment its data key.
func (d *dataKeys) make(segment uint32, _ uint64) ([]byte, error) {
	wrapped, key, err := d.keyset.NewDataKey(d.context(segment))
	if err != nil {
		return nil, fmt.Errorf("make a data key: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open[segment], d.wrapped[segment], d.current = key, wrapped, segment
	return wrapped, nil
}

// belong refuses the keyset of another store before anything is touched: without the
// right one nobody knows what state has seen, and what looks torn may be damage.
func (d *dataKeys) belong(h journal.SegmentHeader) error {
	if h.Err != nil {
		return nil // named when the journal is opened
	}
	_, err := d.keyset.OpenDataKey(h.Opaque, d.context(h.Number))
	if errors.Is(err, seal.ErrOtherKeyset) {
		return err
	}
	return nil
}

// follow makes the keys of an open journal available, the newest readable one for
// sealing.
func (d *dataKeys) follow(log *journal.Log) error {
	d.header = func(segment uint32) ([]byte, error) {
		h, err := log.Header(segment)
		return h.Opaque, err
	}
	var failed error
	for n := log.End().Segment; n > 0; n-- {
		if _, err := d.get(n); err != nil {
			if failed = errors.Join(failed, err); errors.Is(err, seal.ErrOtherKeyset) {
				break // as are all before it
			}
			continue
		}
		d.mu.Lock()
		d.current = n
		d.mu.Unlock()
		return nil
	}
	return fmt.Errorf("no data key can be opened: %w", failed)
}

// get returns a data key.
func (d *dataKeys) get(number uint32) (*seal.DataKey, error) {
	d.mu.RLock()
	key, ok := d.open[number]
	d.mu.RUnlock()
	if ok {
		return key, nil
	}
	return d.find(number)
}

func (d *dataKeys) find(number uint32) (*seal.DataKey, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	wrapped, err := d.header(number)
	if err == nil {
		var key *seal.DataKey
		if key, err = d.keyset.OpenDataKey(wrapped, d.context(number)); err == nil {
			d.open[number], d.wrapped[number] = key, wrapped
			return key, nil
		}
	}
	if d.copies != nil {
		if wrapped, e := d.copies(number); e == nil {
			if key, e := d.keyset.OpenDataKey(wrapped, d.context(number)); e == nil {
				d.open[number] = key
				return key, nil
			}
		}
	}
	return nil, fmt.Errorf("data key %d: %w", number, err)
}

// sealing returns the key to seal with now, and its number.
func (d *dataKeys) sealing() (*seal.DataKey, uint32) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.open[d.current], d.current
}

// writes returns the copies of wrapped keys for state, once.
func (d *dataKeys) writes(out []state.Write) []state.Write {
	d.mu.Lock()
	defer d.mu.Unlock()
	for n, w := range d.wrapped {
		out = append(out, state.Write{Key: state.DataKeyKey(uint64(n)), Value: w})
	}
	clear(d.wrapped)
	return out
}

// rewrap wraps the keys of all segments anew under the keyset's newest wrapping key, where
// they are not yet, and returns how many.
func (d *dataKeys) rewrap(log *journal.Log) (int, error) {
	fresh := map[uint32][]byte{}
	for _, h := range log.Headers() {
		if h.Err != nil {
			return 0, h.Err
		}
		wrapped, changed, err := d.keyset.Rewrap(h.Opaque, d.context(h.Number))
		if err != nil {
			return 0, fmt.Errorf("data key %d: %w", h.Number, err)
		}
		if changed {
			fresh[h.Number] = wrapped
		}
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	if err := log.Rewrap(fresh); err != nil {
		return 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.Copy(d.wrapped, fresh)
	return len(fresh), nil
}

// opens tells why the data key in a segment's header does not open; nil when it does.
func (d *dataKeys) opens(h journal.SegmentHeader) error {
	if h.Err != nil {
		return h.Err
	}
	key, err := d.keyset.OpenDataKey(h.Opaque, d.context(h.Number))
	if err != nil {
		return fmt.Errorf("segment %d of the journal: the data key in its header: %w", h.Number, err)
	}
	key.Wipe()
	return nil
}

// outgrown tells whether a wrapped key in a header is under an older wrapping key than the
// keyset's newest. One that does not open is damage, though state may have a copy of it.
func (d *dataKeys) outgrown(log *journal.Log) (old bool, err error) {
	for _, h := range log.Headers() {
		if err := d.opens(h); err != nil {
			return false, damageOf(err, 1)
		}
		under, err := d.keyset.WrappingKey(h.Opaque)
		if err != nil {
			return false, err
		}
		old = old || under != d.keyset.PrimaryWrapping()
	}
	return old, nil
}

// madeNow is what a state made now is made under. It gets copies of the wrapped keys as
// the headers have them, and is as old as the oldest of these: while a rotation is not at
// its end, a state under the newest key alone cannot be made.
func (d *dataKeys) madeNow(log *journal.Log) madeUnder {
	made := newestKeys(d.keyset)
	for _, h := range log.Headers() {
		// A header that cannot be read leaves no copy, and is named elsewhere.
		if under, err := d.keyset.WrappingKey(h.Opaque); h.Err == nil && err == nil {
			made.Wrapping = min(made.Wrapping, under)
		}
	}
	return made
}
