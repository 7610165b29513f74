package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"jeton/model"
)

// sortKey is how many bytes of a description are kept for sorting. With the number it
// is all the memory a token takes while a list is sorted: 32 bytes.
const sortKey = 24

// maxTies is how many tokens that agree in their first sortKey bytes are read again
// and sorted in full; beyond it they keep the order of their numbers.
const maxTies = 1 << 14

type described struct {
	id  model.TokenID
	key [sortKey]byte // of the folded description, zeros behind it
}

// byDescription reads the whole list and returns it A to Z, those without a
// description last, newest first among equals.
func (f *finder) byDescription(ctx context.Context) (model.Match, error) {
	var m model.Match
	parts := [2]struct {
		found   []described
		scanned int
		err     error
	}{}
	middle := f.top / 2
	var wait sync.WaitGroup
	for i, bounds := range [2][2]uint64{{0, middle}, {middle, f.top}} {
		wait.Go(func() {
			p := &parts[i]
			p.found, p.scanned, p.err = f.describedIn(ctx, bounds[0], bounds[1])
		})
	}
	wait.Wait()
	if err := errors.Join(parts[0].err, parts[1].err); err != nil {
		return m, f.suspectIf(err)
	}
	all := append(parts[0].found, parts[1].found...)
	parts[0].found, parts[1].found = nil, nil
	slices.SortFunc(all, func(a, b described) int {
		return cmp.Or(compareKeys(&a, &b), cmp.Compare(b.id, a.id))
	})
	if err := f.breakTies(all); err != nil {
		return m, f.suspectIf(err)
	}
	m.IDs = make([]model.TokenID, len(all))
	for i := range all {
		m.IDs[i] = all[i].id
	}
	m.Scanned, m.Done = parts[0].scanned+parts[1].scanned, true
	return m, nil
}

// compareKeys orders by text; no text comes last.
func compareKeys(a, b *described) int {
	if none := b.key[0] == 0; none != (a.key[0] == 0) {
		if none {
			return -1
		}
		return 1
	}
	return bytes.Compare(a.key[:], b.key[:])
}

func (f *finder) describedIn(ctx context.Context, lo, hi uint64) (out []described, scanned int, err error) {
	if lo >= hi {
		return nil, 0, nil
	}
	if f.filter.Empty() {
		out = make([]described, 0, f.list.Count(lo, hi))
	}
	m := f.matcher()
	for ; lo < hi; lo += stepChunk {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		err := f.each(lo, min(lo+stepChunk, hi), func(t *model.Token) error {
			scanned++
			if m.match(t) {
				d := described{id: t.ID}
				copy(d.key[:], strings.ToLower(t.Description))
				out = append(out, d)
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
		runtime.Gosched()
	}
	return out, scanned, nil
}

// breakTies sorts those whose kept bytes agree by their whole descriptions.
func (f *finder) breakTies(all []described) error {
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].key == all[from].key {
			to++
		}
		if full := all[from].key[sortKey-1] != 0; full && to-from > 1 && to-from <= maxTies {
			if err := f.sortInFull(all[from:to]); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

func (f *finder) sortInFull(ties []described) error {
	texts := make(map[model.TokenID]string, len(ties))
	for _, d := range ties {
		t, err := get[model.Token](f.vault, f.view, tokenKind(f.query.Kind), uint64(d.id))
		if err != nil {
			return fmt.Errorf("token %d: %w", d.id, err)
		}
		texts[d.id] = strings.ToLower(t.Description)
	}
	slices.SortFunc(ties, func(a, b described) int {
		return cmp.Or(strings.Compare(texts[a.id], texts[b.id]), cmp.Compare(b.id, a.id))
	})
	return nil
}
