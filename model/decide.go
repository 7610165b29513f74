package model

import (
	"fmt"
)

// View is the organization as it is at the moment of deciding, with everything
// decided before in the same group already in it.
type View interface {
	Organization() Organization
	User(UserID) (User, bool)
	UserByLogin(login string) (User, bool)
	UserByAccount(uid uint32) (User, bool)
	ActiveAdmins() int // Organization Admins who are not deactivated
	Deployment(DeploymentID) (Deployment, bool)
	DeploymentByName(name string) (Deployment, bool) // without regard to case; not removed ones
	Token(TokenID) (Token, error)                    // ErrNotFound, or that the record cannot be read
	NextUser() UserID
	NextDeployment() DeploymentID
	NextToken() TokenID
}

// Case is what surrounds a change: who, when, and which place in history it takes.
type Case struct {
	Actor Actor
	At    Time
	Seq   uint64
	Value Secret // for CreateToken: the new token's value
}

// Decision is what a change comes to: the event's content and the records it leaves.
type Decision struct {
	Action  Action
	Target  Target
	Subject UserID
	Label   string
	Changes []FieldChange
	Records []Record
}

// Decide answers what change does to the organization seen through v, or why it is
// refused: a [*RefusedError] (which is an event of its own), a [*ConflictError], a
// [*TextError], or one of the sentinel errors. It changes nothing.
func Decide(v View, c Case, change Change) (Decision, error) {
	if c.At.Never() {
		return Decision{}, errNoClock
	}
	d := decider{View: v, Case: c}
	d.who, _ = v.User(c.Actor.User)
	switch ch := change.(type) {
	case Found:
		return d.found(ch)
	case CreateToken:
		return d.createToken(ch)
	case Describe:
		return d.describe(ch)
	case SetPermissions:
		return d.setPermissions(ch)
	case Reveal:
		return d.reveal(ch)
	case Revoke:
		return d.revoke(ch)
	case AddPerson:
		return d.addPerson(ch)
	case RenamePerson:
		return d.renamePerson(ch)
	case SetRoles:
		return d.setRoles(ch)
	case SetAccounts:
		return d.setAccounts(ch)
	case SetActive:
		return d.setActive(ch)
	case AddDeployment:
		return d.addDeployment(ch)
	case RenameDeploy:
		return d.renameDeployment(ch)
	case RemoveDeployment:
		return d.removeDeployment(ch)
	case RenameOrg:
		return d.renameOrganization(ch)
	case SetSettings:
		return d.setSettings(ch)
	case Restored:
		return d.restored(ch), nil
	case RotateKeys:
		return d.rotateKeys(ch)
	}
	return Decision{}, fmt.Errorf("%w: change %T", ErrNotFound, change)
}

type decider struct {
	View
	Case
	who User
}

// allow asks Allow with the settings of now.
func (d decider) allow(do Action, owner UserID) error {
	return Allow(d.who, do, Object{Owner: owner, Settings: d.Organization().Settings})
}

// conflict refuses an edit of a record that changed since the person looked at it.
func (d decider) conflict(what string, seen, now uint64, by UserID, record Record) error {
	if seen == 0 || seen == now {
		return nil
	}
	u, ok := d.User(by)
	if !ok {
		u.Login = "someone"
	}
	return &ConflictError{What: what, By: u.Login, Now: record}
}

// rule refuses a change that cannot be, whoever asks for it.
func rule(format string, args ...any) error {
	return &RuleError{Reason: fmt.Sprintf(format, args...)}
}

func change(field, from, to string) []FieldChange {
	if from == to {
		return nil
	}
	return []FieldChange{{Field: field, From: from, To: to}}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
