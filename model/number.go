package model

import (
	"strconv"
	"time"
)

// TokenID is a token's number. Numbers start at 1 and are never reused.
type TokenID uint64

// String returns the number in decimal.
func (id TokenID) String() string { return strconv.FormatUint(uint64(id), 10) }

// UserID is a user's number. Numbers start at 1 and are never reused; 0 is nobody.
type UserID uint32

// DeploymentID is a deployment's number. Numbers start at 1 and are never reused.
type DeploymentID uint32

// Time is a moment in milliseconds since the Unix epoch, UTC. Zero means never.
type Time int64

// TimeOf converts t, losing what is below a millisecond.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Std returns the moment as a time.Time in UTC.
func (t Time) Std() time.Time { return time.UnixMilli(int64(t)).UTC() }

// Never reports whether the moment has not come.
func (t Time) Never() bool { return t == 0 }

// String formats the moment as RFC 3339 in UTC with seconds, or "never".
func (t Time) String() string {
	if t.Never() {
		return "never"
	}
	return t.Std().Format(time.RFC3339)
}
