package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// TestFind compares filtered and sorted lists with what a loop over all rows finds.
func TestFind(t *testing.T) {
	_, s := newOpen(t)
	addBen(t, s, false)
	for i := range 300 {
		tok := createToken(t, s, []string{"", "Blue runner", "blue runner of the second shift", "Zebra", "データ"}[i%5])
		switch i % 7 {
		case 1:
			change1(t, s, model.Revoke{Token: tok.ID})
		case 2:
			change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}}})
		case 3:
			change1(t, s, model.SetPermissions{Token: tok.ID, Permissions: model.Permissions{}})
		}
	}
	all := listAll(t, s, agentList)
	for _, filter := range []string{"", "blue", "BLUE shift", "org agent", "prod", "none", "17", all[4].LastFour, "nothing has this"} {
		for _, sort := range []model.Sort{model.NewestFirst, model.OldestFirst, model.ByDescription} {
			for _, shown := range []bool{true, false} {
				q := model.TokenQuery{Kind: model.AgentToken, Filter: filter, Sort: sort, Revoked: shown}
				if got, want := findAll(t, s, q), naive(all, q); !slices.Equal(got, want) {
					t.Fatalf("%+v: %v, want %v", q, got, want)
				}
			}
		}
	}
}

func naive(all []model.Token, q model.TokenQuery) []model.TokenID {
	rows := slices.Clone(all) // newest first
	rows = slices.DeleteFunc(rows, func(t model.Token) bool {
		perms := "none"
		if t.Permissions.OrgAgent {
			perms = "Org Agent"
		} else if len(t.Permissions.Deployments) > 0 {
			perms = "prod"
		}
		return !q.Revoked && t.Revoked() || !model.NewFilter(q.Filter).Match(t.Description, perms, t.LastFour)
	})
	switch q.Sort {
	case model.OldestFirst:
		slices.Reverse(rows)
	case model.ByDescription:
		slices.SortStableFunc(rows, func(a, b model.Token) int {
			if (a.Description == "") != (b.Description == "") {
				return len(b.Description) - len(a.Description)
			}
			return strings.Compare(strings.ToLower(a.Description), strings.ToLower(b.Description))
		})
	}
	var ids []model.TokenID
	for _, t := range rows {
		ids = append(ids, t.ID)
	}
	return ids
}

// TestWindow asks for every window around every anchor of a small list.
func TestWindow(t *testing.T) {
	_, s := newOpen(t)
	for i := range 12 {
		tok := createToken(t, s, fmt.Sprint(i))
		if i%4 == 0 {
			change1(t, s, model.Revoke{Token: tok.ID})
		}
	}
	for _, order := range []model.Sort{model.NewestFirst, model.OldestFirst} {
		q := model.TokenQuery{Kind: model.AgentToken, Sort: order}
		all := listAll(t, s, q)
		for anchor := range model.TokenID(14) {
			for offset := range 5 {
				page, err := s.Tokens(ctx, ana, q, model.Window{Offset: offset, Limit: 4, Anchor: anchor})
				if err != nil || page.Total != len(all) || len(page.Rows) != 4 {
					t.Fatalf("%d rows of %d, %v", len(page.Rows), page.Total, err)
				}
				at := slices.IndexFunc(all, func(t model.Token) bool { return t.ID == anchor })
				want := offset
				if at >= 0 {
					want = at - offset
				}
				want = min(max(want, 0), len(all)-4)
				if page.AnchorAt != at || page.Offset != want || page.Rows[0].ID != all[want].ID {
					t.Fatalf("anchor %d offset %d: at %d offset %d, want %d and %d", anchor, offset, page.AnchorAt, page.Offset, at, want)
				}
			}
		}
	}
}

// TestMembers checks what a user without roles in everything may see.
func TestMembers(t *testing.T) {
	_, s := newOpen(t)
	addBen(t, s, false)
	createToken(t, s, "ana's agent")
	if _, _, err := s.Change(ctx, ben, model.Request{}, model.CreateToken{Kind: model.UserToken, Owner: 2, Description: "ben's"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: 2}); err != nil {
		t.Fatal(err)
	}
	session, err := s.Session(ctx, ben)
	if err != nil || len(session.Deployments) != 1 || session.Deployments[0].Name != "staging" || session.UserTokens != 1 || session.AgentTokens != 0 {
		t.Fatalf("session %+v, %v", session, err)
	}
	page, err := s.Events(ctx, ben, model.EventQuery{Limit: 10})
	if err != nil || page.Total != 3 || len(page.Events) != 3 || page.Events[0].Action != model.RevealUserToken || page.Events[2].Action != model.AddUser {
		t.Fatalf("ben's events: %+v, %v", page, err)
	}
	var refused *model.RefusedError
	for _, q := range []model.TokenQuery{{Kind: model.AgentToken}, {Kind: model.UserToken, Owner: 1}} {
		if _, err := s.Tokens(ctx, ben, q, model.Window{Limit: 5}); !errors.As(err, &refused) {
			t.Fatalf("%+v: %v", q, err)
		}
		if _, err := s.FindTokens(ctx, ben, q, 0); !errors.As(err, &refused) {
			t.Fatalf("%+v: %v", q, err)
		}
	}
	for _, id := range []model.TokenID{1, 99} {
		if _, err := s.TokenRows(ctx, ben, []model.TokenID{id}); !errors.As(err, &refused) {
			t.Fatalf("row %d: %v", id, err)
		}
	}
	if rows, err := s.TokenRows(ctx, ben, []model.TokenID{2}); err != nil || rows.Rows[0].Description != "ben's" {
		t.Fatalf("own row: %+v, %v", rows, err)
	}
	if _, err := s.Users(ctx, ben); !errors.As(err, &refused) {
		t.Fatalf("users: %v", err)
	}
	nobody := model.Actor{}
	if _, err := s.Events(ctx, nobody, model.EventQuery{Limit: 5}); !errors.As(err, &refused) {
		t.Fatalf("nobody's events: %v", err)
	}
}

// TestEventPages reads history in pages, whole and filtered, and finds each event once.
func TestEventPages(t *testing.T) {
	_, s := newOpen(t)
	for i := range 700 {
		createToken(t, s, fmt.Sprintf("token %d", i))
	}
	for _, q := range []model.EventQuery{{Limit: 7}, {Limit: 100, Filter: "699"}, {Limit: 3, Target: model.Target{Kind: model.TargetToken, ID: 5}}} {
		var seqs []uint64
		for {
			page, err := s.Events(ctx, ana, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range page.Events {
				seqs = append(seqs, ev.Seq)
			}
			if q.Before = page.Next; page.Next == 0 {
				break
			}
		}
		want := map[int]int{7: 701, 100: 2, 3: 1}[q.Limit]
		if len(seqs) != want || !slices.IsSortedFunc(seqs, func(a, b uint64) int { return int(b) - int(a) }) {
			t.Fatalf("%+v: %d events, want %d", q, len(seqs), want)
		}
	}
}
