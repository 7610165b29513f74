package main

import (
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
