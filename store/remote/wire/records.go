package wire

import (
	"errors"

	"jeton/model"
)

// Names are what people call the users and deployments that a record names by number, and what
// else is told of a token and no part of its record.
type Names struct {
	Logins      map[model.UserID]string
	Deployments map[model.DeploymentID]string // not removed ones
	LastUsed    map[model.TokenID]model.Time
}

func (n Names) login(id model.UserID) Name { return Name(n.Logins[id]) }

// noted takes a name back out of a form.
func noted(into map[model.UserID]string, id model.UserID, name Name) {
	if id != 0 && name != "" {
		into[id] = string(name)
	}
}

// Token is everything about a token but its value.
type Token struct {
	ID           model.TokenID `json:"id"`
	Kind         Kind          `json:"kind"`
	Description  string        `json:"description"`
	Owner        Name          `json:"owner"`
	OwnerID      model.UserID  `json:"owner_id,omitempty"`
	Permissions  *Permissions  `json:"permissions"` // of an agent token, else null
	CreatedAt    Time          `json:"created_at"`
	CreatedBy    Name          `json:"created_by"`
	CreatedByID  model.UserID  `json:"created_by_id,omitempty"`
	RevokedAt    Time          `json:"revoked_at"`
	RevokedBy    Name          `json:"revoked_by"`
	RevokedByID  model.UserID  `json:"revoked_by_id,omitempty"`
	LastUsedAt   Time          `json:"last_used_at"`
	LastFour     string        `json:"last_four"`
	RevealedAt   Time          `json:"revealed_at"`
	RevealedBy   Name          `json:"revealed_by"`
	RevealedByID model.UserID  `json:"revealed_by_id,omitempty"`
	Revision     uint64        `json:"revision"`
	EditedBy     Name          `json:"edited_by"`
	EditedByID   model.UserID  `json:"edited_by_id,omitempty"`
}

// TokenOf is the form of a token.
func TokenOf(t model.Token, n Names) Token {
	out := Token{ID: t.ID, Kind: Kind(t.Kind), Description: t.Description, Owner: n.login(t.Owner), OwnerID: t.Owner,
		CreatedAt: Time(t.CreatedAt), CreatedBy: n.login(t.CreatedBy), CreatedByID: t.CreatedBy, LastUsedAt: Time(n.LastUsed[t.ID]),
		RevokedAt: Time(t.RevokedAt), RevokedBy: n.login(t.RevokedBy), RevokedByID: t.RevokedBy,
		LastFour: t.LastFour, RevealedAt: Time(t.RevealedAt), RevealedBy: n.login(t.RevealedBy), RevealedByID: t.RevealedBy,
		Revision: t.Revision, EditedBy: n.login(t.EditedBy), EditedByID: t.EditedBy}
	if t.Kind == model.AgentToken || !t.Permissions.Equal(model.Permissions{}) {
		p := PermissionsOf(t.Permissions, n)
		out.Permissions = &p
	}
	return out
}

// Model is the token.
func (t Token) Model() model.Token {
	out := model.Token{ID: t.ID, Kind: model.TokenKind(t.Kind), Owner: t.OwnerID, Description: t.Description, LastFour: t.LastFour,
		CreatedAt: model.Time(t.CreatedAt), CreatedBy: t.CreatedByID, RevokedAt: model.Time(t.RevokedAt), RevokedBy: t.RevokedByID,
		RevealedAt: model.Time(t.RevealedAt), RevealedBy: t.RevealedByID, Revision: t.Revision, EditedBy: t.EditedByID}
	if t.Permissions != nil {
		out.Permissions = t.Permissions.Model()
	}
	return out
}

// names notes everyone the form names.
func (t Token) names(into map[model.UserID]string) {
	noted(into, t.OwnerID, t.Owner)
	noted(into, t.CreatedByID, t.CreatedBy)
	noted(into, t.RevokedByID, t.RevokedBy)
	noted(into, t.RevealedByID, t.RevealedBy)
	noted(into, t.EditedByID, t.EditedBy)
}

// used notes when the token was last used, if it ever was.
func (t Token) used(into *map[model.TokenID]model.Time) {
	if t.LastUsedAt == 0 {
		return
	}
	if *into == nil {
		*into = map[model.TokenID]model.Time{}
	}
	(*into)[t.ID] = model.Time(t.LastUsedAt)
}

// Permissions say what an agent token reaches. Those who ask for a change give the
// deployments by number or by name; numbers count where both are given.
type Permissions struct {
	OrgAgent      bool                 `json:"org_agent"`
	Deployments   []string             `json:"deployments" asked:"optional"`
	DeploymentIDs []model.DeploymentID `json:"deployment_ids" asked:"optional"`
	AllBranches   bool                 `json:"all_branch_deployments"`
}

// PermissionsOf is the form of permissions.
func PermissionsOf(p model.Permissions, n Names) Permissions {
	out := Permissions{OrgAgent: p.OrgAgent, AllBranches: p.AllBranches, Deployments: []string{},
		DeploymentIDs: append([]model.DeploymentID{}, p.Deployments...)}
	for _, id := range p.Deployments {
		if name := n.Deployments[id]; name != "" {
			out.Deployments = append(out.Deployments, name)
		}
	}
	return out
}

// Model are the permissions.
func (p Permissions) Model() model.Permissions {
	out := model.Permissions{OrgAgent: p.OrgAgent, AllBranches: p.AllBranches}
	if len(p.DeploymentIDs) > 0 {
		out.Deployments = p.DeploymentIDs
	}
	return out
}

// User is a person.
type User struct {
	ID              model.UserID `json:"id"`
	Login           string       `json:"login"`
	Name            string       `json:"name"`
	OrgAdmin        bool         `json:"org_admin"`
	Roles           []Grant      `json:"roles"`
	Accounts        []uint32     `json:"accounts"`
	CreatedAt       Time         `json:"created_at"`
	CreatedBy       Name         `json:"created_by"`
	CreatedByID     model.UserID `json:"created_by_id,omitempty"`
	DeactivatedAt   Time         `json:"deactivated_at"`
	DeactivatedBy   Name         `json:"deactivated_by"`
	DeactivatedByID model.UserID `json:"deactivated_by_id,omitempty"`
	Revision        uint64       `json:"revision"`
	EditedBy        Name         `json:"edited_by"`
	EditedByID      model.UserID `json:"edited_by_id,omitempty"`
}

// Grant is a role in one deployment.
type Grant struct {
	Deployment   Name               `json:"deployment" asked:"optional"`
	DeploymentID model.DeploymentID `json:"deployment_id" asked:"optional"`
	Role         Role               `json:"role"`
}

// UserOf is the form of a user.
func UserOf(u model.User, n Names) User {
	return User{ID: u.ID, Login: u.Login, Name: u.Name, OrgAdmin: u.OrgAdmin, Roles: grantsOf(u.Grants, n),
		Accounts: append([]uint32{}, u.Accounts...), CreatedAt: Time(u.CreatedAt), CreatedBy: n.login(u.CreatedBy), CreatedByID: u.CreatedBy,
		DeactivatedAt: Time(u.DeactivatedAt), DeactivatedBy: n.login(u.DeactivatedBy), DeactivatedByID: u.DeactivatedBy,
		Revision: u.Revision, EditedBy: n.login(u.EditedBy), EditedByID: u.EditedBy}
}

// Model is the user.
func (u User) Model() model.User {
	out := model.User{ID: u.ID, Login: u.Login, Name: u.Name, OrgAdmin: u.OrgAdmin, Grants: grants(u.Roles),
		CreatedAt: model.Time(u.CreatedAt), CreatedBy: u.CreatedByID, DeactivatedAt: model.Time(u.DeactivatedAt),
		DeactivatedBy: u.DeactivatedByID, Revision: u.Revision, EditedBy: u.EditedByID}
	if len(u.Accounts) > 0 {
		out.Accounts = u.Accounts
	}
	return out
}

func grantsOf(in []model.Grant, n Names) []Grant {
	out := make([]Grant, len(in))
	for i, g := range in {
		out[i] = Grant{Deployment: Name(n.Deployments[g.Deployment]), DeploymentID: g.Deployment, Role: Role(g.Role)}
	}
	return out
}

func grants(in []Grant) []model.Grant {
	if len(in) == 0 {
		return nil
	}
	out := make([]model.Grant, len(in))
	for i, g := range in {
		out[i] = model.Grant{Deployment: g.DeploymentID, Role: model.Role(g.Role)}
	}
	return out
}

// Deployment is a full deployment.
type Deployment struct {
	ID          model.DeploymentID `json:"id"`
	Name        string             `json:"name"`
	CreatedAt   Time               `json:"created_at"`
	CreatedBy   Name               `json:"created_by"`
	CreatedByID model.UserID       `json:"created_by_id,omitempty"`
	RemovedAt   Time               `json:"removed_at"`
	RemovedBy   Name               `json:"removed_by"`
	RemovedByID model.UserID       `json:"removed_by_id,omitempty"`
	Revision    uint64             `json:"revision"`
	EditedBy    Name               `json:"edited_by"`
	EditedByID  model.UserID       `json:"edited_by_id,omitempty"`
}

// DeploymentOf is the form of a deployment.
func DeploymentOf(d model.Deployment, n Names) Deployment {
	return Deployment{ID: d.ID, Name: d.Name, CreatedAt: Time(d.CreatedAt), CreatedBy: n.login(d.CreatedBy), CreatedByID: d.CreatedBy,
		RemovedAt: Time(d.RemovedAt), RemovedBy: n.login(d.RemovedBy), RemovedByID: d.RemovedBy,
		Revision: d.Revision, EditedBy: n.login(d.EditedBy), EditedByID: d.EditedBy}
}

// Model is the deployment.
func (d Deployment) Model() model.Deployment {
	return model.Deployment{ID: d.ID, Name: d.Name, CreatedAt: model.Time(d.CreatedAt), CreatedBy: d.CreatedByID,
		RemovedAt: model.Time(d.RemovedAt), RemovedBy: d.RemovedByID, Revision: d.Revision, EditedBy: d.EditedByID}
}

// Organization is the organization with its settings.
type Organization struct {
	Name       string       `json:"name"`
	Settings   Settings     `json:"settings"`
	Revision   uint64       `json:"revision"`
	EditedBy   Name         `json:"edited_by"`
	EditedByID model.UserID `json:"edited_by_id,omitempty"`
	Keys       KeyNumbers   `json:"keys"`
	Used       Numbers      `json:"numbers_passed_over"`
}

// Settings are what Organization Admins decide for everyone.
type Settings struct {
	PrivateUserTokens bool `json:"private_user_tokens"`
}

// KeyNumbers are the newest keys of the keyset, 0 for those it was made with.
type KeyNumbers struct {
	Wrapping uint32 `json:"wrapping"`
	Signing  uint32 `json:"signing"`
	Lookup   uint32 `json:"lookup"`
}

// Numbers are the last numbers that were given in events which a restore gave up.
type Numbers struct {
	Token      model.TokenID      `json:"token"`
	User       model.UserID       `json:"user"`
	Deployment model.DeploymentID `json:"deployment"`
}

// OrganizationOf is the form of the organization.
func OrganizationOf(o model.Organization, n Names) Organization {
	return Organization{Name: o.Name, Settings: Settings(o.Settings), Revision: o.Revision, EditedBy: n.login(o.EditedBy),
		EditedByID: o.EditedBy, Keys: KeyNumbers(o.Keys), Used: Numbers(o.Used)}
}

// Model is the organization.
func (o Organization) Model() model.Organization {
	return model.Organization{Name: o.Name, Settings: model.Settings(o.Settings), Revision: o.Revision, EditedBy: o.EditedByID,
		Keys: model.KeyNumbers(o.Keys), Used: model.LastNumbers(o.Used)}
}

// Record is one record, under the name of its kind.
type Record struct {
	Token        *Token        `json:"token,omitempty"`
	User         *User         `json:"user,omitempty"`
	Deployment   *Deployment   `json:"deployment,omitempty"`
	Organization *Organization `json:"organization,omitempty"`
}

// RecordOf is the form of a record. A credential has none: its value is handed out by a
// reveal alone.
func RecordOf(r model.Record, n Names) Record {
	var out Record
	switch r := r.(type) {
	case model.Token:
		t := TokenOf(r, n)
		out.Token = &t
	case model.User:
		u := UserOf(r, n)
		out.User = &u
	case model.Deployment:
		d := DeploymentOf(r, n)
		out.Deployment = &d
	case model.Organization:
		o := OrganizationOf(r, n)
		out.Organization = &o
	}
	return out
}

var errNoRecord = errors.New("the answer has no record in it")

// Model is the record.
func (r Record) Model() (model.Record, error) {
	switch {
	case r.Token != nil:
		return r.Token.Model(), nil
	case r.User != nil:
		return r.User.Model(), nil
	case r.Deployment != nil:
		return r.Deployment.Model(), nil
	case r.Organization != nil:
		return r.Organization.Model(), nil
	}
	return nil, errNoRecord
}
