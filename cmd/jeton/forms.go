package main

import (
	"strings"

	"jeton/model"
)

// tokenForm is a token in JSON. Owner, times and whoever did something are null where there
// is none.
type tokenForm struct {
	ID          model.TokenID    `json:"id"`
	Kind        string           `json:"kind"`
	Description string           `json:"description"`
	Owner       *string          `json:"owner"`
	Permissions *permissionsForm `json:"permissions"`
	CreatedAt   *string          `json:"created_at"`
	CreatedBy   *string          `json:"created_by"`
	RevokedAt   *string          `json:"revoked_at"`
	RevokedBy   *string          `json:"revoked_by"`
	LastUsedAt  *string          `json:"last_used_at"`
	LastFour    string           `json:"last_four"`
	Secret      string           `json:"secret,omitempty"`
}

// permissionsForm is what an agent token reaches, in JSON.
type permissionsForm struct {
	OrgAgent    bool     `json:"org_agent"`
	Deployments []string `json:"deployments"`
	AllBranches bool     `json:"all_branch_deployments"`
}

// kindWords are the kinds of token as JSON has them.
var kindWords = map[model.TokenKind]string{model.AgentToken: "agent", model.UserToken: "user", model.ServiceToken: "service"}

func timeForm(t model.Time) *string {
	if t.Never() {
		return nil
	}
	text := t.String()
	return &text
}

// listing names whom and what a page of tokens speaks of.
type listing struct {
	model.TokenPage
	deployments []model.Deployment // by name
}

func (l *listing) login(id model.UserID) *string {
	if login, ok := l.Logins[id]; ok {
		return &login
	}
	return nil
}

func (l *listing) form(t model.Token) tokenForm {
	f := tokenForm{ID: t.ID, Kind: kindWords[t.Kind], Description: t.Description, LastFour: t.LastFour,
		Owner: l.login(t.Owner), CreatedAt: timeForm(t.CreatedAt), CreatedBy: l.login(t.CreatedBy),
		RevokedAt: timeForm(t.RevokedAt), RevokedBy: l.login(t.RevokedBy), LastUsedAt: timeForm(l.LastUsed[t.ID])}
	if t.Kind == model.AgentToken {
		p := t.Permissions
		f.Permissions = &permissionsForm{OrgAgent: p.OrgAgent, Deployments: l.named(p), AllBranches: p.AllBranches}
	}
	return f
}

// named lists the deployments that permissions name, removed ones left out.
func (l *listing) named(p model.Permissions) []string {
	out := []string{}
	for _, d := range l.deployments {
		if !d.Removed() && (model.Permissions{Deployments: p.Deployments}).Reaches(d.ID) {
			out = append(out, d.Name)
		}
	}
	return out
}

// userForm is a user in JSON.
type userForm struct {
	ID            model.UserID `json:"id"`
	Login         string       `json:"login"`
	Name          string       `json:"name"`
	OrgAdmin      bool         `json:"org_admin"`
	Roles         []grantForm  `json:"roles"`
	Accounts      []uint32     `json:"accounts"`
	CreatedAt     *string      `json:"created_at"`
	CreatedBy     *string      `json:"created_by"`
	DeactivatedAt *string      `json:"deactivated_at"`
	DeactivatedBy *string      `json:"deactivated_by"`
}

type grantForm struct {
	Deployment string `json:"deployment"`
	Role       string `json:"role"`
}

// deploymentForm is a deployment in JSON.
type deploymentForm struct {
	ID        model.DeploymentID `json:"id"`
	Name      string             `json:"name"`
	CreatedAt *string            `json:"created_at"`
	CreatedBy *string            `json:"created_by"`
	RemovedAt *string            `json:"removed_at"`
	RemovedBy *string            `json:"removed_by"`
}

// settingsForm are the organization's settings in JSON.
type settingsForm struct {
	Organization      string `json:"organization"`
	PrivateUserTokens bool   `json:"private_user_tokens"`
}

func settingsFormOf(o model.Organization) settingsForm {
	return settingsForm{o.Name, o.Settings.PrivateUserTokens}
}

func (n *people) login(id model.UserID) *string {
	if u := n.user(id); u.ID != 0 {
		return &u.Login
	}
	return nil
}

func (n *people) userForm(u model.User) userForm {
	f := userForm{ID: u.ID, Login: u.Login, Name: u.Name, OrgAdmin: u.OrgAdmin, Roles: []grantForm{}, Accounts: append([]uint32{}, u.Accounts...),
		CreatedAt: timeForm(u.CreatedAt), CreatedBy: n.login(u.CreatedBy), DeactivatedAt: timeForm(u.DeactivatedAt), DeactivatedBy: n.login(u.DeactivatedBy)}
	for _, g := range u.Grants {
		if d := n.deployment(g.Deployment); !d.Removed() {
			f.Roles = append(f.Roles, grantForm{d.Name, strings.ToLower(g.Role.String())})
		}
	}
	return f
}

func (n *people) deploymentForm(d model.Deployment) deploymentForm {
	return deploymentForm{d.ID, d.Name, timeForm(d.CreatedAt), n.login(d.CreatedBy), timeForm(d.RemovedAt), n.login(d.RemovedBy)}
}
