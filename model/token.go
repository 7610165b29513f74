package model

import "slices"

// TokenKind tells agent tokens, user tokens and service credentials apart.
type TokenKind uint8

// The kinds of token. The numbers are part of the format on disk.
const (
	AgentToken   TokenKind = 1 // authenticates a Hybrid agent; reaches what its permissions say
	UserToken    TokenKind = 2 // authenticates as its owner; reaches what the owner's roles say
	ServiceToken TokenKind = 3 // a service credential: lets a service ask whether a token is good, and reaches nothing
)

// Kinds lists the kinds of token, in order of their numbers.
func Kinds() []TokenKind { return []TokenKind{AgentToken, UserToken, ServiceToken} }

// String returns "agent token", "user token" or "service credential".
func (k TokenKind) String() string {
	switch k {
	case AgentToken:
		return "agent token"
	case UserToken:
		return "user token"
	case ServiceToken:
		return "service credential"
	}
	return "token of unknown kind"
}

// Prefix returns what the values of the kind begin with: "jta_", "jtu_" or "jts_".
func (k TokenKind) Prefix() string {
	switch k {
	case AgentToken:
		return "jta_"
	case ServiceToken:
		return "jts_"
	}
	return "jtu_"
}

// Token is everything about a token but its value, which is kept in a record of its
// own so that listing tokens never opens a secret.
type Token struct {
	ID          TokenID     `cbor:"1,keyasint"`
	Kind        TokenKind   `cbor:"2,keyasint"`
	Owner       UserID      `cbor:"3,keyasint,omitempty"` // of a user token; 0 for agent tokens
	Description string      `cbor:"4,keyasint,omitempty"`
	Permissions Permissions `cbor:"5,keyasint"` // of an agent token
	LastFour    string      `cbor:"6,keyasint"`
	CreatedAt   Time        `cbor:"7,keyasint"`
	CreatedBy   UserID      `cbor:"8,keyasint"`
	RevokedAt   Time        `cbor:"9,keyasint,omitempty"`
	RevokedBy   UserID      `cbor:"10,keyasint,omitempty"`
	RevealedAt  Time        `cbor:"11,keyasint,omitempty"` // last revealed or copied
	RevealedBy  UserID      `cbor:"12,keyasint,omitempty"`
	Revision    uint64      `cbor:"13,keyasint"`           // sequence number of the event that last created, edited or revoked it; revealing does not count
	EditedBy    UserID      `cbor:"14,keyasint,omitempty"` // who did that
}

// Revoked reports whether the token has stopped working for good.
func (t Token) Revoked() bool { return !t.RevokedAt.Never() }

// Permissions say what an agent token reaches. The zero value reaches nothing.
type Permissions struct {
	// OrgAgent reaches every deployment, now and later, branch deployments
	// included. While it is on, the other two only remember what was chosen before.
	OrgAgent    bool           `cbor:"1,keyasint,omitempty"`
	Deployments []DeploymentID `cbor:"2,keyasint,omitempty"` // ascending, each once
	AllBranches bool           `cbor:"3,keyasint,omitempty"` // all branch deployments
}

// OrgAgent is what a new agent token may do: reach any deployment in the
// organization including branch deployments (the guide's default).
func OrgAgent() Permissions { return Permissions{OrgAgent: true} }

// Normal returns p with its deployments sorted and each once.
func (p Permissions) Normal() Permissions {
	d := slices.Clone(p.Deployments)
	slices.Sort(d)
	p.Deployments = slices.Compact(d)
	if len(p.Deployments) == 0 {
		p.Deployments = nil
	}
	return p
}

// Equal reports whether p and q say the same, whatever the order.
func (p Permissions) Equal(q Permissions) bool {
	p, q = p.Normal(), q.Normal()
	return p.OrgAgent == q.OrgAgent && p.AllBranches == q.AllBranches && slices.Equal(p.Deployments, q.Deployments)
}

// Reaches reports whether the token may act on the full deployment.
func (p Permissions) Reaches(d DeploymentID) bool {
	return p.OrgAgent || slices.Contains(p.Deployments, d)
}

// ReachesBranches reports whether the token may act on branch deployments.
func (p Permissions) ReachesBranches() bool { return p.OrgAgent || p.AllBranches }
