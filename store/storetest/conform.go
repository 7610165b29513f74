package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
	"jeton/store/share"
)

// Door gives the store to a user who came in some way: as it is, or from the other end of
// a socket.
type Door func(t testing.TB, s *store.Store, user model.UserID) share.Organization

// Conform tells whether a store behaves as one, seen through a door: the screens and the
// commands must not be able to tell which one they came by.
func Conform(t *testing.T, through Door) {
	for name, test := range map[string]func(*testing.T, *world){
		"reads":    reads,
		"windows":  windows,
		"finding":  finding,
		"changes":  changes,
		"errors":   failures,
		"refusals": refusals,
		"repeats":  repeats,
		"reveals":  reveals,
		"follow":   follow,
		"use":      use,
		"values":   values,
		"history":  history,
		"hostile":  hostile,
		"canceled": canceled,
		"closed":   closed,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t, through)) })
	}
}

// The users of a world: an Organization Admin and a member.
const (
	ana model.UserID = 1
	ben model.UserID = 2
)

// world is a store with two users and two deployments, and how each of them sees it.
type world struct {
	*testing.T
	options store.Options
	store   *store.Store
	ana     seat
	ben     seat
	nobody  seat
	now     atomic.Int64
	through Door
}

// seat is where a user sits: the store as they see it.
type seat struct {
	t     *testing.T
	store share.Organization
	actor model.Actor
}

func newWorld(t *testing.T, through Door) *world {
	t.Helper()
	dir := t.TempDir()
	k, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, through: through}
	w.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	w.options = store.Options{Dir: filepath.Join(dir, "store"), Keyset: k,
		Clock: func() time.Time { return time.UnixMilli(w.now.Add(1)) }}
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "staging"}}
	if err := store.Create(ctx, w.options, found, model.Source{Door: model.DoorTerminal}); err != nil {
		t.Fatal(err)
	}
	if err := w.reopen(); err != nil {
		t.Fatal(err)
	}
	w.ana.change(model.AddPerson{Login: "ben", Name: "Ben Böttcher", Accounts: []uint32{1001},
		Grants: []model.Grant{{Deployment: 1, Role: model.Editor}}})
	return w
}

// reopen opens the store and has everyone sit down at it.
func (w *world) reopen() (err error) {
	if w.store, err = store.Open(ctx, w.options); err != nil {
		return err
	}
	s := w.store
	w.Cleanup(func() { _ = s.Close() })
	w.ana, w.ben, w.nobody = w.seat(ana), w.seat(ben), w.seat(0)
	return nil
}

func (w *world) seat(user model.UserID) seat {
	return seat{w.T, w.through(w.T, w.store, user), model.Actor{User: user, Source: model.Source{Door: model.DoorTerminal, Origin: "pts/3"}}}
}

var ctx = context.Background()

func number() (r model.Request) {
	_, _ = rand.Read(r[:])
	return r
}

func (s seat) try(c model.Change) (model.Event, model.Record, error) {
	return s.store.Change(ctx, s.actor, number(), c)
}

func (s seat) change(c model.Change) (model.Event, model.Record) {
	s.t.Helper()
	e, r, err := s.try(c)
	if err != nil {
		s.t.Fatalf("%T: %v", c, err)
	}
	return e, r
}

func (s seat) token(c model.Change) model.Token {
	s.t.Helper()
	_, r := s.change(c)
	t, ok := r.(model.Token)
	if !ok {
		s.t.Fatalf("%T left a %T", c, r)
	}
	return t
}

func (s seat) create(description string) model.Token {
	s.t.Helper()
	return s.token(model.CreateToken{Kind: model.AgentToken, Description: description})
}

// same fails the test unless both print the same, which tells no empty list from none.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := printed(got), printed(want); g != w {
		t.Errorf("%s\n got %s\nwant %s", what, g, w)
	}
}

// fails fails the test unless err is the sentinel and has the text.
func fails(t *testing.T, what string, err, is error, text string) {
	t.Helper()
	if err == nil || !errors.Is(err, is) || err.Error() != text {
		t.Errorf("%s: got %v, want %q", what, err, text)
	}
}
