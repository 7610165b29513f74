package model

import (
	"fmt"
	"slices"
	"strings"
)

// user finds a user after asking whether the actor may touch users at all, and
// refuses an edit of an outdated record.
func (d decider) user(do Action, id UserID, seen uint64) (User, error) {
	if err := d.allow(do, 0); err != nil {
		return User{}, err
	}
	u, ok := d.User(id)
	if !ok {
		return User{}, fmt.Errorf("user %d: %w", id, ErrNotFound)
	}
	return u, d.conflict("user "+u.Login, seen, u.Revision, u.EditedBy, u)
}

func (d decider) onUser(do Action, u User, changes []FieldChange) Decision {
	u.Revision, u.EditedBy = d.Seq, d.who.ID
	return Decision{Action: do, Target: Target{TargetUser, uint64(u.ID)}, Subject: u.ID,
		Label: u.Login, Changes: changes, Records: []Record{u}}
}

func (d decider) freeLogin(login string, self UserID) error {
	if other, ok := d.UserByLogin(login); ok && other.ID != self {
		return fmt.Errorf("login %s: %w, choose another", login, ErrTaken)
	}
	return nil
}

func (d decider) addPerson(c AddPerson) (Decision, error) {
	if err := d.allow(AddUser, 0); err != nil {
		return Decision{}, err
	}
	u := User{ID: d.NextUser(), OrgAdmin: c.OrgAdmin, CreatedAt: d.At, CreatedBy: d.who.ID}
	var err error
	if u.Login, err = CleanLogin(c.Login); err != nil {
		return Decision{}, err
	}
	if u.Name, err = CleanName("name", c.Name, true); err != nil {
		return Decision{}, err
	}
	if err = d.freeLogin(u.Login, 0); err != nil {
		return Decision{}, err
	}
	if u.Grants, err = d.grants(c.Grants, nil); err != nil {
		return Decision{}, err
	}
	if u.Accounts, err = d.accounts(c.Accounts, 0); err != nil {
		return Decision{}, err
	}
	changes := change("roles", "", d.roles(u))
	if len(u.Accounts) > 0 {
		changes = append(changes, change("accounts", "", numbers(u.Accounts))...)
	}
	return d.onUser(AddUser, u, changes), nil
}

func (d decider) renamePerson(c RenamePerson) (Decision, error) {
	u, err := d.user(RenameUser, c.User, c.Revision)
	if err != nil {
		return Decision{}, err
	}
	login, err := CleanLogin(c.Login)
	if err != nil {
		return Decision{}, err
	}
	name, err := CleanName("name", c.Name, true)
	if err != nil {
		return Decision{}, err
	}
	if err := d.freeLogin(login, u.ID); err != nil {
		return Decision{}, err
	}
	changes := append(change("login", u.Login, login), change("name", u.Name, name)...)
	if len(changes) == 0 {
		return Decision{}, ErrNothing
	}
	u.Login, u.Name = login, name
	return d.onUser(RenameUser, u, changes), nil
}

func (d decider) setRoles(c SetRoles) (Decision, error) {
	u, err := d.user(ChangeUserPermissions, c.User, c.Revision)
	if err != nil {
		return Decision{}, err
	}
	if !c.OrgAdmin {
		if err := d.adminStays(u); err != nil {
			return Decision{}, err
		}
	}
	before := d.roles(u)
	grants, err := d.grants(c.Grants, u.Grants)
	if err != nil {
		return Decision{}, err
	}
	if c.OrgAdmin == u.OrgAdmin && slices.Equal(grants, u.Grants) {
		return Decision{}, ErrNothing
	}
	u.OrgAdmin, u.Grants = c.OrgAdmin, grants
	return d.onUser(ChangeUserPermissions, u, change("roles", before, d.roles(u))), nil
}

// adminStays refuses to lose the last Organization Admin. The view holds what the
// group decided before, so two who demote each other at once cannot both succeed.
func (d decider) adminStays(u User) error {
	if u.OrgAdmin && u.Active() && d.ActiveAdmins() <= 1 {
		return fmt.Errorf("user %s: %w", u.Login, ErrLastAdmin)
	}
	return nil
}

// grants checks that each deployment exists and is given one known role. Roles in a
// removed deployment may stay among had, but none is given anew.
func (d decider) grants(in, had []Grant) ([]Grant, error) {
	out := normalGrants(in)
	for i, g := range out {
		dep, ok := d.Deployment(g.Deployment)
		switch {
		case !ok:
			return nil, fmt.Errorf("deployment %d: %w", g.Deployment, ErrNotFound)
		case g.Role > Admin:
			return nil, fmt.Errorf("role %d in %s: %w, use Viewer, Launcher, Editor or Admin", g.Role, dep.Name, ErrNotFound)
		case i > 0 && out[i-1].Deployment == g.Deployment:
			return nil, rule("two roles in %s: choose one", dep.Name)
		case dep.Removed() && !slices.Contains(had, g):
			return nil, rule("deployment %s is removed: choose among the others", dep.Name)
		}
	}
	return out, nil
}

// roles says a user's roles in words, as events keep them.
func (d decider) roles(u User) string {
	if u.OrgAdmin {
		return "Organization Admin"
	}
	var out []string
	for _, g := range u.Grants {
		if dep, ok := d.Deployment(g.Deployment); ok && !dep.Removed() {
			out = append(out, dep.Name+" "+g.Role.String())
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// unknownAccount is what kernels report for a peer that they do not know; it is no account.
const unknownAccount = 1<<32 - 1

// accounts checks that no operating-system user would be two users, and that each is one.
func (d decider) accounts(in []uint32, self UserID) ([]uint32, error) {
	out := slices.Clone(in)
	slices.Sort(out)
	out = slices.Compact(out)
	for _, uid := range out {
		if uid == unknownAccount {
			return nil, rule("account %d is nobody's: it stands for one that is not known; give another", uid)
		}
		if other, ok := d.UserByAccount(uid); ok && other.ID != self {
			return nil, fmt.Errorf("account %d belongs to %s: %w, take it from them first", uid, other.Login, ErrTaken)
		}
	}
	return out, nil
}

func (d decider) setAccounts(c SetAccounts) (Decision, error) {
	u, err := d.user(BindAccounts, c.User, c.Revision)
	if err != nil {
		return Decision{}, err
	}
	accounts, err := d.accounts(c.Accounts, u.ID)
	if err != nil {
		return Decision{}, err
	}
	if slices.Equal(accounts, u.Accounts) {
		return Decision{}, ErrNothing
	}
	changes := change("accounts", numbers(u.Accounts), numbers(accounts))
	u.Accounts = accounts
	return d.onUser(BindAccounts, u, changes), nil
}

func numbers(in []uint32) string {
	if len(in) == 0 {
		return "none"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(in), " ", ", "), "[]")
}

func (d decider) setActive(c SetActive) (Decision, error) {
	do := DeactivateUser
	if c.Active {
		do = ReactivateUser
	}
	u, err := d.user(do, c.User, 0)
	if err != nil {
		return Decision{}, err
	}
	if u.Active() == c.Active {
		return Decision{}, ErrNothing
	}
	if c.Active {
		u.DeactivatedAt, u.DeactivatedBy = 0, 0
	} else {
		if err := d.adminStays(u); err != nil {
			return Decision{}, err
		}
		u.DeactivatedAt, u.DeactivatedBy = d.At, d.who.ID
	}
	return d.onUser(do, u, nil), nil
}
