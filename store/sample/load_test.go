package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"jeton/model"
)

// unsteady is a store that refuses some changes.
type unsteady struct {
	LoadStore
	refuse func(n int, c model.Change) error
	asked  []model.Request
}

func (u *unsteady) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	u.asked = append(u.asked, r)
	if err := u.refuse(len(u.asked), c); err != nil {
		return model.Event{}, nil, err
	}
	return u.LoadStore.Change(ctx, a, r, c)
}

func said(t *testing.T, report *bytes.Buffer) (lines []Line) {
	t.Helper()
	for d := json.NewDecoder(report); d.More(); {
		var l Line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// TestLoadRepeatsWhatItDoesNotKnow opens a store again whose outcome is unknown: the same
// request is asked for first.
func TestLoadRepeatsWhatItDoesNotKnow(t *testing.T) {
	s := open(t, NewClock())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var report bytes.Buffer
	l, err := NewLoad(1, &report)
	if err != nil {
		t.Fatal(err)
	}
	first := &unsteady{LoadStore: s, refuse: func(n int, _ model.Change) error {
		if n == 20 {
			return model.ErrUnknown
		}
		return nil
	}}
	if err := l.Run(ctx, first); !errors.Is(err, model.ErrUnknown) || len(first.asked) != 20 {
		t.Fatalf("after %d changes: %v", len(first.asked), err)
	}
	again := &unsteady{LoadStore: s, refuse: func(n int, _ model.Change) error {
		if n == 10 {
			stop()
		}
		return nil
	}}
	if err := l.Run(ctx, again); err != nil {
		t.Fatal(err)
	}
	if again.asked[0] != first.asked[19] {
		t.Errorf("asked for %s, then for %s", first.asked[19], again.asked[0])
	}
	unknown := 0
	for _, line := range said(t, &report) {
		if line.Says == "unknown" && line.Request == first.asked[19].String() && line.Error != "" {
			unknown++
		}
	}
	if unknown != 1 {
		t.Errorf("unknown was said %d times of the change that was", unknown)
	}
}

// TestLoadRevokesOnAFullDisk has only revocations go on, and lists.
func TestLoadRevokesOnAFullDisk(t *testing.T) {
	s := open(t, NewClock())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var report bytes.Buffer
	l, err := NewLoad(1, &report)
	if err != nil {
		t.Fatal(err)
	}
	revoked, refused := 0, 0
	full := &unsteady{LoadStore: s, refuse: func(n int, c model.Change) error {
		if n < 50 {
			return nil
		}
		if _, ok := c.(model.Revoke); ok {
			if revoked++; revoked == 3 {
				stop()
			}
			return nil
		}
		refused++
		return model.ErrLowSpace
	}}
	if err := l.Run(ctx, full); err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, line := range said(t, &report) {
		if line.Says == "listed" && line.Total > 0 {
			listed++
		}
	}
	if revoked < 3 || refused == 0 || listed == 0 {
		t.Errorf("%d revocations, %d refusals, %d lists", revoked, refused, listed)
	}
}
