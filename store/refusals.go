package store

import (
	"cmp"
	"slices"

	"jeton/model"
)

// refusals keeps refusals from flooding the history: of one actor and one action the
// first in a minute is written at once, the others are counted and written as one
// event when the minute is over or the store is closed.
type refusals struct {
	open map[refusalKey]*refusal
}

type refusalKey struct {
	actor  model.UserID
	action model.Action
}

type refusal struct {
	minute  int64
	count   uint32 // since the one written
	event   model.Event
	private private
}

func newRefusals() *refusals { return &refusals{open: map[refusalKey]*refusal{}} }

func minuteOf(t model.Time) int64 { return int64(t) / 60_000 }

// note takes in a refusal and reports whether to write it now; if not it was counted.
func (r *refusals) note(c change) bool {
	key := refusalKey{c.event.Actor, c.event.Action}
	now := minuteOf(c.event.At)
	if old, ok := r.open[key]; ok && old.minute == now {
		old.count++
		if old.event.Target != c.event.Target {
			old.event.Target.ID = 0 // no single one was meant
			old.private.Details.Label = ""
		}
		old.event.At, old.event.Door = c.event.At, c.event.Door
		old.private.Details.Origin, old.private.Details.Reason = c.private.Details.Origin, c.private.Details.Reason
		return false
	}
	r.open[key] = &refusal{minute: now, event: c.event, private: c.private}
	return true
}

// due returns the counted refusals of minutes that are over, or all of them, and
// forgets them.
func (r *refusals) due(now model.Time, all bool) []change {
	var out []change
	for key, old := range r.open {
		if !all && old.minute == minuteOf(now) {
			continue
		}
		if old.count > 0 {
			out = append(out, old.change())
		}
		delete(r.open, key)
	}
	slices.SortFunc(out, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.event.Actor, b.event.Actor), cmp.Compare(a.event.Action, b.event.Action))
	})
	return out
}

func (r *refusal) change() change {
	c := change{event: r.event, private: r.private}
	c.event.Count = r.count
	c.event.Details = r.private.Details
	return c
}
