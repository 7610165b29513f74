package store

import (
	"errors"
	"slices"
	"testing"

	"jeton/model"
	"jeton/store/state"
)

// TestManyRowsAreTheSame reads lists with gaps in windows that are scanned and in windows that
// are looked up, from state and over what a full disk holds: the same rows, and of nobody else.
func TestManyRowsAreTheSame(t *testing.T) {
	p, s := newOpen(t)
	for n := range 3 * manyRows {
		kind := model.AgentToken
		if n%3 == 2 {
			kind = model.UserToken
		}
		_, made := change1(t, s, model.CreateToken{Kind: kind, Owner: ownerOf(kind)})
		if n%7 == 0 {
			check(t, s, valueOf(t, s, made.(model.Token).ID), model.Place{}, model.Caller{})
		}
	}
	if !s.putUses() {
		t.Fatal("uses are not kept")
	}
	p.free = 10 << 20
	change1(t, s, model.Revoke{Token: 4})
	for _, q := range []model.TokenQuery{{Kind: model.AgentToken, Revoked: true}, {Kind: model.UserToken, Owner: 1, Revoked: true}} {
		many, err := s.Tokens(ctx, ana, q, model.Window{Limit: maxRows})
		if err != nil || len(many.Rows) < manyRows {
			t.Fatalf("%d rows, %v", len(many.Rows), err)
		}
		used := 0
		for at := 0; at < len(many.Rows); at += 20 {
			few, err := s.Tokens(ctx, ana, q, model.Window{Offset: at, Limit: 20})
			if err != nil {
				t.Fatal(err)
			}
			from := len(many.Rows[:few.Offset])
			if !slices.EqualFunc(few.Rows, many.Rows[from:from+len(few.Rows)], func(a, b model.Token) bool {
				return a.ID == b.ID && a.Revision == b.Revision && a.Revoked() == b.Revoked()
			}) {
				t.Fatalf("from %d: %+v", at, few.Rows)
			}
			for _, row := range few.Rows {
				if few.LastUsed[row.ID] != many.LastUsed[row.ID] {
					t.Fatalf("token %d: last used %v and %v", row.ID, few.LastUsed[row.ID], many.LastUsed[row.ID])
				}
				if !few.LastUsed[row.ID].Never() {
					used++
				}
			}
		}
		if used == 0 || len(many.LastUsed) > len(many.Rows) {
			t.Errorf("%d were used, and %d are told of %d rows", used, len(many.LastUsed), len(many.Rows))
		}
		for id := range many.LastUsed {
			if !slices.ContainsFunc(many.Rows, func(row model.Token) bool { return row.ID == id }) {
				t.Errorf("token %d is not in the list", id)
			}
		}
	}
}

func ownerOf(k model.TokenKind) model.UserID {
	if k == model.UserToken {
		return 1
	}
	return 0
}

// TestAMissingRowOfMany is named, as one of a few is.
func TestAMissingRowOfMany(t *testing.T) {
	_, s := newOpen(t)
	for range manyRows {
		createToken(t, s, "")
	}
	v := s.db.View()
	defer v.Close()
	ids := make([]uint64, manyRows)
	for i := range ids {
		ids[i] = uint64(manyRows + 1 - i) // the first is one too many
	}
	if _, err := s.rows(v, state.AgentToken, ids); !errors.Is(err, errRecordMissing) {
		t.Errorf("%v", err)
	}
}
