package model

import "fmt"

// Place is what a token is presented for: a full deployment or a branch deployment, by
// name. The zero Place is the organization, and nothing in particular.
type Place struct {
	Name   string
	Branch bool // a branch deployment: never registered, reached or not as a whole
}

// String returns the place in words, or "" for the zero one.
func (p Place) String() string {
	switch {
	case p.Name == "":
		return ""
	case p.Branch:
		return "branch deployment " + p.Name
	}
	return "deployment " + p.Name
}

// Standing is what a presented value came to, before any place is asked about.
type Standing uint8

// The standings. The numbers are part of the format of what is kept of use.
const (
	Unknown     Standing = 0 // no token has this value
	Good        Standing = 1
	Revoked     Standing = 2
	OwnerGone   Standing = 3 // its owner is deactivated
	OutOfReach  Standing = 4 // it works, and not at this place
	WrongKind   Standing = 5 // a service credential where a token is wanted
	standingEnd Standing = 6
)

// String returns the standing in words: "revoked".
func (s Standing) String() string {
	switch s {
	case Unknown:
		return "unknown"
	case Good:
		return "good"
	case Revoked:
		return "revoked"
	case OwnerGone:
		return "owner deactivated"
	case OutOfReach:
		return "out of reach"
	case WrongKind:
		return "a service credential"
	}
	return "unknown standing"
}

// Valid reports whether there is such a standing.
func (s Standing) Valid() bool { return s < standingEnd }

// Verdict is the answer to whether a presented value is good, here and now.
type Verdict struct {
	Standing Standing
	Token    Token // what the value is of; zero when unknown
	Owner    User  // of a user token
	Place    Place // that was asked about
	Role     Role  // of a user token's owner there
	Rule     string
}

// Active reports whether the token works, wherever it may be used.
func (v Verdict) Active() bool { return v.Standing == Good || v.Standing == OutOfReach }

// Allowed reports whether the token may be used at the place that was asked about.
func (v Verdict) Allowed() bool { return v.Standing == Good }

// At rules on the use of a token that works at a place: deployment is the one of that
// name, without regard to case, and zero if there is none. Rule then says which rule
// decided. What does not work is not looked at again. The rules:
//
//   - the organization itself, without a place: whatever works;
//   - an agent token: where its permissions reach, Org Agent everywhere;
//   - a user token: where its owner has a role; branch deployments, which nobody has a role
//     in, only if the owner is an Organization Admin;
//   - a full deployment that there is not: nobody.
func (v Verdict) At(place Place, deployment Deployment) Verdict {
	v.Place = place
	if v.Standing != Good {
		v.Rule = v.Standing.String()
		return v
	}
	if place == (Place{}) {
		v.Rule = "it works, and no deployment was asked about"
		return v
	}
	reached := false
	switch {
	case !place.Branch && (deployment.ID == 0 || deployment.Removed()):
		v.Rule = fmt.Sprintf("there is no %s", place)
	case v.Token.Kind == UserToken:
		v.Role, v.Rule, reached = ownerAt(v.Owner, place, deployment)
	default:
		v.Rule, reached = permissionsAt(v.Token.Permissions, place, deployment)
	}
	if !reached {
		v.Standing = OutOfReach
	}
	return v
}

func permissionsAt(p Permissions, place Place, d Deployment) (rule string, reached bool) {
	switch {
	case p.OrgAgent:
		return "Org Agent reaches every deployment, branch deployments included", true
	case place.Branch && p.AllBranches:
		return "its permissions name all branch deployments", true
	case place.Branch:
		return "its permissions do not name branch deployments", false
	case p.Reaches(d.ID):
		return "its permissions name " + d.Name, true
	}
	return "its permissions do not name " + d.Name, false
}

func ownerAt(u User, place Place, d Deployment) (role Role, rule string, reached bool) {
	switch {
	case u.OrgAdmin:
		return Admin, "its owner is an Organization Admin", true
	case place.Branch:
		return NoRole, "branch deployments need an Organization Admin, which its owner is not", false
	}
	if role = u.RoleIn(d.ID); role == NoRole {
		return role, "its owner has no role in " + d.Name, false
	}
	return role, fmt.Sprintf("its owner is %s in %s", role, d.Name), true
}
