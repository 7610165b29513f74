package use

import (
	"fmt"
	"testing"
	"time"

	"jeton/model"
)

var noon = model.TimeOf(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

const minute = hour / 60

func from(i int) model.Caller { return model.Caller{Addr: fmt.Sprint("10.0.0.", i)} }

func (t *Token) find(c model.Caller) *Tally {
	for i := range t.Callers {
		if t.Callers[i].is(c) {
			return &t.Callers[i].Tally
		}
	}
	return nil
}

// TestPeriodsRoll uses a token once every ten minutes for two days and looks at the hours.
func TestPeriodsRoll(t *testing.T) {
	var tok Token
	now := noon
	for range 2 * 24 * 6 {
		tok.Good(from(1), now)
		now += 10 * minute
	}
	now -= 10 * minute
	u := tok.Callers[0].Tally.Use(now)
	for i, n := range u.Hours {
		if n != 6 {
			t.Fatalf("hour %d has %d: %v", i, n, u.Hours)
		}
	}
	if u.LastHour != 6 || u.Count != 288 || u.First != noon || u.Last != now {
		t.Errorf("%+v", u)
	}
	if u = tok.Callers[0].Tally.Use(now + 3*hour); u.LastHour != 0 || u.Hours[model.UseHours-4] != 6 || u.Hours[model.UseHours-3] != 0 || u.Hours[0] != 6 {
		t.Errorf("three hours later: %+v", u)
	}
	if u = tok.Callers[0].Tally.Use(now + 48*hour); u.Hours != [model.UseHours]uint32{} || u.Count != 288 {
		t.Errorf("two days later: %+v", u)
	}
}

// TestClockSetBack counts on when the clock is set back, by a little and by a lot.
func TestClockSetBack(t *testing.T) {
	var tally Tally
	tally.good(noon)
	tally.good(noon - 2*hour)
	if u := tally.Use(noon); u.Hours[model.UseHours-1] != 1 || u.Hours[model.UseHours-3] != 1 || u.First != noon-2*hour || u.Last != noon {
		t.Errorf("%+v", u)
	}
	tally.good(noon - 1000*hour)
	if u := tally.Use(noon - 1000*hour); u.Hours[model.UseHours-1] != 1 || u.LastHour != 1 || u.Count != 3 {
		t.Errorf("%+v", u)
	}
}

// TestCallersAreBounded has a 33rd caller counted with the others, unless one of those that
// are told apart was not heard of for a day.
func TestCallersAreBounded(t *testing.T) {
	var tok Token
	for i := range model.Callers {
		tok.Good(from(i), noon+model.Time(i))
	}
	tok.Good(from(model.Callers), noon+hour)
	tok.Refused(from(model.Callers+1), model.OutOfReach, noon+hour)
	tok.Good(model.Caller{}, noon+hour)
	others := tok.find(model.Caller{})
	if len(tok.Callers) != model.Callers+1 || others == nil || others.Count != 2 || others.Refused[model.OutOfReach] != 1 {
		t.Fatalf("%d callers, others %+v", len(tok.Callers), others)
	}
	tok.Good(from(100), noon+quiet)
	if len(tok.Callers) != model.Callers+1 || tok.find(from(100)) == nil || tok.find(from(0)) != nil || tok.find(from(1)) == nil {
		t.Fatalf("a day later: %+v", tok.Callers)
	}
	if others = tok.find(model.Caller{}); others.Count != 3 || others.First != noon {
		t.Errorf("others: %+v", others)
	}
	if all := tok.All(); all.Count != model.Callers+3 || all.First != noon || all.Last != noon+quiet || tok.Last != all.Last || all.Refused[model.OutOfReach] != 1 {
		t.Errorf("all: %+v", all)
	}
	if !tok.Valid() {
		t.Error("it is not one that can be kept")
	}
}

// TestAddIsCountingOn counts in two parts and adds them up, which comes to the same as
// counting all in one.
func TestAddIsCountingOn(t *testing.T) {
	var whole, first, second Token
	for i := range 400 {
		at := noon + model.Time(i)*13*minute
		part := &first
		if i >= 150 {
			part = &second
		}
		for _, tok := range []*Token{&whole, part} {
			if i%7 == 0 {
				tok.Refused(from(i%5), model.Revoked, at)
			} else {
				tok.Good(from(i%5), at)
			}
		}
	}
	first.Add(&second)
	now := noon + 400*13*minute
	if got, want := fmt.Sprint(first.ByCaller(now)), fmt.Sprint(whole.ByCaller(now)); got != want {
		t.Errorf("in two parts %s\nat once %s", got, want)
	}
	if first.Last != whole.Last {
		t.Errorf("last %v, want %v", first.Last, whole.Last)
	}
}

// TestBookIsBounded fills a book: what has no room is not counted, and what was put away makes
// room.
func TestBookIsBounded(t *testing.T) {
	b := NewBook()
	for id := range model.TokenID(shards*atOnce + 100) {
		b.Good(id, from(1), noon)
	}
	if n := b.Len(); n != shards*atOnce {
		t.Errorf("%d tokens wait", n)
	}
	select {
	case <-b.Full():
	default:
		t.Error("a full book does not say so")
	}
	gone := b.Leave(10)
	for _, l := range gone {
		b.Good(l.ID, from(1), noon+1)
	}
	if last := b.Last(gone[0].ID); last != noon {
		t.Errorf("last %v", last)
	}
	b.Gone(gone)
	b.Good(gone[0].ID, from(1), noon+2)
	if last := b.Last(gone[0].ID); last != noon+2 {
		t.Errorf("what was put away made no room: %v", last)
	}
}

// TestBookTakesBack counts while tokens leave and come back: nothing is lost or counted twice.
func TestBookTakesBack(t *testing.T) {
	b := NewBook()
	count := func() (n uint64) {
		var known Token
		b.AddTo(7, &known)
		all := known.All()
		return all.Count
	}
	b.Good(7, from(1), noon)
	leaving := b.Leave(5)
	b.Good(7, from(1), noon+1)
	if len(leaving) != 1 || count() != 2 || b.Len() != 1 {
		t.Fatalf("%d leave, %d counted", len(leaving), count())
	}
	b.Back(leaving)
	if count() != 2 || b.Last(7) != noon+1 {
		t.Errorf("%d counted", count())
	}
	leaving = b.Leave(5)
	b.Gone(leaving)
	if count() != 0 || b.Len() != 0 {
		t.Errorf("%d counted", count())
	}
}
