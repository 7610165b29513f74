package model

import "time"

// Caller is where a token was presented, as far as the door that was asked knows.
type Caller struct {
	Addr  string // source address, without the port; "" where there is none
	Agent string // what the caller calls itself, cleaned as a description; may be empty
	Place Place  // that was asked about; its name cleaned too
}

// Callers is how many callers are told apart for one token; the others are counted
// together, under the zero Caller.
const Callers = 32

// UseHours and UseMinutes are how far back uses are counted by the hour and by five
// minutes.
const (
	UseHours   = 24
	UseMinutes = 12
)

// Use is how one caller used a token, or all of them together.
type Use struct {
	First, Last Time             // when it was good
	Count       uint64           // how often it was good
	LastHour    uint64           // of those, in the last 60 minutes, to five minutes
	Hours       [UseHours]uint32 // of those, by hour; the last is the hour that runs

	Refused                   uint64 // how often it was refused
	FirstRefused, LastRefused Time
	Why                       Standing // of the last refusal
}

// CallerUse is what one caller did.
type CallerUse struct {
	Caller
	Use
}

// Usage is what is known of the use of a token. Use is not a change: what was counted in
// the last seconds before a crash may be missing.
type Usage struct {
	Token   TokenID
	At      Time // now
	Since   Time // nothing is known of before
	All     Use
	Callers []CallerUse // latest first
	Alone   Alone
}

// Alone is what an agent token reaches that no other agent token that works does.
type Alone struct {
	Deployments []DeploymentID // ascending
	Branches    bool           // branch deployments
}

// Empty reports whether everything is reached by another as well.
func (a Alone) Empty() bool { return len(a.Deployments) == 0 && !a.Branches }

// Knock is a token that does not work and is presented all the same: an agent retries for
// ever.
type Knock struct {
	Token   Token
	Refused uint64 // since it stopped working
	Last    Time
	Callers []CallerUse // who was refused, latest first
}

// Knocks is the tokens that knocked lately, the latest first.
type Knocks struct {
	Knocks []Knock
	More   int               // at most so many others knocked, before these
	Since  Time              // nothing is known of before
	Logins map[UserID]string // of everyone named

	LastUsed map[TokenID]Time // when those that ever worked did so last
}

// KnocksFor is how long a token is said to be knocking after it was last refused.
const KnocksFor = 7 * 24 * time.Hour
