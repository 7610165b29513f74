package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"jeton/model"
)

// crossed is the error as it arrives at the other end.
func crossed(t testing.TB, err error) error {
	t.Helper()
	raw, failed := json.Marshal(ProblemOf(err))
	if failed != nil {
		t.Fatal(failed)
	}
	var p Problem
	if failed := json.Unmarshal(raw, &p); failed != nil {
		t.Fatal(failed)
	}
	if p.Title != http.StatusText(p.Status) || p.Status < 400 {
		t.Errorf("%v: %+v", err, p)
	}
	return p.Err()
}

// Every sentinel crosses alone, with words around it, and with another.
func TestSentinelsCross(t *testing.T) {
	for _, c := range codes {
		if c.err == nil {
			continue
		}
		for _, err := range []error{c.err, fmt.Errorf("token 14: %w", c.err), fmt.Errorf("%w: %w", model.ErrUnknown, c.err),
			errors.Join(c.err, &model.TextError{What: "login", Reason: "it is empty"})} {
			got := crossed(t, err)
			if got.Error() != err.Error() || !errors.Is(got, c.err) {
				t.Errorf("%s: got %q, want %q", c.name, got, err)
			}
			for _, other := range codes {
				if other.err != nil && errors.Is(got, other.err) != errors.Is(err, other.err) {
					t.Errorf("%q is %s at one end only", err, other.name)
				}
			}
		}
	}
}

func is[T error](err error) (found T, ok bool) {
	ok = errors.As(err, &found)
	return found, ok
}

// crosses checks that an error of a type arrives as it left, alone and within another.
func crosses[T error](t *testing.T, sent T) {
	t.Helper()
	for _, err := range []error{sent, fmt.Errorf("save: %w, sorry", sent)} {
		got := crossed(t, err)
		want, _ := is[T](err)
		have, ok := is[T](got)
		if !ok || got.Error() != err.Error() || fmt.Sprintf("%+v", have) != fmt.Sprintf("%+v", want) {
			t.Errorf("%T: got %+v, want %+v", sent, got, err)
		}
	}
}

func TestTypedErrorsCross(t *testing.T) {
	crosses(t, &InputError{"limit", "it is no whole number from 0 to 1000"})
	crosses(t, &model.TextError{What: "description", Reason: "character 1 is U+202E, which reorders the text around it; remove it"})
	crosses(t, &model.RuleError{Reason: "two roles in prod: choose one"})
	crosses(t, &model.RefusedError{Action: model.RevealUserToken, Reason: "private user tokens is on: only the owner may"})
	crosses(t, &model.UnknownUserError{Account: "ben", Organization: "acme", Admins: []string{"ana"}, Deactivated: true})
	crosses(t, &model.UnknownUserError{Account: "1001"})
	crosses(t, &model.DamageError{What: "journal/1, event 7", Next: "restore it"})
	crosses(t, &model.LockedError{Path: "/x", PID: 7, User: "ana", Since: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Terminal: "pts/3"})
	for _, now := range []model.Record{
		model.Token{ID: 14, Kind: model.AgentToken, Permissions: model.Permissions{Deployments: []model.DeploymentID{1}, AllBranches: true}, CreatedAt: 5, Revision: 9},
		model.Token{ID: 15, Kind: model.UserToken, Owner: 2, RevokedAt: 77, RevokedBy: 1, RevealedAt: 3, RevealedBy: 2, EditedBy: 1},
		model.User{ID: 3, Login: "eva", Grants: []model.Grant{{Deployment: 1, Role: model.Editor}}, Accounts: []uint32{1}, DeactivatedAt: 4},
		model.Deployment{ID: 2, Name: "prod", RemovedAt: 4, RemovedBy: 1},
		model.Organization{Name: "acme", Settings: model.Settings{PrivateUserTokens: true}, Keys: model.KeyNumbers{Wrapping: 2, Signing: 1, Lookup: 3}, Used: model.LastNumbers{Token: 9}},
	} {
		crosses2(t, &model.ConflictError{What: "it", By: "ben", Now: now})
	}
}

// crosses2 is crosses for an error with a record, which fmt does not print through.
func crosses2(t *testing.T, sent *model.ConflictError) {
	t.Helper()
	got, ok := is[*model.ConflictError](crossed(t, sent))
	if !ok || fmt.Sprintf("%+v", got.Now) != fmt.Sprintf("%+v", sent.Now) || got.What != sent.What || got.By != sent.By {
		t.Errorf("got %+v, want %+v", got, sent)
	}
}

// What does not cross keeps its text and is a failure of the store.
func TestOtherErrorsCross(t *testing.T) {
	err := errors.New("token 14: its record is missing")
	if p := ProblemOf(err); p.Status != http.StatusInternalServerError || p.Code != CodeInternal {
		t.Errorf("%+v", p)
	}
	if got := crossed(t, err); got.Error() != err.Error() || errors.Is(got, model.ErrNotFound) {
		t.Errorf("%v", got)
	}
}

// A change that was refused says so by its own code, whatever else it says.
func TestCodesComeInOrder(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   string
		status int
	}{
		{fmt.Errorf("%w: %w", model.ErrUnknown, context.Canceled), "outcome_unknown", 500},
		{fmt.Errorf("%w (%w)", model.ErrFull, errors.New("write: no space")), "disk_full", 507},
		{fmt.Errorf("agent token 1: %w, its value is of no use", model.ErrRevoked), "already_revoked", 409},
		{&model.RefusedError{Action: model.ListUsers, Reason: "no"}, CodeRefused, 403},
	} {
		if p := ProblemOf(c.err); p.Code != c.code || p.Status != c.status {
			t.Errorf("%v: %s, %d", c.err, p.Code, p.Status)
		}
	}
}
