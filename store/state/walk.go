package state

import (
	"cmp"
	"sync"
)

// Walker is told of everything in a view that answers a question: what a state says,
// but for the places of frames and the copies of data keys, which say nothing of the
// organization, and for how tokens are used, which no event says. Each of the three is called
// from a goroutine of its own.
type Walker struct {
	Record func(k Kind, number uint64, value []byte) error // every record
	Lookup func(key, raw []byte) error                     // every keyed hash of a token value, its checksum not yet looked at
	Member func(name SetName, number uint64) error         // every number in every set
}

// Walk reads the view from end to end, in three parts of the same size beside each other.
// Something that is not one of ours is ErrDamaged.
func (v *View) Walk(sign Signer, w Walker) error {
	var records, lookups, members error
	var wait sync.WaitGroup
	wait.Go(func() { records = v.walkRecords(w.Record) })
	wait.Go(func() { lookups = v.Scan([]byte{prefixLookup}, []byte{prefixLookup + 1}, w.Lookup) })
	wait.Go(func() {
		members = v.Scan([]byte{prefixSet}, []byte{prefixSet + 1}, func(key, raw []byte) error {
			return walkBlock(sign, key, raw, w.Member)
		})
	})
	wait.Wait()
	return cmp.Or(records, lookups, members)
}

func (v *View) walkRecords(record func(k Kind, number uint64, value []byte) error) error {
	for _, prefix := range []byte{prefixCredential, prefixRecord} {
		err := v.Scan([]byte{prefix}, []byte{prefix + 1}, func(key, value []byte) error {
			k, number, ok := ParseRecordKey(key)
			if !ok {
				return ErrDamaged
			}
			return record(k, number, value)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func walkBlock(sign Signer, key, raw []byte, member func(name SetName, number uint64) error) error {
	name, ok := parseBlockKey(key)
	if !ok {
		return ErrDamaged
	}
	b, err := decodeBlock(sign, key, raw)
	if err != nil {
		return err
	}
	set := Set{blocks: []*block{b}}
	NewList(&set, nil).Range(0, 1<<63, func(n uint64) {
		if err == nil {
			err = member(name, n)
		}
	})
	return err
}
