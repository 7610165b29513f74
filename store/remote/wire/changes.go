package wire

import (
	"fmt"

	"jeton/model"
)

// Body is what a change is asked with. Members that may be left out say so; the others
// are needed.
type Body interface {
	// Change is what is asked for, of the thing with this number.
	Change(id uint64) model.Change
}

// ChangeRoute is a route that changes something and what it is asked with.
type ChangeRoute struct {
	Route
	New func() Body // an empty one, as a pointer
}

// Changes lists the routes that change something.
func Changes() []ChangeRoute {
	return []ChangeRoute{
		{CreateToken, func() Body { return &NewToken{} }},
		{DescribeToken, func() Body { return &Description{} }},
		{SetPermissions, func() Body { return &NewPermissions{} }},
		{RevealToken, func() Body { return &Reveal{} }},
		{RevokeToken, func() Body { return &Revoke{} }},
		{AddUser, func() Body { return &NewUser{} }},
		{RenameUser, func() Body { return &UserName{} }},
		{SetUserRoles, func() Body { return &Roles{} }},
		{SetUserAccounts, func() Body { return &Accounts{} }},
		{SetUserActive, func() Body { return &Active{} }},
		{CreateDeployment, func() Body { return &NewDeployment{} }},
		{RenameDeployment, func() Body { return &DeploymentName{} }},
		{RemoveDeployment, func() Body { return &Remove{} }},
		{RenameOrg, func() Body { return &OrganizationName{} }},
		{ChangeSettings, func() Body { return &NewSettings{} }},
	}
}

// NewToken asks for a token. Without an owner a user token is for who asks.
type NewToken struct {
	Kind        Kind          `json:"kind"`
	Owner       string        `json:"owner,omitempty"`
	OwnerID     *model.UserID `json:"owner_id,omitempty"`
	Description string        `json:"description,omitempty"`
}

// Change is what is asked for.
func (b *NewToken) Change(uint64) model.Change {
	c := model.CreateToken{Kind: model.TokenKind(b.Kind), Description: b.Description}
	if b.OwnerID != nil {
		c.Owner = *b.OwnerID
	}
	return c
}

// Description asks for another description of a token.
type Description struct {
	Description string `json:"description"`
	Revision    uint64 `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *Description) Change(id uint64) model.Change {
	return model.Describe{Token: model.TokenID(id), Revision: b.Revision, Description: b.Description}
}

// NewPermissions asks for other permissions of an agent token.
type NewPermissions struct {
	Permissions
	Revision uint64 `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *NewPermissions) Change(id uint64) model.Change {
	return model.SetPermissions{Token: model.TokenID(id), Revision: b.Revision, Permissions: b.Permissions.Model()}
}

// Reveal asks for a token's value: to be shown or, with Copy, to be copied unseen.
type Reveal struct {
	Copy bool `json:"copy,omitempty"`
}

// Change is what is asked for.
func (b *Reveal) Change(id uint64) model.Change {
	return model.Reveal{Token: model.TokenID(id), Copy: b.Copy}
}

// Revoke asks to revoke a token.
type Revoke struct{}

// Change is what is asked for.
func (*Revoke) Change(id uint64) model.Change { return model.Revoke{Token: model.TokenID(id)} }

// NewUser asks for a user.
type NewUser struct {
	Login    string   `json:"login"`
	Name     string   `json:"name,omitempty"`
	OrgAdmin bool     `json:"org_admin,omitempty"`
	Roles    []Grant  `json:"roles,omitempty"`
	Accounts []uint32 `json:"accounts,omitempty"`
}

// Change is what is asked for.
func (b *NewUser) Change(uint64) model.Change {
	return model.AddPerson{Login: b.Login, Name: b.Name, OrgAdmin: b.OrgAdmin, Grants: grants(b.Roles), Accounts: b.Accounts}
}

// UserName asks for another login and name of a user.
type UserName struct {
	Login    string `json:"login"`
	Name     string `json:"name"`
	Revision uint64 `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *UserName) Change(id uint64) model.Change {
	return model.RenamePerson{User: model.UserID(id), Revision: b.Revision, Login: b.Login, Name: b.Name}
}

// Roles asks for other roles of a user.
type Roles struct {
	OrgAdmin bool    `json:"org_admin"`
	Roles    []Grant `json:"roles"`
	Revision uint64  `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *Roles) Change(id uint64) model.Change {
	return model.SetRoles{User: model.UserID(id), Revision: b.Revision, OrgAdmin: b.OrgAdmin, Grants: grants(b.Roles)}
}

// Accounts asks which operating-system accounts are a user.
type Accounts struct {
	Accounts []uint32 `json:"accounts"`
	Revision uint64   `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *Accounts) Change(id uint64) model.Change {
	return model.SetAccounts{User: model.UserID(id), Revision: b.Revision, Accounts: b.Accounts}
}

// Active asks to deactivate a user or to let them back in.
type Active struct {
	Active bool `json:"active"`
}

// Change is what is asked for.
func (b *Active) Change(id uint64) model.Change {
	return model.SetActive{User: model.UserID(id), Active: b.Active}
}

// NewDeployment asks for a deployment.
type NewDeployment struct {
	Name string `json:"name"`
}

// Change is what is asked for.
func (b *NewDeployment) Change(uint64) model.Change { return model.AddDeployment{Name: b.Name} }

// DeploymentName asks for another name of a deployment.
type DeploymentName struct {
	Name     string `json:"name"`
	Revision uint64 `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *DeploymentName) Change(id uint64) model.Change {
	return model.RenameDeploy{Deployment: model.DeploymentID(id), Revision: b.Revision, Name: b.Name}
}

// Remove asks to remove a deployment.
type Remove struct{}

// Change is what is asked for.
func (*Remove) Change(id uint64) model.Change {
	return model.RemoveDeployment{Deployment: model.DeploymentID(id)}
}

// OrganizationName asks for another name of the organization.
type OrganizationName struct {
	Name     string `json:"name"`
	Revision uint64 `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *OrganizationName) Change(uint64) model.Change {
	return model.RenameOrg{Revision: b.Revision, Name: b.Name}
}

// NewSettings asks for other settings.
type NewSettings struct {
	Settings
	Revision uint64 `json:"revision,omitempty"`
}

// Change is what is asked for.
func (b *NewSettings) Change(uint64) model.Change {
	return model.SetSettings{Revision: b.Revision, Settings: model.Settings(b.Settings)}
}

// Ask is how a change is asked for: the route, the number in its path and the body.
func Ask(c model.Change) (r Route, id uint64, b Body, err error) {
	switch c := c.(type) {
	case model.CreateToken:
		return CreateToken, 0, &NewToken{Kind: Kind(c.Kind), OwnerID: &c.Owner, Description: c.Description}, nil
	case model.Describe:
		return DescribeToken, uint64(c.Token), &Description{c.Description, c.Revision}, nil
	case model.SetPermissions:
		return SetPermissions, uint64(c.Token), &NewPermissions{PermissionsOf(c.Permissions, Names{}), c.Revision}, nil
	case model.Reveal:
		return RevealToken, uint64(c.Token), &Reveal{c.Copy}, nil
	case model.Revoke:
		return RevokeToken, uint64(c.Token), &Revoke{}, nil
	case model.AddPerson:
		return AddUser, 0, &NewUser{c.Login, c.Name, c.OrgAdmin, grantsOf(c.Grants, Names{}), c.Accounts}, nil
	case model.RenamePerson:
		return RenameUser, uint64(c.User), &UserName{c.Login, c.Name, c.Revision}, nil
	case model.SetRoles:
		return SetUserRoles, uint64(c.User), &Roles{c.OrgAdmin, grantsOf(c.Grants, Names{}), c.Revision}, nil
	case model.SetAccounts:
		return SetUserAccounts, uint64(c.User), &Accounts{append([]uint32{}, c.Accounts...), c.Revision}, nil
	case model.SetActive:
		return SetUserActive, uint64(c.User), &Active{c.Active}, nil
	}
	return askRest(c)
}

func askRest(c model.Change) (r Route, id uint64, b Body, err error) {
	switch c := c.(type) {
	case model.AddDeployment:
		return CreateDeployment, 0, &NewDeployment{c.Name}, nil
	case model.RenameDeploy:
		return RenameDeployment, uint64(c.Deployment), &DeploymentName{c.Name, c.Revision}, nil
	case model.RemoveDeployment:
		return RemoveDeployment, uint64(c.Deployment), &Remove{}, nil
	case model.RenameOrg:
		return RenameOrg, 0, &OrganizationName{c.Name, c.Revision}, nil
	case model.SetSettings:
		return ChangeSettings, 0, &NewSettings{Settings(c.Settings), c.Revision}, nil
	case model.Found:
		return r, 0, nil, &model.RefusedError{Action: model.CreateOrganization, Reason: "there is an organization already"}
	case model.Restored:
		return r, 0, nil, &model.RefusedError{Action: model.RestoreOrganization, Reason: "jeton restore does that, into an empty place"}
	case model.RotateKeys:
		return r, 0, nil, &model.RefusedError{Action: model.RotateKeyset, Reason: "only who has the store and the keyset can: close the other jeton first"}
	}
	return r, 0, nil, fmt.Errorf("%w: change %T", model.ErrNotFound, c)
}
