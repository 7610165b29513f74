package model

import (
	"errors"
	"fmt"
	"time"
)

// When a store is opened.
var (
	ErrNoStore   = errors.New("no organization here")                                       // there is nothing at the path
	ErrExists    = errors.New("there is an organization already")                           // where one was to be created
	ErrNoKeyset  = errors.New("keyset is missing")                                          // there is a store but no keyset
	ErrAhead     = errors.New("events that were acknowledged are missing from the journal") // it was cut short or replaced: state or a signed head knows more
	ErrDirectory = errors.New("not a directory of jeton's")                                 // there is something else at the path
)

// When something is asked for or changed.
var (
	ErrNotAToken    = errors.New("not a token value")
	ErrNotFound     = errors.New("not found")
	ErrTaken        = errors.New("already taken")
	ErrRevoked      = errors.New("already revoked")
	ErrLastAdmin    = errors.New("the last Organization Admin stays: make someone else one first")
	ErrNothing      = errors.New("nothing to change")
	ErrLowSpace     = errors.New("disk is almost full: changes and reveals are refused, lists and revocations go on; free some space")
	ErrFull         = errors.New("the disk is full and nothing was changed: free some space, then try again")
	ErrUnknown      = errors.New("outcome unknown: the disk did not confirm the change; reopen the store to see") // a write or sync failed
	ErrClosed       = errors.New("store is closed")
	ErrGone         = errors.New("the jeton that has the store open does not answer any more") // whether a change was made is not known: repeat its request
	ErrRequestReuse = errors.New("request number was used for another change")
	ErrCredential   = errors.New("not signed in: the token presented is not that of a user who may act here") // unknown, revoked, of another kind, or its owner is deactivated

	errNoClock = errors.New("the clock stands at the start of 1970: set it, then try again") // a revocation at the zero time would read as never revoked
)

// TextError tells why a text from a person is refused. It never repeats the text.
type TextError struct {
	What   string // "description", "login"
	Reason string
}

func (e *TextError) Error() string { return fmt.Sprintf("%s not kept: %s", e.What, e.Reason) }

// RuleError tells that a change cannot be, whoever asks for it.
type RuleError struct{ Reason string } // and the next step

func (e *RuleError) Error() string { return e.Reason }

// GoneError tells that the jeton which has the store open, or the server, did not answer.
// Under errors.Is it is [ErrGone].
type GoneError struct {
	Sent  bool  // a change was on its way and may have been made
	Cause error // what was met on the way
}

func (e *GoneError) Error() string {
	if e.Sent {
		return fmt.Sprintf("outcome unknown: %s: %s", ErrGone, e.Cause)
	}
	return fmt.Sprintf("%s: %s", ErrGone, e.Cause)
}

// Unwrap gives what it is.
func (e *GoneError) Unwrap() []error { return []error{ErrGone, e.Cause} }

// RefusedError tells that an actor may not do something. Each is also an event.
type RefusedError struct {
	Action Action
	Reason string // and the next step
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("refused to %s: %s", e.Action, e.Reason)
}

// ConflictError tells that an edit was made on an outdated row: what it is now and
// who changed it.
type ConflictError struct {
	What string // "agent token 14", "user ana"
	By   string // login of who changed it since
	Now  Record // the record as it is now
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s was changed by %s in the meantime: look at it again, then save", e.What, e.By)
}

// LockedError tells that another jeton has the store open.
type LockedError struct {
	Path     string
	PID      int
	User     string // operating-system login
	Since    time.Time
	Terminal string // "pts/3 from 10.0.0.7", may be empty
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("store %s is open in another jeton: pid %d, user %s, since %s", e.Path, e.PID, e.User, e.Since.Format(time.RFC3339))
}

// UnknownUserError tells that the operating-system user is nobody in this store.
type UnknownUserError struct {
	Account      string // operating-system login, or the number when it has none
	Organization string
	Admins       []string // logins of Organization Admins who can add them, at most a few
	Deactivated  bool     // they were a user and are no more
}

func (e *UnknownUserError) Error() string {
	who := "an Organization Admin"
	if len(e.Admins) > 0 {
		who = e.Admins[0] + " (Organization Admin)"
	}
	if e.Deactivated {
		return fmt.Sprintf("%s is deactivated in %s: ask %s", e.Account, e.Organization, who)
	}
	return fmt.Sprintf("%s is not in %s: ask %s to add you", e.Account, e.Organization, who)
}

// DamageError names a damaged part of the store. While it stands, changes other
// than revoking are refused; reading and revoking go on.
type DamageError struct {
	What string // file, place and, where known, the events
	Next string // what to do
}

func (e *DamageError) Error() string { return e.What + ": " + e.Next }
