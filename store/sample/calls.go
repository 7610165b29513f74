package sample

import (
	"fmt"
	"strings"
	"time"

	"jeton/model"
)

// asks has a service ask about tokens in the last day.
func (st *story) asks(t *token, description string) {
	for when := demonstrationStart.Add(-24 * time.Hour); when.Before(demonstrationStart); when = when.Add(20 * time.Minute) {
		st.plan(when.Add(19*time.Minute), func() error {
			_, err := st.store.Service(st.ctx, t.value.Expose(), model.Caller{Addr: "10.0.0.5", Agent: description})
			return err
		})
	}
}

// stubborn are the revoked agent tokens that an agent still presents: nobody told it.
var stubborn = []string{"airflow bridge (old key, in use until cutover)", "migration from serverless, wave 1"}

// calls are what agents do with their tokens in the last day: most work around the clock,
// some were last seen days ago, some never, and some have not heard that theirs is
// revoked.
func (st *story) calls() {
	for i, a := range agents {
		places := st.callsAt(a.reaches)
		switch {
		case len(places) == 0, i%7 == 2 && a.revoked == "": // installed, and never used
		case a.revoked != "":
			for k, description := range stubborn {
				if a.description == description {
					st.agentCalls(i, places, 30*time.Minute, 24*time.Hour, 7<<(2*k))
				}
			}
		case i%7 == 5:
			days := time.Duration(2+i%9) * 24 * time.Hour
			st.call(i, demonstrationStart.Add(-days), places[0], 1)
		default:
			st.agentCalls(i, places, 30*time.Minute, 26*time.Hour, 2+i%5)
		}
	}
}

// agentCalls has an agent call in the last hours, more in the day than at night, the last
// time seconds before the watcher comes.
func (st *story) agentCalls(i int, places []model.Place, every, hours time.Duration, times int) {
	last := demonstrationStart.Add(-time.Duration(2+i*7%50) * time.Second)
	for ago := time.Duration(0); ago < hours; ago += every {
		when := last.Add(-ago)
		n := times
		if h := when.Hour(); h >= 7 && h < 19 {
			n *= 1 + (h*5+i)%6
		}
		for k, place := range places {
			st.call(i, when.Add(-time.Duration(k*5)*time.Second), place, max(n/(k+1), 1))
		}
	}
}

// call has an agent present its token some times, at a moment after it got it.
func (st *story) call(i int, when time.Time, place model.Place, times int) {
	t := st.agent[i]
	from := model.Caller{Addr: fmt.Sprintf("10.2.%d.%d", i%4, 10+i), Agent: fmt.Sprintf("runner-%d", i), Place: place}
	if i%5 == 4 {
		from.Agent = "" // an old one, which does not say what it is
	}
	st.plan(when, func() error {
		for range times {
			if t.value.Empty() {
				return nil
			}
			if _, err := st.store.Check(st.ctx, t.value.Expose(), place, from); err != nil {
				return err
			}
		}
		return nil
	})
}

// callsAt are the places an agent works for, at most three.
func (st *story) callsAt(reaches string) []model.Place {
	var places []model.Place
	for _, word := range strings.Fields(reaches) {
		switch word {
		case "-":
		case "branches":
			places = append(places, model.Place{Name: "feature/late-orders", Branch: true})
		default:
			places = append(places, model.Place{Name: word})
		}
	}
	if reaches == "" {
		places = []model.Place{{Name: "prod-eu"}, {Name: "prod-us"}}
	}
	return places[:min(len(places), 3)]
}
