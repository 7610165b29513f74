package ui

import (
	"context"
	"errors"
	"slices"
	"testing"

	"jeton/model"
)

// TestRowsAfterAnError has reading through a list fail on the way: read again, it has every
// token once, and the error is over, also where nothing matches.
func TestRowsAfterAnError(t *testing.T) {
	s := &session{ctx: context.Background()}
	for _, all := range [][]model.TokenID{{3, 2, 1}, nil} {
		var r rows
		r.show(s, model.TokenQuery{Kind: model.AgentToken, Filter: "x"}, 0)
		r.matched(s, rowsMatched{gen: r.gen, match: model.Match{IDs: all[:min(len(all), 2)], Next: 2}})
		r.matched(s, rowsMatched{gen: r.gen, err: errors.New("the disk reads nothing")})
		if r.err == nil {
			t.Fatal("no error")
		}
		r.held = []model.Token{{ID: 4}, {ID: 2}} // of before
		r.renewed(s, 0, 0)
		r.matched(s, rowsMatched{gen: r.gen, match: model.Match{IDs: all, Done: true}})
		if first, ok := r.at(0); ok {
			t.Errorf("token %d stands where another belongs", first.ID)
		}
		if !slices.Equal(r.ids, all) || r.total != len(all) || r.err != nil {
			t.Errorf("%v of %d, %v; want %v", r.ids, r.total, r.err, all)
		}
	}
}
