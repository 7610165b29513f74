package store

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"jeton/model"
)

// The races are meant for the race detector, and for more rounds than everyday ones:
//
//	go test -race ./store -run Race -races 1000
var races = flag.Int("races", 5, "rounds of each race")

// atOnce runs the functions as close together as they get, the first one in the test's
// own goroutine.
func atOnce(own func(), others ...func()) {
	var wait sync.WaitGroup
	defer wait.Wait()
	start := make(chan struct{})
	for _, do := range others {
		wait.Go(func() {
			<-start
			do()
		})
	}
	close(start)
	own()
}

func actorOf(id model.UserID) model.Actor {
	return model.Actor{User: id, Source: model.Source{Door: model.DoorSSH, Origin: fmt.Sprint("pts/", id)}}
}

// TestLastAdminRace has several Organization Admins throw out each other and themselves,
// all at once. Exactly one stays, and only what was acknowledged was done.
func TestLastAdminRace(t *testing.T) {
	p, s := newOpen(t)
	admins := []model.UserID{1, 2, 3, 4}
	for _, login := range []string{"ben", "eva", "kim"} {
		change1(t, s, model.AddPerson{Login: login, OrgAdmin: true})
	}
	for round := range *races {
		var done atomic.Int64
		before := s.Health().Seq
		var all []func()
		for i, who := range admins {
			all = append(all, func() {
				for n := range admins {
					whom := admins[(i+n+round)%len(admins)]
					var c model.Change = model.SetRoles{User: whom}
					if (i+n+round)%3 == 0 {
						c = model.SetActive{User: whom}
					}
					_, _, err := s.Change(ctx, actorOf(who), model.Request{}, c)
					var refused *model.RefusedError
					if err == nil {
						done.Add(1)
					} else if !errors.As(err, &refused) && !errors.Is(err, model.ErrNothing) && !errors.Is(err, model.ErrLastAdmin) {
						t.Errorf("round %d: %d on %d: %v", round, who, whom, err)
					}
				}
			})
		}
		atOnce(all[0], all[1:]...)
		people := s.snapshot()
		if people.activeAdmins() != 1 {
			t.Fatalf("round %d: %d Organization Admins are left", round, people.activeAdmins())
		}
		if n := eventsSince(t, s, before, model.Done); n != int(done.Load()) {
			t.Fatalf("round %d: %d changes were acknowledged, and %d are events", round, done.Load(), n)
		}
		backIn(t, s, people, admins)
		if round%10 == 0 {
			p.close(s)
			if s = p.open(); s.snapshot().activeAdmins() != len(admins) {
				t.Fatalf("round %d: after opening again %d Organization Admins", round, s.snapshot().activeAdmins())
			}
		}
	}
}

// backIn has the one who stayed let the others back in.
func backIn(t *testing.T, s *Store, people *people, admins []model.UserID) {
	t.Helper()
	who := admins[slices.IndexFunc(admins, func(id model.UserID) bool { return people.users[id].OrgAdmin && people.users[id].Active() })]
	for _, whom := range admins {
		for _, c := range []model.Change{model.SetActive{User: whom, Active: true}, model.SetRoles{User: whom, OrgAdmin: true}} {
			if _, _, err := s.Change(ctx, actorOf(who), model.Request{}, c); err != nil && !errors.Is(err, model.ErrNothing) {
				t.Fatal(err)
			}
		}
	}
}

// eventsSince counts the events behind one, with that outcome.
func eventsSince(t testing.TB, s *Store, before uint64, outcome model.Outcome) int {
	t.Helper()
	n := 0
	for _, e := range allEvents(t, s) {
		if e.Seq > before && e.Outcome == outcome {
			n++
		}
	}
	return n
}

// allEvents reads the history as an Organization Admin sees it, whoever still is one.
func allEvents(t testing.TB, s *Store) (all []model.Event) {
	t.Helper()
	for before := s.Health().Seq + 1; before > 1; {
		h, err := s.newHistorian(model.EventQuery{Before: before, Limit: maxRows}, s.snapshot(), model.User{ID: 1, OrgAdmin: true})
		if err != nil {
			t.Fatal(err)
		}
		for h.before > 1 && len(h.page.Events) < maxRows {
			if err := h.chunk(); err != nil {
				t.Fatal(err)
			}
		}
		h.view.Close()
		all, before = append(all, h.page.Events...), h.before
	}
	return all
}

// TestEditRace has two people edit one token that both saw as it is. One wins, the other
// is told by whom, and what is kept is the winner's.
func TestEditRace(t *testing.T) {
	_, s := newOpen(t)
	addBen(t, s, true)
	for round := range *races {
		tok := createToken(t, s, "seen by both")
		edits := map[model.UserID]model.Change{
			1: model.Describe{Token: tok.ID, Revision: tok.Revision, Description: "ana's"},
			2: model.Describe{Token: tok.ID, Revision: tok.Revision, Description: "ben's"},
		}
		if round%2 == 1 {
			edits[2] = model.SetPermissions{Token: tok.ID, Revision: tok.Revision, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}}
		}
		var records [3]model.Record
		var errs [3]error
		edit := func(who model.UserID) func() {
			return func() { _, records[who], errs[who] = s.Change(ctx, actorOf(who), model.Request{}, edits[who]) }
		}
		atOnce(edit(1), edit(2))
		winner, loser, login := model.UserID(1), model.UserID(2), "ana"
		if errs[1] != nil {
			winner, loser, login = 2, 1, "ben"
		}
		var conflict *model.ConflictError
		if errs[winner] != nil || !errors.As(errs[loser], &conflict) || conflict.By != login {
			t.Fatalf("round %d: %v and %v", round, errs[1], errs[2])
		}
		won, now := records[winner].(model.Token), conflict.Now.(model.Token)
		got, err := s.durableToken(tok.ID)
		if err != nil || got.Revision != won.Revision || got.Description != won.Description || now.Revision != won.Revision || got.EditedBy != winner {
			t.Fatalf("round %d: kept %+v (%v), the winner's is %+v, the loser was shown %+v", round, got, err, won, now)
		}
	}
}

// request is a request number by which an event is found again.
func request(n uint64) (r model.Request) {
	binary.BigEndian.PutUint64(r[:], n)
	return r
}

// TestRevokeRevealRace reveals a token while it is revoked. What was revealed is an event
// before the revocation, and once that was acknowledged there is no value any more.
func TestRevokeRevealRace(t *testing.T) {
	_, s := newOpen(t)
	addBen(t, s, true)
	var number atomic.Uint64
	for round := range *races {
		tok := createToken(t, s, "")
		var mu sync.Mutex
		shown, gone := map[model.Request]bool{}, atomic.Bool{}
		var revoked model.Event
		reveal := func() {
			for after := false; !after; {
				r := request(number.Add(1))
				after = gone.Load()
				secret, err := s.Reveal(ctx, ben, r, model.Reveal{Token: tok.ID})
				switch {
				case err == nil && (after || secret.LastFour() != tok.LastFour):
					t.Errorf("round %d: revealed (after the revocation: %v)", round, after)
				case err != nil && (!errors.Is(err, model.ErrRevoked) || !secret.Empty()):
					t.Errorf("round %d: %v", round, err)
				case err == nil:
					mu.Lock()
					shown[r] = true
					mu.Unlock()
				}
			}
		}
		atOnce(func() {
			defer gone.Store(true)
			revoked, _ = change1(t, s, model.Revoke{Token: tok.ID})
		}, reveal, reveal, reveal)
		for _, e := range allEvents(t, s) {
			if e.Action == model.RevealAgentToken && e.Target.ID == uint64(tok.ID) {
				if e.Seq > revoked.Seq || !shown[e.Request] {
					t.Fatalf("round %d: event %d reveals, event %d revoked; acknowledged: %v", round, e.Seq, revoked.Seq, shown[e.Request])
				}
				delete(shown, e.Request)
			}
		}
		if len(shown) > 0 {
			t.Fatalf("round %d: %d reveals are no events", round, len(shown))
		}
	}
}

// TestRevokeVerifyRace verifies while a token is revoked and an owner is deactivated: from
// the moment that was acknowledged neither value is good.
func TestRevokeVerifyRace(t *testing.T) {
	_, s := newOpen(t)
	addBen(t, s, false)
	for round := range *races {
		agent := createToken(t, s, "")
		_, r := change1(t, s, model.CreateToken{Kind: model.UserToken, Owner: 2})
		var gone atomic.Bool
		verify := func(id model.TokenID) func() {
			secret, err := s.Reveal(ctx, ana, model.Request{}, model.Reveal{Token: id})
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				for after := false; !after; {
					after = gone.Load()
					v, err := s.Verify(ctx, secret.Expose())
					if err != nil || v.Token.ID != id || after && v.Active() {
						t.Errorf("round %d: %+v, %v (after the revocation: %v)", round, v, err, after)
					}
				}
			}
		}
		atOnce(func() {
			defer gone.Store(true)
			change1(t, s, model.Revoke{Token: agent.ID})
			change1(t, s, model.SetActive{User: 2})
		}, verify(agent.ID), verify(r.(model.Token).ID), verify(agent.ID))
		change1(t, s, model.SetActive{User: 2, Active: true})
	}
}

// TestCloseRace closes the store under people who change tokens. Each change was either
// acknowledged and is there, or was refused and is not.
func TestCloseRace(t *testing.T) {
	p, s := newOpen(t)
	for round := range *races {
		var mine []model.Token
		for range 4 {
			mine = append(mine, createToken(t, s, "0"))
		}
		var all []func()
		var changed atomic.Int64
		enough := make(chan struct{})
		ends := sync.OnceFunc(func() { close(enough) })
		for i := range mine {
			all = append(all, func() {
				defer ends() // also when it failed
				for n := 1; ; n++ {
					var c model.Change = model.Describe{Token: mine[i].ID, Description: fmt.Sprint(n)}
					if n == 40+i {
						c = model.Revoke{Token: mine[i].ID}
					}
					_, r, err := s.Change(ctx, ana, model.Request{}, c)
					if errors.Is(err, model.ErrClosed) || n > 40+i && errors.Is(err, model.ErrRevoked) {
						return
					}
					if err != nil {
						t.Errorf("round %d: %v", round, err)
						return
					}
					mine[i] = r.(model.Token)
					if changed.Add(1) == int64(20+round%80) {
						ends()
					}
				}
			})
		}
		atOnce(func() {
			<-enough
			p.close(s)
		}, all...)
		s = p.open()
		for _, want := range mine {
			got, err := s.durableToken(want.ID)
			if err != nil || got.Description != want.Description || got.Revision != want.Revision || got.Revoked() != want.Revoked() {
				t.Fatalf("round %d: %+v (%v) is there, %+v was acknowledged", round, got, err, want)
			}
		}
	}
}

// TestRevealIsDurableFirst copies the files while values are revealed, as a power cut
// would leave them: of each value that was handed out before there is an event.
func TestRevealIsDurableFirst(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "")
	var number atomic.Uint64
	for round := range *races {
		var mu sync.Mutex
		var shown, before []model.Request
		var stop atomic.Bool
		enough := make(chan struct{})
		ends := sync.OnceFunc(func() { close(enough) })
		reveal := func() {
			defer ends()                               // also when it failed
			for n := 0; n < 200 && !stop.Load(); n++ { // on a busy machine copying takes long
				r := request(number.Add(1))
				if _, err := s.Reveal(ctx, ana, r, model.Reveal{Token: tok.ID}); err != nil {
					t.Errorf("round %d: %v", round, err)
					return
				}
				mu.Lock()
				if shown = append(shown, r); len(shown) == 20+round%50 {
					ends()
				}
				mu.Unlock()
			}
		}
		var copied *place
		atOnce(func() {
			defer stop.Store(true)
			<-enough
			mu.Lock()
			before = slices.Clone(shown)
			mu.Unlock()
			copied = p.crash()
		}, reveal, reveal)
		after := copied.open()
		there := map[model.Request]bool{}
		for _, e := range allEvents(t, after) {
			there[e.Request] = true
		}
		copied.close(after)
		for _, r := range before {
			if !there[r] {
				t.Fatalf("round %d: a value was handed out and no event says so", round)
			}
		}
	}
}
