package use

import (
	"math"
	"time"

	"jeton/model"
)

const (
	hour = model.Time(time.Hour / time.Millisecond)
	five = hour / 12
)

// standings is how many standings are counted apart.
const standings = int(model.WrongKind) + 1

// Tally is what was counted of one caller of one token.
type Tally struct {
	First     model.Time               `cbor:"1,keyasint,omitempty"` // when it was good
	Last      model.Time               `cbor:"2,keyasint,omitempty"`
	Count     uint64                   `cbor:"3,keyasint,omitempty"`
	Hour      int64                    `cbor:"4,keyasint,omitempty"` // since the epoch: that of the last of Hours
	Hours     [model.UseHours]uint32   `cbor:"5,keyasint"`
	Five      int64                    `cbor:"6,keyasint,omitempty"` // the same for five minutes
	Fives     [model.UseMinutes]uint32 `cbor:"7,keyasint"`
	Refused   [standings]uint64        `cbor:"8,keyasint"` // by what the token was then
	NoFirst   model.Time               `cbor:"9,keyasint,omitempty"`
	NoLast    model.Time               `cbor:"10,keyasint,omitempty"`
	NoBecause model.Standing           `cbor:"11,keyasint,omitempty"` // the last time
}

// good counts a use.
func (t *Tally) good(at model.Time) {
	t.First, t.Last, t.Count = earlier(t.First, at), max(t.Last, at), t.Count+1
	count(t.Hours[:], &t.Hour, int64(at/hour))
	count(t.Fives[:], &t.Five, int64(at/five))
}

// refused counts a use in vain.
func (t *Tally) refused(why model.Standing, at model.Time) {
	if int(why) >= standings {
		return
	}
	t.Refused[why]++
	t.NoFirst = earlier(t.NoFirst, at)
	if at >= t.NoLast {
		t.NoLast, t.NoBecause = at, why
	}
}

// Latest is when the caller was last heard of.
func (t *Tally) Latest() model.Time { return max(t.Last, t.NoLast) }

// Knocks is how often the token was presented when it did not work any more.
func (t *Tally) Knocks() uint64 { return t.Refused[model.Revoked] + t.Refused[model.OwnerGone] }

// add adds what another tally counted.
func (t *Tally) add(o *Tally) {
	t.First, t.Last, t.Count = earlier(t.First, o.First), max(t.Last, o.Last), t.Count+o.Count
	merge(t.Hours[:], &t.Hour, o.Hours[:], o.Hour)
	merge(t.Fives[:], &t.Five, o.Fives[:], o.Five)
	for why, n := range o.Refused {
		t.Refused[why] += n
	}
	t.NoFirst = earlier(t.NoFirst, o.NoFirst)
	if o.NoLast >= t.NoLast {
		t.NoLast, t.NoBecause = o.NoLast, o.NoBecause
	}
}

// Use is the tally as it reads at a moment.
func (t *Tally) Use(now model.Time) model.Use {
	u := model.Use{First: t.First, Last: t.Last, Count: t.Count, Hours: t.Hours,
		FirstRefused: t.NoFirst, LastRefused: t.NoLast, Why: t.NoBecause}
	roll(u.Hours[:], t.Hour, int64(now/hour))
	fives := t.Fives
	roll(fives[:], t.Five, int64(now/five))
	for _, n := range fives {
		u.LastHour += uint64(n)
	}
	for _, n := range t.Refused {
		u.Refused += n
	}
	return u
}

// earlier is the earlier of two moments, of those that came.
func earlier(a, b model.Time) model.Time {
	if a.Never() || !b.Never() && b < a {
		return b
	}
	return a
}

// count counts one in a period. A clock that was set back counts where it stands now, and
// where that is before all periods, they begin anew.
func count(counts []uint32, last *int64, period int64) {
	if period > *last || *last-period >= int64(len(counts)) {
		roll(counts, *last, period)
		*last = period
	}
	n := &counts[int64(len(counts))-1-(*last-period)]
	*n = plus(*n, 1)
}

// roll moves counts whose last one is of the period was so that the last one is of the
// period now.
func roll(counts []uint32, was, now int64) {
	by := now - was
	switch n := int64(len(counts)); {
	case by >= n || by <= -n:
		clear(counts)
	case by > 0:
		copy(counts, counts[by:])
		clear(counts[n-by:])
	case by < 0:
		copy(counts[-by:], counts)
		clear(counts[:-by])
	}
}

func merge(counts []uint32, last *int64, more []uint32, of int64) {
	if of > *last {
		roll(counts, *last, of)
		*last = of
	}
	for i, n := range more {
		if at := int64(i) - (*last - of); at >= 0 {
			counts[at] = plus(counts[at], n)
		}
	}
}

// plus adds, and stays at the most there can be.
func plus(a, b uint32) uint32 { return a + min(b, math.MaxUint32-a) }
