package model

import (
	"cmp"
	"slices"
)

// Organization is everything in one store: its name and its settings.
type Organization struct {
	Name     string   `cbor:"1,keyasint"`
	Settings Settings `cbor:"2,keyasint"`
	Revision uint64   `cbor:"3,keyasint"` // sequence number of the event that last changed it
	EditedBy UserID   `cbor:"4,keyasint,omitempty"`
	// Keys are the keys of the keyset that were newest when they were last rotated; zero
	// for those it was made with.
	Keys KeyNumbers `cbor:"5,keyasint,omitzero"`
	// Used are the numbers that were given in events which a restore gave up, the last of
	// each kind. They are not given again.
	Used LastNumbers `cbor:"6,keyasint,omitzero"`
}

// LastNumbers are the last numbers given, 0 for none.
type LastNumbers struct {
	Token      TokenID      `cbor:"1,keyasint,omitempty"`
	User       UserID       `cbor:"2,keyasint,omitempty"`
	Deployment DeploymentID `cbor:"3,keyasint,omitempty"`
}

// Or is the greater of each.
func (n LastNumbers) Or(m LastNumbers) LastNumbers {
	return LastNumbers{max(n.Token, m.Token), max(n.User, m.User), max(n.Deployment, m.Deployment)}
}

// KeyNumbers are the newest keys of a keyset, each kind counted from 1.
type KeyNumbers struct {
	Wrapping uint32 `cbor:"1,keyasint"` // of the keys that records are sealed under
	Signing  uint32 `cbor:"2,keyasint"` // of heads over the history
	Lookup   uint32 `cbor:"3,keyasint"` // of the index by which a value is found
}

// OrFirst is the numbers, or those a keyset is made with.
func (k KeyNumbers) OrFirst() KeyNumbers {
	if k == (KeyNumbers{}) {
		return KeyNumbers{1, 1, 1}
	}
	return k
}

// Settings are what Organization Admins decide for everyone.
type Settings struct {
	// PrivateUserTokens keeps even Organization Admins from creating or revealing
	// another user's tokens; listing, describing and revoking them stays.
	PrivateUserTokens bool `cbor:"1,keyasint,omitempty"`
}

// Deployment is a full deployment, by name. A removed one keeps its record so that
// its number is never reused and events keep its name.
type Deployment struct {
	ID        DeploymentID `cbor:"1,keyasint"`
	Name      string       `cbor:"2,keyasint"`
	CreatedAt Time         `cbor:"3,keyasint"`
	CreatedBy UserID       `cbor:"4,keyasint"`
	RemovedAt Time         `cbor:"5,keyasint,omitempty"`
	RemovedBy UserID       `cbor:"6,keyasint,omitempty"`
	Revision  uint64       `cbor:"7,keyasint"`
	EditedBy  UserID       `cbor:"8,keyasint,omitempty"`
}

// Removed reports whether the deployment is gone.
func (d Deployment) Removed() bool { return !d.RemovedAt.Never() }

// Role is what a user may do in one deployment: Admin > Editor > Launcher > Viewer.
type Role uint8

// The roles, weakest first. The numbers are part of the format on disk.
const (
	NoRole   Role = 0
	Viewer   Role = 1
	Launcher Role = 2
	Editor   Role = 3
	Admin    Role = 4
)

// Roles lists the roles from the weakest to the strongest, NoRole included.
func Roles() []Role { return []Role{NoRole, Viewer, Launcher, Editor, Admin} }

// String returns the role's name as the screens show it.
func (r Role) String() string {
	switch r {
	case NoRole:
		return "none"
	case Viewer:
		return "Viewer"
	case Launcher:
		return "Launcher"
	case Editor:
		return "Editor"
	case Admin:
		return "Admin"
	}
	return "unknown role"
}

// Grant is a user's role in one deployment.
type Grant struct {
	Deployment DeploymentID `cbor:"1,keyasint"`
	Role       Role         `cbor:"2,keyasint"`
}

// User is a person, with a login.
type User struct {
	ID            UserID   `cbor:"1,keyasint"`
	Login         string   `cbor:"2,keyasint"`
	OrgAdmin      bool     `cbor:"3,keyasint,omitempty"` // Organization Admin
	Grants        []Grant  `cbor:"4,keyasint,omitempty"` // ascending by deployment, none with NoRole
	Accounts      []uint32 `cbor:"5,keyasint,omitempty"` // operating-system user ids bound to this user on this host
	CreatedAt     Time     `cbor:"6,keyasint"`
	CreatedBy     UserID   `cbor:"7,keyasint,omitempty"`
	DeactivatedAt Time     `cbor:"8,keyasint,omitempty"`
	DeactivatedBy UserID   `cbor:"9,keyasint,omitempty"`
	Revision      uint64   `cbor:"10,keyasint"`
	EditedBy      UserID   `cbor:"12,keyasint,omitempty"`
	Name          string   `cbor:"11,keyasint,omitempty"` // the person's name, may be empty
}

// Active reports whether the user may act and their tokens work.
func (u User) Active() bool { return u.ID != 0 && u.DeactivatedAt.Never() }

// RoleIn returns the user's role in a deployment; an Organization Admin is Admin
// everywhere.
func (u User) RoleIn(d DeploymentID) Role {
	if u.OrgAdmin {
		return Admin
	}
	for _, g := range u.Grants {
		if g.Deployment == d {
			return g.Role
		}
	}
	return NoRole
}

func normalGrants(grants []Grant) []Grant {
	var out []Grant
	for _, g := range grants {
		if g.Role != NoRole {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b Grant) int { return cmp.Compare(a.Deployment, b.Deployment) })
	return out
}
