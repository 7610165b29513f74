package ui

import (
	"context"

	"jeton/model"
)

// Store is what the screens need of a store. Every method takes the actor first and
// checks what they may do; errors are those of package model.
type Store interface {
	// Session tells the actor about themselves and the organization.
	Session(ctx context.Context, actor model.Actor) (model.Session, error)

	// Tokens returns a window of a plain list (model.TokenQuery.Plain).
	Tokens(ctx context.Context, actor model.Actor, q model.TokenQuery, w model.Window) (model.TokenPage, error)
	// FindTokens reads on through a list that is not plain, for a few hundredths of a
	// second: from the beginning with after == 0, then from Match.Next until Done.
	FindTokens(ctx context.Context, actor model.Actor, q model.TokenQuery, after model.TokenID) (model.Match, error)
	// TokenRows returns the tokens with these numbers (at most 1,000), in this order,
	// as a page with only Rows, Seq, Logins, LastUsed and UseSince filled.
	TokenRows(ctx context.Context, actor model.Actor, ids []model.TokenID) (model.TokenPage, error)
	// Usage tells how a token is used, and what it reaches that no other does. It changes
	// without Follow saying so.
	Usage(ctx context.Context, actor model.Actor, id model.TokenID) (model.Usage, error)
	// Knocks returns the tokens that do not work and are presented all the same, the latest
	// first: for members, of their own. It changes without Follow saying so.
	Knocks(ctx context.Context, actor model.Actor) (model.Knocks, error)

	// Users returns all users by login, deactivated ones included.
	Users(ctx context.Context, actor model.Actor) ([]model.User, error)
	// Deployments returns all deployments by name, removed ones included.
	Deployments(ctx context.Context, actor model.Actor) ([]model.Deployment, error)
	// Events returns part of the history: for members, of their own events.
	Events(ctx context.Context, actor model.Actor, q model.EventQuery) (model.EventPage, error)

	// Change decides and keeps a change. When it returns without an error the change
	// is durable. Repeating a request returns the first outcome.
	Change(ctx context.Context, actor model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error)
	// Reveal hands out a token's value once the event that says so is durable.
	Reveal(ctx context.Context, actor model.Actor, r model.Request, c model.Reveal) (model.Secret, error)

	// Follow sends the newest sequence number whenever something changed, until ctx
	// ends; numbers that came meanwhile are skipped. The channel is closed at the end.
	Follow(ctx context.Context) <-chan uint64
	// CheckHistory reads the whole history in the background, at a quarter of a
	// processor at most, and returns when it is done; what it found is in Health.
	CheckHistory(ctx context.Context) error
	// Health tells what the store knows of its own condition.
	Health() model.Health
}
